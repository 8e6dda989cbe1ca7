//! Paths of the workspace, from `cargo metadata`: no path is guessed, and `CARGO_TARGET_DIR` is respected.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

#[derive(Debug)]
pub struct Project {
    /// The folder of the workspace's `Cargo.toml`.
    pub root: PathBuf,
    /// The target folder of all builds.
    pub target: PathBuf,
    /// The packages under `functions/`, each with one binary of the same name.
    pub functions: Vec<String>,
    /// The packages that cargo-lambda compiles together, whichever it is called for.
    pub built_together: Vec<String>,
}

impl Project {
    pub fn load() -> Result<Self> {
        let output =
            cargo().args(["metadata", "--no-deps", "--format-version", "1"]).output().context("cannot start cargo")?;
        ensure!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr).trim());
        Self::from_metadata(&output.stdout)
    }

    fn from_metadata(json: &[u8]) -> Result<Self> {
        let metadata: Value = serde_json::from_slice(json)?;
        let path = |field: &str| {
            metadata[field].as_str().map(PathBuf::from).with_context(|| format!("no {field} in cargo metadata"))
        };
        let root = path("workspace_root")?;
        let home = root.join("functions");
        let functions = metadata["packages"]
            .as_array()
            .context("no packages in cargo metadata")?
            .iter()
            .filter(|package| {
                package["manifest_path"].as_str().is_some_and(|manifest| Path::new(manifest).starts_with(&home))
            })
            .filter_map(|package| package["name"].as_str().map(str::to_owned))
            .collect();
        let together = metadata["metadata"]["lambda"]["build"]["packages"].as_array().into_iter().flatten();
        let built_together = together.filter_map(|package| package.as_str().map(str::to_owned)).collect();
        Ok(Self { target: path("target_directory")?, root, functions, built_together })
    }

    /// A cargo command in the root folder.
    #[must_use]
    pub fn cargo(&self) -> Command {
        let mut command = cargo();
        command.current_dir(&self.root);
        command
    }

    /// A command for another program in the root folder, which may run cargo.
    #[must_use]
    pub fn program(&self, name: &str) -> Command {
        let mut command = unmarked(Command::new(name));
        // SAM and cargo-lambda run cargo in the function's folder; a relative target folder would end up there.
        command.current_dir(&self.root).env("CARGO_TARGET_DIR", &self.target);
        command
    }
}

fn cargo() -> Command {
    // Set by cargo for its children: the same toolchain builds everything.
    unmarked(Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into())))
}

/// A command without the variables that cargo sets for this package.
fn unmarked(mut command: Command) -> Command {
    // Cargo sets these for its children, about this package. Build scripts that watch them (ring's does) would run
    // again, and everything that depends on them would be recompiled, whenever `cargo xtask` and plain `cargo`
    // alternate.
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")) {
            command.env_remove(name);
        }
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_the_packages_in_their_folder() {
        let metadata = br#"{
            "workspace_root": "/w", "target_directory": "/t",
            "metadata": {"lambda": {"build": {"packages": ["keys"]}}},
            "packages": [
                {"name": "keys", "manifest_path": "/w/functions/keys/Cargo.toml"},
                {"name": "store", "manifest_path": "/w/shared/store/Cargo.toml"}
            ]
        }"#;
        let project = Project::from_metadata(metadata).unwrap();
        assert_eq!(project.functions, ["keys"]);
        assert_eq!(project.built_together, ["keys"]);
        assert_eq!(project.target, Path::new("/t"));
    }
}
