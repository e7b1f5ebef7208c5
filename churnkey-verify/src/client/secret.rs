//! Removal of the token from the errors of a provider.

use bytes::Bytes;

/// The replacement of the token.
const NAME: &[u8] = b"$CK_INTEGRATION_TOKEN";
/// A shorter token is not a secret, and ordinary words could contain it.
const SHORTEST: usize = 8;

/// Removes the token, in any case, and the token without its last character.
///
/// A run also sends such tokens, and a provider may repeat a refused token in its error.
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
    fn a_repeated_token_is_replaced_by_its_name() {
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
    fn other_text_is_unchanged() {
        for text in ["", "secret", "Unauthorized", "the token is missing"] {
            assert_eq!(cleaned("secret-Token", text), text);
        }
    }

    #[test]
    fn a_short_token_is_not_replaced() {
        assert_eq!(
            cleaned("token", "the token is missing"),
            "the token is missing"
        );
        assert_eq!(cleaned("", "the token is missing"), "the token is missing");
    }
}
