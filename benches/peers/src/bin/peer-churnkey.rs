//! A provider made with churnkey, by its own server.

use churnkey::Server;
use peers::{provider, serve};

fn main() -> churnkey::Result<()> {
    serve::on_one_worker(
        Server::new(provider::provider())
            .address(serve::address())
            // As the peers, which have no limit; it is also asked over thousands of connections.
            .max_connections(8192)
            .run(),
    )
}
