//! The hand-written provider on axum, without validation of responses.

use peers::{handwritten, serve};

fn main() -> std::io::Result<()> {
    serve::on_one_worker(serve::router(handwritten::router::<false>()))
}
