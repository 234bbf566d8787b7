//! TLS and Unix domain sockets.

use std::{os::unix::fs::PermissionsExt as _, sync::Arc, time::Duration};

use comity::{
    articles::Articles,
    moderator::Loaded,
    pb::moderation_service_client::ModerationServiceClient,
    server::{
        Address, Limits, Listener, Ports, Served, Web, run,
        tls::{self, Pem},
    },
    telemetry::Metrics,
};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use tokio::{io::AsyncWriteExt as _, net::TcpSocket, sync::watch};
use tokio_rustls::{
    TlsConnector,
    rustls::{ClientConfig, RootCertStore, ServerConfig, crypto::ring, pki_types::ServerName},
};
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity};

use crate::server::{ARTICLES, LIMITS, listener, moderator, request};

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority(name: &str) -> Authority {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, name);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// Certificate and key for a name, as PEM.
fn issued(by: &Authority, name: &str) -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    (params.signed_by(&key, by).unwrap().pem(), key.serialize_pem())
}

fn config(by: &Authority, clients: Option<&Authority>) -> Arc<ServerConfig> {
    let (certificate, key) = issued(by, "localhost");
    let pem = Pem {
        certificates: certificate.into_bytes(),
        key: key.into_bytes(),
        client_authorities: clients.map(|authority| authority.pem().into_bytes()),
    };
    tls::config(&pem).unwrap()
}

/// Serves gRPC until the test ends.
async fn serve(address: Address, mode: u32, tls: Option<watch::Receiver<Arc<ServerConfig>>>) -> Address {
    let listener = Listener::bind(&address, mode).await.unwrap();
    let bound = listener.address().unwrap();
    let limits = Limits { handshake_timeout: Duration::from_secs(10), ..LIMITS };
    serve_on(Ports { grpc: vec![listener], http: Vec::new(), operator: None }, limits, tls);
    bound
}

/// Serves until the test ends.
fn serve_on(ports: Ports, limits: Limits, tls: Option<watch::Receiver<Arc<ServerConfig>>>) -> Arc<Metrics> {
    let metrics = Arc::<Metrics>::default();
    let loaded = watch::channel(Loaded::first(moderator())).1;
    let served = Served {
        loaded,
        tokens: watch::channel(None).1,
        tls,
        articles: Articles::in_memory(ARTICLES),
        web: Web::default(),
        metrics: metrics.clone(),
    };
    tokio::spawn(run(ports, served, limits, std::future::pending()));
    metrics
}

async fn secured(tls: watch::Receiver<Arc<ServerConfig>>) -> u16 {
    let any_port = Address::Tcp("127.0.0.1:0".parse().unwrap());
    let Address::Tcp(address) = serve(any_port, 0, Some(tls)).await else { panic!("not TCP") };
    address.port()
}

async fn connect(port: u16, trusted: &Authority, own: Option<(String, String)>) -> Option<Channel> {
    let mut tls = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(trusted.pem()));
    if let Some((certificate, key)) = own {
        tls = tls.identity(Identity::from_pem(certificate, key));
    }
    let endpoint = Endpoint::from_shared(format!("https://localhost:{port}")).unwrap();
    endpoint.tls_config(tls).unwrap().connect().await.ok()
}

/// Whether a call is answered. With TLS 1.3 a client learns of a refusal of its certificate only then.
async fn answers(channel: Option<Channel>) -> bool {
    match channel {
        Some(channel) => {
            ModerationServiceClient::new(channel).moderate_comment(request("A fair point.")).await.is_ok()
        }
        None => false,
    }
}

#[tokio::test]
async fn tls_is_spoken_and_a_new_certificate_counts_from_the_next_connection_on() {
    let (first, second) = (authority("first"), authority("second"));
    let (replace, current) = watch::channel(config(&first, None));
    let port = secured(current).await;
    let open = connect(port, &first, None).await;
    assert!(answers(open.clone()).await);
    assert!(!answers(connect(port, &second, None).await).await);

    replace.send_replace(config(&second, None));
    assert!(answers(connect(port, &second, None).await).await);
    assert!(!answers(connect(port, &first, None).await).await);
    // What is open goes on.
    assert!(answers(open).await);
}

