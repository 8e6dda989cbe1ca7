//! The deployment by the runbook's own commands, in ministack's network.

use std::{env, path::Path, process::Command};

use anyhow::Result;

use crate::{
    lambdas::Processor,
    project::Project,
    runbook::{self, Part, Special},
    tools::Tools,
};

/// What the suite needs besides what the runbook sets.
const PARAMETERS: &str = "ViewerClient=true AdminClient=true Mfa=OPTIONAL MailFrom=keys@example.com \
    MailIdentity=example.com LogLevel=DEBUG";
/// The answer to SAM's confirmation prompt for production.
const YES: &str = "<<< y";
/// There is no DNS here: requests to Amazon's hosts go to ministack, which has the API on a path of its own.
const CURL: &str = r#"curl() {
  local arguments=()
  for argument in "$@"; do
    arguments+=("$(sed -E "
      s#^https?://([a-z0-9]+)\.execute-api\.[^/]+#$AWS_ENDPOINT_URL/_aws/execute-api/\1/\$default#
      s#^https://[^/]+\.amazoncognito\.com#$AWS_ENDPOINT_URL#" <<< "$argument")")
  done
  command curl --fail --silent --show-error --output /dev/null "${arguments[@]}"
}"#;

/// A part of the runbook, in a folder prepared by `prepare.py`.
pub(super) fn commands(
    project: &Project,
    tools: &Tools,
    ministack: &Tools,
    work: &Path,
    part: Part,
) -> Result<Command> {
    // Each part runs in a shell of its own; the later ones use functions that the first defines.
    let define = runbook::definitions(project)?;
    let script = runbook::script(project, part, &format!("{CURL}\n{define}"), &special(part)?)?;
    let mut shell = runbook::shell(project, &work.join(format!("{part:?}.sh").to_lowercase()), &script)?;
    // The tools of the runbook, then AWS CLI, which it expects to be installed.
    let path = [tools.bin(), ministack.bin()].into_iter().map(Path::to_path_buf);
    let inherited = env::var_os("PATH").unwrap_or_default();
    shell.current_dir(work).env("PATH", env::join_paths(path.chain(env::split_paths(&inherited)))?);
    shell.env("SAM_CLI_TELEMETRY", "0");
    Ok(shell)
}

/// Commands with special treatment here.
fn special(part: Part) -> Result<Vec<Special>> {
    Ok(match part {
        Part::Domain => vec![
            Special::with("sam deploy ", YES),
            Special::skipped("curl ", "there is no DNS here; pages.py resolves the name"),
        ],
        Part::Build | Part::Deploy => vec![
            Special::with(
                "sam deploy --config-env prod --parameter-overrides ",
                format!("Architecture={} {PARAMETERS} {YES}", Processor::of_this_machine()?.name),
            ),
            Special::with("sam deploy --config-env prod", YES),
        ],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_runbook_deploys_protects_makes_the_first_people_and_moves_to_a_domain() {
        let project = Project::load().unwrap();
        let script = |part| runbook::script(&project, part, CURL, &special(part).unwrap()).unwrap();
        let deploy = script(Part::Deploy);
        for command in [
            "sam deploy --config-env prod --parameter-overrides Stage=prod ",
            "aws cloudformation set-stack-policy ",
            "aws cloudformation update-termination-protection ",
            "python infra/tools/first_admin.py ",
            "curl -u ",
        ] {
            assert!(
                deploy.contains(&format!("\n{command}")) || deploy.contains(&format!("  {command}")),
                "{command}: {deploy}"
            );
        }
        assert_eq!(deploy.matches(PARAMETERS).count(), 2, "said and run, at the first deployment alone: {deploy}");
        assert_eq!(script(Part::Domain).matches("not run").count(), 1);
        assert!(runbook::definitions(&project).unwrap().starts_with("stack() {"));
    }

    #[test]
    fn requests_for_hosts_of_amazon_go_to_ministack() {
        let asked = |address: &str| {
            let script = format!("{CURL}\ncommand() {{ echo \"${{@: -1}}\"; }}\ncurl '{address}'");
            let mut bash = Command::new("bash");
            let output = bash.args(["-c", &script]).env("AWS_ENDPOINT_URL", "http://here").output().unwrap();
            String::from_utf8(output.stdout).unwrap()
        };
        let by_path = "http://here/_aws/execute-api/a1/$default/health\n";
        assert_eq!(asked("https://a1.execute-api.eu-north-1.amazonaws.com/health"), by_path);
        assert_eq!(asked("http://a1.execute-api.localhost:4566/health"), by_path);
        assert_eq!(asked("https://k.auth.eu-north-1.amazoncognito.com/oauth2/token"), "http://here/oauth2/token\n");
    }
}
