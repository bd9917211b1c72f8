//! What every Demon service shares: its options, logging, health endpoints and an orderly end.

mod health;
mod options;
mod problem;
mod server;

pub use health::Health;
pub use options::ListenOptions;
pub use problem::Problem;
pub use server::{log_to_stderr, serve};
