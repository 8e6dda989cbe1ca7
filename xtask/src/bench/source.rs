//! The events that the functions are measured with, and the database that answers while they are recorded: the example
//! `calls_to_measure` of the end-to-end tests.

use std::{
    io::{BufRead as _, BufReader},
    path::PathBuf,
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::stand_in::Aws;
use crate::{
    process::{Running, text},
    project::Project,
};

const EXAMPLE: &str = "calls_to_measure";

/// An event, and what the function must answer.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub(super) function: String,
    pub(super) event: Value,
    /// Of the HTTP response, if it is one.
    pub(super) status: Option<u16>,
}

/// Runs as long as this lives.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) aws: Aws,
    pub(super) table: String,
    pub(super) issuer: String,
    pub(super) calls: Vec<Call>,
    /// A library with a clock, for this and for the functions.
    pub(super) clock: Option<PathBuf>,
    _process: Running,
}

impl Source {
    pub(super) fn start(project: &Project, clock: Option<PathBuf>) -> Result<Self> {
        let mut command = Command::new(built(project)?);
        command.envs(clock.iter().map(|clock| ("LD_PRELOAD", clock)));
        let mut process = Running::unannounced(command.stdin(Stdio::piped()).stdout(Stdio::piped()))?;
        let mut line = String::new();
        BufReader::new(process.output()?).read_line(&mut line)?;
        let value: Value = serde_json::from_str(&line).context("the example printed no JSON")?;
        let text = |name: &str| value[name].as_str().map(str::to_owned).with_context(|| format!("no {name}"));
        let calls = value["calls"].as_array().context("no calls")?;
        let calls = calls.iter().map(|call| {
            let function = call["function"].as_str().context("a call without a function")?.to_owned();
            let status = call["status"].as_u64().and_then(|status| status.try_into().ok());
            Ok(Call { function, event: call["event"].clone(), status })
        });
        let database = text("endpoint")?.trim_start_matches("http://").to_owned();
        Ok(Self {
            aws: Aws { secret: text("masterSecret")?, jwks: value["jwks"].clone(), database },
            table: text("table")?,
            issuer: text("issuer")?,
            calls: calls.collect::<Result<_>>()?,
            clock,
            _process: process,
        })
    }

    pub(super) fn call(&self, function: &str) -> Result<&Call> {
        self.calls.iter().find(|call| call.function == function).with_context(|| format!("no call for {function}"))
    }
}

/// Builds the example for the whole workspace, as `cargo test` does: for its package alone, crates below it would have
/// other features and be compiled once more.
fn built(project: &Project) -> Result<PathBuf> {
    let mut command = project.cargo();
    command.args(["build", "--locked", "--workspace", "--message-format", "json-render-diagnostics"]);
    let messages = text(command.args(["--example", EXAMPLE]))?;
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let is_example = |message: &Value| message["target"]["kind"] == json!(["example"]);
    let executable = messages.filter(is_example).find_map(|message| message["executable"].as_str().map(PathBuf::from));
    executable.with_context(|| format!("cargo has not built the example {EXAMPLE}"))
}
