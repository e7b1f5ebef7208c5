//! A provider that is not written in Rust is verified the same way.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use churnkey_verify::{Outcome, Verifier};

const TOKEN: &str = "integration-token-of-the-tests";

#[tokio::test]
async fn a_provider_in_python_has_no_finding() {
    let provider = Provider::start();
    let verifier = Verifier::of_url(&provider.url).unwrap();
    let report = verifier.token(TOKEN).actions(true).run().await.unwrap();
    assert!(report.findings.is_empty(), "{report}");
    assert!(report.complete, "{report}");
    for module in &report.modules {
        let passed = |name: &str| {
            let id = format!("{}.{name}", module.module);
            let mut checks = module.checks.iter();
            checks.any(|check| check.id == id && check.outcome == Outcome::Passed)
        };
        let sign = match module.module {
            module if module.is_controller() => "model",
            module if module.is_action() => "effect",
            _ => continue,
        };
        assert!(
            passed(sign),
            "{} was not looked at: {report}",
            module.module
        );
    }
}

/// The provider as a process of its own, which ends with the test.
struct Provider {
    process: Child,
    url: String,
}

impl Provider {
    fn start() -> Self {
        let script = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/other_language/provider.py"
        );
        let process = Command::new("python3")
            .arg(script)
            .env("CK_INTEGRATION_TOKEN", TOKEN)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let mut process = process.unwrap_or_else(|fault| {
            panic!("this test needs Python 3.10 or newer as `python3` in the path: {fault}")
        });
        let mut url = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut url)
            .unwrap();
        assert!(
            !url.is_empty(),
            "the provider ended before it served: see its error above"
        );
        let url = url.trim_end().to_owned();
        Self { process, url }
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
