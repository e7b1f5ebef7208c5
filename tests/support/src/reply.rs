//! A reply, with assertions for every operation.

use serde_json::Value;

#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self
            .headers
            .iter()
            .filter(|(other, _)| other.eq_ignore_ascii_case(name));
        let value = values.next().map(|(_, value)| value.as_str());
        assert!(values.next().is_none(), "`{name}` is there twice: {self:?}");
        value
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Returns the body, which must be JSON and be declared as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        let content_type = self.header("content-type").unwrap_or_default();
        let media_type = content_type.split(';').next().unwrap_or_default().trim();
        assert!(
            media_type.eq_ignore_ascii_case("application/json"),
            "the content type is `{content_type}` with status {} and body `{}`",
            self.status,
            self.text(),
        );
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|cause| panic!("not JSON ({cause}): `{}`", self.text()))
    }

    #[track_caller]
    pub fn document(&self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text());
        assert_eq!(self.header("content-type"), Some("application/json"));
        serde_json::from_slice(&self.body).unwrap()
    }

    /// Asserts the success of an action: 200 without a body.
    #[track_caller]
    pub fn is_done(&self) {
        assert_eq!((self.status, self.text().as_str()), (200, ""));
        assert_eq!(self.header("content-type"), None);
        assert_eq!(self.header("content-length"), Some("0"));
    }

    /// Returns the message of an error with this status, which must have the error shape of the
    /// protocol.
    #[track_caller]
    pub fn error(&self, status: u16) -> String {
        assert_eq!(self.status, status, "{}", self.text());
        assert_eq!(self.header("content-type"), Some("application/json"));
        let body: Value = serde_json::from_slice(&self.body).unwrap();
        let message = body["message"].as_str().unwrap().to_owned();
        assert_eq!(
            body,
            serde_json::json!({ "code": status, "message": message })
        );
        assert!(!message.trim().is_empty());
        message
    }

    /// Returns the message of an error after which the connection ends, and asserts that it has no
    /// further headers.
    #[track_caller]
    pub fn refusal(&self, status: u16) -> String {
        let message = self.error(status);
        assert_eq!(self.header("connection"), Some("close"), "{message}");
        self.has_no_headers_but(&["retry-after"]);
        message
    }

    /// Asserts a reply of hyper to bytes that it cannot parse: a status without a body, after which
    /// the connection ends.
    #[track_caller]
    pub fn is_unparsed(&self, status: u16) {
        assert_eq!((self.status, self.text().as_str()), (status, ""));
        assert_eq!(self.header("connection"), Some("close"));
        assert_eq!(self.header("content-type"), None);
        assert_eq!(self.header("cache-control"), None);
        self.has_no_headers_but(&[]);
    }

    /// Asserts that there are only these headers, in addition to those of every reply.
    #[track_caller]
    pub fn has_no_headers_but(&self, allowed: &[&str]) {
        const USUAL: [&str; 5] = [
            "cache-control",
            "content-type",
            "content-length",
            "connection",
            "date",
        ];
        for (name, _) in &self.headers {
            let name = name.as_str();
            assert!(
                USUAL.contains(&name) || allowed.contains(&name),
                "`{name}` is in {:?}",
                self.headers
            );
        }
    }

    /// Returns the seconds of `Retry-After`.
    #[track_caller]
    pub fn retry_after(&self) -> u64 {
        let seconds = self.header("retry-after").expect("a Retry-After");
        let seconds = seconds.parse().unwrap();
        assert!(seconds >= 1);
        seconds
    }

    /// Returns everything except the date.
    pub fn dateless(mut self) -> (u16, Vec<(String, String)>, Vec<u8>) {
        self.headers.retain(|(name, _)| name != "date");
        (self.status, self.headers, self.body)
    }
}