#[tokio::test]
async fn a_client_that_does_not_read_is_given_up_behind_tls_too() {
    let ours = authority("ours");
    let (_keep, tls) = watch::channel(config(&ours, None));
    let (http, address) = listener().await;
    let (grpc, _) = listener().await;
    let limits = Limits { keepalive_timeout: Duration::from_millis(300), ..LIMITS };
    let metrics = serve_on(Ports { grpc: vec![grpc], http: vec![http], operator: None }, limits, Some(tls));

    let mut trusted = RootCertStore::empty();
    trusted.add(ours.der().clone()).unwrap();
    let client = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(trusted)
        .with_no_client_auth();
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4_096).unwrap();
    let stream = socket.connect(address).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let mut deaf = TlsConnector::from(Arc::new(client)).connect(name, stream).await.unwrap();
    for _ in 0..400 {
        let asked = deaf.write_all(b"GET /openapi.json HTTP/1.1\r\nhost: a\r\n\r\n").await;
        if asked.is_err() {
            break;
        }
    }
    deaf.flush().await.ok();
    while metrics.in_flight.get() == 0 {
        tokio::task::yield_now().await;
    }
    while metrics.connections.get() > 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn with_mutual_tls_a_client_must_show_a_certificate_of_the_right_authority() {
    let (ours, clients, others) = (authority("ours"), authority("clients"), authority("others"));
    let (_replace, current) = watch::channel(config(&ours, Some(&clients)));
    let port = secured(current).await;
    assert!(answers(connect(port, &ours, Some(issued(&clients, "cms"))).await).await);
    assert!(!answers(connect(port, &ours, None).await).await);
    assert!(!answers(connect(port, &ours, Some(issued(&others, "cms"))).await).await);
}

#[test]
fn wrong_files_are_refused_by_what_is_wrong_with_them() {
    let ours = authority("ours");
    let (certificate, key) = issued(&ours, "localhost");
    let (_, other_key) = issued(&ours, "localhost");
    let error = |certificates: &str, key: &str, clients: Option<&str>| {
        let pem = Pem {
            certificates: certificates.into(),
            key: key.into(),
            client_authorities: clients.map(Into::into),
        };
        tls::config(&pem).unwrap_err().to_string()
    };
    assert!(error("", &key, None).contains("no certificate"));
    assert!(error(&certificate, "", None).contains("private key"));
    assert!(error(&certificate, &other_key, None).contains("certificate and key"));
    assert!(error(&certificate, &key, Some("")).contains("clients' authorities"));
}

#[tokio::test]
async fn a_unix_socket_has_its_mode_and_replaces_one_that_nobody_listens_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("comity.sock");
    // Left behind by a process that was killed.
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    assert!(path.exists());
    let address = Address::Unix(path.clone());
    serve(address.clone(), 0o600, None).await;
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let channel = Endpoint::from_shared(format!("unix://{}", path.display())).unwrap().connect().await.ok();
    assert!(answers(channel).await);

    let taken = Listener::bind(&address, 0o600).await.unwrap_err();
    assert_eq!(taken.kind(), std::io::ErrorKind::AddrInUse);
    let file = folder.path().join("policy.toml");
    std::fs::write(&file, "precious").unwrap();
    assert!(Listener::bind(&Address::Unix(file.clone()), 0o600).await.is_err());
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "precious");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[tokio::test]
async fn the_file_of_a_unix_socket_goes_with_its_listener() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("comity.sock");
    let listener = Listener::bind(&Address::Unix(path.clone()), 0o660).await.unwrap();
    assert!(path.exists());
    drop(listener);
    assert!(!path.exists());
}
