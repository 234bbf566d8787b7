//! Which instances calls are spread over.
//!
//! tonic's balancing channel prefers whichever of two instances has fewer calls outstanding, and one that is dead has
//! none: it refuses quickly and gets most of the calls. So a dead one must be taken out, which here the health service
//! decides, as gRPC's own client-side health checking does: its stream breaks with the instance.

use std::{net::SocketAddr, time::Duration};

use tokio::sync::mpsc::Sender;
use tonic::transport::{Endpoint, channel::Change};
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};

/// How long to wait before an instance that is gone is looked for again.
const INTERVAL: Duration = Duration::from_millis(100);

/// How long a connection may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// Told what comes and goes.
pub(crate) type Changes = Sender<Change<SocketAddr, Endpoint>>;

/// An instance for the balancing channel.
pub(crate) fn endpoint(address: SocketAddr) -> anyhow::Result<Endpoint> {
    Ok(Endpoint::from_shared(format!("http://{address}"))?.connect_timeout(CONNECT_TIMEOUT))
}

/// Keeps an instance among the members for as long as it says SERVING. Ends only by being aborted.
pub(crate) async fn follow(address: SocketAddr, endpoint: Endpoint, changes: Changes) {
    loop {
        // However it ended, the instance is no member any more.
        let _ended = watch(address, &endpoint, &changes).await;
        if changes.send(Change::Remove(address)).await.is_err() {
            return;
        }
        tokio::time::sleep(INTERVAL).await;
    }
}

async fn watch(address: SocketAddr, endpoint: &Endpoint, changes: &Changes) -> anyhow::Result<()> {
    let mut client = HealthClient::new(endpoint.connect().await?);
    let mut statuses = client.watch(HealthCheckRequest { service: String::new() }).await?.into_inner();
    while let Some(status) = statuses.message().await? {
        if status.status() != ServingStatus::Serving {
            return Ok(());
        }
        changes.send(Change::Insert(address, endpoint.clone())).await?;
    }
    Ok(())
}
