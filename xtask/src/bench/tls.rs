//! The same over TLS: the program `tests/peers/tls` before the stand-in. Its authority is trusted by the peers through
//! their usual environment variables. Our functions trust Amazon's root certificates alone, so what is measured is a copy
//! of the binary in which the authority's certificate replaces one of those.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::PathBuf,
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result, ensure};

use super::{Subject, cpu, peers, stand_in::StandIn};
use crate::{
    process::{Running, run},
    project::Project,
};

const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";
const END: &[u8] = b"-----END CERTIFICATE-----\n";

#[derive(Debug)]
pub(super) struct Tls {
    program: PathBuf,
    folder: PathBuf,
    bare: PathBuf,
}

/// Runs as long as this lives.
#[derive(Debug)]
pub(super) struct Proxy {
    url: String,
    authority: PathBuf,
    _process: Running,
}

impl Tls {
    pub(super) fn ready(project: &Project, subjects: &[Subject]) -> Result<Self> {
        let program = peers::rust(project, "tls", &[])?;
        let bare = peers::rust(project, peers::BARE_PROGRAM, &["tls"])?;
        let folder = project.target.join("peers/over-tls");
        fs::create_dir_all(&folder)?;
        run(Command::new(&program).arg(&folder))?;
        let tls = Self { program, folder, bare };
        let certificate = fs::read(tls.authority())?;
        for subject in subjects.iter().filter(|subject| subject.is_function()) {
            let trusting = with_root(&fs::read(&subject.program)?, &certificate)
                .with_context(|| format!("no place for a root certificate in {}", subject.program.display()))?;
            let copy = tls.program_of(subject);
            // Keeps the permission to run it.
            fs::copy(&subject.program, &copy)?;
            fs::write(&copy, trusting)?;
        }
        Ok(tls)
    }

    fn authority(&self) -> PathBuf {
        self.folder.join("ca.pem")
    }

    /// What is started in place of the subject's program.
    pub(super) fn program_of(&self, subject: &Subject) -> PathBuf {
        if subject.is_function() {
            self.folder.join(&subject.function)
        } else if subject.name == peers::BARE {
            self.bare.clone()
        } else {
            subject.program.clone()
        }
    }

    /// Starts the program before the stand-in, and on its CPU.
    pub(super) fn before(&self, stand_in: &StandIn) -> Result<Proxy> {
        let mut command = Command::new(&self.program);
        command.arg(&self.folder).arg(&stand_in.address).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = Running::unannounced(&mut command)?;
        cpu::beside(process.id())?;
        let mut port = String::new();
        BufReader::new(process.output()?).read_line(&mut port)?;
        ensure!(!port.is_empty(), "{} did not start", self.program.display());
        Ok(Proxy { url: format!("https://localhost:{}", port.trim()), authority: self.authority(), _process: process })
    }
}

impl Proxy {
    /// Lets a program send what it sends to AWS through this.
    pub(super) fn put_before(&self, command: &mut Command) {
        command.env("AWS_ENDPOINT_URL", &self.url);
        // Rust, Python's SDK, Node.js.
        for variable in ["SSL_CERT_FILE", "AWS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"] {
            command.env(variable, &self.authority);
        }
    }
}

/// A copy of a program in which this certificate is in the place of the shortest that is long enough, filled up with line
/// ends. Both are PEM.
fn with_root(program: &[u8], certificate: &[u8]) -> Option<Vec<u8>> {
    let starts = (0..program.len()).filter(|start| program[*start..].starts_with(BEGIN));
    let ranges = starts.filter_map(|start| {
        let length = program[start..].windows(END.len()).position(|window| window == END)? + END.len();
        (length >= certificate.len()).then_some(start..start + length)
    });
    let range = ranges.min_by_key(ExactSizeIterator::len)?;
    let mut copy = program.to_vec();
    copy[range.clone()].fill(b'\n');
    copy[range.start..range.start + certificate.len()].copy_from_slice(certificate);
    Some(copy)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pem(content: &str) -> String {
        format!("-----BEGIN CERTIFICATE-----\n{content}\n-----END CERTIFICATE-----\n")
    }

    #[test]
    fn a_certificate_replaces_the_shortest_that_is_long_enough() {
        let [short, long, longest, new] = ["a", "aaaaa", "aaaaaaa", "bbb"].map(pem);
        let program = format!("code{longest}code{short}code{long}code");
        let copy = with_root(program.as_bytes(), new.as_bytes()).unwrap();
        assert_eq!(String::from_utf8(copy).unwrap(), format!("code{longest}code{short}code{new}\n\ncode"));
    }

    #[test]
    fn a_program_without_such_a_certificate_is_refused() {
        assert_eq!(with_root(pem("a").as_bytes(), pem("bbb").as_bytes()), None);
        assert_eq!(with_root(b"code", pem("b").as_bytes()), None);
    }
}
