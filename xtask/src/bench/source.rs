//! The events that the functions are measured with, and the database that answers while they are recorded: the example
//! `calls_to_measure` of the end-to-end tests.

use std::{
    io::{BufRead as _, BufReader},
    process::Stdio,
};

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::stand_in::Aws;
use crate::{process::Running, project::Project};

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
    _process: Running,
}

impl Source {
    pub(super) fn start(project: &Project) -> Result<Self> {
        let mut command = project.cargo();
        command.args(["run", "--quiet", "--locked", "--package", "e2e", "--example", "calls_to_measure"]);
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
            _process: process,
        })
    }

    pub(super) fn call(&self, function: &str) -> Result<&Call> {
        self.calls.iter().find(|call| call.function == function).with_context(|| format!("no call for {function}"))
    }
}
