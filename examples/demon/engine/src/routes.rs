//! The engine over HTTP: create jobs, look at them, send them events.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use demon_common::Problem;
use serde::Deserialize;

use crate::job::{Event, Job};

#[derive(Clone, Default)]
pub struct Jobs(Arc<Mutex<BTreeMap<u64, Job>>>);

#[derive(Deserialize)]
struct NewJob {
    task: String,
}

#[derive(Deserialize)]
struct NewEvent {
    event: Event,
}

impl Jobs {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<u64, Job>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub fn routes(jobs: Jobs) -> Router {
    Router::new()
        .route("/jobs", get(list).post(create))
        .route("/jobs/{id}", get(show))
        .route("/jobs/{id}/events", post(apply))
        .with_state(jobs)
}

async fn list(State(jobs): State<Jobs>) -> Json<Vec<Job>> {
    Json(jobs.lock().values().cloned().collect())
}

async fn create(State(jobs): State<Jobs>, Json(new): Json<NewJob>) -> Result<(StatusCode, Json<Job>), Problem> {
    if new.task.trim().is_empty() {
        return Err(Problem::invalid("a job needs the name of its task"));
    }
    let mut jobs = jobs.lock();
    let id = jobs.last_key_value().map_or(1, |(last, _)| last + 1);
    let job = Job::new(id, new.task);
    jobs.insert(id, job.clone());
    tracing::info!(id, task = job.task, "job created");
    Ok((StatusCode::CREATED, Json(job)))
}

async fn show(State(jobs): State<Jobs>, Path(id): Path<u64>) -> Result<Json<Job>, Problem> {
    jobs.lock().get(&id).cloned().map(Json).ok_or_else(|| unknown(id))
}

async fn apply(State(jobs): State<Jobs>, Path(id): Path<u64>, Json(new): Json<NewEvent>) -> Result<Json<Job>, Problem> {
    let mut jobs = jobs.lock();
    let job = jobs.get_mut(&id).ok_or_else(|| unknown(id))?;
    job.apply(new.event).map_err(Problem::conflict)?;
    tracing::info!(id, state = ?job.state, "job moved");
    Ok(Json(job.clone()))
}

fn unknown(id: u64) -> Problem {
    Problem::not_found(format!("there is no job {id}"))
}
