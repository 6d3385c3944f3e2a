//! The few system calls that the standard library has no safe name for.
//!
//! All `unsafe` code of this room stands here; each function says why it is sound.

use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, RawFd};
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::time::Duration;

/// Makes the child the leader of a new session, and so of a new process group without a terminal.
pub(super) fn in_own_session(command: &mut Command) {
    // SAFETY: the closure runs between fork and exec and calls only `signal` and `setsid`, which are
    // async-signal-safe.
    unsafe {
        command.pre_exec(|| {
            libc::signal(libc::SIGXFSZ, libc::SIG_DFL);
            if libc::setsid() == -1 { Err(io::Error::last_os_error()) } else { Ok(()) }
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
        command.pre_exec(|| if libc::dup2(1, 2) == -1 { Err(io::Error::last_os_error()) } else { Ok(()) });
    }
}

/// Makes orphans of our children our own children, so that they can be found and reaped.
pub(super) fn adopt_orphans() {
    #[cfg(target_os = "linux")]
    // SAFETY: `prctl` with this option takes one integer and changes only this process.
    unsafe {
        libc::prctl(libc::PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    }
}

/// Sends a signal to every member of a process group; one that is gone is no error.
pub(super) fn signal_group(group: i32, signal: i32) {
    // SAFETY: `killpg` takes two integers. A group of 0 or 1 would mean ourselves or everyone.
    if group > 1 {
        unsafe { libc::killpg(group, signal) };
    }
}

/// Sends a signal to one process; one that is gone is no error.
pub(super) fn signal_process(process: i32, signal: i32) {
    // SAFETY: `kill` takes two integers. 0, 1 and negative numbers have other meanings.
    if process > 1 {
        unsafe { libc::kill(process, signal) };
    }
}

/// Blocks until the child has ended, and leaves it to be reaped: until then its number, and that of its
/// group, cannot be given to somebody else.
pub(super) fn wait_without_reaping(child: u32) {
    loop {
        // SAFETY: `waitid` writes to `info`, which lives on this stack frame and may be all zero.
        let answer = unsafe {
            let mut info: libc::siginfo_t = std::mem::zeroed();
            libc::waitid(libc::P_PID, child as libc::id_t, &mut info, libc::WEXITED | libc::WNOWAIT)
        };
        if answer == 0 || io::Error::last_os_error().kind() != io::ErrorKind::Interrupted {
            return;
        }
    }
}

/// Reaps one process if it has ended. True when it did, or when it is no child of ours.
pub(super) fn reap(process: i32) -> bool {
    let mut status = 0;
    // SAFETY: `waitpid` writes to `status`; with WNOHANG it does not block.
    let answer = unsafe { libc::waitpid(process, &mut status, libc::WNOHANG) };
    answer != 0
}

/// Our own session.
pub(super) fn own_session() -> i32 {
    // SAFETY: `getsid(0)` only reads.
    unsafe { libc::getsid(0) }
}

/// A pipe whose both ends are closed in children: read end, write end.
pub(super) fn pipe() -> io::Result<(File, File)> {
    let (reader, writer) = io::pipe()?;
    Ok((File::from(std::os::fd::OwnedFd::from(reader)), File::from(std::os::fd::OwnedFd::from(writer))))
}

/// Makes reads return at once when there is nothing to read.
pub(super) fn set_nonblocking(file: &impl AsRawFd) -> io::Result<()> {
    let descriptor = file.as_raw_fd();
    // SAFETY: `fcntl` with these commands takes integers; the descriptor is open while `file` is borrowed.
    let answer = unsafe {
        let flags = libc::fcntl(descriptor, libc::F_GETFL);
        if flags == -1 { -1 } else { libc::fcntl(descriptor, libc::F_SETFL, flags | libc::O_NONBLOCK) }
    };
    if answer == -1 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// Makes a named pipe and opens both ends, without waiting for anyone at the other end.
///
/// We keep a writing end too: the reading end then never meets an end of file, however often children
/// open and close the pipe.
pub(super) fn named_pipe(path: &std::path::Path) -> io::Result<(File, File)> {
    use std::os::unix::ffi::OsStrExt;
    let name = std::ffi::CString::new(path.as_os_str().as_bytes())?;
    let open = |flags: i32| -> io::Result<File> {
        // SAFETY: `open` reads a NUL-terminated string; a descriptor that it gives is ours alone.
        let descriptor = unsafe { libc::open(name.as_ptr(), flags | libc::O_CLOEXEC) };
        if descriptor == -1 {
            return Err(io::Error::last_os_error());
        }
        Ok(unsafe { File::from_raw_fd(descriptor) })
    };
    // SAFETY: `mkfifo` reads a NUL-terminated string.
    if unsafe { libc::mkfifo(name.as_ptr(), 0o600) } == -1 {
        return Err(io::Error::last_os_error());
    }
    let reader = open(libc::O_RDONLY | libc::O_NONBLOCK)?;
    let writer = open(libc::O_WRONLY)?;
    Ok((reader, writer))
}

/// Waits until one of the descriptors can be read or the time is over; gives those that can.
pub(super) fn wait_readable(descriptors: &[RawFd], limit: Duration) -> io::Result<Vec<RawFd>> {
    let mut polled: Vec<libc::pollfd> =
        descriptors.iter().map(|&fd| libc::pollfd { fd, events: libc::POLLIN, revents: 0 }).collect();
    // Rounded up, so that the wait is never over before the limit.
    let millis = limit.as_micros().div_ceil(1000).min(i32::MAX as u128) as i32;
    // SAFETY: the pointer and length are those of a live vector.
    let answer = unsafe { libc::poll(polled.as_mut_ptr(), polled.len() as libc::nfds_t, millis) };
    if answer == -1 {
        let error = io::Error::last_os_error();
        return if error.kind() == io::ErrorKind::Interrupted { Ok(Vec::new()) } else { Err(error) };
    }
    Ok(polled.iter().filter(|entry| entry.revents != 0).map(|entry| entry.fd).collect())
}
