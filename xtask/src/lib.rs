//! The task runner for people and CI: `.ci/run` runs `cargo xtask ci` and nothing else, so a green run here means a
//! green run there.

#![expect(clippy::print_stdout, reason = "a task runner prints to a terminal")]

pub mod bench;
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
pub mod steps;
pub mod template;
pub mod tools;
pub mod vocabulary;
