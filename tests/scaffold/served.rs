use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::thread;

use churnkey_verify::Verifier;

use crate::project::Project;

pub(crate) const TOKEN: &str = "a-token-for-tests";

/// A running provider, which is stopped on drop.
pub(crate) struct Served {
    process: Child,
    pub(crate) address: SocketAddr,
    health_check: Vec<String>,
}

impl Served {
    pub(crate) fn start(project: &Project, environment: &[(&str, String)]) -> Self {
        let mut process = Command::new(project.program())
            .env("CK_INTEGRATION_TOKEN", TOKEN)
            .env("CHURNKEY_ADDR", "127.0.0.1:0")
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .current_dir(project.path())
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program must start");
        let log = process.stderr.take().expect("the log must be a pipe");
        Self {
            address: address_in(log),
            process,
            health_check: health_check(&project.text("Dockerfile")),
        }
    }

    /// Asserts that the verifier finds no fault over a socket, and that the provider is healthy.
    pub(crate) async fn verify(&self) {
        let verifier = Verifier::of_url(&format!("http://{}", self.address));
        let verifier = verifier.expect("the address must be a valid URL");
        let report = verifier.token(TOKEN).actions(true).run().await;
        let report = report.expect("the provider must answer");
        assert!(report.findings.is_empty(), "{report}");
        for action in ["pause", "cancel"] {
            let mut changes = report.changes.iter();
            let carried_out = changes.any(|change| change.module.as_str() == action);
            assert!(
                carried_out,
                "the action {action} was not carried out\n{report}"
            );
        }
        self.check_health();
    }

    pub(crate) fn check_health(&self) {
        assert!(self.get("/readyz").starts_with("HTTP/1.1 200 "));
        // The health check of the Dockerfile.
        let healthy = Command::new(&self.health_check[0])
            .args(&self.health_check[1..])
            .env("CHURNKEY_ADDR", self.address.to_string())
            .status();
        assert!(healthy.expect("the check must start").success());
    }

    fn get(&self, path: &str) -> String {
        let mut connection = TcpStream::connect(self.address).expect("the provider must listen");
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        connection
            .write_all(request.as_bytes())
            .expect("the request must be sent");
        let mut answer = String::new();
        connection
            .read_to_string(&mut answer)
            .expect("the response must be read");
        answer
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Reads the listening address from the log. A thread reads the rest of the log, so that the
/// provider is never blocked by a full pipe.
fn address_in(log: ChildStderr) -> SocketAddr {
    let mut lines = BufReader::new(log).lines().map_while(Result::ok);
    let mut seen = Vec::new();
    let address = lines.by_ref().find_map(|line| {
        let address = line
            .split("http://")
            .nth(1)
            .and_then(|rest| rest.split(['/', ' ', '"', '\u{1b}']).next()?.parse().ok());
        seen.push(line);
        address
    });
    thread::spawn(move || lines.for_each(drop));
    address.unwrap_or_else(|| panic!("the provider does not listen:\n{}", seen.join("\n")))
}

/// The command in the line `HEALTHCHECK .. CMD ["..", ..]`.
fn health_check(dockerfile: &str) -> Vec<String> {
    let line = dockerfile
        .lines()
        .find(|line| line.starts_with("HEALTHCHECK"));
    let command = line.and_then(|line| line.split(" CMD ").nth(1));
    let command = command.expect("the Dockerfile must have a health check");
    serde_json::from_str(command).expect("the command must be a list")
}
