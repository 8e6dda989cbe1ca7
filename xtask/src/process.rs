//! Runs other programs. Each command line is printed first, in a form that can be pasted into a shell.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, ChildStdout, Command, ExitStatus, Stdio},
};

use anyhow::{Context as _, Result, ensure};

/// Prints and runs a command with our own output streams.
///
/// Fails if it cannot be started or does not exit with 0.
pub fn run(command: &mut Command) -> Result<()> {
    let shown = shown(command);
    println!("$ {shown}");
    let status = command.status().with_context(|| format!("cannot start `{shown}`"))?;
    ensure!(status.success(), "`{shown}` ended with {status}");
    Ok(())
}

/// Prints and runs a command, and returns what it writes to standard output.
pub fn output(command: &mut Command) -> Result<Vec<u8>> {
    let shown = shown(command);
    println!("$ {shown}");
    let output = command.stderr(Stdio::inherit()).output().with_context(|| format!("cannot start `{shown}`"))?;
    ensure!(output.status.success(), "`{shown}` ended with {}", output.status);
    Ok(output.stdout)
}

/// The same as text.
pub fn text(command: &mut Command) -> Result<String> {
    String::from_utf8(output(command)?).with_context(|| format!("`{}` writes no text", shown(command)))
}

/// Runs a command, and passes on each line of its standard output at once. Returns how it ended.
pub fn follow(command: &mut Command, mut each: impl FnMut(&str)) -> Result<ExitStatus> {
    let shown = shown(command);
    let mut child = command.stdout(Stdio::piped()).spawn().with_context(|| format!("cannot start `{shown}`"))?;
    for line in BufReader::new(child.stdout.take().context("its output is not piped")?).split(b'\n') {
        each(&String::from_utf8_lossy(&line?));
    }
    Ok(child.wait()?)
}

/// A program that is killed when this is dropped.
#[derive(Debug)]
pub struct Running(Child);

impl Running {
    pub fn start(command: &mut Command) -> Result<Self> {
        let shown = shown(command);
        println!("$ {shown} &");
        Self::unannounced(command)
    }

    /// Starts a command without printing it.
    pub fn unannounced(command: &mut Command) -> Result<Self> {
        command.spawn().map(Self).with_context(|| format!("cannot start `{}`", shown(command)))
    }

    /// Its standard output, if that is piped.
    pub fn output(&mut self) -> Result<ChildStdout> {
        self.0.stdout.take().context("its output is not piped")
    }

    #[must_use]
    pub fn id(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself, which is fine.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A command as the last arguments of another one.
#[must_use]
pub fn through(mut wrapper: Command, command: &Command) -> Command {
    wrapper.arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => wrapper.env(name, value),
            None => wrapper.env_remove(name),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        wrapper.current_dir(folder);
    }
    wrapper
}

/// The command line with the environment variables that we add, except `PATH`, which is too long.
#[must_use]
pub fn shown(command: &Command) -> String {
    let environment = command.get_envs().filter_map(|(name, value)| {
        let (name, value) = (name.to_string_lossy(), value?.to_string_lossy());
        (name != "PATH").then(|| format!("{name}={}", quoted(&value)))
    });
    let program = quoted(&command.get_program().to_string_lossy());
    let arguments = command.get_args().map(|argument| quoted(&argument.to_string_lossy()));
    environment.chain([program]).chain(arguments).collect::<Vec<_>>().join(" ")
}

/// An argument as a shell reads it.
pub(crate) fn quoted(argument: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c);
    if !argument.is_empty() && argument.chars().all(plain) {
        argument.to_owned()
    } else {
        format!("'{}'", argument.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shown_command_can_be_pasted() {
        let mut command = Command::new("cargo");
        command.args(["doc", "it's", ""]).env("RUSTDOCFLAGS", "-D warnings").env("PATH", "/long");
        assert_eq!(shown(&command), r"RUSTDOCFLAGS='-D warnings' cargo doc 'it'\''s' ''");
    }

    #[test]
    fn a_command_through_another_keeps_its_arguments_environment_and_folder() {
        let mut command = Command::new("sh");
        command.args(["-c", "pwd; echo $MARK $0", "argument"]).env("MARK", "marked").current_dir("/");
        let mut wrapper = Command::new("env");
        wrapper.arg("--");
        let output = through(wrapper, &command).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout), "/\nmarked argument\n");
    }

    #[test]
    fn a_command_that_fails_is_an_error() {
        assert!(run(&mut Command::new("true")).is_ok());
        assert!(run(&mut Command::new("false")).is_err());
        assert!(run(&mut Command::new("/no/such/program")).is_err());
    }
}
