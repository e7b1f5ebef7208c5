//! What all peers answer with, read from one file.

use serde::Deserialize;
use serde::de::DeserializeOwned;

const FILE: &str = include_str!("../data.json");

/// The models of the file, in the types of whoever reads it.
#[derive(Deserialize)]
#[serde(bound(
    deserialize = "M: DeserializeOwned, C: DeserializeOwned, P: DeserializeOwned, S: DeserializeOwned"
))]
pub struct Data<M, C, P, S> {
    pub manifest: M,
    pub customers: Vec<C>,
    pub prices: Vec<P>,
    pub subscriptions: Vec<S>,
}

pub fn read<M, C, P, S>() -> Data<M, C, P, S>
where
    M: DeserializeOwned,
    C: DeserializeOwned,
    P: DeserializeOwned,
    S: DeserializeOwned,
{
    serde_json::from_str(FILE).expect("data.json is as data.py writes it")
}
