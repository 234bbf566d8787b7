//! From an address to connections that speak: binding, accepting, the handshake and its deadline, the bound on how many
//! there are.
//!
//! Every connection shakes hands in a task of its own, so that a slow one holds up nobody; only one that has sent the
//! HTTP/2 preface (where that is what is spoken) reaches the server. One over the limit is closed at once.

use std::{
    fmt, fs, io,
    net::SocketAddr,
    path::{Path, PathBuf},
    str::FromStr,
    sync::Arc,
    time::Duration,
};

use tokio::{
    io::AsyncReadExt as _,
    net::{TcpListener, UnixListener},
    sync::{mpsc, watch},
};
use tokio_rustls::{TlsAcceptor, rustls::ServerConfig};
use tokio_stream::wrappers::ReceiverStream;

use super::connection::{Connection, Io, Opening, PREFACE};
use crate::{
    gate::{Lack, Peer, Share, Shares},
    telemetry::Metrics,
};

/// How long to wait after the system refused a connection, as it does when it runs out of file descriptors.
const PAUSE_AFTER_ERROR: Duration = Duration::from_millis(50);

/// Where to listen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// TCP.
    Tcp(SocketAddr),
    /// A Unix domain socket.
    Unix(PathBuf),
}

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.strip_prefix("unix:") {
            Some("") => Err("a path is needed after unix:".to_owned()),
            Some(path) => Ok(Self::Unix(path.into())),
            None => text.parse().map(Self::Tcp).map_err(|_not_an_address| {
                "neither ADDRESS:PORT (such as 127.0.0.1:50051 or [::1]:50051) nor unix:PATH".to_owned()
            }),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => address.fmt(f),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

/// A bound socket.
#[derive(Debug)]
pub enum Listener {
    /// TCP.
    Tcp(TcpListener),
    /// A Unix domain socket; its file is removed when the listener is dropped.
    Unix(UnixListener, SocketFile),
}

/// The file of a Unix domain socket.
#[derive(Debug)]
pub struct SocketFile(PathBuf);

impl Drop for SocketFile {
    fn drop(&mut self) {
        // If somebody else has removed it, that is as well.
        let _ = fs::remove_file(&self.0);
    }
}

impl Listener {
    /// Binds an address. The file of a Unix domain socket gets `mode`; one that nobody listens on any more is replaced.
    ///
    /// # Errors
    /// As the system gives them; `AddrInUse` where somebody listens.
    pub async fn bind(address: &Address, mode: u32) -> io::Result<Self> {
        match address {
            Address::Tcp(address) => TcpListener::bind(address).await.map(Self::Tcp),
            Address::Unix(path) => bind_unix(path, mode).await,
        }
    }

    /// The address that was bound.
    ///
    /// # Errors
    /// As the system gives them.
    pub fn address(&self) -> io::Result<Address> {
        match self {
            Self::Tcp(listener) => listener.local_addr().map(Address::Tcp),
            Self::Unix(_, file) => Ok(Address::Unix(file.0.clone())),
        }
    }

    async fn accept(&self) -> io::Result<(Io, Peer)> {
        match self {
            Self::Tcp(listener) => {
                let (stream, from) = listener.accept().await?;
                // Fails only where the other end is gone already, which its first read tells as well.
                let _ = stream.set_nodelay(true);
                Ok((Io::Tcp(stream), Peer::at(from.ip())))
            }
            Self::Unix(listener, _) => {
                let (stream, _) = listener.accept().await?;
                Ok((Io::Unix(stream), Peer::Local))
            }
        }
    }
}

/// Binds beside the path, sets the mode, then moves into place: at no time can anybody connect whom the mode keeps out,
/// and a file that an earlier run left behind is replaced.
async fn bind_unix(path: &Path, mode: u32) -> io::Result<Listener> {
    use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
    if let Ok(found) = fs::symlink_metadata(path) {
        if !found.file_type().is_socket() {
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, "is there and not a socket"));
        }
        if tokio::net::UnixStream::connect(path).await.is_ok() {
            return Err(io::Error::new(io::ErrorKind::AddrInUse, "another process listens there"));
        }
    }
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".{}", std::process::id()));
    let beside = SocketFile(beside.into());
    let listener = UnixListener::bind(&beside.0)?;
    fs::set_permissions(&beside.0, fs::Permissions::from_mode(mode))?;
    fs::rename(&beside.0, path)?;
    Ok(Listener::Unix(listener, SocketFile(path.to_owned())))
}

