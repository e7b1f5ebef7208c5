//! What is wrong with a provider.

use std::collections::HashSet;

use axum::response::Response;
use serde_json::Value;

use crate::broken::provider::{Action, Asked, Books, Content, Kind, Reply};

type Edit<T> = Box<dyn Fn(&mut T) + Send + Sync>;
type Answer = Box<dyn Fn(&Asked) -> Option<Response> + Send + Sync>;
type EditReply = Box<dyn Fn(&Asked, &mut Reply) + Send + Sync>;

/// What is wrong with a provider; nothing is, to begin with.
#[derive(Default)]
pub(crate) struct Fault {
    manifest: Option<Edit<Value>>,
    books: Option<Edit<Books>>,
    asked: Option<Edit<Asked>>,
    instead: Option<Answer>,
    reply: Option<EditReply>,
    habits: HashSet<(Habit, Action)>,
}

/// A wrong way to carry out an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Habit {
    /// It answers 200 and leaves everything as it is.
    DoesNothing,
    /// It does not look whether it has been done already.
    ForgetsWhatIsDone,
    /// It is a conflict to ask for what has been done already. That is no fault, but a choice.
    RefusesWhatIsDone,
    /// It fails if it has been done already.
    FailsOnWhatIsDone,
    /// It looks whether it has been done already, lets others in, and then does it.
    LetsOthersInBetween,
    /// The same, but for whoever comes second it fails.
    FailsBesideOthers,
    /// It does what the manifest switches off.
    IgnoresFeatures,
    /// It looks a subscription up by its id alone.
    IgnoresTheCustomer,
    /// It answers 200 to a body that it cannot read.
    SwallowsBadBodies,
    /// It fails on a body that it cannot read.
    FailsOnBadBodies,
    /// It answers 200 to what does not exist.
    SwallowsWhatIsUnknown,
}

impl Fault {
    pub(crate) fn none() -> Self {
        Self::default()
    }

    /// The manifest is another.
    pub(crate) fn manifest(mut self, edit: impl Fn(&mut Value) + Send + Sync + 'static) -> Self {
        self.manifest = Some(Box::new(edit));
        self
    }

    /// The data are other ones, wherever they are read.
    pub(crate) fn books(mut self, edit: impl Fn(&mut Books) + Send + Sync + 'static) -> Self {
        self.books = Some(Box::new(edit));
        self
    }

    /// A request is taken for another.
    pub(crate) fn asked(mut self, edit: impl Fn(&mut Asked) + Send + Sync + 'static) -> Self {
        self.asked = Some(Box::new(edit));
        self
    }

    /// A request is answered in another way altogether.
    pub(crate) fn instead(
        mut self,
        answer: impl Fn(&Asked) -> Option<Response> + Send + Sync + 'static,
    ) -> Self {
        self.instead = Some(Box::new(answer));
        self
    }

    /// An answer is changed on its way out.
    pub(crate) fn reply(
        mut self,
        edit: impl Fn(&Asked, &mut Reply) + Send + Sync + 'static,
    ) -> Self {
        self.reply = Some(Box::new(edit));
        self
    }

    /// One item of a kind is changed on its way out, in lists as well as by itself.
    pub(crate) fn reply_with(self, kind: Kind, edit: fn(&mut Value)) -> Self {
        let id = Books::new().one(kind)["id"].clone();
        self.reply(move |asked, reply| {
            let Content::Json(body) = &mut reply.body else {
                return;
            };
            if asked.retrieves(kind) && body["id"] == id {
                edit(body);
            } else if asked.lists(kind)
                && let Some(Value::Array(items)) = body.get_mut("data")
            {
                items
                    .iter_mut()
                    .filter(|item| item["id"] == id)
                    .for_each(edit);
            }
        })
    }

    /// An action is carried out in a wrong way.
    pub(crate) fn habit(mut self, habit: Habit, action: Action) -> Self {
        self.habits.insert((habit, action));
        self
    }

    pub(crate) fn edit_manifest(&self, manifest: &mut Value) {
        if let Some(edit) = &self.manifest {
            edit(manifest);
        }
    }

    pub(crate) fn edit_books(&self, books: &mut Books) {
        if let Some(edit) = &self.books {
            edit(books);
        }
    }

    pub(crate) fn edit_asked(&self, asked: &mut Asked) {
        if let Some(edit) = &self.asked {
            edit(asked);
        }
    }

    pub(crate) fn answer_instead(&self, asked: &Asked) -> Option<Response> {
        self.instead.as_ref()?(asked)
    }

    pub(crate) fn edit_reply(&self, asked: &Asked, reply: &mut Reply) {
        if let Some(edit) = &self.reply {
            edit(asked, reply);
        }
    }

    pub(crate) fn has(&self, habit: Habit, action: Action) -> bool {
        self.habits.contains(&(habit, action))
    }
}
