//! One line of the table: a fault, and the finding that it must yield.

use churnkey_verify::{Report, Verifier, check};

use crate::broken::fault::Fault;
use crate::broken::provider::{TOKEN, router};

pub(crate) struct Row {
    fault: Fault,
    what: String,
    id: String,
    path: Option<&'static str>,
    settings: fn(Verifier) -> Verifier,
    actions: bool,
}

/// A provider of which one thing is wrong, and the id of the finding.
pub(crate) fn row(what: impl Into<String>, id: impl Into<String>, fault: Fault) -> Row {
    Row {
        fault,
        what: what.into(),
        id: id.into(),
        path: None,
        settings: |verifier| verifier,
        actions: true,
    }
}

impl Row {
    /// Where the finding says that it is.
    pub(crate) fn at(mut self, path: &'static str) -> Self {
        self.path = Some(path);
        self
    }

    /// Verifies with other bounds.
    pub(crate) fn with(mut self, settings: fn(Verifier) -> Verifier) -> Self {
        self.settings = settings;
        self
    }

    /// Reads only.
    pub(crate) fn without_actions(mut self) -> Self {
        self.actions = false;
        self
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// Says what came instead, if another finding came than this one alone.
    pub(crate) async fn verify(self) -> Result<(), String> {
        let verifier = verifier(self.fault).actions(self.actions);
        let report = (self.settings)(verifier).run().await.unwrap();
        let found: Vec<_> = report
            .findings
            .iter()
            .map(|finding| (finding.id.as_str(), finding.path.as_deref()))
            .collect();
        let is_expected = match found.as_slice() {
            [(id, path)] => *id == self.id && (self.path.is_none() || *path == self.path),
            _ => false,
        };
        // Whoever reads a report need not be allowed to call the provider.
        assert!(!format!("{report:?}").contains(TOKEN), "{}", self.what);
        match is_expected {
            true => Ok(()),
            false => {
                let (id, path) = (&self.id, self.path.unwrap_or_default());
                let mut came = String::new();
                for finding in &report.findings {
                    let request = finding.request.as_deref().unwrap_or_default();
                    came += &format!(
                        "\n    {} {}: {} instead of {}, {request}",
                        finding.id,
                        finding.path.as_deref().unwrap_or_default(),
                        finding.found,
                        finding.expected,
                    );
                }
                Err(format!("{}: expected {id} {path}, came{came}", self.what))
            }
        }
    }
}

/// What the verifier reports of a provider with this fault.
pub(crate) async fn verified(fault: Fault, settings: fn(Verifier) -> Verifier) -> Report {
    settings(verifier(fault).actions(true)).run().await.unwrap()
}

fn verifier(fault: Fault) -> Verifier {
    check(router(fault)).token(TOKEN)
}
