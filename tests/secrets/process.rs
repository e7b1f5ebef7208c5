//! The provider as a process, and the events of its log.

use std::env;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use churnkey::record::Recorder;
use churnkey::{Result, ResultExt as _, Server};
use serde_json::Value;
use test_support::{Ended, Process, TIMEOUT, this_test};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::provider::Billing;
use crate::sentinels::{API_KEY, PASSWORD, PREVIOUS_TOKEN, TOKEN};

/// The variable with the file of a recorder.
const RECORDING: &str = "SECRETS_RECORDING";

/// The logger of the process.
#[derive(Debug)]
pub(crate) enum Logger {
    /// A subscriber of `tracing` at TRACE, which also receives the records of `log`.
    Tracing,
    /// A logger of `log` at TRACE.
    LogCrate,
    /// No logger.
    None,
}

/// A line of the log.
#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) target: String,
    pub(crate) message: String,
    /// The whole line.
    pub(crate) line: Value,
}

#[test]
#[ignore = "child process of the other tests"]
fn child() -> Result<()> {
    match env::var("SECRETS_LOG").as_deref() {
        Ok("Tracing") => tracing_subscriber::fmt()
            .json()
            .with_max_level(LevelFilter::TRACE)
            .with_span_events(FmtSpan::FULL)
            .with_writer(std::io::stderr)
            .init(),
        Ok("LogCrate") => Lines::install(),
        _ => {}
    }
    tokio::runtime::Runtime::new()
        .or_internal()?
        .block_on(async {
            let server = Server::from_env(Billing { password: PASSWORD })?;
            println!("{server:?} {server:#?}");
            tracing::debug!(?server);
            let recorder = env::var_os(RECORDING).map(|file| Recorder::to_file(file).start());
            let recorder = recorder.transpose()?;
            let server = match &recorder {
                Some(recorder) => server.layer(recorder.layer()),
                None => server,
            };
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
                .await
                .or_internal()?;
            println!("http://{}/", listener.local_addr().or_internal()?);
            server.run_on(listener).await?;
            if let Some(recorder) = recorder {
                recorder.flush(TIMEOUT);
            }
            Ok(())
        })
}

struct Lines;

impl Lines {
    fn install() {
        log::set_logger(&Lines).expect("the only logger");
        log::set_max_level(log::LevelFilter::Trace);
    }
}

impl log::Log for Lines {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        let message = record.args().to_string();
        eprintln!(
            "{}",
            serde_json::json!({ "target": record.target(), "fields": { "message": message } })
        );
    }

    fn flush(&self) {}
}

/// Starts the process with a token, and with an API key if there is a URL of Churnkey's API.
pub(crate) fn start(logger: Logger, api_url: Option<&str>) -> Process {
    start_with(logger, api_url.map(|url| (API_KEY, url)))
}

/// Starts the process with a recorder.
pub(crate) fn start_recording(file: &Path) -> Process {
    let mut command = command(Logger::None, None);
    Process::start(command.env(RECORDING, file))
}

pub(crate) fn start_with(logger: Logger, api: Option<(&str, &str)>) -> Process {
    Process::start(&mut command(logger, api))
}

fn command(logger: Logger, api: Option<(&str, &str)>) -> Command {
    let mut command = this_test("process::child");
    command
        .env("SECRETS_LOG", format!("{logger:?}"))
        .env("CK_INTEGRATION_TOKEN", TOKEN)
        .env("CK_INTEGRATION_TOKEN_PREVIOUS", PREVIOUS_TOKEN)
        .env(
            "CK_INTEGRATION_TOKEN_PREVIOUS_UNTIL",
            "9999-01-01T00:00:00Z",
        )
        .env_remove("CHURNKEY_ADDR")
        .env_remove("CK_API_KEY");
    if let Some((key, url)) = api {
        command.env("CK_API_KEY", key).env("CHURNKEY_API_URL", url);
    }
    command
}

/// Returns the lines of the log, and the rest of standard error.
pub(crate) fn events(output: &Ended) -> (Vec<Event>, String) {
    let mut events = Vec::new();
    let mut rest = String::new();
    for text in output.stderr.lines() {
        match serde_json::from_str::<Value>(text) {
            Ok(line) if line["target"].is_string() => events.push(Event {
                target: line["target"].as_str().unwrap_or_default().to_owned(),
                message: line["fields"]["message"]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned(),
                line,
            }),
            _ => {
                rest.push_str(text);
                rest.push('\n');
            }
        }
    }
    (events, rest)
}

/// Starts a substitute for Churnkey's API, which reads one request for each of the responses.
pub(crate) fn api(answers: &'static [&'static str]) -> (String, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    listener
        .set_nonblocking(true)
        .expect("a listener with a timeout");
    let answering = thread::spawn(move || {
        for answer in answers {
            let deadline = Instant::now() + TIMEOUT;
            let mut stream = loop {
                match listener.accept() {
                    Ok((stream, _)) => break stream,
                    Err(_) => assert!(Instant::now() < deadline, "the API gets no request"),
                }
                thread::sleep(Duration::from_millis(10));
            };
            stream.set_nonblocking(false).expect("a stream");
            let head = BufReader::new(&stream)
                .lines()
                .map_while(std::result::Result::ok)
                .take_while(|line| !line.is_empty())
                .fold(String::new(), |head, line| head + &line + "\n");
            assert!(head.contains(API_KEY), "{head}");
            let _gone = stream.write_all(answer.as_bytes());
        }
    });
    (format!("http://{address}"), answering)
}
