//! Parts for the program `churnkey`, which depends on exactly this version. They are no public interface and may change
//! with every release.

#[cfg(feature = "http")]
pub use crate::client::upstream;
pub use crate::client::{Answer, Client, Request, Trouble, encoded};
pub use crate::manifest::Supported;
pub use crate::model::{Flaw, flaws};
pub use crate::printable::{is_printable, printable};
pub use crate::report::tally::counted;
pub use crate::report::text::{Ink, Look, write};
