//! Asks another service whether it is ready, over plain HTTP inside the cluster.

use std::time::Duration;

use serde::Serialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(2);

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Status {
    pub service: &'static str,
    pub state: &'static str,
}

/// `ready`, `starting` or `unreachable`; never longer than two seconds.
pub async fn status(service: &'static str, address: &str) -> Status {
    let state = match timeout(PATIENCE, ready_status(address)).await {
        Ok(Ok(line)) if is_success(&line) => "ready",
        Ok(Ok(_)) => "starting",
        _ => "unreachable",
    };
    Status { service, state }
}

async fn ready_status(address: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("GET /ready HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut head = String::new();
    stream.take(4096).read_to_string(&mut head).await?;
    Ok(head.lines().next().unwrap_or_default().to_owned())
}

fn is_success(status_line: &str) -> bool {
    status_line.starts_with("HTTP/1.") && status_line.split(' ').nth(1) == Some("200")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_200_is_success() {
        assert!(is_success("HTTP/1.1 200 OK"));
        assert!(!is_success("HTTP/1.1 503 Service Unavailable"));
        assert!(!is_success(""));
    }

    #[tokio::test]
    async fn a_closed_port_is_unreachable() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        drop(listener);
        assert_eq!(status("engine", &address).await, Status { service: "engine", state: "unreachable" });
    }
}
