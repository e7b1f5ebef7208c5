//! Writes a provider to begin with: the program's `churnkey new`.

mod files;
mod name;

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use name::Name;

const MANIFEST: &str = "Cargo.toml";

/// What the manifests of the templates depend on.
const CHURNKEY: &str = "churnkey = \"0.1\"";
const VERIFY: &str = "churnkey-verify = \"0.1\"";

/// What to write, and where.
#[derive(Clone, Debug)]
pub struct Options {
    /// The name of the package.
    pub name: String,
    /// Where the provider keeps its data.
    pub database: Database,
    /// The directory of the project, which must not be there or must be empty.
    pub directory: PathBuf,
    /// A checkout of churnkey, for a project that depends on it in place of what is published.
    pub workspace: Option<PathBuf>,
}

/// Where a new provider keeps its data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Database {
    /// SQLite, in files of its own
    #[default]
    Sqlite,
    /// PostgreSQL, for several instances at once
    Postgres,
    /// In memory, to be replaced by calls to a billing system
    None,
}

/// What has been written.
#[derive(Clone, Debug)]
pub struct Created {
    /// The directory of the project.
    pub directory: PathBuf,
    /// The files, relative to it.
    pub files: Vec<&'static str>,
}

/// Nothing has been written. Its text says why, and what to do.
#[derive(Debug)]
pub struct Refused(String);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refused {}

/// Writes a provider that compiles and passes its own tests.
///
/// # Errors
///
/// The name is none for a package, something is in the directory already, the checkout is none, or the project cannot be written.
pub fn create(options: &Options) -> Result<Created, Refused> {
    let name = Name::new(&options.name)?;
    let directory = free(&options.directory)?;
    let workspace = options.workspace.as_deref().map(checkout).transpose()?;
    let files = files::of(options.database);
    let texts = files.iter().map(|file| match &workspace {
        Some(workspace) if file.path == MANIFEST => against(workspace, &name.put_into(file.text)),
        _ => name.put_into(file.text),
    });
    let texts: Vec<_> = files.iter().map(|file| file.path).zip(texts).collect();
    put(&directory, &texts)
        .map_err(|cause| refused(format!("cannot write {}: {cause}", directory.display())))?;
    Ok(Created {
        directory,
        files: files.iter().map(|file| file.path).collect(),
    })
}

fn free(directory: &Path) -> Result<PathBuf, Refused> {
    let directory = absolute(directory)?;
    let shown = directory.display();
    let entries = match fs::read_dir(&directory) {
        Ok(entries) => entries,
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(directory),
        Err(cause) => {
            return Err(refused(format!(
                "{shown} cannot be a new directory: {cause}: give another --path"
            )));
        }
    };
    if entries.count() > 0 {
        return Err(refused(format!(
            "{shown} is there already and is not empty: give another --path, or move away what is in it"
        )));
    }
    // To put another in its place would leave whoever is in it nowhere.
    if is_current(&directory) {
        return Err(refused(format!(
            "{shown} is the current directory: go to the one above and give this one as --path"
        )));
    }
    Ok(directory)
}

fn checkout(directory: &Path) -> Result<PathBuf, Refused> {
    let directory = absolute(directory)?;
    if directory.join("churnkey-verify").join(MANIFEST).is_file() {
        return Ok(directory);
    }
    Err(refused(format!(
        "{} is not a checkout of churnkey, in which there is a churnkey-verify: give the directory of one as --workspace",
        directory.display()
    )))
}

fn is_current(directory: &Path) -> bool {
    let current = std::env::current_dir().and_then(fs::canonicalize);
    matches!((current, fs::canonicalize(directory)), (Ok(current), Ok(directory)) if current == directory)
}

fn absolute(path: &Path) -> Result<PathBuf, Refused> {
    std::path::absolute(path).map_err(|cause| refused(format!("{}: {cause}", path.display())))
}

/// The manifest of a project that depends on the crates of a workspace, and is itself in none.
fn against(workspace: &Path, manifest: &str) -> String {
    let dependency = |name: &str, member: &str| {
        let path = workspace.join(member);
        // What JSON escapes in a text, TOML does too.
        let path = serde_json::Value::from(path.to_string_lossy());
        format!("{name} = {{ path = {path} }}")
    };
    let manifest = manifest
        .replace(CHURNKEY, &dependency("churnkey", ""))
        .replace(VERIFY, &dependency("churnkey-verify", "churnkey-verify"));
    manifest + "\n[workspace]\n"
}

/// Puts a project in its place as a whole, or not at all: it is written beside that first.
fn put(directory: &Path, texts: &[(&str, String)]) -> io::Result<()> {
    let parent = directory.parent().ok_or(io::ErrorKind::InvalidInput)?;
    fs::create_dir_all(parent)?;
    let name = directory.file_name().unwrap_or_default().to_string_lossy();
    let beside = parent.join(format!(".{name}.{}", std::process::id()));
    fs::create_dir(&beside)?;
    let done = write(&beside, texts).and_then(|()| {
        if directory.exists() {
            fs::remove_dir(directory)?;
        }
        fs::rename(&beside, directory)
    });
    if done.is_err() {
        // Whatever that fails of, the first failure is the one to tell.
        let _ = fs::remove_dir_all(&beside);
    }
    done
}

fn write(directory: &Path, texts: &[(&str, String)]) -> io::Result<()> {
    for (path, text) in texts {
        let path = directory.join(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, text)?;
    }
    Ok(())
}

fn refused(why: impl Into<String>) -> Refused {
    Refused(why.into())
}
