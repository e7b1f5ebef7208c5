//! A provider by hand on axum, without validation of what is sent.

use peers::{handwritten, serve};

fn main() -> std::io::Result<()> {
    serve::on_one_worker(serve::router(handwritten::router::<false>()))
}
