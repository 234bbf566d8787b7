//! One open connection, whatever carries it.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpStream, UnixStream},
    time::{Instant, Sleep},
};
use tokio_rustls::{rustls::ServerConfig, server::TlsStream};
use tonic::transport::server::Connected;

use super::listen::Door;
use crate::{
    gate::{Link, Peer, Share},
    telemetry::Metrics,
};

/// What opens every HTTP/2 connection (RFC 9113, section 3.4).
pub(super) const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// What a connection must open with before it is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Opening {
    /// The preface of HTTP/2.
    Preface,
    /// Any first byte: the server tells versions of HTTP apart.
    Any,
}

impl Opening {
    /// TLS for what may be spoken.
    pub(super) fn protocols(self, config: Arc<ServerConfig>) -> Arc<ServerConfig> {
        match self {
            Self::Preface => config,
            Self::Any => {
                let mut config = ServerConfig::clone(&config);
                config.alpn_protocols.push(b"http/1.1".to_vec());
                Arc::new(config)
            }
        }
    }
}

/// What carries a connection.
#[derive(Debug)]
pub(super) enum Io {
    Tcp(TcpStream),
    Unix(UnixStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// An open connection. Gives its room back when dropped.
#[derive(Debug)]
pub(super) struct Connection {
    io: Io,
    /// What was read of it already.
    head: Vec<u8>,
    link: Link,
    /// When it is cut, whatever it does.
    end: Option<Pin<Box<Sleep>>>,
    /// How long an answer may wait for the client.
    unread: Duration,
    /// When to look next for answers that wait.
    look: Pin<Box<Sleep>>,
    /// How long a write may wait for the client.
    stall: Option<Duration>,
    /// When the write that waits has waited too long.
    stalled: Option<Pin<Box<Sleep>>>,
    metrics: Option<Arc<Metrics>>,
    _room: Share<Peer>,
}

impl Connection {
    pub(super) fn new(io: Io, head: Vec<u8>, peer: Peer, door: &Door, room: Share<Peer>) -> Self {
        let Door { lifetime, unread, stall, .. } = *door;
        let metrics = door.metrics.clone();
        if let Some(metrics) = &metrics {
            metrics.connections.inc();
        }
        let end = lifetime.map(|lifetime| Box::pin(tokio::time::sleep(lifetime)));
        let look = Box::pin(tokio::time::sleep(unread));
        let link = Link::to(peer);
        Self { io, head, link, end, unread, look, stall, stalled: None, metrics, _room: room }
    }
}

impl Connection {
    /// Whether it has come to its end, or its client leaves an answer untaken.
    fn is_over(&mut self, cx: &mut Context<'_>) -> bool {
        if self.end.as_mut().is_some_and(|end| end.as_mut().poll(cx).is_ready()) {
            return true;
        }
        while self.look.as_mut().poll(cx).is_ready() {
            if self.link.unread.next_turn() {
                return true;
            }
            self.look.as_mut().reset(Instant::now() + self.unread);
        }
        false
    }

    /// A write that waits for its client, until it has waited too long.
    fn patience<T>(&mut self, written: Poll<io::Result<T>>, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        let (Some(stall), Poll::Pending) = (self.stall, &written) else {
            self.stalled = None;
            return written;
        };
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(tokio::time::sleep(stall)));
        stalled.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if let Some(metrics) = &self.metrics {
            metrics.connections.dec();
        }
    }
}

impl Connected for Connection {
    type ConnectInfo = Link;

    fn connect_info(&self) -> Link {
        self.link.clone()
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.is_over(cx) {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        if self.head.is_empty() {
            return Pin::new(&mut self.io).poll_read(cx, buffer);
        }
        let n = self.head.len().min(buffer.remaining());
        let taken: Vec<u8> = self.head.drain(..n).collect();
        buffer.put_slice(&taken);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.io).poll_write(cx, bytes);
        self.patience(written, cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.io).poll_write_vectored(cx, slices);
        self.patience(written, cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        // TLS takes a write into a buffer of its own, and waits for its client here.
        let flushed = Pin::new(&mut self.io).poll_flush(cx);
        self.patience(flushed, cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let shut = Pin::new(&mut self.io).poll_shutdown(cx);
        self.patience(shut, cx)
    }
}

/// Hands a call on to whichever stream it is.
macro_rules! on {
    ($io:expr, $stream:ident => $call:expr) => {
        match $io {
            Io::Tcp($stream) => $call,
            Io::Unix($stream) => $call,
            Io::Tls($stream) => $call,
        }
    };
}

impl AsyncRead for Io {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        on!(self.get_mut(), stream => Pin::new(stream).poll_read(cx, buffer))
    }
}

impl AsyncWrite for Io {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        on!(self.get_mut(), stream => Pin::new(stream).poll_write(cx, bytes))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        on!(self.get_mut(), stream => Pin::new(stream).poll_write_vectored(cx, slices))
    }

    fn is_write_vectored(&self) -> bool {
        on!(self, stream => stream.is_write_vectored())
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        on!(self.get_mut(), stream => Pin::new(stream).poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        on!(self.get_mut(), stream => Pin::new(stream).poll_shutdown(cx))
    }
}
