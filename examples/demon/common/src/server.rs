//! Runs a router until the process is asked to stop.

use std::io::{self, IsTerminal};

use axum::Router;
use tokio::net::TcpListener;
use tokio::signal::unix::{signal, SignalKind};
use tower_http::trace::TraceLayer;
use tracing_subscriber::filter::LevelFilter;

use crate::{Health, ListenOptions};

/// Logs to stderr from the level in `RUST_LOG` upwards (`info` when it names none).
pub fn log_to_stderr() {
    let level = std::env::var("RUST_LOG").ok().and_then(|text| text.parse().ok()).unwrap_or(LevelFilter::INFO);
    let colour = io::stderr().is_terminal();
    tracing_subscriber::fmt().with_writer(io::stderr).with_ansi(colour).with_max_level(level).init();
}

/// Listens, reports ready, and serves until SIGTERM or SIGINT; requests under way are finished first.
pub async fn serve(options: &ListenOptions, health: Health, routes: Router) -> io::Result<()> {
    let stopped = stop_signal(health.clone())?;
    let listener = TcpListener::bind(options.address()).await?;
    tracing::info!(address = %listener.local_addr()?, "listening");
    let app = health.routes().merge(routes).layer(TraceLayer::new_for_http());
    health.set_ready(true);
    axum::serve(listener, app).with_graceful_shutdown(stopped).await?;
    tracing::info!("stopped");
    Ok(())
}

fn stop_signal(health: Health) -> io::Result<impl std::future::Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        health.set_ready(false);
        tracing::info!("stopping");
    })
}
