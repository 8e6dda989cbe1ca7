//! Reads the command line and runs the steps it names; `cargo xtask help` lists them.

use std::{process::ExitCode, thread};

use anyhow::{Result, anyhow};
use clap::{Parser, Subcommand};
use xtask::{
    browser, clients, costs, deny, deployed, interop,
    lambdas::{self, Build},
    openapi,
    project::Project,
    rust, starts,
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
    /// Everything that must pass before a change lands, in order
    Ci {
        /// Only format, lints and tests: what to run while writing
        #[arg(long)]
        quick: bool,
        /// With the binaries that are deployed, in place of some that are not optimised
        #[arg(long, conflicts_with = "quick")]
        as_deployed: bool,
    },
    /// Formats all Rust code
    Fmt {
        /// Only tells whether it is formatted
        #[arg(long)]
        check: bool,
    },
    /// Clippy over everything, warnings refused
    Lint,
    /// All tests
    Test,
    /// Devices and brokers that nobody here wrote: AWS's device SDK on our broker, our device on mosquitto
    Interop,
    /// The dashboard in Debian's Chromium: each job, and every page before axe, Lighthouse and the budget
    Browser {
        /// Lighthouse looks at every page, and not only at some
        #[arg(long)]
        all: bool,
    },
    /// Clients generated from the OpenAPI document, at the local cloud; and what judges such documents
    Clients,
    /// The code's own documentation, warnings refused
    Doc,
    /// Writes docs/openapi.json anew from the code
    Openapi,
    /// Writes the tables of infra/runbooks/costs.md anew from prices, measurements and templates
    Costs,
    /// Judges the template, as written and as deployed, and seeds defects that must be found
    Template,
    /// Builds the Lambda binaries with `sam build`, starts each, and lists what is in it
    Build {
        /// Not optimised, and apart from what is deployed, as CI has them
        #[arg(long)]
        lightly: bool,
    },
    /// How long the first answer of each function takes, from its start: of what `build` has left
    Starts,
    /// Deploys what was built on ministack, and runs the end-to-end suite against it
    Deployed {
        /// What was built lightly
        #[arg(long)]
        lightly: bool,
    },
    /// Installs SAM CLI, cargo-lambda and Zig as tested with, in target/tools/bin
    Tools,
    /// Licences, sources, versions and hashes of what we use, and known vulnerabilities
    Deny {
        /// Fails when the vulnerability database cannot be reached
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
                // Tests have the machine to themselves.
                if let Some(tools) = tools {
                    steps.run("tools", || tools.join().map_err(|_| anyhow!("installing the tools has panicked"))?);
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
        Task::Starts => steps.run("starts", || starts::measure(&project)),
        Task::Deployed { lightly } => {
            steps.run("deployed", || deployed::check(&project, &Tools::ready(&project)?, Build::of(lightly)));
        }
        Task::Deny { require_advisories } => {
            steps.run("deny", || deny::check(&project, &Tools::ready(&project)?, require_advisories));
        }
    }
    Ok(if steps.finish() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
