//! The protocol between Churnkey and a custom provider, as data.
//!
//! Everything that the macros, the runtime and the verifier have to agree on stands here once: the
//! [modules](MODULES), their operations and paths, the features of the manifest, the body field
//! that each feature opens, and the modules that a module needs. A new action begins with one
//! constant in `actions.rs`.
//!
//! Facts carry how far they are [known](Known).

#![cfg_attr(not(test), no_std)]
#![forbid(unsafe_code)]

pub mod actions;
pub mod assumption;
pub mod controllers;
mod equal;
mod field;
mod known;
mod module;
mod operation;
pub mod spelling;
#[cfg(test)]
mod tests;
pub mod words;

pub use equal::equal;
pub use field::{Field, FieldKind};
pub use known::Known;
pub use module::{Feature, FeatureKind, Module, Need, Side, Variant, Word};
pub use operation::{Input, Method, Model, Operation, Output, Presence, ROOT};

/// Path of the feature manifest.
pub const FEATURES_PATH: &str = "/churnkey/features";

/// Every module, controllers first, in the order of the protocol's description.
pub const MODULES: &[Module] = &{
    const CONTROLLERS: &[Module] = controllers::ALL;
    let mut all = [CONTROLLERS[0]; CONTROLLERS.len() + actions::ALL.len()];
    let mut index = 0;
    while index < all.len() {
        all[index] = match index < CONTROLLERS.len() {
            true => CONTROLLERS[index],
            false => actions::ALL[index - CONTROLLERS.len()],
        };
        index += 1;
    }
    all
};

/// Controllers that Churnkey has announced and not published, by their names in the manifest.
pub const ANNOUNCED: &[&str] = &["invoices"];

/// Every operation with its module, in the order of [`MODULES`].
pub fn operations() -> impl Iterator<Item = (&'static Module, &'static Operation)> {
    let of = |module: &'static Module| module.operations.iter().map(move |one| (module, one));
    MODULES.iter().flat_map(of)
}

impl Module {
    /// Finds a module by its name in attributes.
    pub const fn find(name: &str) -> Option<&'static Self> {
        let mut index = 0;
        while index < MODULES.len() {
            if equal(MODULES[index].name, name) {
                return Some(&MODULES[index]);
            }
            index += 1;
        }
        None
    }

    /// Modules of one side, in the order of [`MODULES`].
    pub fn of(side: Side) -> impl Iterator<Item = &'static Self> {
        MODULES.iter().filter(move |module| module.side == side)
    }

    /// Finds a module by its key in the manifest, in either spelling.
    pub fn of_key(side: Side, key: &str) -> Option<&'static Self> {
        Self::of(side).find(|module| {
            let camel = module.wire.map(|(camel, _)| camel);
            camel == Some(key) || module.wire_kebab == Some(key)
        })
    }
}

impl Operation {
    /// Finds an operation of any module by its unique name.
    pub const fn find(ident: &str) -> Option<&'static Self> {
        let mut module = 0;
        while module < MODULES.len() {
            let operations = MODULES[module].operations;
            let mut index = 0;
            while index < operations.len() {
                if equal(operations[index].ident, ident) {
                    return Some(&operations[index]);
                }
                index += 1;
            }
            module += 1;
        }
        None
    }

    /// Finds the operation of a path that begins with [`ROOT`], percent-encoded as it was sent.
    ///
    /// Literal segments win over parameters, as `email` does over a customer's id.
    pub fn of_path(path: &str) -> Option<&'static Self> {
        let fits = |operation: &&'static Self| {
            let mut given = path.split('/');
            let mut expected = operation.path.split('/');
            let same = expected.by_ref().all(|segment| {
                let given = given.next();
                given == Some(segment)
                    || segment.starts_with('{') && given.is_some_and(|given| !given.is_empty())
            });
            same && given.next().is_none()
        };
        let literals = |operation: &&'static Self| {
            let segments = operation.path.split('/');
            segments.filter(|segment| !segment.starts_with('{')).count()
        };
        operations()
            .map(|(_, operation)| operation)
            .filter(fits)
            .max_by_key(literals)
    }
}
