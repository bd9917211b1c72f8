//! Shows operators what the engine and the runtime are doing.

mod routes;
mod upstream;

use std::path::PathBuf;

use clap::Parser;
use demon_common::{log_to_stderr, serve, Health, ListenOptions};

#[derive(Parser)]
#[command(version, about)]
struct Options {
    #[command(flatten)]
    listen: ListenOptions,

    /// Directory of the pages, scripts and styles.
    #[arg(long, env = "STATIC_DIR", default_value = "static")]
    static_dir: PathBuf,

    /// Where the engine answers, as host:port.
    #[arg(long, env = "ENGINE_ADDRESS", default_value = "engine:8081")]
    engine: String,

    /// Where the runtime answers, as host:port.
    #[arg(long, env = "RUNTIME_ADDRESS", default_value = "runtime:8082")]
    runtime: String,
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let options = Options::parse();
    log_to_stderr();
    let health = Health::new(env!("CARGO_BIN_NAME"), env!("CARGO_PKG_VERSION"));
    serve(
        &options.listen,
        health,
        routes::routes(options.static_dir, vec![("engine", options.engine), ("runtime", options.runtime)]),
    )
    .await
}
