//! What an operator sees: probes, metrics, traces.

use std::{collections::BTreeSet, fs, path::Path, time::Duration};

use comity::{
    pb::{self, moderation_service_client::ModerationServiceClient},
    telemetry::{
        Metrics,
        metrics::{Method, ModelInfo, PolicyInfo},
    },
};
use opentelemetry_proto::tonic::{
    collector::trace::v1::{
        ExportTraceServiceRequest, ExportTraceServiceResponse,
        trace_service_server::{TraceService, TraceServiceServer},
    },
    common::v1::any_value::Value,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::mpsc,
};
use tonic::transport::Endpoint;
use tonic::{Request, Response, Status};
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};

use crate::{
    binary::{serving, signal},
    server::{LIMITS, TestServer, moderator, request},
};

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
async fn callers_who_say_nothing_leave_room_for_probes() {
    let admin = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = admin.local_addr().unwrap();
    let _server = TestServer::guarded(None, LIMITS, None, Some(admin)).await;
    let mut silent = Vec::new();
    for _ in 0..64 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"G").await.unwrap();
        silent.push(stream);
    }
    for mut stream in silent {
        // Each is closed within some seconds, whatever is told before.
        let _ = stream.read_to_end(&mut Vec::new()).await;
    }
    assert_eq!(page(address, "/livez").await.0, "HTTP/1.1 200 OK");
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

/// Names of metrics in a text, without the endings that a histogram adds.
fn named(text: &str) -> BTreeSet<String> {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .filter(|word| word.starts_with("comity_") || word.starts_with("grpc_server_"))
        .map(|word| {
            ["_bucket", "_count", "_sum"].iter().find_map(|end| word.strip_suffix(end)).unwrap_or(word)
        })
        .map(str::to_owned)
        .collect()
}

#[test]
fn alerts_dashboard_and_guide_name_only_metrics_that_there_are() {
    let metrics = Metrics::default();
    let method = Method { grpc_type: "unary", grpc_service: "s", grpc_method: "m" };
    metrics.started(method);
    metrics.handled(method, "OK", Duration::ZERO);
    metrics.judged("HOLD", ["LINKS"].into_iter());
    metrics.shed("in_flight");
    metrics.refused_connection("limit");
    metrics.reloaded("policy", true);
    metrics.show_dropped_lines(|| 0);
    let model = ModelInfo { language: String::new(), version: String::new(), sha256: String::new() };
    let policy = PolicyInfo { name: String::new(), sha256: String::new() };
    metrics.loaded([model].into_iter(), [policy].into_iter());
    let there_are = named(&metrics.render());
    for file in ["deploy/alerts.yaml", "deploy/grafana-dashboard.json", "docs/operations.md"] {
        let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
        let unknown: Vec<String> = named(&text).difference(&there_are).cloned().collect();
        assert!(unknown.is_empty(), "{file} names {unknown:?}");
        // Labels are a part of the names.
        assert!(named(&text).len() > 5, "{file} was not read");
    }
}

/// A collector that keeps what it is sent.
#[derive(Clone)]
struct Collector(mpsc::Sender<ExportTraceServiceRequest>);

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        self.0.send(request.into_inner()).await.unwrap();
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_a_span_of_its_callers_trace() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let (send, mut exported) = mpsc::channel(16);
    let incoming = tonic::transport::server::TcpIncoming::from(listener);
    let collector = tonic::transport::Server::builder().add_service(TraceServiceServer::new(Collector(send)));
    tokio::spawn(collector.serve_with_incoming(incoming));

    let (mut child, address, _log) = serving(&["--otlp-endpoint", &endpoint, "--trace-ratio", "0"]);
    let mut client = ModerationServiceClient::connect(format!("http://{address}")).await.unwrap();
    // Not sampled: the share is 0 and the caller says nothing.
    client.moderate_comment(request("A fair point.")).await.unwrap();
    let mut traced = Request::new(request("zebra crossings should be lit at night"));
    let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    traced.metadata_mut().insert("traceparent", parent.parse().unwrap());
    client.moderate_comment(traced).await.unwrap();
    signal(&child, "TERM");
    let received = exported.recv().await.unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let spans: Vec<_> =
        received.resource_spans.iter().flat_map(|r| &r.scope_spans).flat_map(|s| &s.spans).collect();
    assert_eq!(spans.len(), 1);
    assert_eq!(spans[0].name, "comity.moderation.v1.ModerationService/ModerateComment");
    assert_eq!(spans[0].trace_id[..2], [0x0a, 0xf7]);
    assert_eq!(spans[0].parent_span_id[..2], [0xb7, 0xad]);
    let code = spans[0].attributes.iter().find(|attribute| attribute.key == "rpc.grpc.status_code").unwrap();
    assert_eq!(code.value.clone().unwrap().value, Some(Value::IntValue(0)));
    assert!(!format!("{received:?}").contains("zebra"));
}

#[tokio::test]
async fn a_collector_that_is_not_there_has_no_effect() {
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let (mut child, address, _log) =
        serving(&["--otlp-endpoint", &format!("http://{nobody}"), "--trace-ratio", "1"]);
    let mut client = ModerationServiceClient::connect(format!("http://{address}")).await.unwrap();
    for _ in 0..100 {
        client.moderate_comment(request("A fair point.")).await.unwrap();
    }
    signal(&child, "TERM");
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
