//! `#[cfg]` and `#[cfg_attr]` below an attribute of this crate, which rustc has not evaluated yet.

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::Parser as _;
use syn::punctuated::Punctuated;
use syn::{Attribute, Meta, Token};

/// The predicates under which an item or an argument exists.
#[derive(Clone, Default)]
pub(crate) struct Cfg(Vec<TokenStream>);

impl Cfg {
    /// The predicates of `#[cfg(p)]`, and of `#[cfg_attr(p, cfg(q))]`, which is `any(not(p), q)`.
    pub(crate) fn of(attributes: &[Attribute]) -> Self {
        let predicates = attributes.iter();
        Self(
            predicates
                .flat_map(|one| predicates_of(&one.meta))
                .collect(),
        )
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The attribute that another item needs, empty if there are no predicates.
    pub(crate) fn attribute(&self) -> TokenStream {
        match self.0.as_slice() {
            [] => TokenStream::new(),
            [only] => quote!(#[cfg(#only)]),
            all => quote!(#[cfg(all(#(#all),*))]),
        }
    }

    /// The predicates of both.
    fn and(mut self, other: &Self) -> Self {
        self.0.extend_from_slice(&other.0);
        self
    }

    /// The predicates under which the item does not exist.
    fn not(&self) -> Self {
        let all = &self.0;
        Self(vec![quote!(not(all(#(#all),*)))])
    }
}

/// Every configuration of a list of optional things, with the things that exist in it.
pub(crate) fn configurations<T>(things: &[T], cfg: impl Fn(&T) -> &Cfg) -> Vec<(Cfg, Vec<&T>)> {
    let mut configurations = vec![(Cfg::default(), Vec::new())];
    for thing in things {
        let cfg = cfg(thing);
        let without = (!cfg.is_empty()).then(|| {
            let others = configurations.iter();
            let others = others.map(|(of, things)| (of.clone().and(&cfg.not()), things.clone()));
            others.collect::<Vec<_>>()
        });
        for (of, things) in &mut configurations {
            *of = std::mem::take(of).and(cfg);
            things.push(thing);
        }
        configurations.extend(without.into_iter().flatten());
    }
    configurations
}

fn predicates_of(meta: &Meta) -> Vec<TokenStream> {
    let Meta::List(list) = meta else {
        return Vec::new();
    };
    if list.path.is_ident("cfg") {
        return vec![list.tokens.clone()];
    }
    if !list.path.is_ident("cfg_attr") {
        return Vec::new();
    }
    // rustc reports what cannot be parsed.
    let parsed = Punctuated::<Meta, Token![,]>::parse_terminated.parse2(list.tokens.clone());
    let Ok(parsed) = parsed else {
        return Vec::new();
    };
    let mut metas = parsed.iter();
    let Some(condition) = metas.next() else {
        return Vec::new();
    };
    let conditional = metas.flat_map(predicates_of);
    conditional
        .map(|predicate| quote!(any(not(#condition), #predicate)))
        .collect()
}
