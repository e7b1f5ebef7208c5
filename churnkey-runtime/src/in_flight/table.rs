//! A table whose keys bring their hash along: it is made once, however often a key is looked up.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// The keys hash to one number, made by a hasher that cannot be guessed.
pub(super) type Table<K, V> = HashMap<K, V, BuildHasherDefault<Made>>;

#[derive(Default)]
pub(super) struct Made(u64);

impl Hasher for Made {
    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    /// For keys that are not a number, which no table here has.
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
