//! TLS from PEM files' contents. The files are read elsewhere.

use std::sync::Arc;

use tokio_rustls::rustls::{
    self, RootCertStore, ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem, pem::PemObject as _},
    server::{VerifierBuilderError, WebPkiClientVerifier},
};

/// The contents of the PEM files.
#[derive(Debug)]
pub struct Pem {
    /// The certificate and its chain, the server's own first.
    pub certificates: Vec<u8>,
    /// The private key of the first certificate: PKCS#8, PKCS#1 or SEC1.
    pub key: Vec<u8>,
    /// Who signs the certificates of clients. With it, a client without one is refused (mutual TLS).
    pub client_authorities: Option<Vec<u8>>,
}

/// Why certificates and key cannot be served with. Never shows the key.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// No certificates in PEM form.
    #[error("certificates: {0}")]
    Certificates(#[from] NoCertificate),
    /// No private key in PEM form.
    #[error("private key: {0}")]
    Key(pem::Error),
    /// Certificate and key do not belong together, or rustls cannot use them.
    #[error("certificate and key: {0}")]
    Pair(rustls::Error),
    /// No certificates of the clients' authorities in PEM form.
    #[error("certificates of the clients' authorities: {0}")]
    Authorities(NoCertificate),
    /// Not a certificate of an authority.
    #[error("certificates of the clients' authorities: {0}")]
    Authority(rustls::Error),
    /// Nothing that certificates of clients could be checked against.
    #[error("certificates of the clients' authorities: {0}")]
    ClientAuthorities(VerifierBuilderError),
}

/// Why there are no certificates.
#[derive(Debug, thiserror::Error)]
pub enum NoCertificate {
    /// Not PEM.
    #[error("{0}")]
    Malformed(#[from] pem::Error),
    /// PEM without any.
    #[error("no certificate in it")]
    Empty,
}

/// TLS 1.2 and 1.3 with HTTP/2 as the protocol.
///
/// # Errors
/// What is wrong with which of the files.
pub fn config(pem: &Pem) -> Result<Arc<ServerConfig>, TlsError> {
    let provider = Arc::new(ring::default_provider());
    let certificates = certificates(&pem.certificates)?;
    let key = PrivateKeyDer::from_pem_slice(&pem.key).map_err(TlsError::Key)?;
    let builder = ServerConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(TlsError::Pair)?;
    let builder = match &pem.client_authorities {
        Some(authorities) => {
            let mut roots = RootCertStore::empty();
            for authority in self::certificates(authorities).map_err(TlsError::Authorities)? {
                roots.add(authority).map_err(TlsError::Authority)?;
            }
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
                .build()
                .map_err(TlsError::ClientAuthorities)?;
            builder.with_client_cert_verifier(verifier)
        }
        None => builder.with_no_client_auth(),
    };
    let mut config = builder.with_single_cert(certificates, key).map_err(TlsError::Pair)?;
    config.alpn_protocols = vec![b"h2".to_vec()];
    Ok(Arc::new(config))
}

fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, NoCertificate> {
    let found: Vec<_> = CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>()?;
    if found.is_empty() { Err(NoCertificate::Empty) } else { Ok(found) }
}
