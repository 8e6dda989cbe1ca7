//! The task runner for people and CI alike: `cargo xtask ci` is all that `.ci/run` runs, so a green run here and
//! a green run there mean the same.

#![expect(clippy::print_stdout, reason = "a task runner talks to a terminal")]

pub mod browser;
pub mod clients;
pub mod costs;
pub mod deny;
pub mod deployed;
pub mod interop;
pub mod lambdas;
pub mod offline;
pub mod openapi;
pub mod process;
pub mod project;
mod pytest;
pub(crate) mod runbook;
pub mod rust;
pub mod sbom;
pub mod starts;
pub mod steps;
pub mod template;
pub mod tools;
