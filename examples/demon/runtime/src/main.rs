//! Runs tasks and answers with their results.

mod routes;
mod task;

use clap::Parser;
use demon_common::{log_to_stderr, serve, Health, ListenOptions};

#[derive(Parser)]
#[command(version, about)]
struct Options {
    #[command(flatten)]
    listen: ListenOptions,
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let options = Options::parse();
    log_to_stderr();
    let health = Health::new(env!("CARGO_BIN_NAME"), env!("CARGO_PKG_VERSION"));
    serve(&options.listen, health, routes::routes()).await
}
