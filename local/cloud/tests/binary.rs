//! The binary as a person starts and stops it, and after a kill.

#![expect(clippy::unwrap_used, reason = "a test whose setup fails stops at once")]

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use local_cloud::{Data, LocalCloud, Options};
use store::{KeyFilter, PageRequest};

/// Free ports: tests run in parallel, and perhaps beside a local cloud in use.
const ANY_PORTS: [&str; 6] = ["--http", "127.0.0.1:0", "--mqtt", "127.0.0.1:0", "--mqtts", "127.0.0.1:0"];

/// Starts the binary, waits until it is ready, and returns the process and the printed guide.
fn start(data: &Path) -> (Child, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_key-automat-cloud"))
        .args(ANY_PORTS)
        .arg("--data")
        .arg(data)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let guide: Vec<_> = lines.take_while(|line| !line.starts_with("Press Ctrl-C")).collect();
    (child, guide.join("\n"))
}

#[tokio::test]
async fn acknowledged_writes_survive_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let (mut child, _) = start(folder.path());
    child.kill().unwrap();
    child.wait().unwrap();
    let options = Options { data: Data::Folder(folder.path().to_owned()), ..Options::ephemeral() };
    let cloud = LocalCloud::start(options).await.unwrap();
    let page = PageRequest { limit: 100, after: None };
    assert_eq!(cloud.store().keys(&KeyFilter::default(), &page).await.unwrap().data.len(), 5);
    cloud.stop().await;
}

#[cfg(unix)]
#[test]
fn stops_cleanly_on_both_signals_and_logs_no_token() {
    for signal in ["-INT", "-TERM"] {
        let folder = tempfile::tempdir().unwrap();
        let (mut child, guide) = start(folder.path());
        assert!(guide.contains("Authorization: Bearer eyJ"), "{guide}");
        assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
        assert!(child.wait().unwrap().success(), "{signal}");
        let mut log = String::new();
        child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        assert!(log.contains("stopping") && !log.contains("eyJ"), "{log}");
    }
}

#[cfg(unix)]
#[test]
fn its_files_are_readable_only_by_their_owner() {
    use std::os::unix::fs::PermissionsExt;
    fn open_to_others(path: &Path, found: &mut Vec<String>) {
        let mode = std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        if mode != if path.is_dir() { 0o700 } else { 0o600 } {
            found.push(format!("{} {mode:o}", path.display()));
        }
        for entry in path.read_dir().into_iter().flatten() {
            open_to_others(&entry.unwrap().path(), found);
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    std::fs::create_dir_all(data.join("automats")).unwrap();
    std::fs::write(data.join("stream.json"), "of an earlier one").unwrap();
    std::fs::set_permissions(data.join("stream.json"), std::fs::Permissions::from_mode(0o666)).unwrap();
    let (mut child, _) = start(&data);
    let mut found = Vec::new();
    open_to_others(&data, &mut found);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(data.join("table.sqlite-wal").exists() && data.join("automats/lobby").exists());
    assert_eq!(found, [""; 0]);
}

#[test]
fn a_second_one_on_the_same_folder_stops_with_advice() {
    let folder = tempfile::tempdir().unwrap();
    let (mut child, _) = start(folder.path());
    let second = Command::new(env!("CARGO_BIN_EXE_key-automat-cloud"))
        .args(ANY_PORTS)
        .arg("--data")
        .arg(folder.path())
        .output()
        .unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!second.status.success());
    let text = String::from_utf8(second.stderr).unwrap();
    assert!(text.starts_with("error: the data folder") && text.contains("--data DIR"), "{text}");
}
