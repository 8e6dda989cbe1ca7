//! Counts instructions with Valgrind's Callgrind (<https://valgrind.org/docs/manual/cl-manual.html>): they hardly differ
//! from run to run, nor from machine to machine, so a limit on them can fail a build.

use std::{
    io::Read as _,
    process::{Child, Command, Stdio},
};

use anyhow::{Context as _, Result, ensure};

use super::{source::Call, stand_in::StandIn};
use crate::process::through;

/// Instructions from the start until the process has answered this number of calls.
pub(super) fn count(program: &Command, stand_in: &StandIn, call: &Call, calls: usize) -> Result<u64> {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    let mut process = through(valgrind, program)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .context("valgrind is not installed")?;
    let answered = answer(stand_in, call, calls);
    // Callgrind prints its count when the process is asked to end.
    let report = end(&mut process)?;
    answered?;
    let count =
        report.lines().find_map(|line| line.split_once("Collected : ").map(|(_, count)| count.trim().to_owned()));
    Ok(count.with_context(|| format!("Callgrind printed no count: {report}"))?.parse()?)
}

fn answer(stand_in: &StandIn, call: &Call, calls: usize) -> Result<()> {
    stand_in.wait_until_ready()?;
    for _ in 0..calls {
        call.check(&stand_in.invoke(&call.event)?.response)?;
    }
    Ok(())
}

fn end(process: &mut Child) -> Result<String> {
    let status = Command::new("kill").args(["-TERM", &process.id().to_string()]).status()?;
    ensure!(status.success(), "the process ended by itself");
    let mut report = String::new();
    process.stderr.take().context("its errors are not piped")?.read_to_string(&mut report)?;
    process.wait()?;
    Ok(report)
}
