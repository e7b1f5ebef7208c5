//! The hash by which Churnkey recognizes a signed-in customer.

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Serialize, Serializer};
use sha2::{Digest as _, Sha256};

/// Computes the `authHash` of a customer, which the company's page must pass to Churnkey's cancel
/// flow. Protocol: **doc**.
///
/// It is the HMAC-SHA256 of the customer's id, with Churnkey's API key (`CK_API_KEY`, not the
/// integration token) as the key. A page that has the hash of a customer can change the
/// subscriptions of that customer: compute it on the server, and only for the customer who is
/// signed in.
///
/// ```
/// # use churnkey_runtime as churnkey;
/// # let api_key = "Jefe";
/// # let customer = churnkey::CustomerId::new("what do ya want for nothing?");
/// let hash = churnkey::auth_hash(api_key, customer);
/// assert!(hash.as_str().starts_with("5bdcc146bf60754e"));
/// ```
pub fn auth_hash(api_key: impl AsRef<[u8]>, customer_id: impl AsRef<str>) -> AuthHash {
    hmac(api_key.as_ref(), customer_id.as_ref().as_bytes())
}

/// The result of [`auth_hash`]: 64 lower-case hexadecimal digits, in the value itself and as JSON a
/// string.
///
/// `Debug` hides it, because it authenticates a customer.
#[derive(Clone, Copy)]
pub struct AuthHash([u8; HEX_DIGITS]);

const HEX_DIGITS: usize = 64;

impl AuthHash {
    /// The digits.
    pub fn as_str(&self) -> &str {
        // They are ASCII.
        str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl AsRef<str> for AuthHash {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for AuthHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for AuthHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AuthHash(..)")
    }
}

impl Serialize for AuthHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

fn hmac(key: &[u8], message: &[u8]) -> AuthHash {
    // A key of the size of a block, as RFC 2104 pads or hashes it: the constructor for keys of any
    // size returns an error that cannot occur.
    let mut block = [0; 64];
    match block.get_mut(..key.len()) {
        Some(start) => start.copy_from_slice(key),
        None => block[..32].copy_from_slice(&Sha256::digest(key)),
    }
    let mut mac = Hmac::<Sha256>::new(&block.into());
    mac.update(message);
    let mut hex = [0; HEX_DIGITS];
    for (digits, byte) in hex.chunks_exact_mut(2).zip(mac.finalize().into_bytes()) {
        digits.copy_from_slice(&[digit(byte >> 4), digit(byte & 0xf)]);
    }
    AuthHash(hex)
}

fn digit(value: u8) -> u8 {
    match value {
        0..=9 => b'0' + value,
        _ => b'a' + value - 10,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vectors of RFC 4231, section 4. The fifth one is truncated.
    #[test]
    fn hash_has_the_published_values() {
        let counting: Vec<u8> = (1..=25).collect();
        let long = b"This is a test using a larger than block-size key and a larger than \
                     block-size data. The key needs to be hashed before being used by the HMAC \
                     algorithm.";
        let vectors: [(&[u8], &[u8], &str); 7] = [
            (
                &[0x0b; 20],
                b"Hi There",
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
            ),
            (
                b"Jefe",
                b"what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (
                &[0xaa; 20],
                &[0xdd; 50],
                "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
            ),
            (
                &counting,
                &[0xcd; 50],
                "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
            ),
            (
                &[0x0c; 20],
                b"Test With Truncation",
                "a3b6167473100ee06e0c796c2955552b",
            ),
            (
                &[0xaa; 131],
                b"Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            ),
            (
                &[0xaa; 131],
                long,
                "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
            ),
        ];
        for (key, message, expected) in vectors {
            let hash = hmac(key, message);
            assert_eq!(&hash.as_str()[..expected.len()], expected);
        }
    }

    #[test]
    fn keys_around_the_block_size_are_those_of_hmac() {
        for length in [0, 1, 63, 64, 65, 200] {
            let key = vec![7; length];
            let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("any size is allowed");
            mac.update(b"cus_1");
            let expected: String = mac
                .finalize()
                .into_bytes()
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect();
            assert_eq!(auth_hash(&key, "cus_1").as_str(), expected, "{length}");
        }
    }

    #[test]
    fn hash_is_shown_and_serialized_but_not_debugged() {
        let hash = auth_hash("key", "cus_1");
        assert_eq!(hash.to_string(), hash.as_ref());
        assert_eq!(serde_json::json!(hash), hash.as_str());
        assert_eq!(size_of_val(&hash), 64);
        assert_eq!(format!("{hash:?}"), "AuthHash(..)");
    }
}
