//! What a message may hold before it is read.
//!
//! A field of two bytes can become a structure of hundreds: a batch of three million empty items fits into 6 MiB and would
//! take more than a gigabyte once decoded. So the fields of a message are counted first, without making anything of
//! them. The generated code names this codec; it knows nothing of what the fields mean.

use prost::{
    Message,
    bytes::Buf as _,
    encoding::{DecodeContext, decode_key, skip_field},
};
use tonic::{
    Status,
    codec::{BufferSettings, Codec, DecodeBuf, Decoder},
};
use tonic_prost::{ProstCodec, ProstDecoder, ProstEncoder};

/// The most fields that a message may have at its top level, repeats included: a full batch has 256.
pub const MAX_FIELDS: usize = 1024;

/// Protobuf by prost, with a bound on the number of fields.
#[derive(Debug, Clone)]
pub struct BoundedCodec<T, U>(ProstCodec<T, U>);

impl<T, U> Default for BoundedCodec<T, U> {
    fn default() -> Self {
        Self(ProstCodec::new())
    }
}

impl<T, U> Codec for BoundedCodec<T, U>
where
    T: Message + Send + 'static,
    U: Message + Default + Send + 'static,
{
    type Encode = T;
    type Decode = U;
    type Encoder = ProstEncoder<T>;
    type Decoder = BoundedDecoder<U>;

    fn encoder(&mut self) -> Self::Encoder {
        self.0.encoder()
    }

    fn decoder(&mut self) -> Self::Decoder {
        BoundedDecoder(self.0.decoder())
    }
}

/// The decoding half of [`BoundedCodec`].
#[derive(Debug, Clone)]
pub struct BoundedDecoder<U>(ProstDecoder<U>);

impl<U: Message + Default> Decoder for BoundedDecoder<U> {
    type Item = U;
    type Error = Status;

    fn decode(&mut self, message: &mut DecodeBuf<'_>) -> Result<Option<U>, Status> {
        if has_too_many_fields(message.chunk()) {
            return Err(Status::invalid_argument(format!(
                "the message has more than {MAX_FIELDS} fields, at most {MAX_FIELDS} are read"
            )));
        }
        // Whoever sent it made it so: tonic would say INTERNAL, which is for faults of the server. The message names
        // the field and holds nothing of it.
        self.0.decode(message).map_err(|malformed| Status::invalid_argument(malformed.message()))
    }

    fn buffer_settings(&self) -> BufferSettings {
        self.0.buffer_settings()
    }
}

/// Counts fields until there are too many. What is malformed is left to prost to name.
fn has_too_many_fields(mut message: &[u8]) -> bool {
    let mut fields = 0;
    while !message.is_empty() {
        let skipped = decode_key(&mut message)
            .and_then(|(tag, wire)| skip_field(wire, tag, &mut message, DecodeContext::default()));
        fields += 1;
        if fields > MAX_FIELDS {
            return true;
        }
        if skipped.is_err() {
            return false;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pb;

    fn batch(items: usize) -> Vec<u8> {
        pb::BatchModerateCommentsRequest { requests: vec![pb::ModerateCommentRequest::default(); items] }
            .encode_to_vec()
    }

    #[test]
    fn fields_are_counted_without_reading_them() {
        assert!(!has_too_many_fields(&batch(MAX_FIELDS)));
        assert!(has_too_many_fields(&batch(MAX_FIELDS + 1)));
        assert!(has_too_many_fields(&[0x0a, 0x00].repeat(3_000_000)));
    }

    #[test]
    fn what_is_malformed_is_left_to_the_decoder() {
        assert!(!has_too_many_fields(&[0x0a, 0xff]));
        assert!(!has_too_many_fields(&[]));
    }
}
