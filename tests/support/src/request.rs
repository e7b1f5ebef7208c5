//! A request, built byte by byte: an ordinary client cannot send all invalid requests of the tests.

use std::fmt;

#[derive(Clone)]
pub struct Request {
    method: String,
    target: Vec<u8>,
    headers: Vec<(String, Vec<u8>)>,
    body: Option<Vec<u8>>,
}

impl Request {
    pub fn new(method: &str, target: impl AsRef<[u8]>) -> Self {
        Self {
            method: method.to_owned(),
            target: target.as_ref().to_owned(),
            headers: Vec::new(),
            body: None,
        }
    }

    /// Adds a header, also if one of the same name exists.
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers
            .push((name.to_owned(), value.as_ref().to_owned()));
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.headers
            .retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        self
    }

    pub fn body(mut self, body: impl AsRef<[u8]>) -> Self {
        self.body = Some(body.as_ref().to_owned());
        self
    }

    /// Sets a body and its content type.
    pub fn content(self, content_type: &str, body: impl AsRef<[u8]>) -> Self {
        self.without("Content-Type")
            .header("Content-Type", content_type)
            .body(body)
    }

    pub fn json(self, body: impl ToString) -> Self {
        self.content("application/json", body.to_string())
    }

    pub fn is_head(&self) -> bool {
        self.method == "HEAD"
    }

    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = [self.method.as_bytes(), b" ", &self.target, b" HTTP/1.1\r\n"].concat();
        bytes.extend(b"Host: provider.test\r\n");
        for (name, value) in &self.headers {
            bytes.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
        }
        if let Some(body) = &self.body {
            bytes.extend(format!("Content-Length: {}\r\n", body.len()).into_bytes());
        }
        bytes.extend(b"\r\n");
        bytes.extend(self.body.as_deref().unwrap_or_default());
        bytes
    }
}

/// Prints the request for a failed assertion.
impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let short = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes);
            let cut: String = text.chars().take(300).collect();
            if cut.len() < text.len() {
                format!("{cut}… ({} bytes)", bytes.len())
            } else {
                cut
            }
        };
        write!(f, "{} {}", self.method, short(&self.target))?;
        for (name, value) in &self.headers {
            write!(f, " [{name}: {}]", short(value))?;
        }
        write!(
            f,
            " {}",
            self.body.as_deref().map(short).unwrap_or_default()
        )
    }
}

/// Encodes a string as one path segment or query value, with every reserved character escaped.
pub fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}
