//! Coral's signatures: HMAC-SHA-256 over the raw body, in hexadecimal, one for each secret that is in force there.

use hmac::{Hmac, Mac as _};
use http::HeaderMap;
use sha2::Sha256;

/// The header that holds them: "sha256=HEX,sha256=HEX".
const HEADER: &str = "x-coral-signature";

/// The most secrets of a file, and the most signatures that are tried.
const MAX_SECRETS: usize = 16;

/// The shortest secret that is taken, in bytes.
const MIN_SECRET_BYTES: usize = 16;

/// The secrets that are known. Several while they are rotated, or where several sites call.
pub struct Secrets(Vec<Vec<u8>>);

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Secrets({})", self.0.len())
    }
}

/// What is wrong with a file of secrets. No secret is ever shown.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretsError {
    /// A secret that could be guessed.
    #[error("line {line}: {bytes} bytes, at least {MIN_SECRET_BYTES} are needed")]
    TooShort {
        /// Counted from 1.
        line: usize,
        /// How long it is.
        bytes: usize,
    },
    /// More secrets than a call should be held against.
    #[error("{0} secrets, at most {MAX_SECRETS}")]
    TooMany(usize),
    /// A file that would refuse every call.
    #[error("no secret in it")]
    None,
}

impl Secrets {
    /// Reads one secret a line; blank lines and those that begin with # are skipped.
    ///
    /// # Errors
    /// The first line that is wrong, too many secrets, or none.
    pub fn parse(text: &str) -> Result<Self, SecretsError> {
        let mut secrets = Vec::new();
        for (n, line) in text.lines().enumerate().map(|(i, line)| (i + 1, line.trim())) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if line.len() < MIN_SECRET_BYTES {
                return Err(SecretsError::TooShort { line: n, bytes: line.len() });
            }
            secrets.push(line.as_bytes().to_vec());
        }
        match secrets.len() {
            0 => Err(SecretsError::None),
            1..=MAX_SECRETS => Ok(Self(secrets)),
            n => Err(SecretsError::TooMany(n)),
        }
    }

    /// Whether any of the signatures is by any of the secrets. Each is compared in constant time.
    pub(super) fn signed(&self, body: &[u8], signatures: &[Vec<u8>]) -> bool {
        self.0.iter().any(|secret| {
            let Ok(mac) = Hmac::<Sha256>::new_from_slice(secret) else { return false };
            let mac = mac.chain_update(body);
            signatures.iter().any(|signature| mac.clone().verify_slice(signature).is_ok())
        })
    }
}

/// The signatures that came with a call, in bytes. What is no signature is left out.
pub(super) fn sent(headers: &HeaderMap) -> Vec<Vec<u8>> {
    let values = headers.get_all(HEADER).iter().filter_map(|value| value.to_str().ok());
    let hex = values.flat_map(|value| value.split(',')).filter_map(|one| one.trim().strip_prefix("sha256="));
    hex.take(MAX_SECRETS).filter_map(bytes).collect()
}

/// The bytes of a signature in hexadecimal.
fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = hex.chars().map(|c| c.to_digit(16)).collect();
    let digits = digits.filter(|digits| digits.len() == 64)?;
    Some(digits.chunks(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | *digit as u8)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classifier::artifact::hex;

    /// RFC 4231, test case 2, with a key that is long enough.
    const BODY: &[u8] = b"what do ya want for nothing?";

    fn signature(secret: &str) -> String {
        let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap().chain_update(BODY);
        hex(&mac.finalize().into_bytes())
    }

    fn headers(value: &str) -> HeaderMap {
        HeaderMap::from_iter([(HEADER.parse().unwrap(), value.parse().unwrap())])
    }

    #[test]
    fn a_signature_by_any_secret_in_force_is_known() {
        let (old, new) = ("0123456789abcdef", "fedcba9876543210");
        let both = Secrets::parse(&format!("# rotation\n{old}\n{new}\n")).unwrap();
        let only_new = Secrets::parse(new).unwrap();
        let by_both = headers(&format!("sha256={},sha256={}", signature(old), signature(new)));
        let by_old = headers(&format!("sha256={}", signature(old)));
        assert!(both.signed(BODY, &sent(&by_both)) && both.signed(BODY, &sent(&by_old)));
        assert!(only_new.signed(BODY, &sent(&by_both)));
        assert!(!only_new.signed(BODY, &sent(&by_old)));
        assert!(!both.signed(b"another body", &sent(&by_both)));
    }

    #[test]
    fn what_is_no_signature_signs_nothing() {
        let secrets = Secrets::parse("0123456789abcdef").unwrap();
        let right = signature("0123456789abcdef");
        for wrong in
            ["", "sha256=", &right, &format!("sha1={right}"), &format!("sha256={right}00"), "sha256=zz"]
        {
            assert!(!secrets.signed(BODY, &sent(&headers(wrong))), "{wrong}");
        }
        assert!(!secrets.signed(BODY, &sent(&HeaderMap::new())));
    }

    #[test]
    fn a_wrong_file_is_refused_without_showing_it() {
        assert_eq!(Secrets::parse("\nsecret").unwrap_err(), SecretsError::TooShort { line: 2, bytes: 6 });
        assert_eq!(Secrets::parse("#\n").unwrap_err(), SecretsError::None);
        assert_eq!(Secrets::parse(&"0123456789abcdef\n".repeat(17)).unwrap_err(), SecretsError::TooMany(17));
        assert_eq!(format!("{:?}", Secrets::parse("0123456789abcdef").unwrap()), "Secrets(1)");
    }
}
