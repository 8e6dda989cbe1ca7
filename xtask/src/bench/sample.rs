//! One process, from its start over its calls to its end: times, CPU and memory.

use std::{
    fs,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};

use super::{
    source::{Call, Source},
    stand_in::{Recording, StandIn},
};
use crate::process::Running;

/// What is measured of one process.
#[derive(Debug)]
pub(super) struct Sample {
    /// From the start until it asks for its first invocation.
    pub(super) init: Duration,
    /// From the start until its first response.
    pub(super) cold: Duration,
    /// Each invocation, the first one included.
    pub(super) calls: Vec<Duration>,
    /// CPU time of init, and of a later call on average.
    pub(super) cpu_of_init: Duration,
    pub(super) cpu_of_a_call: Duration,
    /// The peak, in kilobytes.
    pub(super) memory: u64,
}

/// Runs a process over this number of calls.
pub(super) fn measure(program: &mut Command, stand_in: &StandIn, call: &Call, calls: usize) -> Result<Sample> {
    program.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let start = Instant::now();
    let process = Running::unannounced(program)?;
    stand_in.wait_until_ready()?;
    let init = start.elapsed();
    let (_, cpu_of_init) = threads(process.id())?;

    let mut took = Vec::new();
    let (mut cold, mut cpu_before_later) = (init, Duration::ZERO);
    for n in 0..calls {
        let done = stand_in.invoke(&call.event)?;
        call.check(&done.response)?;
        took.push(done.took);
        if n == 0 {
            cold = start.elapsed();
            cpu_before_later = threads(process.id())?.1;
        }
    }
    let later = u32::try_from(calls.saturating_sub(1)).unwrap_or(u32::MAX).max(1);
    let cpu_of_a_call = threads(process.id())?.1.saturating_sub(cpu_before_later) / later;
    let memory = peak_memory(process.id())?;
    Ok(Sample { init, cold, calls: took, cpu_of_init, cpu_of_a_call, memory })
}

/// Runs a function once over the embedded database, and keeps what it asked of its table.
pub(super) fn record(program: &dyn Fn(&StandIn) -> Command, source: &Source, call: &Call) -> Result<Recording> {
    let stand_in = StandIn::start(source.aws.clone(), None)?;
    let mut program = program(&stand_in);
    program.stdin(Stdio::null()).stdout(Stdio::null());
    let _process = Running::unannounced(&mut program)?;
    let done = stand_in.invoke(&call.event)?;
    call.check(&done.response)?;
    Ok(done.exchanges)
}

/// The threads of a process, and the CPU time of them all.
pub(super) fn threads(process: u32) -> Result<(usize, Duration)> {
    let (mut threads, mut nanos) = (0, 0);
    for thread in fs::read_dir(format!("/proc/{process}/task"))? {
        let statistics = fs::read_to_string(thread?.path().join("schedstat"))?;
        nanos += statistics.split(' ').next().context("no CPU time")?.parse::<u64>()?;
        threads += 1;
    }
    Ok((threads, Duration::from_nanos(nanos)))
}

fn peak_memory(process: u32) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.strip_suffix("kB"));
    Ok(peak.context("the kernel does not report its peak memory")?.trim().parse()?)
}

impl Call {
    pub(super) fn check(&self, response: &Value) -> Result<()> {
        match self.status {
            Some(status) => ensure!(response["statusCode"] == json!(status), "{}: {response}", self.function),
            None if response["batchItemFailures"].as_array().is_some_and(|failures| !failures.is_empty()) => {
                bail!("{}: {response}", self.function)
            }
            None => {}
        }
        Ok(())
    }
}
