//! Where a service listens.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use clap::Args;

#[derive(Args, Clone, Debug)]
pub struct ListenOptions {
    /// Address to listen on.
    #[arg(long, env = "HOST", default_value_t = IpAddr::V4(Ipv4Addr::UNSPECIFIED))]
    pub host: IpAddr,

    /// Port to listen on; 0 takes a free one and logs it.
    #[arg(long, env = "PORT", default_value_t = 8080)]
    pub port: u16,
}

impl ListenOptions {
    pub fn address(&self) -> SocketAddr {
        SocketAddr::new(self.host, self.port)
    }
}
