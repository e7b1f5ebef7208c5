//! References between the data of different modules.

use churnkey_protocol::{FeatureKind, MODULES};
use serde_json::Value;

use super::lookups::MAX_ITEMS;
use super::reading::Reading;
use crate::check::{self, Check};
use crate::client::{Request, encoded};
use crate::model;
use crate::module::Module;
use crate::session::Fault;

impl Reading<'_> {
    /// Checks the type of a price or a product.
    pub(crate) fn typed(&self, module: Module, request: &Request, item: &Value) {
        let Some(declared) = self.manifest.variant(module) else {
            return;
        };
        // A type that is not in the protocol is a fault of the model.
        match item.get("type").and_then(Value::as_str) {
            Some(word) if word == declared => self.session.pass(&check::TYPE, module),
            Some(word) if is_type(word) => {
                let fault = Fault::new(
                    &check::TYPE,
                    module,
                    format!("`{declared}`, as in the manifest"),
                    format!("`{word}`"),
                );
                self.session.fail(fault.path("type").request(request));
            }
            _ => {}
        }
    }

    /// Checks the reference of an item at `path` to another module. Returns the referenced item.
    pub(crate) async fn exists(
        &self,
        check: &'static Check,
        module: Module,
        path: &str,
        other: Module,
        id: &str,
        request: &Request,
    ) -> Option<Value> {
        if !self.manifest.has(other) {
            self.session
                .skip(check, module, format!("the provider has no {other}"));
            return None;
        }
        match self.look_up(other, id).await {
            None => {
                self.session
                    .skip(check, module, format!("{other} could not be looked up"));
                None
            }
            Some(Some(item)) => {
                self.session.pass(check, module);
                Some(item)
            }
            Some(None) => {
                let one = other.as_str().strip_suffix('s').unwrap_or(other.as_str());
                let expected = format!("an id under /churnkey/{other}");
                let found = format!("404 for the {one}");
                let fault = Fault::new(check, module, expected, found).item(id);
                self.session.fail(fault.path(path).request(request));
                None
            }
        }
    }

    /// Looks up an item of another module. `Some(None)` is a 404, `None` another error.
    async fn look_up(&self, module: Module, id: &str) -> Option<Option<Value>> {
        let key = (module, id.to_owned());
        {
            let cache = self.lookups.lock();
            if let Some(item) = cache.items.get(&key) {
                return Some(item.clone());
            }
            if cache.unresponsive.contains(&module) {
                return None;
            }
        }
        // Faults of the other module are findings of its own checks.
        let request = Request::get(format_args!("/{module}/{}", encoded(id)));
        let response = self.session.send(&request).await;
        let mut cache = self.lookups.lock();
        let Ok(response) = response else {
            cache.unresponsive.insert(module);
            return None;
        };
        let found = match response.status {
            200 => Some(response.json().ok()?),
            404 => None,
            _ => return None,
        };
        if cache.items.len() < MAX_ITEMS {
            cache.items.insert(key, found.clone());
        }
        Some(found)
    }

    /// Checks the references of a price, a product, a customer or a subscription.
    pub(crate) async fn references(&self, module: Module, request: &Request, item: &Value) {
        let text = |value: &Value, name: &str| Some(value.get(name)?.as_str()?.to_owned());
        match module {
            Module::Prices => {
                if let Some(product) = text(item, "productId") {
                    self.exists(
                        &check::PRODUCT_EXISTS,
                        module,
                        "productId",
                        Module::Products,
                        &product,
                        request,
                    )
                    .await;
                }
            }
            Module::Products => {
                if let Some(family) = text(item, "familyId") {
                    self.exists(
                        &check::FAMILY_EXISTS,
                        module,
                        "familyId",
                        Module::Families,
                        &family,
                        request,
                    )
                    .await;
                }
            }
            Module::Subscriptions => {
                for part in list(item, "items") {
                    if let Some(price) = part.get("price") {
                        self.embedded_price(request, price).await;
                    }
                }
            }
            _ => {}
        }
        if matches!(module, Module::Customers | Module::Subscriptions) {
            for discount in list(item, "discounts") {
                let coupon = discount.get("coupon").and_then(|coupon| text(coupon, "id"));
                if let Some(coupon) = coupon {
                    self.exists(
                        &check::COUPON_EXISTS,
                        module,
                        "discounts[].coupon.id",
                        Module::Coupons,
                        &coupon,
                        request,
                    )
                    .await;
                }
            }
        }
    }

    async fn embedded_price(&self, request: &Request, price: &Value) {
        const SUBSCRIPTIONS: Module = Module::Subscriptions;
        self.typed(Module::Prices, request, price);
        let Some(id) = price.get("id").and_then(Value::as_str) else {
            return;
        };
        let path = "items[].price.id";
        let Some(retrieved) = self
            .exists(
                &check::PRICE_EXISTS,
                SUBSCRIPTIONS,
                path,
                Module::Prices,
                id,
                request,
            )
            .await
        else {
            return;
        };
        let is_unsure = [&check::RETRIEVE_OTHER, &check::RETRIEVE_DIFFERS]
            .iter()
            .any(|check| self.session.has_failed(check, Module::Prices));
        if is_unsure {
            let reason = "a retrieved price is not the one in the list";
            return self
                .session
                .skip(&check::PRICE_DIFFERS, SUBSCRIPTIONS, reason);
        }
        match model::same(Module::Prices, price, &retrieved) {
            true => self.session.pass(&check::PRICE_DIFFERS, SUBSCRIPTIONS),
            false => {
                let fault = Fault::new(
                    &check::PRICE_DIFFERS,
                    SUBSCRIPTIONS,
                    "the price under /churnkey/prices",
                    "another price with the same id",
                );
                let fault = fault.item(id).path("items[].price");
                self.session.fail(fault.request(request));
            }
        }
    }
}

/// Returns true if some controller's items can have this type.
fn is_type(word: &str) -> bool {
    let features = MODULES.iter().flat_map(|module| module.features);
    let variants = features.filter_map(|feature| match feature.kind {
        FeatureKind::Variants(variants) => Some(variants),
        _ => None,
    });
    variants.flatten().any(|variant| variant.word == word)
}

fn list<'v>(item: &'v Value, name: &str) -> impl Iterator<Item = &'v Value> {
    item.get(name)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}
