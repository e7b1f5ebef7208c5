//! A provider made with churnkey, by its own server.

use churnkey::Server;
use peers::{provider, serve};

fn main() -> churnkey::Result<()> {
    serve::on_one_worker(
        Server::new(provider::provider())
            .address(serve::address())
            .run(),
    )
}
