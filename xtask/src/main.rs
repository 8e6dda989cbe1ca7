//! Parses the command line and runs the steps; `cargo xtask help` lists them.

use std::{process::ExitCode, thread};

use anyhow::{Result, anyhow};
use clap::{Parser, Subcommand};
use xtask::{
    bench, browser, clients, costs, deny, deployed, interop,
    lambdas::{self, Build},
    openapi,
    project::Project,
    rust,
    steps::Steps,
    template,
    tools::Tools,
};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The tasks of Key Automat Cloud")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Runs everything that must pass before a change is merged
    Ci {
        /// Only format, lints and tests: the inner loop
        #[arg(long)]
        quick: bool,
        /// With optimised binaries, as deployed
        #[arg(long, conflicts_with = "quick")]
        as_deployed: bool,
    },
    /// Formats all Rust code
    Fmt {
        /// Only check, change nothing
        #[arg(long)]
        check: bool,
    },
    /// Checks the vocabulary (xtask/vocabulary.yaml), then runs clippy on everything; a warning is an error
    Lint,
    /// Runs all tests
    Test,
    /// Tests with third-party software: AWS's device SDK on our broker, our device on mosquitto
    Interop,
    /// Tests the dashboard in Debian's Chromium: each task, and every page with axe, Lighthouse and a size budget
    Browser {
        /// Check every page with Lighthouse, not only some
        #[arg(long)]
        all: bool,
    },
    /// Tests clients generated from the OpenAPI document against the local cloud, and lints the document
    Clients,
    /// Builds the API documentation of the code; a warning is an error
    Doc,
    /// Regenerates docs/openapi.json, and the tables of codes in docs/api.md, from the code
    Openapi,
    /// Regenerates the tables of infra/runbooks/costs.md from prices, measurements and templates
    Costs,
    /// Checks the template, as written and as deployed, and that every check finds its seeded defects
    Template,
    /// Builds the Lambda binaries with `sam build`, starts each, and writes a bill of materials
    Build {
        /// Without optimisation, in a folder of its own, as CI does
        #[arg(long)]
        lightly: bool,
    },
    /// Measures the functions that `build` has built beside others that make the same requests, and writes
    /// docs/performance.md
    Bench {
        /// Only count instructions, bytes, threads, connections and requests, and compare them with xtask/limits.yaml
        #[arg(long)]
        check: bool,
        /// Count them, and write xtask/limits.yaml
        #[arg(long, conflicts_with = "check")]
        set_limits: bool,
        /// Measure over TLS those that make the same requests, and write the table about it
        #[arg(long, conflicts_with_all = ["check", "set_limits"])]
        tls: bool,
        /// How often each is started over TLS
        #[arg(long, requires = "tls", default_value_t = bench::ROUNDS)]
        rounds: usize,
        /// The output of `build --lightly`
        #[arg(long)]
        lightly: bool,
    },
    /// Deploys the output of `build` on ministack and runs the end-to-end suite against it
    Deployed {
        /// The output of `build --lightly`
        #[arg(long)]
        lightly: bool,
    },
    /// Installs the tested versions of SAM CLI, cargo-lambda and Zig in target/tools/bin
    Tools,
    /// Checks licences, sources, versions and hashes of dependencies, and known vulnerabilities
    Deny {
        /// Fail if the vulnerability database cannot be reached
        #[arg(long)]
        require_advisories: bool,
    },
}

fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    let project = Project::load()?;
    let mut steps = Steps::default();
    match arguments.task {
        Task::Ci { quick, as_deployed } => {
            let build = Build::of(!as_deployed);
            thread::scope(|scope| {
                let tools = (!quick).then(|| scope.spawn(|| Tools::install_all(&project)));
                steps.run("fmt", || rust::format(&project, true));
                steps.run("lint", || rust::lint(&project));
                steps.run("compile", || rust::compile_tests(&project));
                // The tests run alone on the machine.
                if let Some(tools) = tools {
                    steps.run("tools", || tools.join().map_err(|_| anyhow!("installing the tools panicked"))?);
                }
            });
            steps.run("test", || rust::test(&project));
            if !quick {
                steps.run("interop", || interop::check(&project));
                steps.run("browser", || browser::check(&project, false));
                steps.run("clients", || clients::check(&project));
                steps.run("doc", || rust::document(&project));
                steps.run("template", || template::check(&project, &Tools::ready(&project)?));
                steps.run("build", || lambdas::build(&project, &Tools::ready(&project)?, build));
                // Kept for the build that CI makes.
                if !as_deployed {
                    steps.run("limits", || bench::check(&project, build));
                }
                steps.run("deployed", || deployed::check(&project, &Tools::ready(&project)?, build));
                steps.run("deny", || deny::check(&project, &Tools::ready(&project)?, false));
            }
        }
        Task::Fmt { check } => steps.run("fmt", || rust::format(&project, check)),
        Task::Lint => steps.run("lint", || rust::lint(&project)),
        Task::Test => steps.run("test", || rust::test(&project)),
        Task::Interop => steps.run("interop", || interop::check(&project)),
        Task::Browser { all } => steps.run("browser", || browser::check(&project, all)),
        Task::Clients => steps.run("clients", || clients::check(&project)),
        Task::Doc => steps.run("doc", || rust::document(&project)),
        Task::Costs => steps.run("costs", || costs::write(&project)),
        Task::Openapi => steps.run("openapi", || openapi::write(&project)),
        Task::Template => steps.run("template", || template::check(&project, &Tools::ready(&project)?)),
        Task::Build { lightly } => {
            steps.run("build", || lambdas::build(&project, &Tools::ready(&project)?, Build::of(lightly)));
        }
        Task::Tools => steps.run("tools", || Tools::ready(&project).map(|_| String::new())),
        Task::Bench { check, set_limits, tls, rounds, lightly } => {
            let build = Build::of(lightly);
            steps.run("bench", || match (check, set_limits, tls) {
                (true, _, _) => bench::check(&project, build),
                (_, true, _) => bench::set_limits(&project, build),
                (_, _, true) => bench::run_over_tls(&project, build, rounds),
                _ => bench::run(&project, build),
            });
        }
        Task::Deployed { lightly } => {
            steps.run("deployed", || deployed::check(&project, &Tools::ready(&project)?, Build::of(lightly)));
        }
        Task::Deny { require_advisories } => {
            steps.run("deny", || deny::check(&project, &Tools::ready(&project)?, require_advisories));
        }
    }
    Ok(if steps.finish() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
