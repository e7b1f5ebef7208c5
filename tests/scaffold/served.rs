use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::thread;

use churnkey_verify::Verifier;

use crate::project::Project;

const TOKEN: &str = "a-token-for-tests";

/// A new provider that serves, until this goes.
pub(crate) struct Served {
    process: Child,
    address: SocketAddr,
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
            .expect("the program can be started");
        let log = process.stderr.take().expect("the log is a pipe");
        Self {
            address: address_in(log),
            process,
            health_check: health_check(&project.text("Dockerfile")),
        }
    }

    /// Whether the verifier finds nothing to say of it, over a socket, and whether it is healthy.
    pub(crate) async fn verify(&self) {
        let verifier = Verifier::of_url(&format!("http://{}", self.address));
        let verifier = verifier.expect("an address makes a URL");
        let report = verifier.token(TOKEN).actions(true).run().await;
        let report = report.expect("the provider answers");
        assert!(report.findings.is_empty(), "{report}");
        for action in ["pause", "cancel"] {
            let mut changes = report.changes.iter();
            let carried_out = changes.any(|change| change.module.as_str() == action);
            assert!(carried_out, "there was no {action}\n{report}");
        }
        self.check_health();
    }

    pub(crate) fn check_health(&self) {
        assert!(self.get("/readyz").starts_with("HTTP/1.1 200 "));
        // The container's own check, as it stands in the Dockerfile.
        let healthy = Command::new(&self.health_check[0])
            .args(&self.health_check[1..])
            .env("CHURNKEY_ADDR", self.address.to_string())
            .status();
        assert!(healthy.expect("the check can be run").success());
    }

    fn get(&self, path: &str) -> String {
        let mut connection = TcpStream::connect(self.address).expect("the provider listens");
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        connection.write_all(request.as_bytes()).expect("it reads");
        let mut answer = String::new();
        connection.read_to_string(&mut answer).expect("it answers");
        answer
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Where it says that it listens. What it says later is read too, so that it never waits for a reader.
fn address_in(log: ChildStderr) -> SocketAddr {
    let mut lines = BufReader::new(log).lines().map_while(Result::ok);
    let mut said = Vec::new();
    let address = lines.by_ref().find_map(|line| {
        let address = line
            .split("http://")
            .nth(1)
            .and_then(|rest| rest.split(['/', ' ', '"', '\u{1b}']).next()?.parse().ok());
        said.push(line);
        address
    });
    thread::spawn(move || lines.for_each(drop));
    address.unwrap_or_else(|| panic!("it does not listen:\n{}", said.join("\n")))
}

/// The command of the line `HEALTHCHECK .. CMD ["..", ..]`.
fn health_check(dockerfile: &str) -> Vec<String> {
    let line = dockerfile
        .lines()
        .find(|line| line.starts_with("HEALTHCHECK"));
    let command = line.and_then(|line| line.split(" CMD ").nth(1));
    let command = command.expect("the Dockerfile has a health check");
    serde_json::from_str(command).expect("its command is a list")
}
