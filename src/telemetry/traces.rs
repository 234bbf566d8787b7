//! Spans of calls for an OpenTelemetry collector, as children of the caller's span (W3C Trace Context).
//!
//! Off unless an endpoint is set. Spans hold method, code and id of the call, never a word of a comment. They are sent by
//! a thread of their own from a bounded queue: with the collector down they are dropped and calls go on.

use http::HeaderMap;
use opentelemetry::{
    propagation::{Extractor, TextMapPropagator as _},
    trace::TracerProvider as _,
};
use opentelemetry_otlp::{ExporterBuildError, SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::{
    Resource,
    propagation::TraceContextPropagator,
    trace::{Sampler, SdkTracerProvider},
};
use tracing::{Span, field::Empty};
use tracing_opentelemetry::{OpenTelemetryLayer, OpenTelemetrySpanExt as _};
use tracing_subscriber::{
    Layer,
    filter::{FilterExt as _, LevelFilter, Targets, filter_fn},
    layer::Filter,
    registry::LookupSpan,
};

use super::metrics::Method;

/// The target of the spans, by which log and traces are kept apart.
const TARGET: &str = "comity::rpc";

/// Where spans go.
#[derive(Debug, Clone)]
pub struct Traces {
    /// The collector's OTLP endpoint over gRPC.
    pub endpoint: String,
    /// The share of calls that are sampled when the caller does not say, in [0, 1].
    pub ratio: f64,
}

/// The layer that sends spans, and what must be shut down at the end to send the last. Needs a tokio runtime around it.
pub(super) fn layer<S>(
    traces: &Traces,
) -> Result<(impl Layer<S> + use<S>, SdkTracerProvider), ExporterBuildError>
where
    S: tracing::Subscriber + for<'a> LookupSpan<'a>,
{
    let exporter = SpanExporter::builder().with_tonic().with_endpoint(&traces.endpoint).build()?;
    let provider = SdkTracerProvider::builder()
        .with_batch_exporter(exporter)
        .with_sampler(Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(traces.ratio))))
        .with_resource(Resource::builder().with_service_name("comity").build())
        .build();
    let layer = OpenTelemetryLayer::new(provider.tracer("comity"))
        .with_location(false)
        .with_threads(false)
        .with_filter(Targets::new().with_target(TARGET, tracing::Level::INFO));
    Ok((layer, provider))
}

/// Keeps the spans out of the log.
pub(super) fn not_spans<S>(filter: impl Filter<S>) -> impl Filter<S> {
    // Without a hint of its own the whole filter would have none, and libraries would make spans of every level.
    filter.and(filter_fn(|metadata| metadata.target() != TARGET).with_max_level_hint(LevelFilter::TRACE))
}

/// The span of one call. Costs next to nothing when traces are off.
pub(crate) fn span(method: Method, call_id: &str, headers: &HeaderMap) -> Span {
    let span = tracing::info_span!(
        target: "comity::rpc",
        "rpc",
        otel.name = Empty,
        otel.kind = "server",
        rpc.system = "grpc",
        rpc.service = method.grpc_service,
        rpc.method = method.grpc_method,
        rpc.grpc.status_code = Empty,
        call_id,
    );
    if !span.is_disabled() {
        span.record("otel.name", format!("{}/{}", method.grpc_service, method.grpc_method));
        // Fails only where no layer takes spans.
        let _ = span.set_parent(TraceContextPropagator::new().extract(&Headers(headers)));
    }
    span
}

struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).and_then(|value| value.to_str().ok())
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(http::HeaderName::as_str).collect()
    }
}

#[cfg(test)]
mod tests {
    use tracing_subscriber::{EnvFilter, Registry};

    use super::*;

    #[test]
    fn nothing_below_the_level_of_the_log_is_asked_for() {
        for (filter, most) in [("info", LevelFilter::INFO), ("warn,comity=debug", LevelFilter::DEBUG)] {
            let filter = not_spans::<Registry>(EnvFilter::new(filter));
            assert_eq!(filter.max_level_hint(), Some(most));
        }
    }
}
