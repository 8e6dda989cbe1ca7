//! Runs a command without a network: in a network namespace of its own.

use std::{
    fmt,
    process::{Command, Stdio},
};

use crate::process::through;

/// How this machine can switch the network off for a command.
#[derive(Debug)]
pub struct Offline(Option<&'static [&'static str]>);

impl Offline {
    /// Tries it as root and as a user who may create user namespaces.
    #[must_use]
    pub fn find() -> Self {
        let ways: [&[&str]; 2] = [&["--net"], &["--map-root-user", "--net"]];
        let works = |way: &[&str]| {
            let mut command = Command::new("unshare");
            command.args(way).args(["--", "true"]).stdout(Stdio::null()).stderr(Stdio::null());
            command.status().is_ok_and(|status| status.success())
        };
        Self(ways.into_iter().find(|way| works(way)))
    }

    /// The same command without a network, if possible.
    #[must_use]
    pub fn confine(&self, command: &Command) -> Command {
        match self.0 {
            Some(way) => {
                let mut unshare = Command::new("unshare");
                unshare.args(way).arg("--");
                through(unshare, command)
            }
            None => through(Command::new("env"), command),
        }
    }
}

impl fmt::Display for Offline {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self.0 {
            Some(_) => "network off",
            None => "network NOT off: unshare is missing or not permitted",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_confined_command_keeps_its_arguments_environment_and_folder() {
        let mut command = Command::new("sh");
        command.args(["-c", "pwd; echo $MARK $0", "argument"]).env("MARK", "marked").current_dir("/");
        let output = Offline::find().confine(&command).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout), "/\nmarked argument\n");
    }

    #[test]
    fn nobody_answers_a_confined_command() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let mut command = Command::new("python3");
        command.args(["-c", &format!("import socket; socket.create_connection(('127.0.0.1', {port}), 5)")]);
        command.stderr(Stdio::null());
        let offline = Offline::find();
        let reached = offline.confine(&command).status().unwrap().success();
        assert_eq!(reached, offline.0.is_none(), "{offline}");
    }
}
