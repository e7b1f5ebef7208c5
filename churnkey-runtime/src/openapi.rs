//! The OpenAPI document of an integration, from the table of operations, the models and the
//! manifest.

pub(crate) mod describe;
mod operation;
mod response;
mod schemas;

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use self::describe::Described;
use self::schemas::Schemas;
use crate::manifest::Manifest;
use crate::mode::Modes;
use crate::operation::Operation;

pub(crate) fn document(
    name: &str,
    operations: impl Iterator<Item = Operation>,
    manifest: &Manifest,
    modes: Modes,
) -> Value {
    let mut schemas = Schemas::new();
    let mut paths = Map::new();
    let mut tags = Vec::new();
    let mut statuses = BTreeSet::new();
    let mut add = |path: &str, method: &str, tag: &'static str, described: Described| {
        paths.insert(path.to_owned(), json!({ method: described.operation }));
        statuses.extend(described.statuses);
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    };
    add(
        "/churnkey/features",
        "get",
        "features",
        operation::features(manifest, modes),
    );
    for operation in operations {
        add(
            operation.path(),
            operation::method(operation),
            operation.module(),
            operation::describe(operation, manifest, &mut schemas),
        );
    }
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": name,
            "version": env!("CARGO_PKG_VERSION"),
            "description": format!(
                "The provider {name}, which Churnkey calls. **doc** marks facts of Churnkey's \
                 integration guide, **assumed** those that it leaves open. Sums are in minor \
                 units: 1.10 USD is 110. An optional field that is absent may be `null` in a \
                 request, and fields that are not described here are ignored.",
            ),
        },
        "security": [{ "integrationToken": [] }],
        "tags": tags.iter().map(|name| json!({ "name": name })).collect::<Vec<_>>(),
        "paths": paths,
        "components": {
            "securitySchemes": {
                "integrationToken": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The integration token. Protocol: **doc**. The bare header \
                                    `Authorization: <token>` is accepted too (**assumed**).",
                },
            },
            "parameters": operation::shared_parameters(modes),
            "headers": response::headers(),
            "responses": response::components(&statuses),
            "schemas": schemas.finish(manifest),
        },
    });
    schemas::drop_unused(&mut document);
    document
}
