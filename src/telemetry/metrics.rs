//! What the service counts, in the Prometheus way. Every label comes from a closed set: names of methods, codes,
//! decisions, reasons and causes are constants; those of models and policies are the operator's own.
//!
//! A call touches a handful of atomics behind read locks; nothing here is on the scoring path.

use std::{
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric as _, text},
    metrics::{
        counter::{ConstCounter, Counter},
        family::Family,
        gauge::Gauge,
        histogram::Histogram,
    },
    registry::Registry,
};

/// Upper bounds of the duration buckets in seconds, from 50 µs: a verdict takes tens of microseconds.
const BUCKETS: [f64; 14] =
    [50e-6, 100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3, 100e-3, 250e-3, 1.0, 10.0];

/// The content type of [`Metrics::render`], by the OpenMetrics specification 1.0.
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// A method of the contract, or "unknown".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Method {
    /// "unary" or "bidi_stream".
    pub grpc_type: &'static str,
    /// The full name of the service.
    pub grpc_service: &'static str,
    /// The name of the method.
    pub grpc_method: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
#[expect(clippy::struct_field_names, reason = "the names of the labels")]
struct Handled {
    grpc_type: &'static str,
    grpc_service: &'static str,
    grpc_method: &'static str,
    grpc_code: &'static str,
}

macro_rules! label {
    ($($name:ident { $label:ident })*) => { $(
        #[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
        struct $name { $label: &'static str }
    )* };
}
label! { ByDecision { decision } ByReason { reason } ByCause { cause } ByVersion { version } }

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Reload {
    what: &'static str,
    result: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct What {
    what: &'static str,
}

/// A loaded model, as `comity_model_info` shows it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct ModelInfo {
    /// BCP-47.
    pub language: String,
    /// The version in the model's card.
    pub version: String,
    /// SHA-256 of the artifact.
    pub sha256: String,
}

/// A loaded policy, as `comity_policy_info` shows it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct PolicyInfo {
    /// "default", "SITE" or "SITE/SECTION".
    pub name: String,
    /// SHA-256 of the effective policy.
    pub sha256: String,
}

/// Every metric of the service.
pub struct Metrics {
    registry: Mutex<Registry>,
    started: Family<Method, Counter>,
    handled: Family<Handled, Counter>,
    seconds: Family<Method, Histogram>,
    verdicts: Family<ByDecision, Counter>,
    reasons: Family<ByReason, Counter>,
    shed: Family<ByCause, Counter>,
    refused_connections: Family<ByCause, Counter>,
    reloads: Family<Reload, Counter>,
    failed: Family<What, Gauge>,
    models: Family<ModelInfo, Gauge>,
    policies: Family<PolicyInfo, Gauge>,
    /// 1 while calls are taken.
    pub serving: Gauge,
    /// Calls that have begun and whose answer is not fully sent.
    pub in_flight: Gauge,
    /// The most of those.
    pub in_flight_limit: Gauge,
    /// Open connections of callers.
    pub connections: Gauge,
    /// The most of those.
    pub connections_limit: Gauge,
    /// Calls without a known token.
    pub unauthenticated: Counter,
    /// Panics, each of which answered one call with INTERNAL.
    pub panics: Counter,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::default();
        let mut metrics = Self {
            registry: Mutex::default(),
            started: Family::default(),
            handled: Family::default(),
            seconds: Family::new_with_constructor(|| Histogram::new(BUCKETS)),
            verdicts: Family::default(),
            reasons: Family::default(),
            shed: Family::default(),
            refused_connections: Family::default(),
            reloads: Family::default(),
            failed: Family::default(),
            models: Family::default(),
            policies: Family::default(),
            serving: Gauge::default(),
            in_flight: Gauge::default(),
            in_flight_limit: Gauge::default(),
            connections: Gauge::default(),
            connections_limit: Gauge::default(),
            unauthenticated: Counter::default(),
            panics: Counter::default(),
        };
        metrics.register(&mut registry);
        metrics.registry = Mutex::new(registry);
        metrics
    }
}

impl Metrics {
    /// Names and explains each metric. Counters get their suffix `_total` when they are written.
    fn register(&self, r: &mut Registry) {
        r.register("grpc_server_started", "Calls that began", self.started.clone());
        r.register("grpc_server_handled", "Calls that ended, by gRPC code", self.handled.clone());
        r.register("grpc_server_handling_seconds", "From first byte to last of a call", self.seconds.clone());
        r.register("comity_verdicts", "Verdicts, by decision", self.verdicts.clone());
        r.register("comity_verdict_reasons", "Reasons of verdicts, by code", self.reasons.clone());
        r.register("comity_serving", "1 while calls are taken", self.serving.clone());
        r.register("comity_calls_in_flight", "Calls begun and not fully answered", self.in_flight.clone());
        r.register("comity_calls_in_flight_limit", "The most of those", self.in_flight_limit.clone());
        r.register("comity_calls_shed", "Calls refused because of load, by cause", self.shed.clone());
        r.register(
            "comity_calls_unauthenticated",
            "Calls without a known token",
            self.unauthenticated.clone(),
        );
        r.register("comity_panics", "Panics, each answered with INTERNAL", self.panics.clone());
        r.register("comity_connections", "Open connections", self.connections.clone());
        r.register("comity_connections_limit", "The most of those", self.connections_limit.clone());
        r.register(
            "comity_connections_refused",
            "Connections closed before a call, by cause",
            self.refused_connections.clone(),
        );
        r.register("comity_reloads", "Reloads of files, by what and result", self.reloads.clone());
        r.register("comity_reload_failed", "1 while the last reload failed", self.failed.clone());
        r.register("comity_model_info", "The loaded models", self.models.clone());
        r.register("comity_policy_info", "The loaded policies", self.policies.clone());
        let build = Family::<ByVersion, Gauge>::default();
        build.get_or_create(&ByVersion { version: env!("CARGO_PKG_VERSION") }).set(1);
        r.register("comity_build_info", "The version of the service", build);
    }

