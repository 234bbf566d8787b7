//! Bearer tokens (RFC 6750), each with the name of its holder.
//!
//! Kept and compared as SHA-256 hashes, all of them each time and in constant time, so that neither memory nor time tells
//! a token. The file is read elsewhere.

use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// The shortest token that is taken, in bytes: 16 random letters and digits are beyond guessing.
const MIN_TOKEN_BYTES: usize = 16;

/// The most tokens of a file.
const MAX_TOKENS: usize = 1_000;

/// The tokens that are known.
#[derive(Debug)]
pub struct Tokens(Vec<Token>);

#[derive(Debug)]
struct Token {
    holder: Arc<str>,
    sha256: [u8; 32],
}

/// What is wrong with a file of tokens. No token is ever shown.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokensError {
    /// A line that is not "NAME TOKEN".
    #[error("line {line}: must be a name, a space and a token")]
    Malformed {
        /// Counted from 1.
        line: usize,
    },
    /// A token that could be guessed.
    #[error("line {line}: the token of {holder} has {bytes} bytes, at least {MIN_TOKEN_BYTES} are needed")]
    TooShort {
        /// Counted from 1.
        line: usize,
        /// Whose token it is.
        holder: String,
        /// How long it is.
        bytes: usize,
    },
    /// More tokens than a call could be held against.
    #[error("{0} tokens, at most {MAX_TOKENS}")]
    TooMany(usize),
    /// A file that would lock everybody out.
    #[error("no token in it")]
    None,
}

impl Tokens {
    /// Reads lines "NAME TOKEN"; blank lines and those that begin with # are skipped. Several tokens may have one name,
    /// so that they can be replaced without a gap.
    ///
    /// # Errors
    /// The first line that is wrong, too many tokens, or none.
    pub fn parse(text: &str) -> Result<Self, TokensError> {
        let mut tokens = Vec::new();
        for (n, line) in text.lines().enumerate().map(|(i, line)| (i + 1, line.trim())) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let mut words = line.split_whitespace();
            let (Some(holder), Some(token), None) = (words.next(), words.next(), words.next()) else {
                return Err(TokensError::Malformed { line: n });
            };
            if token.len() < MIN_TOKEN_BYTES {
                let holder = holder.to_owned();
                return Err(TokensError::TooShort { line: n, holder, bytes: token.len() });
            }
            tokens.push(Token { holder: holder.into(), sha256: Sha256::digest(token).into() });
        }
        match tokens.len() {
            0 => Err(TokensError::None),
            1..=MAX_TOKENS => Ok(Self(tokens)),
            n => Err(TokensError::TooMany(n)),
        }
    }

    /// Whose token it is; none when nobody's.
    pub(super) fn holder(&self, token: &str) -> Option<Arc<str>> {
        let sha256: [u8; 32] = Sha256::digest(token).into();
        // No early end: the time must not tell which token matched, or how far.
        self.0.iter().fold(None, |found, known| {
            let same = bool::from(known.sha256.ct_eq(&sha256));
            if same { Some(known.holder.clone()) } else { found }
        })
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, header::AUTHORIZATION};

    use super::*;
    use crate::gate::edge::bearer;

    #[test]
    fn the_holder_of_a_token_is_known() {
        let tokens = Tokens::parse(
            "# CMS\ncms-a 0123456789abcdef\n\ncms-b fedcba9876543210\ncms-a 00112233445566778899",
        )
        .unwrap();
        let holder = |value: &str| {
            let headers = HeaderMap::from_iter([(AUTHORIZATION, value.parse().unwrap())]);
            bearer(&headers).and_then(|token| tokens.holder(token)).map(|name| name.to_string())
        };
        assert_eq!(holder("Bearer 0123456789abcdef").as_deref(), Some("cms-a"));
        assert_eq!(holder("bearer fedcba9876543210").as_deref(), Some("cms-b"));
        assert_eq!(holder("Bearer 00112233445566778899").as_deref(), Some("cms-a"));
        for wrong in
            ["Bearer 0123456789abcdeX", "Bearer ", "Basic 0123456789abcdef", "0123456789abcdef", "Bearer"]
        {
            assert_eq!(holder(wrong), None, "{wrong}");
        }
        assert_eq!(bearer(&HeaderMap::new()), None);
    }

    #[test]
    fn a_wrong_file_is_refused_by_line_without_its_tokens() {
        let error = |text: &str| Tokens::parse(text).unwrap_err();
        assert_eq!(error("a 0123456789abcdef\nalone"), TokensError::Malformed { line: 2 });
        assert_eq!(error("a 0123456789abcdef b"), TokensError::Malformed { line: 1 });
        let short = error("cms secret-word");
        assert_eq!(short, TokensError::TooShort { line: 1, holder: "cms".into(), bytes: 11 });
        assert!(!short.to_string().contains("secret-word"));
        assert_eq!(error("# nobody\n"), TokensError::None);
        assert_eq!(error(&"a 0123456789abcdef\n".repeat(1_001)), TokensError::TooMany(1_001));
    }
}
