//! The address of a caller behind proxies.

use std::error::Error;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use axum::http::{HeaderMap, HeaderName};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The proxies whose `X-Forwarded-For` is believed: for
/// [`Provider::trusted_proxies`](crate::Provider::trusted_proxies).
///
/// ```
/// # use churnkey_runtime as churnkey;
/// let proxies: churnkey::TrustedProxies = "127.0.0.1, 10.0.0.0/8, 2001:db8::/32, unix".parse()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// It is a list of IP addresses and networks, separated by commas. `unix` is a peer on a Unix
/// socket.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies {
    networks: Vec<Network>,
    unix: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Network {
    address: IpAddr,
    bits: u8,
}

impl TrustedProxies {
    /// The address of the caller: that of the peer, or if it is trusted, the rightmost address in
    /// `X-Forwarded-For` that is not. Each proxy appends the address of its own peer, so everything
    /// left of that may be invented.
    pub(crate) fn caller(&self, peer: Option<IpAddr>, headers: &HeaderMap) -> Option<IpAddr> {
        if !peer.map_or(self.unix, |peer| self.contains(peer)) {
            return peer;
        }
        let mut caller = peer;
        for value in headers.get_all(FORWARDED_FOR).iter().rev() {
            for hop in value.as_bytes().rsplit(|byte| *byte == b',') {
                let Some(address) = address(hop) else {
                    return caller;
                };
                caller = Some(address);
                if !self.contains(address) {
                    return caller;
                }
            }
        }
        caller
    }

    fn contains(&self, address: IpAddr) -> bool {
        self.networks
            .iter()
            .any(|network| network.contains(address))
    }
}

impl Network {
    fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                let rest = u32::from(32 - self.bits);
                let differ = network.to_bits() ^ address.to_bits();
                differ.checked_shr(rest).unwrap_or(0) == 0
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                let rest = u32::from(128 - self.bits);
                let differ = network.to_bits() ^ address.to_bits();
                differ.checked_shr(rest).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

/// An address as proxies write it: alone, in brackets, or with the port of the connection.
fn address(hop: &[u8]) -> Option<IpAddr> {
    let hop = std::str::from_utf8(hop).ok()?.trim();
    let bare = hop.strip_prefix('[').and_then(|hop| hop.strip_suffix(']'));
    let address = bare.unwrap_or(hop).parse();
    let address = address.or_else(|_| hop.parse::<SocketAddr>().map(|hop| hop.ip()));
    address.ok().map(|address| address.to_canonical())
}

impl FromStr for TrustedProxies {
    type Err = InvalidTrustedProxies;

    fn from_str(text: &str) -> Result<Self, InvalidTrustedProxies> {
        let mut proxies = Self::default();
        for entry in text.split(',').map(str::trim) {
            if entry == "unix" {
                proxies.unix = true;
            } else if !entry.is_empty() {
                let network = network(entry).ok_or(InvalidTrustedProxies(()))?;
                proxies.networks.push(network);
            }
        }
        Ok(proxies)
    }
}

fn network(entry: &str) -> Option<Network> {
    let (address, bits) = match entry.split_once('/') {
        Some((address, bits)) => (address, Some(bits.parse().ok()?)),
        None => (entry, None),
    };
    let address: IpAddr = address.parse().ok()?;
    let all = if address.is_ipv4() { 32 } else { 128 };
    let bits = bits.unwrap_or(all);
    (bits <= all).then_some(Network { address, bits })
}

/// The error of a string that is not a list of [`TrustedProxies`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidTrustedProxies(());

impl fmt::Display for InvalidTrustedProxies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "must be IP addresses or networks, separated by commas, such as 127.0.0.1, 10.0.0.0/8, \
             or `unix` for a proxy on a Unix socket",
        )
    }
}

impl Error for InvalidTrustedProxies {}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn caller(proxies: &str, peer: &str, forwarded: &[&'static str]) -> String {
        let proxies: TrustedProxies = proxies.parse().expect("a list of proxies");
        let values = forwarded.iter().map(|value| {
            let value = HeaderValue::from_static(value);
            (FORWARDED_FOR, value)
        });
        let headers = HeaderMap::from_iter(values);
        let caller = proxies.caller(peer.parse().ok(), &headers);
        caller.map_or("none".to_owned(), |caller| caller.to_string())
    }

    #[test]
    fn only_trusted_peers_are_believed() {
        for (proxies, peer, expected) in [
            ("", "10.0.0.1", "10.0.0.1"),
            ("10.0.0.2", "10.0.0.1", "10.0.0.1"),
            ("10.0.0.1", "10.0.0.1", "192.0.2.7"),
            ("10.0.0.1", "::ffff:10.0.0.1", "192.0.2.7"),
            ("10.0.0.0/31", "10.0.0.1", "192.0.2.7"),
            ("10.0.0.0/32", "10.0.0.1", "10.0.0.1"),
            ("0.0.0.0/1", "10.0.0.1", "192.0.2.7"),
            ("2001:db8::/32", "2001:db8:1::1", "192.0.2.7"),
            ("2001:db8::/48", "2001:db8:1::1", "2001:db8:1::1"),
            ("::/0", "10.0.0.1", "10.0.0.1"),
            ("10.0.0.1", "a Unix socket", "none"),
            ("unix", "a Unix socket", "192.0.2.7"),
        ] {
            let found = caller(proxies, peer, &["192.0.2.7"]);
            assert_eq!(found, expected, "{proxies} {peer}");
        }
    }

    #[test]
    fn rightmost_address_that_is_not_trusted_counts() {
        let proxies = "10.0.0.0/8, ::1";
        for (forwarded, expected) in [
            (&[][..], "10.0.0.1"),
            (&["192.0.2.7"], "192.0.2.7"),
            (&["198.51.100.9, 192.0.2.7"], "192.0.2.7"),
            (&["192.0.2.7, 10.1.1.1,::1"], "192.0.2.7"),
            (&["198.51.100.9", "192.0.2.7", "10.1.1.1"], "192.0.2.7"),
            (&["10.2.2.2, 10.1.1.1"], "10.2.2.2"),
            (&["192.0.2.7, nonsense"], "10.0.0.1"),
            (&["192.0.2.7, nonsense, 10.1.1.1"], "10.1.1.1"),
            (&["192.0.2.7,"], "10.0.0.1"),
            (&["unknown"], "10.0.0.1"),
            (&["192.0.2.7:4711"], "192.0.2.7"),
            (&["[2001:db8::7]:4711"], "2001:db8::7"),
            (&["[2001:db8::7]"], "2001:db8::7"),
            (&["::ffff:192.0.2.7"], "192.0.2.7"),
        ] {
            assert_eq!(
                caller(proxies, "10.0.0.1", forwarded),
                expected,
                "{forwarded:?}"
            );
        }
    }

    #[test]
    fn list_has_addresses_and_networks_only() {
        for wrong in [
            "proxy",
            "10.0.0",
            "10.0.0.0/33",
            "::/129",
            "10.0.0.0/",
            "10.0.0.0/-1",
            "a/8",
            "10.0.0.1 10.0.0.2",
            "10.0.0.1:80",
            "Unix",
        ] {
            let refused = wrong.parse::<TrustedProxies>();
            assert_eq!(refused, Err(InvalidTrustedProxies(())), "{wrong}");
        }
        assert_eq!(" , ".parse(), Ok(TrustedProxies::default()));
    }
}
