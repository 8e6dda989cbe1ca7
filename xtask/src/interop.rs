//! Interoperability with third-party software: AWS's own device SDK on the local cloud's broker over mutual TLS, and
//! our device on Debian's `mosquitto`, with our shadow service as a client of that broker.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    net::TcpListener,
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result};

use crate::{
    process::{Running, run},
    project::Project,
    rust,
    steps::Note,
    tools::Tools,
};

pub fn check(project: &Project) -> Result<Note> {
    // The binaries of the test step are used: another build would recompile half of them.
    rust::compile_tests(project)?;
    let scratch = project.target.join("interop");
    if scratch.exists() {
        fs::remove_dir_all(&scratch)?;
    }
    fs::create_dir_all(&scratch)?;
    aws_device(project, &scratch)?;
    our_device_on_mosquitto(project, &scratch)?;
    Ok("AWS's device SDK, mosquitto".to_owned())
}

fn aws_device(project: &Project, scratch: &Path) -> Result<()> {
    let sdk = Tools::device_sdk(project)?;
    let data = scratch.join("data");
    let mut command = Command::new(project.target.join("debug/key-automat-cloud"));
    command.args(["--http", "127.0.0.1:0", "--mqtt", "127.0.0.1:0", "--mqtts", "127.0.0.1:0"]);
    command.args(["--empty", "--no-automat", "--data"]).arg(&data).stdout(Stdio::piped());
    let mut cloud = Running::start(&mut command)?;
    let guide = guide(&mut cloud)?;
    let of_line = |name: &str| {
        let mut lines = guide.iter().filter_map(|line| line.trim().strip_prefix(name));
        lines.next().map(|rest| rest.trim().to_owned()).with_context(|| format!("the guide has no {name}"))
    };
    let url = of_line("Key Automat Cloud, local, on")?;
    let mqtts = of_line("MQTT over TLS")?;
    let port = mqtts.rsplit_once(':').context("no port")?.1;
    let script = project.root.join("tests/interop/aws_device.py");
    run(sdk.command("python")?.arg(script).args(["--url", &url, "--port", port, "--data"]).arg(&data))
}

/// The guide that the local cloud prints when it is ready.
fn guide(cloud: &mut Running) -> Result<Vec<String>> {
    let lines = BufReader::new(cloud.output()?).lines().map_while(Result::ok);
    Ok(lines.take_while(|line| !line.starts_with("Press Ctrl-C")).collect())
}

fn our_device_on_mosquitto(project: &Project, scratch: &Path) -> Result<()> {
    // Free a moment ago. mosquitto does not accept port 0.
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let configuration = scratch.join("mosquitto.conf");
    fs::write(&configuration, format!("listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\n"))?;
    let mut command = Command::new("mosquitto");
    command.arg("-c").arg(&configuration);
    let _broker = Running::start(&mut command).context("is Debian's package mosquitto installed?")?;
    let device = project.target.join("debug/examples/on_another_broker");
    run(Command::new(device).arg(format!("127.0.0.1:{port}")))
}
