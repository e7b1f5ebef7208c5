//! A test with a provider that is not written in Rust.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use churnkey_verify::{Module, Outcome, State, Verifier};

const TOKEN: &str = "integration-token-of-the-tests";

#[tokio::test]
async fn python_provider_passes_all_checks() {
    let provider = Provider::start();
    let verifier = Verifier::of_url(&provider.url).unwrap();
    let report = verifier.token(TOKEN).actions(true).run().await.unwrap();
    assert!(report.findings.is_empty(), "{report}");
    assert!(report.complete, "{report}");
    let verified: Vec<_> = report
        .modules
        .iter()
        .filter(|module| module.state == State::Good)
        .map(|module| module.module)
        .collect();
    assert_eq!(verified, Module::ALL, "{report}");
    let effects = report.modules.iter().flat_map(|module| &module.checks);
    for effect in effects.filter(|check| check.id.ends_with(".effect")) {
        assert_eq!(effect.outcome, Outcome::Passed, "{}", effect.id);
    }
}

/// The process of the provider, which ends with the test.
struct Provider {
    process: Child,
    url: String,
}

impl Provider {
    fn start() -> Self {
        let script = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/program/other_language/provider.py"
        );
        let process = Command::new("python3")
            .arg(script)
            .env("CK_INTEGRATION_TOKEN", TOKEN)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let mut process = process.unwrap_or_else(|fault| {
            panic!("this test needs Python 3.10 or newer as `python3` on the PATH: {fault}")
        });
        let mut url = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut url)
            .unwrap();
        assert!(
            !url.is_empty(),
            "the provider exited before it served: see its error above"
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
