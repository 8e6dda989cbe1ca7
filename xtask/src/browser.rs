//! The dashboard in Debian's Chromium: each task from the sign-in to the device's motor, and every page checked by axe,
//! by Lighthouse and against our own size budget. The tests are in Python (`tests/browser`). Screenshots and figures
//! stay in the target folder.

use std::{ffi::OsStr, fs};

use anyhow::Result;

use crate::{project::Project, pytest, rust, steps::Note, tools::Tools};

/// Runs the tests. With `all`, Lighthouse checks every page.
pub fn check(project: &Project, all: bool) -> Result<Note> {
    // The binaries of the test step are used: another build would recompile half of them.
    rust::compile_tests(project)?;
    let tools = Tools::browser(project)?;
    let judges = Tools::judges_of_pages(project)?;
    let out = project.target.join("screenshots");
    if out.exists() {
        fs::remove_dir_all(&out)?;
    }
    let mut arguments = vec![OsStr::new("--judges"), judges.as_os_str(), OsStr::new("--out"), out.as_os_str()];
    if all {
        arguments.push(OsStr::new("--all"));
    }
    pytest::run(project, &tools, "tests/browser", &arguments)
}
