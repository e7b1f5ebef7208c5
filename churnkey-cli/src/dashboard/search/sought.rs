//! The text in the search box: an id, an email address or a phone number.

use churnkey_verify::Module;

/// The least number of digits of a phone number.
const MIN_DIGITS: usize = 5;

/// A way to find something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    CustomerId,
    Email,
    Phone,
    /// An item of the catalogue, by its id.
    Item(Module),
}

/// A request to the provider that may find what is sought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Attempt {
    pub(super) by: By,
    pub(super) value: String,
}

impl By {
    pub(super) fn label(self) -> String {
        match self {
            Self::CustomerId => "customer by id".to_owned(),
            Self::Email => "customer by email address".to_owned(),
            Self::Phone => "customer by phone number".to_owned(),
            Self::Item(module) => format!("id in {module}"),
        }
    }
}

/// The attempts for a text. An id may have any form, so every text may be an id.
pub(super) fn attempts(sought: &str) -> Vec<Attempt> {
    let sought = sought.trim();
    let mut attempts = Vec::new();
    let mut add = |by, value: &str| {
        let attempt = Attempt {
            by,
            value: value.to_owned(),
        };
        if !value.is_empty() && !attempts.contains(&attempt) {
            attempts.push(attempt);
        }
    };
    if let Some(address) = email(sought) {
        add(By::Email, address);
        add(By::Email, &address.to_lowercase());
    }
    if let Some(number) = phone(sought) {
        add(By::Phone, number);
        add(By::Phone, &digits(number));
    }
    add(By::CustomerId, sought);
    for module in [
        Module::Prices,
        Module::Coupons,
        Module::Products,
        Module::Families,
    ] {
        add(By::Item(module), sought);
    }
    attempts
}

/// The address of `Ada <ada@example.com>`, `mailto:ada@example.com` or `ada@example.com`.
fn email(sought: &str) -> Option<&str> {
    let inner = sought
        .rsplit_once('<')
        .and_then(|(_, rest)| rest.strip_suffix('>'));
    let address = inner.unwrap_or(sought).trim();
    let address = without_scheme(address, "mailto:");
    let (local, domain) = address.rsplit_once('@')?;
    (!local.is_empty() && !domain.is_empty()).then_some(address)
}

/// The number of `tel:+46-8-123 45` or `+46 (8) 12345`. Shops may store letters in it.
fn phone(sought: &str) -> Option<&str> {
    let number = without_scheme(sought, "tel:").trim();
    let is_international = number.starts_with('+');
    let count = number.chars().filter(char::is_ascii_digit).count();
    let is_plain = number
        .chars()
        .all(|char| char.is_ascii_digit() || "+-./() \u{a0}\u{202f}".contains(char));
    (is_international || (is_plain && count >= MIN_DIGITS)).then_some(number)
}

fn without_scheme<'t>(text: &'t str, scheme: &str) -> &'t str {
    match text.get(..scheme.len()) {
        Some(start) if start.eq_ignore_ascii_case(scheme) => &text[scheme.len()..],
        _ => text,
    }
}

/// A phone number without the characters that only make it readable.
fn digits(number: &str) -> String {
    let is_part = |char: &char| !"-./() \u{a0}\u{202f}".contains(*char);
    number.chars().filter(is_part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn customers(sought: &str) -> Vec<(By, String)> {
        let attempts = attempts(sought).into_iter();
        attempts
            .filter(|attempt| !matches!(attempt.by, By::Item(_)))
            .map(|attempt| (attempt.by, attempt.value))
            .collect()
    }

    #[test]
    fn email_address_is_recognised() {
        for sought in [
            "ada@x.test",
            " ada@x.test ",
            "Ada <ada@x.test>",
            "MAILTO:ada@x.test",
        ] {
            let first = customers(sought).remove(0);
            assert_eq!(first, (By::Email, "ada@x.test".to_owned()), "{sought}");
        }
        let both = customers("Ada@X.test");
        assert_eq!(both[1], (By::Email, "ada@x.test".to_owned()));
        assert_eq!(customers("@x")[0].0, By::CustomerId);
    }

    #[test]
    fn phone_number_is_tried_with_and_without_spaces() {
        let found = customers("+46 (8) 123-45");
        assert_eq!(found[0], (By::Phone, "+46 (8) 123-45".to_owned()));
        assert_eq!(found[1], (By::Phone, "+46812345".to_owned()));
        assert_eq!(customers("tel:08 123 45")[0].0, By::Phone);
        assert_eq!(customers("1234")[0].0, By::CustomerId);
    }

    #[test]
    fn every_text_is_tried_as_an_id() {
        for sought in ["cus_1", "ada@x.test", "12345678", "ä/ö ü"] {
            let ids = attempts(sought);
            let ids = ids.iter().filter(|attempt| attempt.value == sought);
            assert!(ids.count() >= 5, "{sought}");
        }
        assert_eq!(attempts("  "), []);
    }
}
