//! The data of all peers, read from one file.

use serde::Deserialize;
use serde::de::DeserializeOwned;

const FILE: &str = include_str!("../data.json");

/// The models of the file, deserialised to the types of the peer.
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
    serde_json::from_str(FILE).expect("data.py writes valid data")
}
