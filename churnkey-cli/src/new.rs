//! The implementation of `churnkey new`, which creates a new provider.

mod files;
mod name;
mod refused;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use name::Name;
use refused::refused;

pub use files::{Database, Library};
pub use refused::Refused;

const MANIFEST: &str = "Cargo.toml";

/// The dependencies in the manifests of the templates, each in both forms.
const DEPENDENCIES: [(&str, &str); 2] = [("churnkey", ""), ("churnkey-verify", "churnkey-verify")];
const VERSION: &str = "\"0.1\"";

/// The version of Rust in the templates, and the one that sqlx needs.
const RUST: &str = "1.88";
const RUST_OF_SQLX: &str = "1.94";

/// The project to create.
#[derive(Clone, Debug)]
pub struct NewProject {
    /// The name of the package.
    pub name: String,
    /// The database of the provider.
    pub database: Database,
    /// The crate for the access to the database, if it is not the one of the template.
    pub with: Option<Library>,
    /// The directory of the project, which must not exist or must be empty.
    pub directory: PathBuf,
    /// A checkout of churnkey that the project depends on, instead of the published crates.
    pub workspace: Option<PathBuf>,
}

/// A created project.
#[derive(Clone, Debug)]
pub struct Created {
    /// The directory of the project.
    pub directory: PathBuf,
    /// The paths of the files, relative to the directory.
    pub files: Vec<&'static str>,
}

/// Creates a provider that compiles and passes its own tests.
///
/// # Errors
///
/// The name is not valid for a package, the library needs a database, the directory is not empty,
/// the workspace is not a checkout of churnkey, or the project cannot be written.
pub fn create(project: &NewProject) -> Result<Created, Refused> {
    let name = Name::new(&project.name)?;
    let files = files::of(project.database, project.with).ok_or_else(|| {
        refused("sqlx needs a database: use --db sqlite or --db postgres, or leave out --with")
    })?;
    let directory = free(&project.directory)?;
    let workspace = project.workspace.as_deref().map(checkout).transpose()?;
    let texts = files.iter().map(|file| {
        let text = name.put_into(&with_rust(project.with, file.text));
        match &workspace {
            Some(workspace) if file.path == MANIFEST => depend_on_workspace(workspace, &text),
            _ => text,
        }
    });
    let texts: Vec<_> = files.iter().map(|file| file.path).zip(texts).collect();
    put(&directory, &texts)
        .map_err(|cause| refused(format!("cannot write {}: {cause}", directory.display())))?;
    Ok(Created {
        directory,
        files: files.iter().map(|file| file.path).collect(),
    })
}

/// The text of a template with the version of Rust that the library needs.
fn with_rust(with: Option<Library>, text: &str) -> String {
    match with {
        Some(Library::Sqlx) => text.replace(RUST, RUST_OF_SQLX),
        None => text.to_owned(),
    }
}

fn free(directory: &Path) -> Result<PathBuf, Refused> {
    let directory = absolute(directory)?;
    let shown = directory.display();
    let entries = match fs::read_dir(&directory) {
        Ok(entries) => entries,
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(directory),
        Err(cause) => {
            return Err(refused(format!(
                "cannot use {shown} as a new directory: {cause}: use another --path"
            )));
        }
    };
    if entries.count() > 0 {
        return Err(refused(format!(
            "{shown} exists and is not empty: use another --path, or move its contents elsewhere"
        )));
    }
    // The directory is replaced, and the shell of the user would stay in the removed one.
    if is_current(&directory) {
        return Err(refused(format!(
            "{shown} is the current directory: change to its parent and use this one as --path"
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
        "{} is not a checkout of churnkey, because it has no churnkey-verify: use the directory of a checkout as --workspace",
        directory.display()
    )))
}

fn is_current(directory: &Path) -> bool {
    let current = std::env::current_dir().and_then(fs::canonicalize);
    match (current, fs::canonicalize(directory)) {
        (Ok(current), Ok(directory)) => current == directory,
        _ => false,
    }
}

fn absolute(path: &Path) -> Result<PathBuf, Refused> {
    std::path::absolute(path).map_err(|cause| refused(format!("{}: {cause}", path.display())))
}

/// Changes a manifest so that it depends on the crates of a workspace. The added `[workspace]`
/// keeps the project out of any other workspace.
fn depend_on_workspace(workspace: &Path, manifest: &str) -> String {
    let mut manifest = manifest.to_owned();
    for (name, member) in DEPENDENCIES {
        let path = workspace.join(member);
        // A string that is escaped for JSON is valid in TOML as well.
        let path = serde_json::Value::from(path.to_string_lossy());
        for (published, local) in [
            (
                format!("\n{name} = {VERSION}"),
                format!("\n{name} = {{ path = {path} }}"),
            ),
            (
                format!("\n{name} = {{ version = {VERSION}"),
                format!("\n{name} = {{ path = {path}"),
            ),
        ] {
            manifest = manifest.replace(&published, &local);
        }
    }
    manifest + "\n[workspace]\n"
}

/// Creates the directory completely or not at all: the files are written into a temporary directory
/// next to it, which is then renamed.
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
        // The first error is reported, not one of this cleanup.
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
