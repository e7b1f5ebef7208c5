//! The workspace as cargo describes it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use semver::{Version, VersionReq};
use serde::Deserialize;
use serde_json::Value;

/// The result of `cargo metadata`, with the dependencies of all members.
pub(crate) static METADATA: LazyLock<Metadata> = LazyLock::new(|| {
    serde_json::from_str(&cargo(&[
        "metadata",
        "--format-version",
        "1",
        "--all-features",
    ]))
    .unwrap()
});

#[derive(Deserialize)]
pub(crate) struct Metadata {
    pub(crate) packages: Vec<Package>,
    pub(crate) workspace_members: Vec<String>,
    pub(crate) resolve: Resolve,
}

#[derive(Deserialize)]
pub(crate) struct Package {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) version: Version,
    pub(crate) rust_version: Option<String>,
    pub(crate) manifest_path: PathBuf,
    pub(crate) description: Option<String>,
    pub(crate) documentation: Option<String>,
    pub(crate) license: Option<String>,
    pub(crate) readme: Option<PathBuf>,
    pub(crate) keywords: Vec<String>,
    pub(crate) categories: Vec<String>,
    pub(crate) metadata: Value,
    /// The registries that the package may be published to; empty is none, absent is any.
    pub(crate) publish: Option<Vec<String>>,
    pub(crate) dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    pub(crate) req: VersionReq,
    pub(crate) kind: Option<String>,
    pub(crate) path: Option<PathBuf>,
}

#[derive(Deserialize)]
pub(crate) struct Resolve {
    pub(crate) nodes: Vec<Node>,
}

#[derive(Deserialize)]
pub(crate) struct Node {
    pub(crate) id: String,
    pub(crate) deps: Vec<Edge>,
}

#[derive(Deserialize)]
pub(crate) struct Edge {
    pub(crate) pkg: String,
    pub(crate) dep_kinds: Vec<EdgeKind>,
}

#[derive(Deserialize)]
pub(crate) struct EdgeKind {
    pub(crate) kind: Option<String>,
}

impl Metadata {
    /// The members of the workspace that are published.
    pub(crate) fn published(&self) -> impl Iterator<Item = &Package> {
        self.packages.iter().filter(|package| {
            self.workspace_members.contains(&package.id) && package.publish.is_none()
        })
    }

    /// Everything that the published packages need to build, with all features.
    pub(crate) fn needed(&self) -> Vec<&Package> {
        let nodes: BTreeMap<_, _> = self
            .resolve
            .nodes
            .iter()
            .map(|node| (&node.id, node))
            .collect();
        let mut needed: Vec<&String> = self.published().map(|package| &package.id).collect();
        let mut next = 0;
        while let Some(id) = needed.get(next) {
            next += 1;
            for edge in &nodes[*id].deps {
                let is_test = |kind: &EdgeKind| kind.kind.as_deref() == Some("dev");
                if !edge.dep_kinds.iter().all(is_test) && !needed.contains(&&edge.pkg) {
                    needed.push(&edge.pkg);
                }
            }
        }
        self.packages
            .iter()
            .filter(|package| needed.contains(&&package.id))
            .collect()
    }
}

impl Package {
    pub(crate) fn folder(&self) -> &Path {
        self.manifest_path.parent().unwrap()
    }

    /// The files that cargo packs, relative to the folder.
    pub(crate) fn files(&self) -> Vec<String> {
        let listed = cargo(&[
            "package",
            "--list",
            "--allow-dirty",
            "--package",
            &self.name,
        ]);
        listed.lines().map(|line| line.replace('\\', "/")).collect()
    }
}

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

/// The contents of a file of the repository.
pub(crate) fn read(file: impl AsRef<Path>) -> String {
    let path = root().join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The output of an offline run of cargo at the root of the repository.
fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .args(["--locked", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    let log = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "cargo {}: {log}",
        arguments.join(" ")
    );
    String::from_utf8(output.stdout).unwrap()
}
