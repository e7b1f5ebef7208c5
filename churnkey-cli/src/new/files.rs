//! The files of a new provider.

/// The database of a new provider.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Database {
    /// SQLite, in a file for each mode
    #[default]
    Sqlite,
    /// PostgreSQL, for several instances
    Postgres,
    /// In memory, to be replaced by calls to your billing system
    None,
}

/// A crate of the new provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Library {
    /// Access to the database by sqlx, with its migrations and tests
    Sqlx,
}

pub(super) struct File {
    pub(super) path: &'static str,
    pub(super) text: &'static str,
}

/// The files of a provider in the order of their paths, or `None` if there is no such provider.
pub(super) fn of(database: Database, with: Option<Library>) -> Option<Vec<File>> {
    let (shared, own) = match (database, with) {
        (Database::Sqlite, None) => (DIRECT, SQLITE),
        (Database::Postgres, None) => (DIRECT, POSTGRES),
        (Database::None, None) => (DIRECT, NONE),
        (Database::Sqlite, Some(Library::Sqlx)) => (SQLX, SQLX_SQLITE),
        (Database::Postgres, Some(Library::Sqlx)) => (SQLX, SQLX_POSTGRES),
        (Database::None, Some(Library::Sqlx)) => return None,
    };
    let mut files: Vec<_> = COMMON
        .iter()
        .chain(shared)
        .chain(own)
        .map(|&(path, text)| File { path, text })
        .collect();
    files.sort_by_key(|file| file.path);
    Some(files)
}

/// Includes the templates of a directory. Names of templates have no leading dot, because git would
/// read such files here, and no template is called `Cargo.toml`, because Cargo would then leave its
/// directory out of the package.
macro_rules! templates {
    ($directory:literal: $($path:literal = $template:literal,)+) => {
        &[$(($path, include_str!(concat!("templates/", $directory, "/", $template)))),+]
    };
}

type Templates = &'static [(&'static str, &'static str)];

const COMMON: Templates = templates! { "common":
    ".dockerignore" = "dockerignore",
    ".gitignore" = "gitignore",
    "src/actions.rs" = "src/actions.rs",
    "src/calendar.rs" = "src/calendar.rs",
    "src/clock.rs" = "src/clock.rs",
    "src/controllers.rs" = "src/controllers.rs",
    "src/email.rs" = "src/email.rs",
    "src/subscription.rs" = "src/subscription.rs",
    "tests/provider/simulation.rs" = "tests/provider/simulation.rs",
};

/// The files of all providers without sqlx.
const DIRECT: Templates = templates! { "common":
    "tests/provider/main.rs" = "tests/provider/main.rs",
};

const SQLX: Templates = templates! { "sqlx":
    "build.rs" = "build.rs",
    "src/books.rs" = "src/books.rs",
    "src/connections.rs" = "src/connections.rs",
    "src/lib.rs" = "src/lib.rs",
    "src/main.rs" = "src/main.rs",
    "src/rows.rs" = "src/rows.rs",
    "tests/provider/main.rs" = "tests/provider/main.rs",
};

const NONE: Templates = templates! { "none":
    ".env.example" = "env.example",
    ".github/workflows/ci.yml" = "../common/github/ci.yml",
    "Cargo.toml" = "manifest.toml",
    "Dockerfile" = "../common/Dockerfile",
    "README.md" = "README.md",
    "src/books.rs" = "src/books.rs",
    "src/examples.rs" = "src/examples.rs",
    "src/lib.rs" = "src/lib.rs",
    "src/main.rs" = "src/main.rs",
    "tests/provider/fresh.rs" = "tests/provider/fresh.rs",
};

const SQLITE: Templates = templates! { "sqlite":
    ".env.example" = "env.example",
    ".github/workflows/ci.yml" = "../common/github/ci.yml",
    "Cargo.toml" = "manifest.toml",
    "Dockerfile" = "Dockerfile",
    "README.md" = "README.md",
    "migrations/1_books.sql" = "migrations/1_books.sql",
    "migrations/examples.sql" = "migrations/examples.sql",
    "src/books.rs" = "src/books.rs",
    "src/lib.rs" = "src/lib.rs",
    "src/main.rs" = "src/main.rs",
    "tests/provider/fresh.rs" = "tests/provider/fresh.rs",
};

const POSTGRES: Templates = templates! { "postgres":
    ".env.example" = "env.example",
    ".github/workflows/ci.yml" = "github/ci.yml",
    "Cargo.toml" = "manifest.toml",
    "Dockerfile" = "../common/Dockerfile",
    "README.md" = "README.md",
    "migrations/1_books.sql" = "migrations/1_books.sql",
    "migrations/examples.sql" = "migrations/examples.sql",
    "src/books.rs" = "src/books.rs",
    "src/lib.rs" = "src/lib.rs",
    "src/main.rs" = "src/main.rs",
    "tests/provider/fresh.rs" = "tests/provider/fresh.rs",
};

const SQLX_SQLITE: Templates = templates! { "sqlx_sqlite":
    ".env.example" = "env.example",
    ".github/workflows/ci.yml" = "../common/github/ci.yml",
    "Cargo.toml" = "manifest.toml",
    "Dockerfile" = "Dockerfile",
    "README.md" = "README.md",
    "fixtures/examples.sql" = "fixtures/examples.sql",
    "migrations/1_books.sql" = "migrations/1_books.sql",
    "src/database.rs" = "src/database.rs",
};

const SQLX_POSTGRES: Templates = templates! { "sqlx_postgres":
    ".env.example" = "env.example",
    ".github/workflows/ci.yml" = "../postgres/github/ci.yml",
    "Cargo.toml" = "manifest.toml",
    "Dockerfile" = "../common/Dockerfile",
    "README.md" = "README.md",
    "fixtures/examples.sql" = "fixtures/examples.sql",
    "migrations/1_books.sql" = "migrations/1_books.sql",
    "src/database.rs" = "src/database.rs",
};
