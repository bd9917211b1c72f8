//! The runtime over HTTP: which tasks there are, and what one of them answers.

use axum::extract::Path;
use axum::routing::{get, post};
use axum::{Json, Router};
use demon_common::Problem;
use serde_json::{json, Value};

use crate::task::{Task, TASKS};

pub fn routes() -> Router {
    Router::new().route("/tasks", get(list)).route("/tasks/{name}/run", post(run))
}

async fn list() -> Json<[Task; 3]> {
    Json(TASKS)
}

async fn run(Path(name): Path<String>, Json(input): Json<Value>) -> Result<Json<Value>, Problem> {
    let task = Task::named(&name).ok_or_else(|| Problem::not_found(format!("there is no task {name}")))?;
    let result = task.run(&input).map_err(Problem::invalid)?;
    tracing::info!(task = task.name, "task ran");
    Ok(Json(json!({ "task": task.name, "result": result })))
}
