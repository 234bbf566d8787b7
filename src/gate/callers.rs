//! Who calls, and the name of a call.

use std::{
    net::{IpAddr, Ipv6Addr},
    sync::Arc,
};

use super::unread::Unread;

/// A connection, as its calls know it.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    /// Who is at the other end.
    pub(crate) peer: Peer,
    /// The answers that wait for it.
    pub(crate) unread: Unread,
}

impl Link {
    /// A connection that nothing waits for yet.
    pub(crate) fn to(peer: Peer) -> Self {
        Self { peer, unread: Unread::default() }
    }
}

/// The other end of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Peer {
    /// Over TCP. IPv6 by its network of 64 bits, which one machine may have all of.
    Ip(IpAddr),
    /// Over a Unix domain socket: the same machine.
    Local,
}

impl Peer {
    /// The peer at an address.
    pub(crate) fn at(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V6(v6) => {
                let network = v6.to_bits() & (u128::MAX << 64);
                Self::Ip(IpAddr::V6(Ipv6Addr::from_bits(network)))
            }
            v4 @ IpAddr::V4(_) => Self::Ip(v4),
        }
    }
}

/// Among whom room is shared.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Caller {
    /// Whoever has the token of this name.
    Holder(Arc<str>),
    /// Whoever connects from there.
    Peer(Peer),
}

/// The longest request id that is taken over, in bytes.
const MAX_ID_BYTES: usize = 64;

/// One call, as it goes with its message.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    /// The caller's own name for it or a new one, at most 64 printable ASCII characters without spaces. In the answer's
    /// headers, the log and the span.
    pub(crate) id: Arc<str>,
    /// Who makes it.
    pub(crate) caller: Caller,
}

impl Call {
    /// A call that came through no gate.
    pub(crate) fn unknown() -> Self {
        Self { id: "".into(), caller: Caller::Peer(Peer::Local) }
    }
}

/// Short, and nothing but printable ASCII without spaces: an identifier, not prose, and nothing that could forge a
/// line of the log.
pub(crate) fn is_identifier(id: &str) -> bool {
    id.len() <= MAX_ID_BYTES && !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_looks_like_an_identifier_is_one() {
        assert!(is_identifier("a1b2-c3:4_5/6"));
        assert!(!is_identifier(""));
        assert!(!is_identifier("my neighbour Ann said"));
        assert!(!is_identifier("line\nbreak"));
        assert!(!is_identifier("안녕"));
        assert!(!is_identifier(&"x".repeat(MAX_ID_BYTES + 1)));
    }

    #[test]
    fn a_machine_is_one_peer_however_many_addresses_of_its_network_it_uses() {
        let peer = |address: &str| Peer::at(address.parse().unwrap());
        assert_eq!(peer("2001:db8::1"), peer("2001:db8::ffff:2"));
        assert_ne!(peer("2001:db8::1"), peer("2001:db8:0:1::1"));
        assert_eq!(peer("::ffff:10.0.0.1"), peer("10.0.0.1"));
        assert_ne!(peer("10.0.0.1"), peer("10.0.0.2"));
    }
}
