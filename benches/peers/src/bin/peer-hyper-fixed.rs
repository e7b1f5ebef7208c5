//! The upper limit: hyper with precomputed bytes for each path, without authentication, state or
//! validation.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use peers::{data, serve};
use serde_json::value::RawValue;
use tokio::net::TcpListener;

type Raw = Box<RawValue>;

fn main() -> std::io::Result<()> {
    serve::on_one_worker(async {
        let responses = Arc::new(responses());
        let listener = TcpListener::bind(serve::address()).await?;
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            let responses = Arc::clone(&responses);
            let service = service_fn(move |request| {
                let response = respond(&responses, &request);
                async move { Ok::<_, Infallible>(response) }
            });
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    })
}

fn responses() -> HashMap<&'static str, Bytes> {
    let data = data::read::<Raw, Raw, Raw, Raw>();
    let rows: Vec<_> = data.customers.iter().map(|row| row.get()).collect();
    let list = format!(r#"{{"data":[{}]}}"#, rows.join(","));
    let owned = |raw: &Raw| Bytes::from(raw.get().to_owned());
    HashMap::from([
        ("/churnkey/features", owned(&data.manifest)),
        ("/churnkey/customers/cus_001", owned(&data.customers[0])),
        (
            "/churnkey/customers/cus_001/subscriptions/sub_1",
            owned(&data.subscriptions[0]),
        ),
        ("/churnkey/customers", Bytes::from(list)),
    ])
}

fn respond(responses: &HashMap<&str, Bytes>, request: &Request<Incoming>) -> Response<Full<Bytes>> {
    let found = responses.get(request.uri().path());
    let mut response = Response::new(Full::new(found.cloned().unwrap_or_default()));
    match found {
        Some(_) => {
            let json = HeaderValue::from_static("application/json");
            response.headers_mut().insert(CONTENT_TYPE, json);
        }
        None => *response.status_mut() = StatusCode::NOT_FOUND,
    }
    response
}
