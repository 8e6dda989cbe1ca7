//! What can be said on the command line.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

/// Where the local cloud keeps what it knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Data {
    /// In a folder, from one run to the next.
    Folder(PathBuf),
    /// Nowhere: it ends with the process.
    Memory,
}

impl FromStr for Data {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(if text == ":memory:" { Self::Memory } else { Self::Folder(text.into()) })
    }
}

/// The whole of Key Automat Cloud in one process on this machine.
#[derive(Debug, Clone, clap::Parser)]
#[command(name = "key-automat-cloud", version)]
pub struct Options {
    /// Where to listen for HTTP; port 0 takes any free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:3000")]
    pub http: SocketAddr,
    /// Where to listen for MQTT without TLS; port 0 takes any free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:1883")]
    pub mqtt: SocketAddr,
    /// Where to listen for MQTT over TLS; port 0 takes any free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8883")]
    pub mqtts: SocketAddr,
    /// Start no simulated automat
    #[arg(long)]
    pub no_automat: bool,
    /// The folder to keep the data in, or :memory: to keep none
    #[arg(long, value_name = "DIR", default_value = ".local")]
    pub data: Data,
    /// Start over: delete what an earlier run kept
    #[arg(long)]
    pub fresh: bool,
    /// Make no example data
    #[arg(long)]
    pub empty: bool,
    /// Log more: given once, our own debugging, twice, everybody's
    #[arg(long, short, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

impl Options {
    /// For tests: any free ports, nothing kept, no example data, no simulated automat.
    #[must_use]
    pub fn ephemeral() -> Self {
        let any = ([127, 0, 0, 1], 0).into();
        Self {
            http: any,
            mqtt: any,
            mqtts: any,
            no_automat: true,
            data: Data::Memory,
            fresh: false,
            empty: true,
            verbose: 0,
        }
    }

    /// What is logged: by default our own requests and what is wrong anywhere.
    #[must_use]
    pub fn log_filter(&self) -> &'static str {
        match self.verbose {
            0 => {
                "warn,dynoxide=off,key_automat_cloud=info,local=info,api=info,people=info,devices=info,notifications=info"
            }
            1 => {
                "info,dynoxide=off,local=debug,iot=debug,automat=debug,api=debug,people=debug,store=debug,devices=debug,notifications=debug,triggers=debug"
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
    fn without_any_it_listens_on_3000_and_keeps_its_data_in_a_folder() {
        let options = Options::try_parse_from(["key-automat-cloud"]).unwrap();
        assert_eq!(options.http, ([127, 0, 0, 1], 3000).into());
        assert_eq!((options.mqtt, options.mqtts), (([127, 0, 0, 1], 1883).into(), ([127, 0, 0, 1], 8883).into()));
        assert_eq!(options.data, Data::Folder(".local".into()));
        assert!(!options.fresh && !options.empty && !options.no_automat);
    }

    #[test]
    fn each_can_be_given() {
        let line = ["key-automat-cloud", "--http", "[::1]:0", "--data", ":memory:", "--fresh", "--empty", "-vv"];
        let options = Options::try_parse_from(line).unwrap();
        assert_eq!((options.data, options.fresh, options.empty, options.verbose), (Data::Memory, true, true, 2));
        let line = ["key-automat-cloud", "--mqtt", "127.0.0.1:0", "--mqtts", "127.0.0.1:1", "--no-automat"];
        let options = Options::try_parse_from(line).unwrap();
        assert_eq!((options.mqtt.port(), options.mqtts.port(), options.no_automat), (0, 1, true));
        assert!(Options::try_parse_from(["key-automat-cloud", "--http", "nonsense"]).is_err());
    }
}
