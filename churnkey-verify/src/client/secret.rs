//! Keeps the token out of what a provider's errors say.

use bytes::Bytes;

/// What stands in its place.
const NAME: &[u8] = b"$CK_INTEGRATION_TOKEN";
/// A token that is shorter is no secret, and its letters may be those of any word.
const SHORTEST: usize = 8;

/// The text without the token in either case, and without what is left of it if the last character is missing: a run tries such tokens too, and a
/// provider may repeat what it refuses.
pub(super) fn without(token: &str, text: Bytes) -> Bytes {
    let Some((last, most)) = token.as_bytes().split_last() else {
        return text;
    };
    if token.len() < SHORTEST {
        return text;
    }
    let mut clean = Vec::new();
    let mut rest = &text[..];
    let is_most = |window: &[u8]| window.eq_ignore_ascii_case(most);
    while let Some(at) = rest.windows(most.len()).position(is_most) {
        clean.extend_from_slice(&rest[..at]);
        clean.extend_from_slice(NAME);
        rest = &rest[at + most.len()..];
        if let Some((first, others)) = rest.split_first()
            && first.eq_ignore_ascii_case(last)
        {
            rest = others;
        }
    }
    if clean.is_empty() {
        return text;
    }
    clean.extend_from_slice(rest);
    clean.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cleaned(token: &str, text: &str) -> String {
        let clean = without(token, Bytes::copy_from_slice(text.as_bytes()));
        String::from_utf8(clean.to_vec()).unwrap()
    }

    #[test]
    fn a_token_that_is_repeated_is_named_instead() {
        assert_eq!(
            cleaned(
                "secret-Token",
                "no: secret-Token, SECRET-tOKEN; secret-Toke."
            ),
            "no: $CK_INTEGRATION_TOKEN, $CK_INTEGRATION_TOKEN; $CK_INTEGRATION_TOKEN."
        );
        assert_eq!(
            cleaned("secret-Token", "secret-Tokenx"),
            "$CK_INTEGRATION_TOKENx"
        );
    }

    #[test]
    fn other_text_stays_as_it_is() {
        for text in ["", "secret", "Unauthorized", "the token is missing"] {
            assert_eq!(cleaned("secret-Token", text), text);
        }
    }

    #[test]
    fn the_token_of_a_test_is_no_secret() {
        assert_eq!(
            cleaned("token", "the token is missing"),
            "the token is missing"
        );
        assert_eq!(cleaned("", "the token is missing"), "the token is missing");
    }
}