    /// Shows how many log lines were dropped because nobody took them from standard error.
    pub fn show_dropped_lines(&self, dropped: impl Fn() -> u64 + Send + Sync + 'static) {
        self.registry().register_collector(Box::new(DroppedLines(dropped)));
    }

    /// A call began.
    pub fn started(&self, method: Method) {
        self.started.get_or_create(&method).inc();
    }

    /// A call ended with the code of that name, so long after it began.
    pub fn handled(&self, method: Method, grpc_code: &'static str, elapsed: Duration) {
        let Method { grpc_type, grpc_service, grpc_method } = method;
        self.handled.get_or_create(&Handled { grpc_type, grpc_service, grpc_method, grpc_code }).inc();
        self.seconds.get_or_create(&method).observe(elapsed.as_secs_f64());
    }

    /// A comment was judged.
    pub fn judged(&self, decision: &'static str, reasons: impl Iterator<Item = &'static str>) {
        self.verdicts.get_or_create(&ByDecision { decision }).inc();
        for reason in reasons {
            self.reasons.get_or_create(&ByReason { reason }).inc();
        }
    }

    /// A call was refused because of load.
    pub fn shed(&self, cause: &'static str) {
        self.shed.get_or_create(&ByCause { cause }).inc();
    }

    /// A connection was closed before it carried a call.
    pub fn refused_connection(&self, cause: &'static str) {
        self.refused_connections.get_or_create(&ByCause { cause }).inc();
    }

    /// Files were read again.
    pub fn reloaded(&self, what: &'static str, succeeded: bool) {
        let result = if succeeded { "ok" } else { "failed" };
        self.reloads.get_or_create(&Reload { what, result }).inc();
        self.failed.get_or_create(&What { what }).set(i64::from(!succeeded));
    }

    /// What is loaded now, in place of what was.
    pub fn loaded(
        &self,
        models: impl Iterator<Item = ModelInfo>,
        policies: impl Iterator<Item = PolicyInfo>,
    ) {
        self.models.clear();
        models.for_each(|model| {
            self.models.get_or_create(&model).set(1);
        });
        self.policies.clear();
        policies.for_each(|policy| {
            self.policies.get_or_create(&policy).set(1);
        });
    }

    /// Every metric in the OpenMetrics text format.
    pub fn render(&self) -> String {
        let mut page = String::new();
        // Writing to a string cannot fail.
        let _ = text::encode(&mut page, &self.registry());
        page
    }

    fn registry(&self) -> MutexGuard<'_, Registry> {
        self.registry.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A count that is kept elsewhere.
struct DroppedLines<F>(F);

impl<F> fmt::Debug for DroppedLines<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DroppedLines")
    }
}

impl<F: Fn() -> u64 + Send + Sync + 'static> Collector for DroppedLines<F> {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let count = ConstCounter::new((self.0)());
        let help = "Log lines that nobody took from standard error";
        count.encode(encoder.encode_descriptor(
            "comity_log_lines_dropped",
            help,
            None,
            count.metric_type(),
        )?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_is_shown() {
        let metrics = Metrics::default();
        let method = Method { grpc_type: "unary", grpc_service: "s", grpc_method: "m" };
        metrics.started(method);
        metrics.handled(method, "OK", Duration::from_micros(70));
        metrics.judged("HOLD", ["TOXICITY", "LINKS"].into_iter());
        metrics.shed("in_flight");
        metrics.reloaded("policy", false);
        metrics.show_dropped_lines(|| 7);
        let page = metrics.render();
        for line in [
            r#"grpc_server_handled_total{grpc_type="unary",grpc_service="s",grpc_method="m",grpc_code="OK"} 1"#,
            r#"grpc_server_handling_seconds_bucket{le="0.0001",grpc_type="unary",grpc_service="s",grpc_method="m"} 1"#,
            r#"comity_verdicts_total{decision="HOLD"} 1"#,
            r#"comity_verdict_reasons_total{reason="LINKS"} 1"#,
            r#"comity_calls_shed_total{cause="in_flight"} 1"#,
            r#"comity_reload_failed{what="policy"} 1"#,
            "comity_log_lines_dropped_total 7",
        ] {
            assert!(page.lines().any(|shown| shown == line), "{line}\n{page}");
        }
    }

    #[test]
    fn what_was_loaded_before_is_no_longer_shown() {
        let metrics = Metrics::default();
        let policy = |name: &str| PolicyInfo { name: name.to_owned(), sha256: "ab".to_owned() };
        metrics.loaded(std::iter::empty(), [policy("herald")].into_iter());
        metrics.loaded(std::iter::empty(), [policy("courier")].into_iter());
        let page = metrics.render();
        assert!(page.contains("courier") && !page.contains("herald"), "{page}");
    }
}
