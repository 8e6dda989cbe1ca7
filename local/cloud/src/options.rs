//! Command line options.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;

use anyhow::{bail, ensure};

/// Where the local cloud keeps its data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Data {
    /// In a folder, across runs.
    Folder(PathBuf),
    /// In memory, until the process ends.
    Memory,
}

impl FromStr for Data {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(if text == ":memory:" { Self::Memory } else { Self::Folder(text.into()) })
    }
}

/// Runs all of Key Automat Cloud in one process on this machine.
#[derive(Debug, Clone, clap::Parser)]
#[command(name = "key-automat-cloud", version)]
pub struct Options {
    /// Address to listen on for HTTP; port 0 uses any free port [default: 127.0.0.1:3000, with --network 0.0.0.0:3000]
    #[arg(long, value_name = "ADDR")]
    pub http: Option<SocketAddr>,
    /// Address to listen on for MQTT without TLS; port 0 uses any free port
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:1883")]
    pub mqtt: SocketAddr,
    /// Address to listen on for MQTT over TLS; port 0 uses any free port [default: 127.0.0.1:8883, with --network
    /// 0.0.0.0:8883]
    #[arg(long, value_name = "ADDR")]
    pub mqtts: Option<SocketAddr>,
    /// Let other machines connect, by HTTPS, with client secrets and passwords; HOST is this machine's name or address
    /// on the network
    #[arg(long, value_name = "HOST", num_args = 0..=1, require_equals = true)]
    pub network: Option<Option<String>>,
    /// Do not start the simulated automat
    #[arg(long)]
    pub no_automat: bool,
    /// Folder for the data, or :memory: to keep it in memory
    #[arg(long, value_name = "DIR", default_value = ".local")]
    pub data: Data,
    /// Delete the data of earlier runs first
    #[arg(long)]
    pub fresh: bool,
    /// Do not create example data
    #[arg(long)]
    pub empty: bool,
    /// Log more: once for this project's debug messages, twice for those of all libraries
    #[arg(long, short, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

impl Options {
    /// Options for tests: any free ports, data in memory, no example data, no simulated automat.
    #[must_use]
    pub fn ephemeral() -> Self {
        let any = ([127, 0, 0, 1], 0).into();
        Self {
            http: Some(any),
            mqtt: any,
            mqtts: Some(any),
            network: None,
            no_automat: true,
            data: Data::Memory,
            fresh: false,
            empty: true,
            verbose: 0,
        }
    }

    /// Address to listen on for HTTP.
    #[must_use]
    pub fn http(&self) -> SocketAddr {
        self.http.unwrap_or_else(|| self.on(3000))
    }

    /// Address to listen on for MQTT over TLS.
    #[must_use]
    pub fn mqtts(&self) -> SocketAddr {
        self.mqtts.unwrap_or_else(|| self.on(8883))
    }

    /// The default address for a port: loopback, or all interfaces with `--network`.
    fn on(&self, port: u16) -> SocketAddr {
        let ip = if self.network.is_some() { Ipv4Addr::UNSPECIFIED } else { Ipv4Addr::LOCALHOST };
        (ip, port).into()
    }

    /// Refuses addresses that other machines can reach unless `--network` is given, and always for MQTT without TLS.
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        let reachable = [self.http(), self.mqtts()].into_iter().find(|address| !address.ip().is_loopback());
        if let Some(address) = reachable.filter(|_| self.network.is_none()) {
            bail!(
                "{address} can be reached from other machines: add --network, which turns on HTTPS, client secrets and passwords, or choose an address such as 127.0.0.1"
            );
        }
        ensure!(
            self.mqtt.ip().is_loopback(),
            "{} can be reached from other machines, but MQTT without TLS is only for this machine: use --mqtt with an address such as 127.0.0.1:1883",
            self.mqtt
        );
        Ok(())
    }

    /// What is logged: by default this project's requests, and warnings of all libraries.
    #[must_use]
    pub fn log_filter(&self) -> &'static str {
        match self.verbose {
            0 => {
                "warn,dynoxide=off,key_automat_cloud=info,local_cloud=info,api=info,people=info,devices=info,notifications=info"
            }
            1 => {
                "info,dynoxide=off,local_cloud=debug,iot=debug,automat=debug,api=debug,people=debug,store=debug,devices=debug,notifications=debug,triggers=debug"
            }
            _ => "debug",
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[test]
    fn by_default_it_listens_on_3000_and_keeps_its_data_in_a_folder() {
        let options = Options::try_parse_from(["key-automat-cloud"]).unwrap();
        assert_eq!(options.http(), ([127, 0, 0, 1], 3000).into());
        assert_eq!((options.mqtt, options.mqtts()), (([127, 0, 0, 1], 1883).into(), ([127, 0, 0, 1], 8883).into()));
        assert_eq!(options.data, Data::Folder(".local".into()));
        assert!(!options.fresh && !options.empty && !options.no_automat);
    }

    #[test]
    fn each_option_can_be_set() {
        let line = ["key-automat-cloud", "--http", "[::1]:0", "--data", ":memory:", "--fresh", "--empty", "-vv"];
        let options = Options::try_parse_from(line).unwrap();
        assert_eq!((options.data, options.fresh, options.empty, options.verbose), (Data::Memory, true, true, 2));
        let line = ["key-automat-cloud", "--mqtt", "127.0.0.1:0", "--mqtts", "127.0.0.1:1", "--no-automat"];
        let options = Options::try_parse_from(line).unwrap();
        assert_eq!((options.mqtt.port(), options.mqtts().port(), options.no_automat), (0, 1, true));
        assert!(Options::try_parse_from(["key-automat-cloud", "--http", "nonsense"]).is_err());
    }

    #[test]
    fn other_machines_can_connect_only_with_network() {
        let parsed = |line: &str| Options::try_parse_from(line.split(' ')).unwrap();
        let network = parsed("x --network");
        assert_eq!(
            (network.http().to_string(), network.mqtts().to_string()),
            ("0.0.0.0:3000".into(), "0.0.0.0:8883".into())
        );
        assert!(network.check().is_ok() && network.mqtt.ip().is_loopback());
        assert_eq!(parsed("x --network=192.0.2.7").network, Some(Some("192.0.2.7".to_owned())));
        for line in ["x --http 0.0.0.0:3000", "x --http [::]:3000", "x --mqtts 192.0.2.7:8883"] {
            let refusal = parsed(line).check().unwrap_err();
            assert!(refusal.to_string().contains("add --network"), "{line}: {refusal}");
        }
        let refusal = parsed("x --network --mqtt 0.0.0.0:1883").check().unwrap_err();
        assert!(refusal.to_string().contains("use --mqtt"), "{refusal}");
    }
}
