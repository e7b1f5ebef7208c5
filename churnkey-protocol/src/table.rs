//! The table as a whole, and searches in it.

use crate::equal::equal;
use crate::module::{Module, Side};
use crate::operation::Operation;
use crate::{actions, controllers};

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

    /// Finds the operation of a path that begins with [`ROOT`](crate::ROOT), percent-encoded as it
    /// was sent.
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
