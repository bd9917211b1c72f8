//! The pages, and one JSON document with the state of every service.

use std::path::PathBuf;
use std::sync::Arc;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use tower_http::services::ServeDir;

use crate::upstream::{status, Status};

type Upstreams = Arc<Vec<(&'static str, String)>>;

pub fn routes(static_dir: PathBuf, upstreams: Vec<(&'static str, String)>) -> Router {
    Router::new()
        .route("/api/status", get(statuses))
        .fallback_service(ServeDir::new(static_dir))
        .with_state(Arc::new(upstreams))
}

async fn statuses(State(upstreams): State<Upstreams>) -> Json<Vec<Status>> {
    let mut all = Vec::with_capacity(upstreams.len());
    for (service, address) in upstreams.iter() {
        all.push(status(service, address).await);
    }
    Json(all)
}
