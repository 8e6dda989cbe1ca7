//! A network namespace with nothing but loopback, shared by several programs.
//!
//! Nobody outside reaches what they listen on, and they reach nobody: a stack that should be on this machine cannot be
//! created in an AWS account by mistake. The programs end with it.

use std::{
    io::{BufRead as _, BufReader},
    os::unix::fs::MetadataExt as _,
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result, ensure};

use crate::process::{Running, through};

pub(super) struct Isolation {
    holder: Running,
    as_root: bool,
}

impl Isolation {
    /// Creates it. Without root, the system must allow user namespaces.
    pub(super) fn start() -> Result<Self> {
        let as_root = std::fs::metadata("/proc/self")?.uid() == 0;
        let mut command = Command::new("unshare");
        if !as_root {
            command.args(["--user", "--map-root-user"]);
        }
        command.args(["--net", "--pid", "--fork", "--kill-child=SIGKILL", "--", "sh", "-c"]);
        command.arg("ip link set lo up && echo ready && exec sleep infinity").stdout(Stdio::piped());
        let mut holder =
            Running::start(&mut command).context("are Debian's packages util-linux and iproute2 installed?")?;
        let mut said = String::new();
        BufReader::new(holder.output()?).read_line(&mut said)?;
        ensure!(said == "ready\n", "cannot create a network namespace: is `ip` installed, and are you permitted?");
        Ok(Self { holder, as_root })
    }

    /// The same command in this network.
    pub(super) fn wrap(&self, command: &Command) -> Command {
        let holder = format!("/proc/{}/ns", self.holder.id());
        let mut inside = Command::new("nsenter");
        inside.arg(format!("--net={holder}/net")).arg(format!("--pid={holder}/pid_for_children"));
        if !self.as_root {
            inside.arg(format!("--user={holder}/user")).arg("--preserve-credentials");
        }
        inside.arg("--");
        through(inside, command)
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    /// `None` where it cannot be created: the proof itself fails there.
    fn isolation() -> Option<Isolation> {
        Isolation::start().inspect_err(|error| println!("not tested: {error:#}")).ok()
    }

    const CONNECT: &str = "import socket, sys; socket.create_connection(('127.0.0.1', int(sys.argv[1])), 5)";

    fn python(program: &str, port: u16) -> Command {
        let mut command = Command::new("python3");
        command.args(["-c", program, &port.to_string()]).stderr(Stdio::null());
        command
    }

    #[test]
    fn those_inside_reach_each_other_and_nobody_else() {
        let Some(isolation) = isolation() else { return };
        let outside = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = outside.local_addr().unwrap().port();
        assert!(!isolation.wrap(&python(CONNECT, port)).status().unwrap().success(), "this machine's loopback");

        let serve = "import socket, sys, time\n\
            s = socket.create_server(('0.0.0.0', int(sys.argv[1]))); print('up', flush=True); time.sleep(600)";
        let mut server = Running::start(isolation.wrap(&python(serve, port)).stdout(Stdio::piped())).unwrap();
        BufReader::new(server.output().unwrap()).read_line(&mut String::new()).unwrap();
        assert!(isolation.wrap(&python(CONNECT, port)).status().unwrap().success(), "its own");
        drop(outside);
        assert!(!python(CONNECT, port).status().unwrap().success(), "from outside");
    }

    #[test]
    fn what_runs_inside_ends_with_it() {
        let Some(isolation) = isolation() else { return };
        let mut command = Command::new("sh");
        command.args(["-c", "echo up; (sleep 600; echo late) & wait"]);
        let mut child = isolation.wrap(&command).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert_eq!(lines.next().unwrap().unwrap(), "up");
        drop(isolation);
        // The pipe closes when the last program is gone.
        assert!(lines.next().is_none());
        assert!(!child.wait().unwrap().success());
    }
}
