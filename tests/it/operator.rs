//! The operator's port.

use comity::pb;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};
use tonic::transport::Endpoint;
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};

use crate::server::{LIMITS, TestServer, moderator, request};

/// Status line and body of a page.
pub(crate) async fn page(address: std::net::SocketAddr, path: &str) -> (String, String) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let asked = format!("GET {path} HTTP/1.1\r\nhost: comity\r\nconnection: close\r\n\r\n");
    stream.write_all(asked.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.lines().next().unwrap().to_owned(), body.to_owned())
}

#[tokio::test]
async fn probes_and_metrics_are_answered_on_a_port_of_their_own() {
    let admin = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = admin.local_addr().unwrap();
    let server = TestServer::guarded(None, LIMITS, None, Some(admin)).await;
    assert_eq!(page(address, "/livez").await.0, "HTTP/1.1 200 OK");
    assert_eq!(page(address, "/readyz").await.0, "HTTP/1.1 503 Service Unavailable");
    server.loaded.send_modify(|loaded| loaded.replace(Ok(moderator())));
    while page(address, "/readyz").await.0 != "HTTP/1.1 200 OK" {}

    let channel = Endpoint::from_shared(format!("http://{address}")).unwrap().connect().await.unwrap();
    let mut health = HealthClient::new(channel);
    let asked = HealthCheckRequest { service: String::new() };
    assert_eq!(health.check(asked).await.unwrap().into_inner().status(), ServingStatus::Serving);

    let mut client = server.client();
    client.moderate_comment(request("A fair point.")).await.unwrap();
    client.get_policy(pb::GetPolicyRequest { name: "nobody".to_owned() }).await.unwrap_err();
    let (status, metrics) = page(address, "/metrics").await;
    assert_eq!(status, "HTTP/1.1 200 OK");
    for line in [
        r#"grpc_server_handled_total{grpc_type="unary",grpc_service="comity.moderation.v1.ModerationService",grpc_method="ModerateComment",grpc_code="OK"} 1"#,
        r#"grpc_server_handled_total{grpc_type="unary",grpc_service="comity.moderation.v1.ModerationService",grpc_method="GetPolicy",grpc_code="NOT_FOUND"} 1"#,
        r#"comity_verdicts_total{decision="APPROVE"} 1"#,
        "comity_calls_in_flight 0",
        "comity_connections 1",
    ] {
        assert!(metrics.contains(line), "{line}\n{metrics}");
    }
    assert_eq!(page(address, "/elsewhere").await.0, "HTTP/1.1 404 Not Found");
}
