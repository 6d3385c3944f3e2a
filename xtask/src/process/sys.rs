//! The few system calls that the standard library has no name for.
//!
//! What is left of `unsafe` code in this room stands here; each block says why it is sound.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, WaitOptions};

/// Makes the child the leader of a new session, and so of a new process group without a terminal.
pub(super) fn in_own_session(command: &mut Command) {
    // SAFETY: the closure runs between fork and exec and calls only `signal` and `setsid`, which are
    // async-signal-safe.
    unsafe {
        command.pre_exec(|| {
            libc::signal(libc::SIGXFSZ, libc::SIG_DFL);
            rustix::process::setsid()?;
            Ok(())
        });
    }
}

/// Makes a file that may not grow an error of the write to it, instead of this process's end. Children of ours get
/// the usual behaviour back.
pub fn heed_size_limits() {
    // SAFETY: `signal` with this constant changes only what this process does at one signal.
    unsafe {
        libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
    }
}

/// Sends the child's standard error where its standard output goes.
pub(super) fn merge_streams(command: &mut Command) {
    // SAFETY: the closure runs between fork and exec and calls only `dup2`, which is async-signal-safe.
    unsafe {
        command.pre_exec(|| Ok(rustix::stdio::dup2_stderr(rustix::stdio::stdout())?));
    }
}

/// Makes orphans of our children our own children, so that they can be found and reaped.
pub(super) fn adopt_orphans() {
    // A kernel that does not know it leaves them to the first process: they are looked for by their session as well.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
}

/// Sends a signal to every member of a process group; one that is gone is no error.
pub(super) fn signal_group(group: i32, signal: i32) {
    if let (Some(group), Some(signal)) = (another(group), Signal::from_named_raw(signal)) {
        let _ = rustix::process::kill_process_group(group, signal);
    }
}

/// Sends a signal to one process; one that is gone is no error.
pub(super) fn signal_process(process: i32, signal: i32) {
    if let (Some(process), Some(signal)) = (another(process), Signal::from_named_raw(signal)) {
        let _ = rustix::process::kill_process(process, signal);
    }
}

/// Whether a process has this number, be it only one that has ended and is not reaped yet.
#[cfg(test)]
pub(super) fn is_there(process: i32) -> bool {
    another(process).is_some_and(|process| rustix::process::test_kill_process(process).is_ok())
}

/// 0, 1 and negative numbers mean ourselves, the first process or everyone.
fn another(process: i32) -> Option<Pid> {
    Pid::from_raw(process).filter(|_| process > 1)
}

/// Blocks until the child has ended, and leaves it to be reaped: until then its number, and that of its
/// group, cannot be given to somebody else.
pub(super) fn wait_without_reaping(child: u32) {
    let Some(child) = Pid::from_raw(child.cast_signed()) else { return };
    let end = || rustix::process::waitid(WaitId::Pid(child), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT);
    while end().is_err_and(|error| error == rustix::io::Errno::INTR) {}
}

/// Reaps one process if it has ended.
pub(super) fn reap(process: i32) {
    if let Some(process) = another(process) {
        // What is no child of ours is left to its parent.
        let _ = rustix::process::waitpid(Some(process), WaitOptions::NOHANG);
    }
}

/// Our own session; 0 when its leader stands outside our process namespace, as in many containers.
pub(super) fn own_session() -> i32 {
    // SAFETY: `getsid` takes no pointer. (rustix's takes it for granted that the answer is not 0.)
    unsafe { libc::getsid(0) }
}

/// A pipe whose both ends are closed in children: read end, write end.
pub(super) fn pipe() -> io::Result<(File, File)> {
    let (reader, writer) = io::pipe()?;
    Ok((File::from(OwnedFd::from(reader)), File::from(OwnedFd::from(writer))))
}

/// Makes reads return at once when there is nothing to read.
pub(super) fn set_nonblocking(file: &impl AsFd) -> io::Result<()> {
    Ok(rustix::io::ioctl_fionbio(file, true)?)
}

/// Makes a named pipe and opens both ends, without waiting for anyone at the other end.
///
/// We keep a writing end too: the reading end then never meets an end of file, however often children
/// open and close the pipe.
pub(super) fn named_pipe(path: &std::path::Path) -> io::Result<(File, File)> {
    make_named_pipe(path)?;
    let reader = OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(path)?;
    let writer = OpenOptions::new().write(true).open(path)?;
    Ok((reader, writer))
}

#[cfg(not(target_vendor = "apple"))]
fn make_named_pipe(path: &std::path::Path) -> io::Result<()> {
    use rustix::fs::{CWD, Mode, mkfifoat};
    Ok(mkfifoat(CWD, path, Mode::RUSR | Mode::WUSR)?)
}

#[cfg(target_vendor = "apple")]
fn make_named_pipe(path: &std::path::Path) -> io::Result<()> {
    use std::os::unix::ffi::OsStrExt;
    let name = std::ffi::CString::new(path.as_os_str().as_bytes())?;
    // SAFETY: `mkfifo` reads a NUL-terminated string.
    let made = unsafe { libc::mkfifo(name.as_ptr(), 0o600) };
    if made == -1 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// Waits until one of the descriptors can be read or the time is over; says of each whether it can.
pub(super) fn wait_readable(descriptors: &[BorrowedFd<'_>], limit: Duration) -> io::Result<Vec<bool>> {
    let mut polled: Vec<PollFd<'_>> =
        descriptors.iter().map(|descriptor| PollFd::from_borrowed_fd(*descriptor, PollFlags::IN)).collect();
    let limit = Timespec::try_from(limit).ok();
    match poll(&mut polled, limit.as_ref()) {
        Ok(_) | Err(rustix::io::Errno::INTR) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(polled.iter().map(|entry| !entry.revents().is_empty()).collect())
}
