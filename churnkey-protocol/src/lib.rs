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
pub mod controllers;
mod equal;
mod field;
mod known;
mod module;
mod operation;
#[cfg(test)]
mod tests;

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
}
