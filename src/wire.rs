//! What a message may hold before it is read, in protobuf and in JSON.
//!
//! A field of two bytes can become a structure of hundreds: a batch of three million empty items fits into 6 MiB and would
//! take more than a gigabyte once decoded. So a message is inspected first, without making anything of it. The generated
//! code names this codec.

mod inspection;
mod json;
mod shapes;

use prost::{Message, Name, bytes::Buf as _};
use tonic::{
    Status,
    codec::{BufferSettings, Codec, DecodeBuf, Decoder},
};
use tonic_prost::{ProstCodec, ProstDecoder, ProstEncoder};

use self::inspection::{Found, inspect};
pub(crate) use self::json::readable;

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
    U: Message + Name + Default + Send + 'static,
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

impl<U: Message + Name + Default> Decoder for BoundedDecoder<U> {
    type Item = U;
    type Error = Status;

    fn decode(&mut self, message: &mut DecodeBuf<'_>) -> Result<Option<U>, Status> {
        // Whoever sent it made it so: tonic would say INTERNAL, which is for faults of the server. The message names
        // the field and holds nothing of it.
        let malformed = |told: String| Status::invalid_argument(told);
        match inspect(message.chunk(), &U::full_name())? {
            Found::Sound => self.0.decode(message).map_err(|error| malformed(error.message().to_owned())),
            Found::Mended(mended) => {
                message.advance(message.remaining());
                U::decode(&mended[..]).map(Some).map_err(|error| malformed(error.to_string()))
            }
        }
    }

    fn buffer_settings(&self) -> BufferSettings {
        self.0.buffer_settings()
    }
}
