//! The `OpenAPI` document as used by others: generated clients book a key at the local cloud, and two linters must find
//! nothing. The tests are in Python (`tests/clients`).

use std::ffi::OsStr;

use anyhow::Result;

use crate::{project::Project, pytest, rust, steps::Note, tools::Tools};

pub fn check(project: &Project) -> Result<Note> {
    // The binaries of the test step are used: another build would recompile half of them.
    rust::compile_tests(project)?;
    let tools = Tools::generators(project)?;
    let packages = Tools::judges_of_documents(project)?;
    pytest::run(project, &tools, "tests/clients", &[OsStr::new("--packages"), packages.as_os_str()])
}
