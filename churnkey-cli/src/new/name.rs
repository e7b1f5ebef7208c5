//! The name of a new package.

use super::refused::{Refused, refused};

/// The name of the package in the templates.
const TEMPLATE: &str = "my-provider";
const TEMPLATE_CRATE: &str = "my_provider";

/// The limit of package registries.
const MAX_LENGTH: usize = 64;

/// A name that is valid for a package, its library and its program.
pub(super) struct Name(String);

impl Name {
    pub(super) fn new(name: &str) -> Result<Self, Refused> {
        // The compiler warns about crate names with capitals, and a package name with two
        // separators in a row would lead to one.
        let is_word = |word: &str| {
            let letters = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
            !word.is_empty() && word.chars().all(letters)
        };
        let begins_with_a_letter = name.starts_with(|c: char| c.is_ascii_lowercase());
        if !begins_with_a_letter || !name.split(['-', '_']).all(is_word) {
            return Err(refused(format!(
                "`{}` is not a valid package name: use lowercase letters, digits and single `-` between words, and begin with a letter, as in `acme-billing`",
                name.escape_debug()
            )));
        }
        if name.len() > MAX_LENGTH {
            return Err(refused(format!(
                "the name is too long: use at most {MAX_LENGTH} characters"
            )));
        }
        let name = Self(name.to_owned());
        if let Some((_, whose)) = RESERVED
            .iter()
            .find(|(names, _)| names.contains(&&*name.krate()))
        {
            return Err(refused(format!(
                "`{}` is the name of {whose}: use another, such as `{}-billing`",
                name.0, name.0
            )));
        }
        Ok(name)
    }

    /// Replaces the placeholder name in the text of a template.
    pub(super) fn put_into(&self, text: &str) -> String {
        let krate = self.krate();
        // The text is split first, because the name itself may contain the placeholder.
        let parts: Vec<_> = text
            .split(TEMPLATE)
            .map(|part| part.replace(TEMPLATE_CRATE, &krate))
            .collect();
        parts.join(&self.0)
    }

    /// The name of the crate, as the compiler writes it.
    fn krate(&self) -> String {
        self.0.replace('-', "_")
    }
}

const RESERVED: &[(&[&str], &str)] = &[
    (
        &[
            "abstract", "as", "async", "await", "become", "box", "break", "const", "continue",
            "crate", "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen",
            "if", "impl", "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override",
            "priv", "pub", "ref", "return", "self", "static", "struct", "super", "trait", "true",
            "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while",
            "yield",
        ],
        "a Rust keyword",
    ),
    (
        &["alloc", "core", "proc_macro", "std", "test"],
        "a crate that comes with Rust",
    ),
    (
        &["build", "deps", "examples", "incremental"],
        "a directory of Cargo",
    ),
    (
        &[
            "aux", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9", "con",
            "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9", "nul", "prn",
        ],
        "a Windows device",
    ),
    (
        &[
            "chrono",
            "churnkey",
            "churnkey_macros",
            "churnkey_runtime",
            "churnkey_verify",
            "deadpool_postgres",
            "deadpool_sqlite",
            "rusqlite",
            "rusqlite_migration",
            "sqlx",
            "tempfile",
            "tokio",
            "tokio_postgres",
            "tracing_subscriber",
        ],
        "a crate that the provider depends on",
    ),
    (&["fresh", "simulation"], "a module of the provider's tests"),
];
