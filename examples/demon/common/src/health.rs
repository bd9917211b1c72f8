//! The two questions Kubernetes asks: is the process alive, and may it get requests.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;

/// Whether a service is ready. Clones share one answer.
#[derive(Clone, Debug)]
pub struct Health {
    ready: Arc<AtomicBool>,
    service: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Answer {
    service: &'static str,
    status: &'static str,
    version: &'static str,
}

impl Health {
    /// A service that is alive but not ready yet.
    pub fn new(service: &'static str, version: &'static str) -> Self {
        Self { ready: Arc::default(), service, version }
    }

    pub fn is_ready(&self) -> bool {
        self.ready.load(Ordering::Acquire)
    }

    pub fn set_ready(&self, ready: bool) {
        self.ready.store(ready, Ordering::Release);
    }

    /// `GET /health` answers 200 while the process lives; `GET /ready` 200 or 503.
    pub fn routes(&self) -> Router {
        Router::new().route("/health", get(alive)).route("/ready", get(ready)).with_state(self.clone())
    }

    fn answer(&self, status: &'static str) -> Json<Answer> {
        Json(Answer { service: self.service, status, version: self.version })
    }
}

async fn alive(State(health): State<Health>) -> Json<Answer> {
    health.answer("ok")
}

async fn ready(State(health): State<Health>) -> (StatusCode, Json<Answer>) {
    if health.is_ready() {
        (StatusCode::OK, health.answer("ready"))
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, health.answer("starting"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use axum::http::Request;
    use tower::ServiceExt;

    async fn status(health: &Health, path: &str) -> StatusCode {
        let request = Request::get(path).body(Body::empty()).unwrap();
        health.routes().oneshot(request).await.unwrap().status()
    }

    #[tokio::test]
    async fn a_new_service_is_alive_but_not_ready() {
        let health = Health::new("engine", "1.0.0");
        assert_eq!(status(&health, "/health").await, StatusCode::OK);
        assert_eq!(status(&health, "/ready").await, StatusCode::SERVICE_UNAVAILABLE);
    }

    #[tokio::test]
    async fn a_clone_shares_readiness() {
        let health = Health::new("engine", "1.0.0");
        health.clone().set_ready(true);
        assert_eq!(status(&health, "/ready").await, StatusCode::OK);
    }
}
