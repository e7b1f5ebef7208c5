//! A row of the table: a fault and its expected finding.

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

/// A description of a fault, the id of its finding, and the fault.
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
    /// Expects this path in the finding.
    pub(crate) fn at(mut self, path: &'static str) -> Self {
        self.path = Some(path);
        self
    }

    /// Changes the settings of the verifier.
    pub(crate) fn with(mut self, settings: fn(Verifier) -> Verifier) -> Self {
        self.settings = settings;
        self
    }

    /// Verifies without actions.
    pub(crate) fn without_actions(mut self) -> Self {
        self.actions = false;
        self
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// Verifies the provider. The error lists the findings if they differ from the expected one.
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
        // A reader of the report may have no right to call the provider.
        assert!(!format!("{report:?}").contains(TOKEN), "{}", self.what);
        match is_expected {
            true => Ok(()),
            false => {
                let (id, path) = (&self.id, self.path.unwrap_or_default());
                let mut found = String::new();
                for finding in &report.findings {
                    let request = finding.request.as_deref().unwrap_or_default();
                    found += &format!(
                        "\n    {} {}: {} instead of {}, {request}",
                        finding.id,
                        finding.path.as_deref().unwrap_or_default(),
                        finding.found,
                        finding.expected,
                    );
                }
                Err(format!("{}: expected {id} {path}, found{found}", self.what))
            }
        }
    }
}

/// The report of a provider with this fault.
pub(crate) async fn verified(fault: Fault, settings: fn(Verifier) -> Verifier) -> Report {
    settings(verifier(fault).actions(true)).run().await.unwrap()
}

fn verifier(fault: Fault) -> Verifier {
    check(router(fault)).token(TOKEN)
}
