//! The dashboard as people have it: each job in Debian's Chromium, from the sign-in to the device's motor, and every page
//! before what judges pages (axe, Lighthouse, our own budget). The tests are Python's (`tests/browser`); screenshots and
//! figures stay in the target folder.

use std::{ffi::OsStr, fs};

use anyhow::Result;

use crate::{project::Project, pytest, rust, steps::Note, tools::Tools};

/// Runs the tests; with `all`, Lighthouse looks at every page.
pub fn check(project: &Project, all: bool) -> Result<Note> {
    // The binaries are those that the tests have built; a build of their own would compile half of it anew.
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
