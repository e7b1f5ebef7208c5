//! The faults of a provider.

use std::collections::HashSet;

use axum::response::Response;
use serde_json::Value;

use crate::broken::provider::{Action, Books, Content, Kind, ProviderRequest, Reply};

type Edit<T> = Box<dyn Fn(&mut T) + Send + Sync>;
type Responder = Box<dyn Fn(&ProviderRequest) -> Option<Response> + Send + Sync>;
/// The data after an action, the places of its subscriptions, and the fields of its body.
type EditEffect = Box<dyn Fn(&mut Books, &[usize], &Value) + Send + Sync>;
type EditReply = Box<dyn Fn(&ProviderRequest, &mut Reply) + Send + Sync>;

/// The faults of a provider. By default it has none.
#[derive(Default)]
pub(crate) struct Fault {
    manifest: Option<Edit<Value>>,
    books: Option<Edit<Books>>,
    request: Option<Edit<ProviderRequest>>,
    instead: Option<Responder>,
    reply: Option<EditReply>,
    action_faults: HashSet<(ActionFault, Action)>,
    effect: Option<(Action, EditEffect)>,
}

/// A fault of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum ActionFault {
    /// Responds 200 and changes nothing.
    DoesNothing,
    /// Applies a change that was applied before.
    RepeatsChange,
    /// Responds 409 to a repetition, which the protocol allows.
    RefusesRepetition,
    /// Responds 500 to a repetition.
    FailsOnRepetition,
    /// Releases the lock between reading the state and changing it.
    HasRace,
    /// Releases the lock, and responds 500 if another request changed the state.
    FailsConcurrently,
    /// Accepts options that the manifest switches off.
    IgnoresFeatures,
    /// Looks a subscription up only by its own id.
    IgnoresCustomer,
    /// Responds 200 to a malformed body.
    AcceptsBadBodies,
    /// Responds 500 to a malformed body.
    FailsOnBadBodies,
    /// Responds 200 for an unknown id.
    AcceptsUnknown,
}

impl Fault {
    pub(crate) fn none() -> Self {
        Self::default()
    }

    /// Changes the manifest.
    pub(crate) fn manifest(mut self, edit: impl Fn(&mut Value) + Send + Sync + 'static) -> Self {
        self.manifest = Some(Box::new(edit));
        self
    }

    /// Changes the data.
    pub(crate) fn books(mut self, edit: impl Fn(&mut Books) + Send + Sync + 'static) -> Self {
        self.books = Some(Box::new(edit));
        self
    }

    /// Changes requests before they are handled.
    pub(crate) fn request(
        mut self,
        edit: impl Fn(&mut ProviderRequest) + Send + Sync + 'static,
    ) -> Self {
        self.request = Some(Box::new(edit));
        self
    }

    /// Sends another response to some requests.
    pub(crate) fn instead(
        mut self,
        respond: impl Fn(&ProviderRequest) -> Option<Response> + Send + Sync + 'static,
    ) -> Self {
        self.instead = Some(Box::new(respond));
        self
    }

    /// Changes responses before they are sent.
    pub(crate) fn reply(
        mut self,
        edit: impl Fn(&ProviderRequest, &mut Reply) + Send + Sync + 'static,
    ) -> Self {
        self.reply = Some(Box::new(edit));
        self
    }

    /// Changes one item of a kind in all responses.
    pub(crate) fn reply_with(self, kind: Kind, edit: fn(&mut Value)) -> Self {
        let id = Books::new().one(kind)["id"].clone();
        self.reply(move |request, reply| {
            let Content::Json(body) = &mut reply.body else {
                return;
            };
            if request.retrieves(kind) && body["id"] == id {
                edit(body);
            } else if request.lists(kind)
                && let Some(Value::Array(items)) = body.get_mut("data")
            {
                items
                    .iter_mut()
                    .filter(|item| item["id"] == id)
                    .for_each(edit);
            }
        })
    }

    /// Changes the data after an action. The places are those of the changed subscriptions.
    pub(crate) fn effect(
        mut self,
        action: Action,
        edit: impl Fn(&mut Books, &[usize], &Value) + Send + Sync + 'static,
    ) -> Self {
        self.effect = Some((action, Box::new(edit)));
        self
    }

    /// Adds a fault to an action.
    pub(crate) fn habit(mut self, habit: ActionFault, action: Action) -> Self {
        self.action_faults.insert((habit, action));
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

    pub(crate) fn edit_request(&self, request: &mut ProviderRequest) {
        if let Some(edit) = &self.request {
            edit(request);
        }
    }

    pub(crate) fn response_instead(&self, request: &ProviderRequest) -> Option<Response> {
        self.instead.as_ref()?(request)
    }

    pub(crate) fn edit_reply(&self, request: &ProviderRequest, reply: &mut Reply) {
        if let Some(edit) = &self.reply {
            edit(request, reply);
        }
    }

    pub(crate) fn edit_effect(
        &self,
        action: Action,
        books: &mut Books,
        places: &[usize],
        fields: &Value,
    ) {
        if let Some((of, edit)) = &self.effect
            && *of == action
        {
            edit(books, places, fields);
        }
    }

    pub(crate) fn has(&self, habit: ActionFault, action: Action) -> bool {
        self.action_faults.contains(&(habit, action))
    }
}
