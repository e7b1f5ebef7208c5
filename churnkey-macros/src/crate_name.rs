//! The path of `churnkey` in the crate that uses it.
//!
//! The manifest has the name of a renamed dependency. Without it every attribute would need
//! `crate = ..`, and each one that lacks it would be an error of its own.

use std::path::Path;
use std::{env, fs};

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::Ident;

const NAME: &str = "churnkey";

/// `::churnkey`, or the name that the dependency has in `Cargo.toml`.
pub(crate) fn path() -> TokenStream {
    let folder = env::var_os("CARGO_MANIFEST_DIR");
    let name = folder.and_then(|folder| name_in(Path::new(&folder)));
    let name = name.as_deref().unwrap_or(NAME);
    match syn::parse_str::<Ident>(name) {
        Ok(mut name) => {
            name.set_span(Span::call_site());
            quote!(::#name)
        }
        Err(_) => quote!(::churnkey),
    }
}

fn name_in(folder: &Path) -> Option<String> {
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).ok()?;
    if let Some(name) = renamed(&manifest) {
        return Some(name);
    }
    if !manifest.contains("workspace") || mentions(&manifest, NAME) {
        return None;
    }
    // The dependency may have its name in the manifest of the workspace.
    let of_workspace = folder.ancestors().find_map(|folder| {
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).ok()?;
        manifest.contains("[workspace").then_some(manifest)
    })?;
    renamed(&of_workspace)
        .filter(|name| mentions(&manifest, name) || mentions(&manifest, &name.replace('_', "-")))
}

/// The name of a dependency whose package is this crate.
fn renamed(manifest: &str) -> Option<String> {
    let package = format!("package=\"{NAME}\"");
    let mut table = "";
    for line in manifest.lines().map(str::trim) {
        if line.starts_with('#') {
            continue;
        }
        if let Some(name) = line.strip_prefix('[') {
            table = name.trim_end_matches(']');
            continue;
        }
        let line: String = line.split_whitespace().collect();
        let name = match table.rsplit_once("dependencies") {
            Some((_, "")) if line.contains(&package) => line.split(['=', '.']).next()?.to_owned(),
            Some((_, name)) if line == package => name.trim_start_matches('.').to_owned(),
            _ => continue,
        };
        return Some(name.trim_matches(['"', '\'']).replace('-', "_"));
    }
    None
}

/// Returns true if a manifest has a dependency of this name.
fn mentions(manifest: &str, name: &str) -> bool {
    manifest.lines().map(str::trim).any(|line| {
        let key = line.split(['=', '.', ' ']).next();
        key == Some(name) || line.ends_with(&format!("dependencies.{name}]"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_renamed_dependency_is_found() {
        for manifest in [
            "[dependencies]\nretention = { version = \"1\", package = \"churnkey\" }",
            "[dependencies]\nretention={package=\"churnkey\"}",
            "[dependencies]\nretention.package = \"churnkey\"",
            "[dependencies.retention]\nversion = \"1\"\npackage = \"churnkey\"",
            "[target.'cfg(unix)'.dependencies]\nretention = { package = \"churnkey\" }",
            "[workspace.dependencies]\nretention = { package = \"churnkey\" }",
        ] {
            assert_eq!(
                renamed(manifest).as_deref(),
                Some("retention"),
                "{manifest}"
            );
        }
    }

    #[test]
    fn other_dependencies_are_not_this_crate() {
        for manifest in [
            "[package]\nname = \"churnkey\"",
            "[dependencies]\nchurnkey = \"1\"",
            "[dependencies]\nretention = { package = \"churnkey-runtime\" }",
            "[package.metadata.x]\npackage = \"churnkey\"",
            "[dependencies]\n# retention = { package = \"churnkey\" }",
        ] {
            assert_eq!(renamed(manifest), None, "{manifest}");
        }
    }

    #[test]
    fn a_dash_is_an_underscore() {
        let manifest = "[dependencies]\nmy-retention = { package = \"churnkey\" }";
        assert_eq!(renamed(manifest).as_deref(), Some("my_retention"));
    }

    #[test]
    fn a_mention_is_a_key() {
        assert!(mentions("retention.workspace = true", "retention"));
        assert!(mentions("[dependencies.retention]", "retention"));
        assert!(!mentions("retention-core = \"1\"", "retention"));
    }
}
