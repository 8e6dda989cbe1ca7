//! Counts instructions with Valgrind's Cachegrind (<https://valgrind.org/docs/manual/cg-manual.html>).
//!
//! An init takes seconds in Valgrind, and minutes on a busy machine. The SDK's timeouts (1 s to connect, 3 s for an
//! attempt) expire meanwhile, and each further attempt adds a connection and 1.5 million instructions to the 15 million
//! of a short init. So the function's clock stands still: no timeout ever expires, and no date changes the work. What
//! remains, random numbers and the order of hash maps, is less than 0.5 %.
//!
//! The C library and ring choose routines by what the processor can do. Valgrind shows them the same one, an Intel
//! Haswell, on every machine with AVX2, whoever made it. On one without, an init would have 7 % more instructions.
//!
//! Callgrind could count init and each call in one run, and takes three times as long for that.

use std::{
    io::Read as _,
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use anyhow::{Context as _, Result, ensure};

use super::{sample::threads, source::Call, stand_in::StandIn};
use crate::{
    process::{run, through},
    project::Project,
};

/// What is counted of one process.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counted {
    /// Until the process is asked to end.
    pub(super) instructions: u64,
    /// At the end of init.
    pub(super) threads: usize,
    /// Connections to AWS.
    pub(super) connections: usize,
    /// Requests to AWS of the last call.
    pub(super) requests: usize,
}

/// Compiles the library with the clock that stands still.
pub(super) fn ready(project: &Project) -> Result<PathBuf> {
    run(Command::new("valgrind").arg("--version")).context("is Debian's package valgrind installed?")?;
    let (code, clock) = (project.root.join("xtask/src/bench/clock.c"), project.target.join("bench-clock.so"));
    run(Command::new("cc").args(["-O2", "-shared", "-fPIC", "-o"]).arg(&clock).arg(code))?;
    Ok(clock)
}

/// Runs a program until it has answered this number of calls.
pub(super) fn count(program: &Command, stand_in: &StandIn, call: &Call, calls: usize) -> Result<Counted> {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]);
    let mut process =
        through(valgrind, program).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    let answered = answer(&process, stand_in, call, calls);
    // Cachegrind prints its count when the process is asked to end.
    let report = end(&mut process)?;
    let (threads, requests) = answered.with_context(|| report.clone())?;
    Ok(Counted { instructions: instructions(&report)?, threads, connections: stand_in.connections(), requests })
}

fn answer(process: &Child, stand_in: &StandIn, call: &Call, calls: usize) -> Result<(usize, usize)> {
    stand_in.wait_until_ready()?;
    let (threads, _) = threads(process.id())?;
    let mut requests = 0;
    for _ in 0..calls {
        let done = stand_in.invoke(&call.event)?;
        call.check(&done.response)?;
        requests = done.calls;
    }
    Ok((threads, requests))
}

fn end(process: &mut Child) -> Result<String> {
    let status = Command::new("kill").args(["-TERM", &process.id().to_string()]).status()?;
    ensure!(status.success(), "the process ended by itself");
    let mut report = String::new();
    process.stderr.take().context("its errors are not piped")?.read_to_string(&mut report)?;
    process.wait()?;
    Ok(report)
}

/// From a line like `==1== I   refs:      1,234`.
fn instructions(report: &str) -> Result<u64> {
    let count = report.lines().find_map(|line| line.split_once("refs:"));
    let (_, count) = count.with_context(|| format!("Cachegrind printed no count: {report}"))?;
    Ok(count.replace([',', ' '], "").parse()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_is_found_in_the_report() {
        let report =
            "==11== Cachegrind, a cache and branch-prediction profiler\n==11== \n==11== I   refs:      21,928,971\n";
        assert_eq!(instructions(report).unwrap(), 21_928_971);
        assert!(instructions("==11== Cachegrind\n").is_err());
    }
}
