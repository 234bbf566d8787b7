//! How much of large messages is held in memory at once.
//!
//! A message is at most 6 MiB, and hundreds of calls may be in flight: together more than a small pod has. Each gRPC
//! message says its length first (gRPC over HTTP2, "Length-Prefixed-Message"); one that is large must find room for all of
//! it, or its call is refused before it is read. A body that is one message finds room as it comes. Room comes back with
//! the next message of the call, or with its end.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
};

use http_body::{Body as HttpBody, Frame, SizeHint};
use tonic::{Status, body::Body};

use super::{
    callers::Caller,
    edge::Framing,
    shares::{Share, Shares},
};

/// How large the messages of all calls may be together, in KiB, small ones not counted.
const ROOM_KIB: usize = 32 * 1024;

/// A message up to this size is small, in bytes.
const SMALL: usize = 64 * 1024;

/// The flag and the length that stand before each message, in bytes.
const PREFIX: usize = 5;

/// Room for the large messages of all calls, in KiB.
#[derive(Debug, Clone)]
pub(super) struct Intake(Arc<Shares<Caller>>);

/// The room of one call's message at hand. It lives as long as the call, because the message does.
pub(super) type Room = Arc<Mutex<Share<Caller>>>;

impl Default for Intake {
    fn default() -> Self {
        Self(Shares::new(ROOM_KIB))
    }
}

impl Intake {
    /// The body of a caller's call that finds room for each message it announces, and fails with what `full` gives where
    /// there is none.
    pub(super) fn body(
        &self,
        caller: Caller,
        inner: Body,
        framing: Framing,
        full: impl Fn() -> Status + Send + 'static,
    ) -> (Body, Room) {
        let room = Arc::new(Mutex::new(self.0.share(caller)));
        let announced = Announced {
            inner,
            framing,
            full: Box::new(full),
            prefix: Vec::new(),
            rest: 0,
            seen: 0,
            room: room.clone(),
        };
        (Body::new(announced), room)
    }
}

struct Announced {
    inner: Body,
    framing: Framing,
    full: Box<dyn Fn() -> Status + Send>,
    /// As much as has come of the prefix of the next message.
    prefix: Vec<u8>,
    /// How much of the current message is to come, in bytes.
    rest: usize,
    /// How much has come of a body that is one message, in bytes.
    seen: usize,
    room: Room,
}

impl Announced {
    /// Follows lengths and messages through a piece of the body.
    fn follow(&mut self, mut piece: &[u8]) -> Result<(), Status> {
        while !piece.is_empty() {
            let wanted = if self.rest > 0 { self.rest } else { PREFIX - self.prefix.len() };
            let (taken, after) = piece.split_at(wanted.min(piece.len()));
            piece = after;
            if self.rest > 0 {
                self.rest -= taken.len();
                continue;
            }
            self.prefix.extend_from_slice(taken);
            if let [_flag, a, b, c, d] = self.prefix[..] {
                self.prefix.clear();
                self.rest = u32::from_be_bytes([a, b, c, d]) as usize;
                self.make_room()?;
            }
        }
        Ok(())
    }

    /// Takes room for what has come of a body that does not say its length, beyond what is small.
    fn grow(&mut self, bytes: usize) -> Result<(), Status> {
        let held = self.seen.saturating_sub(SMALL).div_ceil(1024);
        self.seen += bytes;
        let more = self.seen.saturating_sub(SMALL).div_ceil(1024) - held;
        if more == 0 || self.room().take(more).is_ok() { Ok(()) } else { Err((self.full)()) }
    }

    /// Gives back what the message before took, and takes what this one needs.
    fn make_room(&self) -> Result<(), Status> {
        let mut room = self.room();
        room.clear();
        let kib = self.rest / 1024;
        // One that is larger than all the room is larger than a message may be: the decoder says so, unread.
        if self.rest <= SMALL || kib > ROOM_KIB || room.take(kib).is_ok() {
            Ok(())
        } else {
            Err((self.full)())
        }
    }

