//! The `OpenAPI` document as those use it who know us by nothing else: clients generated from it book a key at the local
//! cloud, and what judges documents has nothing to report. The tests are Python's (`tests/clients`).

use std::ffi::OsStr;

use anyhow::Result;

use crate::{project::Project, pytest, rust, steps::Note, tools::Tools};

/// Runs the tests.
pub fn check(project: &Project) -> Result<Note> {
    // The binaries are those that the tests have built; a build of their own would compile half of it anew.
    rust::compile_tests(project)?;
    let tools = Tools::generators(project)?;
    let packages = Tools::judges_of_documents(project)?;
    pytest::run(project, &tools, "tests/clients", &[OsStr::new("--packages"), packages.as_os_str()])
}
