//! Where the measured processes run: on one CPU, or with a share of one, as Lambda gives it.
//!
//! A process inherits both from the thread that starts it, so the thread is what is moved. The kernel's control groups
//! (version 1 or 2) limit the share, which needs root.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::{self, Command, Stdio},
};

use anyhow::{Context as _, Result, ensure};

/// "At 1,769 MB, a function has the equivalent of one vCPU"
/// (<https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html>).
const MEGABYTES_OF_ONE_CPU: u64 = 1_769;
/// How often a share begins anew, in microseconds.
const PERIOD: u64 = 20_000;

/// A limited share of a CPU; removed on drop.
#[derive(Debug)]
pub(super) struct Share {
    folder: PathBuf,
    members: &'static str,
    /// To which the threads return.
    outside: PathBuf,
}

impl Share {
    /// The share of a function with this memory.
    pub(super) fn of_memory(megabytes: u64) -> Result<Self> {
        let quota = PERIOD * megabytes / MEGABYTES_OF_ONE_CPU;
        let name = format!("key-automat-bench-{}", process::id());
        let (version_1, version_2) = (Path::new("/sys/fs/cgroup/cpu"), Path::new("/sys/fs/cgroup"));
        let is_version_1 = version_1.join("tasks").exists();
        let outside = if is_version_1 { version_1 } else { version_2 };
        let folder = outside.join(name);
        fs::create_dir_all(&folder).context("a share of a CPU needs root, and a control group that can be written")?;
        let share = Self {
            folder,
            members: if is_version_1 { "tasks" } else { "cgroup.threads" },
            outside: outside.to_owned(),
        };
        if is_version_1 {
            fs::write(share.folder.join("cpu.cfs_period_us"), PERIOD.to_string())?;
            fs::write(share.folder.join("cpu.cfs_quota_us"), quota.to_string())?;
        } else {
            fs::write(share.folder.join("cpu.max"), format!("{quota} {PERIOD}"))?;
        }
        Ok(share)
    }

    /// Runs this while the thread, and what it starts, has only the share.
    pub(super) fn within<T>(&self, start: impl FnOnce() -> Result<T>) -> Result<T> {
        let thread = this_thread()?;
        fs::write(self.folder.join(self.members), &thread)?;
        let started = start();
        fs::write(self.outside.join(self.members), &thread)?;
        started
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        // The kernel removes it once its last process has ended.
        let _ = fs::remove_dir(&self.folder);
    }
}

/// Keeps this thread, and what it starts, on a CPU; all threads of this process that exist by now on another one, if
/// there is one.
pub(super) fn separate() -> Result<()> {
    if std::thread::available_parallelism()?.get() < 2 {
        return Ok(());
    }
    set_affinity(&["-a", "-p", "-c", "0", &process::id().to_string()])?;
    set_affinity(&["-p", "-c", "1", &this_thread()?])
}

/// Moves another process to the CPU of this process's other threads.
pub(super) fn beside(process: u32) -> Result<()> {
    if std::thread::available_parallelism()?.get() < 2 {
        return Ok(());
    }
    set_affinity(&["-a", "-p", "-c", "0", &process.to_string()])
}

/// Lets the scheduler choose again.
pub(super) fn unseparate() -> Result<()> {
    let last = std::thread::available_parallelism()?.get().max(2) - 1;
    set_affinity(&["-a", "-p", "-c", &format!("0-{last}"), &process::id().to_string()])
}

fn set_affinity(arguments: &[&str]) -> Result<()> {
    let status = Command::new("taskset").args(arguments).stdout(Stdio::null()).status().context("no taskset")?;
    ensure!(status.success(), "taskset {}: {status}", arguments.join(" "));
    Ok(())
}

fn this_thread() -> io::Result<String> {
    let link = fs::read_link("/proc/thread-self")?;
    Ok(link.file_name().unwrap_or_default().to_string_lossy().into_owned())
}
