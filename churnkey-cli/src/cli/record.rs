//! `churnkey record`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use churnkey_runtime::record::Recorder;
use churnkey_verify::internal::upstream;
use clap::Args;

use super::exit::{Exit, Failure};
use super::output::Output;
use crate::proxy::Proxy;

const EXAMPLES: &str = "\
Examples:
  A proxy in front of a provider on this machine, to which your tunnel or load balancer sends:
    churnkey record --listen 127.0.0.1:8081 --to http://127.0.0.1:8080 --out calls.ndjson
  What the calls say about the assumptions of the protocol:
    churnkey assumed calls.ndjson

Exit codes: 0 after Ctrl-C, 2 the proxy could not start.";

/// Records the calls to a provider in any language, as a proxy in front of it
///
/// A line of JSON for each call has its path without ids, the names of headers and fields, and
/// values that are words of the protocol, numbers and dates. Ids are pseudonyms. The integration
/// token is never written.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct RecordArgs {
    /// The address of the proxy; port 0 selects any free port
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8081")]
    listen: SocketAddr,

    /// The provider's API root URL, to which the proxy sends every request
    #[arg(long, value_name = "URL")]
    to: String,

    /// The file to which calls are appended
    #[arg(long, value_name = "FILE")]
    out: PathBuf,

    /// Keep paths, queries, bodies and responses whole: for test data only
    #[arg(long)]
    full: bool,

    /// The size of a file in bytes, at which another one begins
    #[arg(long, value_name = "BYTES", default_value_t = 16 << 20)]
    max_bytes: u64,

    /// The number of files that are kept
    #[arg(long, value_name = "NUMBER", default_value_t = 4)]
    files: u32,
}

impl RecordArgs {
    pub(super) fn run(self, output: &Output) -> Result<Exit, Failure> {
        let upstream = upstream(&self.to)?;
        let mut settings = Recorder::to_file(&self.out)
            .max_bytes(self.max_bytes)
            .files(self.files);
        if self.full {
            settings = settings.full();
        }
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        runtime.block_on(async {
            let recorder = settings.start()?;
            let listen = self.listen;
            let proxy = Proxy::bind(listen, upstream, &recorder)
                .await
                .map_err(|fault| Failure(format!("cannot listen on {listen}: {fault}")))?;
            output.document(&format!(
                "recording http://{} in {}. Ctrl-C ends it.\n",
                proxy.address()?,
                self.out.display()
            ))?;
            tokio::select! {
                () = proxy.serve() => {}
                interrupted = tokio::signal::ctrl_c() => interrupted?,
            }
            recorder.flush(Duration::from_secs(5));
            Ok(Exit::Success)
        })
    }
}