/// What a listener asks of connections.
#[derive(Debug, Clone)]
pub(super) struct Door {
    /// How long a connection may take to its first bytes, TLS included.
    pub(super) handshake_timeout: Duration,
    /// What opens a connection.
    pub(super) opening: Opening,
    /// How long a connection may live; none for as long as it likes.
    pub(super) lifetime: Option<Duration>,
    /// The longest that a client may let an answer wait; it is found out within twice that.
    pub(super) unread: Duration,
    /// The longest that a client may let a write wait; none for as long as it likes.
    pub(super) stall: Option<Duration>,
    /// TLS as of the moment; none for plain text.
    pub(super) tls: Option<watch::Receiver<Arc<ServerConfig>>>,
    /// Room for connections, shared among those who connect.
    pub(super) room: Arc<Shares<Peer>>,
    /// Where connections are counted; those of operators are not.
    pub(super) metrics: Option<Arc<Metrics>>,
}

/// Accepts until nobody takes the connections any more.
pub(super) fn accept(listener: Listener, door: Door) -> ReceiverStream<io::Result<Connection>> {
    let (send, connections) = mpsc::channel(64);
    tokio::spawn(async move {
        loop {
            let accepted = tokio::select! {
                () = send.closed() => return,
                accepted = listener.accept() => accepted,
            };
            let (io, peer) = match accepted {
                Ok(accepted) => accepted,
                // One connection broke: the next one need not wait for that.
                Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => continue,
                Err(_out_of_descriptors) => {
                    tokio::time::sleep(PAUSE_AFTER_ERROR).await;
                    continue;
                }
            };
            let mut room = door.room.share(peer);
            if let Err(lack) = room.take(1) {
                door.refused(match lack {
                    Lack::Room => "limit",
                    Lack::Share => "caller_share",
                });
                continue;
            }
            let (door, send) = (door.clone(), send.clone());
            tokio::spawn(async move {
                let limit = door.handshake_timeout;
                match tokio::time::timeout(limit, door.open(io, peer, room)).await {
                    // The server may have stopped taking connections meanwhile.
                    Ok(Ok(connection)) => drop(send.send(Ok(connection)).await),
                    Ok(Err(cause)) => door.refused(cause),
                    Err(_elapsed) => door.refused("handshake"),
                }
            });
        }
    });
    ReceiverStream::new(connections)
}

impl Door {
    fn refused(&self, cause: &'static str) {
        if let Some(metrics) = &self.metrics {
            metrics.refused_connection(cause);
        }
    }

    /// Shakes hands. The error is the cause, as metrics name it.
    async fn open(&self, io: Io, peer: Peer, room: Share<Peer>) -> Result<Connection, &'static str> {
        let mut io = match (&self.tls, io) {
            (Some(tls), Io::Tcp(stream)) => {
                let config = self.opening.protocols(tls.borrow().clone());
                Io::Tls(Box::new(TlsAcceptor::from(config).accept(stream).await.or(Err("tls"))?))
            }
            (_, io) => io,
        };
        let head = match self.opening {
            Opening::Preface => {
                let mut head = [0; PREFACE.len()];
                io.read_exact(&mut head).await.or(Err("handshake"))?;
                if head != *PREFACE {
                    return Err("handshake");
                }
                head.to_vec()
            }
            // As much as tells the versions of HTTP apart: nothing waits for the rest of it later.
            Opening::Any => {
                let mut head = Vec::new();
                while head.len() < PREFACE.len() && PREFACE.starts_with(&head) {
                    let mut next = [0; PREFACE.len()];
                    let wanted = next.get_mut(head.len()..).unwrap_or_default();
                    match io.read(wanted).await {
                        Ok(n @ 1..) => head.extend_from_slice(wanted.get(..n).unwrap_or_default()),
                        Ok(0) | Err(_) => return Err("handshake"),
                    }
                }
                head
            }
        };
        Ok(Connection::new(io, head, peer, self, room))
    }
}
