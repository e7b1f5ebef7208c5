//! Items for the program `churnkey`, which depends on exactly this version.
//!
//! They are not a public interface and may change with every release.

#[cfg(feature = "http")]
pub use crate::client::upstream;
pub use crate::client::{Client, Request, Response, Sent, TransportError, encoded};
pub use crate::manifest::{DeclaredManifest, ManifestFlaw};
pub use crate::model::{ModelFlaw, flaws};
pub use crate::printable::{is_printable, printable};
pub use crate::report::tally::counted;
pub use crate::report::text::{Layout, Style, write};
pub use crate::verifier::mode_of_actions;
