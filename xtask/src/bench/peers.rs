//! The programs that our functions are compared with: they make the same requests, and do nothing else. Their sources
//! are in `tests/peers`.

use std::{fs, path::PathBuf, process::Command};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::{BOOKS, Subject, stand_in::Recording};
use crate::{process::run, project::Project, tools::Tools};

/// All ratios are to this one.
pub(super) const BARE: &str = "bare loop";
pub(super) const BARE_PROGRAM: &str = "bare";

#[derive(Debug)]
pub(super) struct Peers {
    subjects: Vec<(&'static str, PathBuf, Vec<String>)>,
}

impl Peers {
    /// Builds and installs all of them under the target folder.
    pub(super) fn ready(project: &Project) -> Result<Self> {
        let mut peers = Self::ready_soon(project)?;
        peers.subjects.insert(1, ("Rust, as documented", rust(project, "documented", &[])?, Vec::new()));
        Ok(peers)
    }

    /// The same without the one that takes minutes to compile.
    pub(super) fn ready_soon(project: &Project) -> Result<Self> {
        let sources = project.root.join("tests/peers");
        let python = Tools::peers(project)?;
        let modules = Tools::peers_of_node(project)?;
        // Node looks for packages beside the file that imports them.
        let node = modules.with_file_name("sources");
        fs::create_dir_all(&node)?;
        for file in ["bootstrap.mjs", "index.mjs"] {
            fs::copy(sources.join("node").join(file), node.join(file))?;
        }
        let script = |path: PathBuf| vec![path.to_string_lossy().into_owned()];
        let subjects = vec![
            (BARE, rust(project, BARE_PROGRAM, &[])?, Vec::new()),
            ("Node.js", program("node")?, script(node.join("bootstrap.mjs"))),
            ("Python, Powertools", python.program("python"), script(sources.join("python/bootstrap.py"))),
        ];
        Ok(Self { subjects })
    }

    pub(super) fn subjects(&self) -> impl Iterator<Item = Subject> {
        self.subjects.iter().map(|(name, program, arguments)| Subject {
            arguments: arguments.clone(),
            ..Subject::new(name, BOOKS, program.clone())
        })
    }
}

/// Builds a program of `tests/peers`. With features it has a folder of its own.
pub(super) fn rust(project: &Project, name: &str, features: &[&str]) -> Result<PathBuf> {
    let manifest = project.root.join("tests/peers").join(name).join("Cargo.toml");
    let target = project.target.join("peers").join([&[name], features].concat().join("-"));
    let mut cargo = project.cargo();
    cargo.args(["build", "--release", "--locked", "--manifest-path"]).arg(manifest);
    run(cargo.args(["--features", &features.join(",")]).env("CARGO_TARGET_DIR", &target))?;
    Ok(target.join("release").join(name))
}

/// The path of a program, since the measured processes have no `PATH`.
fn program(name: &str) -> Result<PathBuf> {
    let output = Command::new("which").arg(name).output()?;
    let path = String::from_utf8(output.stdout)?.trim().to_owned();
    (!path.is_empty()).then(|| path.into()).with_context(|| format!("{name} is not installed"))
}

/// The file with the requests that the peers make.
pub(super) fn calls(project: &Project) -> PathBuf {
    project.target.join("peers/calls.json")
}

pub(super) fn write_calls(project: &Project, recording: &Recording) -> Result<()> {
    let calls = recording.iter().map(|exchange| {
        let mut request = serde_json::from_slice(&exchange.request)?;
        bytes_as_text(&mut request);
        Ok(json!({ "target": exchange.target, "request": request }))
    });
    let calls = Value::Array(calls.collect::<Result<_>>()?);
    fs::write(self::calls(project), calls.to_string())?;
    Ok(())
}

/// Bytes in a request become text of the same length: each SDK has its own type for bytes.
fn bytes_as_text(value: &mut Value) {
    match value {
        Value::Object(members) => {
            if let Some(bytes) = members.remove("B") {
                members.insert("S".to_owned(), bytes);
            }
            members.values_mut().for_each(bytes_as_text);
        }
        Value::Array(elements) => elements.iter_mut().for_each(bytes_as_text),
        _ => {}
    }
}
