//! Answers that are written without hyper, because no request was read, and the close after them.

use std::time::{Duration, SystemTime};

use axum::http::StatusCode;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::time::timeout;

/// Answers in the shape of every other error, and closes.
pub(super) async fn reject<S>(
    mut stream: S,
    status: StatusCode,
    message: &str,
    write_timeout: Duration,
) where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let answer = answer(status, message);
    let written = timeout(write_timeout, stream.write_all(answer.as_bytes())).await;
    if matches!(written, Ok(Ok(()))) {
        lingering_close(stream).await;
    }
}

/// `message` must need no escaping in JSON.
fn answer(status: StatusCode, message: &str) -> String {
    let code = status.as_u16();
    let body = format!(r#"{{"code":{code},"message":"{message}"}}"#);
    let retry = match status {
        StatusCode::SERVICE_UNAVAILABLE => "retry-after: 1\r\n",
        _ => "",
    };
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
         cache-control: no-store\r\nconnection: close\r\n{retry}date: {}\r\n\r\n{body}",
        body.len(),
        httpdate::fmt_http_date(SystemTime::now()),
    )
}

/// Closes so that the peer can still read the last answer: closing a socket with unread bytes
/// resets the connection, and the answer may be lost with it. A proxy that passes on a large body
/// reads the answer to its beginning only after the end, so the rest of a body is read as well.
pub(super) async fn lingering_close<S>(mut stream: S)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    /// The time for the peer to close, or to send more.
    const SILENCE: Duration = Duration::from_secs(1);
    const LINGER: Duration = Duration::from_secs(10);
    /// Proxies have limits for bodies of their own, such as 1 MiB by default in nginx.
    const MAX_BYTES: usize = 16 * 1024 * 1024;
    let close = async {
        if stream.shutdown().await.is_err() {
            return;
        }
        let mut chunk = vec![0; 16 * 1024];
        let mut left = MAX_BYTES;
        while let Ok(Ok(read @ 1..)) = timeout(SILENCE, stream.read(&mut chunk)).await {
            left = left.saturating_sub(read);
            if left == 0 {
                return;
            }
        }
    };
    let _closed_or_late = timeout(LINGER, close).await;
}