    fn room(&self) -> MutexGuard<'_, Share<Caller>> {
        self.room.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl HttpBody for Announced {
    type Data = <Body as HttpBody>::Data;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Status>>> {
        // What the transport cannot bring, the caller no longer sends: the call was broken off, nothing here failed.
        let broken = |cause: Status| {
            let mut broken = Status::cancelled("the caller broke off");
            broken.set_source(Arc::new(cause));
            broken
        };
        let frame = Pin::new(&mut self.inner).poll_frame(cx).map_err(broken);
        if let Poll::Ready(Some(Ok(frame))) = &frame
            && let Some(data) = frame.data_ref()
            && let Err(refused) = match self.framing {
                Framing::Messages => self.follow(data),
                Framing::Whole => self.grow(data.len()),
            }
        {
            return Poll::Ready(Some(Err(refused)));
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn announced_by(intake: &Intake, caller: &str) -> Announced {
        let caller = Caller::Holder(caller.into());
        Announced {
            inner: Body::empty(),
            framing: Framing::Messages,
            full: Box::new(|| Status::resource_exhausted("full")),
            prefix: Vec::new(),
            rest: 0,
            seen: 0,
            room: Arc::new(Mutex::new(intake.0.share(caller))),
        }
    }

    fn announced(intake: &Intake) -> Announced {
        announced_by(intake, "cms")
    }

    fn message(bytes: u32) -> Vec<u8> {
        [&[0], &bytes.to_be_bytes()[..], &vec![7; bytes as usize]].concat()
    }

    fn taken(intake: &Intake) -> usize {
        intake.0.all()
    }

    #[test]
    fn lengths_are_followed_however_the_body_is_cut() {
        let body: Vec<u8> =
            [message(0), message(3), message(100 * 1024), message(200 * 1024), message(1)].concat();
        for size in [1, 4, 5, 6, 1000, body.len()] {
            let intake = Intake::default();
            let mut call = announced(&intake);
            let mut most = 0;
            for piece in body.chunks(size) {
                call.follow(piece).unwrap();
                most = most.max(taken(&intake));
            }
            assert_eq!((call.rest, call.prefix.len()), (0, 0), "{size}");
            assert!(most == 200 || size == body.len(), "{size}: {most}");
            assert_eq!(taken(&intake), 0);
        }
    }

    #[test]
    fn large_messages_find_room_until_there_is_none_and_small_ones_always() {
        let intake = Intake::default();
        let six_mib = &[0, 0, 0x60, 0, 0][..];
        let mut calls: Vec<Announced> =
            ["a", "b", "c", "d", "e", "f"].map(|name| announced_by(&intake, name)).into();
        let refused = calls.iter_mut().filter_map(|call| call.follow(six_mib).err()).count();
        assert_eq!(refused, 2);
        announced(&intake).follow(&message(1000)).unwrap();
        calls.truncate(2);
        announced(&intake).follow(six_mib).unwrap();
        drop(calls);
        assert_eq!(taken(&intake), 0);
    }

    #[test]
    fn a_greedy_caller_leaves_room_for_others() {
        let intake = Intake::default();
        let six_mib = &[0, 0, 0x60, 0, 0][..];
        let mut greedy: Vec<Announced> = (0..5).map(|_| announced(&intake)).collect();
        let refused = greedy.iter_mut().filter_map(|call| call.follow(six_mib).err()).count();
        assert_eq!(refused, 3);
        announced_by(&intake, "modest").follow(six_mib).unwrap();
    }

    #[test]
    fn a_body_without_a_length_takes_room_as_it_comes() {
        let intake = Intake::default();
        let mut call = announced(&intake);
        for _ in 0..64 {
            call.grow(1024).unwrap();
        }
        assert_eq!(taken(&intake), 0);
        for _ in 0..3 {
            call.grow(1000).unwrap();
        }
        assert_eq!(taken(&intake), 3);
        call.grow(ROOM_KIB * 1024).unwrap_err();
        drop(call);
        assert_eq!(taken(&intake), 0);
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_is_its_callers_affair() {
        let broken = futures_util::stream::iter([Err(Status::internal("stream closed"))]);
        let inner = Body::new(http_body_util::StreamBody::new(broken));
        let mut call = Announced { inner, ..announced(&Intake::default()) };
        let ended = http_body_util::BodyExt::frame(&mut call).await.unwrap().unwrap_err();
        assert_eq!(ended.code(), tonic::Code::Cancelled);
    }

    #[test]
    fn a_message_larger_than_any_may_be_takes_no_room() {
        let intake = Intake::default();
        announced(&intake).follow(&[0, 0xff, 0xff, 0xff, 0xff]).unwrap();
        assert_eq!(taken(&intake), 0);
    }
}
