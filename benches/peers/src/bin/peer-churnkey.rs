//! The provider with churnkey, on churnkey's own server.

use churnkey::Server;
use peers::{provider, serve};

fn main() -> churnkey::Result<()> {
    serve::on_one_worker(
        Server::new(provider::provider())
            .address(serve::address())
            // The other peers have no limit, and a benchmark opens thousands of connections.
            .max_connections(8192)
            .run(),
    )
}
