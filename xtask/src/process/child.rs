//! Runs one child: with limits, to its very end.
//!
//! The child gets no input and no terminal. Its output, and lines that it sends through an
//! [`EventPipe`], are handed on as they come. It ends by itself, at its limit, when its watcher says so,
//! or when the user stops: then by TERM and, after a grace, KILL, to its group and to all that left it.
//! The end of a pipe is never waited for, since a grandchild may hold it open.

#![expect(clippy::disallowed_methods, reason = "this is the room that starts children and measures them")]

use std::ffi::{OsStr, OsString};
use std::io::Read;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::group::{Group, MARK, reap_orphans};
use super::output::{Captured, Lines};
use super::{Cancel, EventPipe, sys};

/// How long an end may take to be noticed: by [`Cancel`], which has no way to wake a waiting thread.
const LOOK: Duration = Duration::from_millis(100);
/// How long events gather before they are read: a reader that wakes up for each of them costs the writer more than the
/// writing. What is written stays in the pipe, whatever becomes of the writer.
const GATHER: Duration = Duration::from_millis(2);
/// A line of output longer than this is cut.
const LINE_CAP: usize = 64 << 10;
/// A line of events longer than this is cut, and then is no event any more.
const EVENT_CAP: usize = 64 << 20;

/// What to run, and how far.
#[derive(Clone, Debug)]
pub struct Call {
    /// The program: a path, or a name that `PATH` knows.
    pub program: OsString,
    /// Its arguments.
    pub args: Vec<OsString>,
    /// The folder it starts in.
    pub folder: PathBuf,
    /// Variables that it gets besides the inherited ones.
    pub set: Vec<(OsString, OsString)>,
    /// Variables that it does not inherit.
    pub unset: Vec<OsString>,
    /// Whether it inherits nothing but `set`.
    pub cleared: bool,
    /// How long it may take in all.
    pub limit: Option<Duration>,
    /// How long it has between TERM and KILL.
    pub grace: Duration,
    /// How many bytes of the head and of the tail of each stream are kept.
    pub keep: usize,
    /// Whether standard error goes where standard output goes, so that their lines keep their order.
    pub merged: bool,
}

impl Call {
    /// A call in `folder` without a limit, with the inherited environment.
    pub fn new(program: impl AsRef<OsStr>, folder: impl Into<PathBuf>) -> Self {
        Self {
            program: program.as_ref().to_owned(),
            args: Vec::new(),
            folder: folder.into(),
            set: Vec::new(),
            unset: Vec::new(),
            cleared: false,
            limit: None,
            grace: Duration::from_secs(2),
            keep: 256 << 10,
            merged: false,
        }
    }

    /// Adds arguments.
    pub fn args<S: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.args.extend(args.into_iter().map(|arg| arg.as_ref().to_owned()));
        self
    }

    /// Sets a variable.
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.set.push((name.into(), value.as_ref().to_owned()));
        self
    }

    /// Sets the limit.
    pub fn limit(mut self, limit: Duration) -> Self {
        self.limit = Some(limit);
        self
    }
}

/// Where a line came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
    /// The event pipe.
    Events,
}

/// One line of a child, without its line feed.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// Where it came from.
    pub source: Source,
    /// Its bytes.
    pub bytes: &'a [u8],
    /// When it was read, counted from the child's start.
    pub at: Duration,
}

/// Hears every line, and says until when (counted from the child's start) the child may go on without
/// another one; `None`: until its limit.
pub type Watcher<'a> = dyn FnMut(Line<'_>) -> Option<Duration> + 'a;

/// How a child's own process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// With an exit code.
    Code(i32),
    /// By a signal.
    Signal(i32),
}

impl Ending {
    /// The exit code as a shell counts it: 128 and the number of a signal.
    pub fn code(self) -> i32 {
        match self {
            Ending::Code(code) => code,
            Ending::Signal(signal) => 128 + signal,
        }
    }
}

/// Who ended a child that did not end by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Its limit.
    Limit,
    /// Its watcher's last word.
    Watcher,
    /// The user.
    Cancelled,
}

/// What a child left.
#[derive(Clone, Debug)]
pub struct Finished {
    /// How its own process ended.
    pub ending: Ending,
    /// Who ended it; `None`: itself.
    pub stop: Option<Stop>,
    /// From its start to the end of its own process.
    pub duration: Duration,
    /// Standard output.
    pub stdout: Captured,
    /// Standard error.
    pub stderr: Captured,
    /// Names of the processes that were still there after its own process had ended; they were ended too.
    pub left_behind: Vec<String>,
}

impl Finished {
    /// True when it ended by itself with code 0.
    pub fn success(&self) -> bool {
        self.stop.is_none() && self.ending == Ending::Code(0)
    }

    /// The exit code as a shell counts it.
    pub fn code(&self) -> i32 {
        self.ending.code()
    }
}

/// Runs a call to its end and collects its output.
///
/// # Errors
/// The program cannot be started, or its pipes cannot be read.
pub fn run(call: &Call, cancel: &Cancel) -> Result<Finished> {
    watch(call, None, cancel, &mut |_| None)
}

/// Runs a call to its end and hands every line to the watcher.
///
/// # Errors
/// The program cannot be started, or its pipes cannot be read.
pub fn watch(
    call: &Call,
    events: Option<&EventPipe>,
    cancel: &Cancel,
    watcher: &mut Watcher<'_>,
) -> Result<Finished> {
    let mut running = Running::start(call, events)?;
    let stop = running.until_end(call, cancel, watcher).context("read a child's output")?;
    let duration = running.started.elapsed();
    let left_behind = running.end_followers(call.grace, watcher);
    running.drain(watcher);
    running.finish_lines(watcher);
    let status = running.child.wait().context("wait for a child")?;
    reap_orphans();
    let ending = match (status.code(), status.signal()) {
        (Some(code), _) => Ending::Code(code),
        (None, signal) => Ending::Signal(signal.unwrap_or_default()),
    };
    let [stdout, stderr] = std::mem::take(&mut running.captured);
    Ok(Finished { ending, stop, duration, stdout, stderr, left_behind })
}

struct Running<'a> {
    child: Child,
    group: Group,
    started: Instant,
    /// Becomes readable when the child's own process has ended.
    ended: std::fs::File,
    waiter: Option<std::thread::JoinHandle<()>>,
    events: Option<&'a EventPipe>,
    captured: [Captured; 2],
    lines: [Lines; 3],
    closed: [bool; 2],
    /// The watcher's last word.
    deadline: Option<Duration>,
}

impl<'a> Running<'a> {
    fn start(call: &Call, events: Option<&'a EventPipe>) -> Result<Self> {
        sys::adopt_orphans();
        let mark = next_mark();
        let entry = OsString::from(format!("{MARK}={mark}"));
        let mut command = Command::new(&call.program);
        command.args(&call.args).current_dir(&call.folder);
        if call.cleared {
            command.env_clear();
        }
        for name in &call.unset {
            command.env_remove(name);
        }
        command.envs(call.set.iter().map(|(name, value)| (name, value)));
        command.env(MARK, &mark);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        sys::in_own_session(&mut command);
        if call.merged {
            sys::merge_streams(&mut command);
        }
        let (ended, wake) = sys::pipe().context("make a pipe")?;
        let name = || format!("start `{}` in `{}`", call.program.display(), call.folder.display());
        let started = Instant::now();
        let (child, group) = Group::start(&mut command, entry).with_context(name)?;
        let id = child.id();
        let waiter = std::thread::spawn(move || {
            sys::wait_without_reaping(id);
            drop(wake);
        });
        let running = Self {
            child,
            group,
            started,
            ended,
            waiter: Some(waiter),
            events,
            captured: [Captured::keeping(call.keep), Captured::keeping(call.keep)],
            lines: [Lines::capped(LINE_CAP), Lines::capped(LINE_CAP), Lines::capped(EVENT_CAP)],
            closed: [false, false],
            deadline: None,
        };
        running.set_nonblocking().context("read a child's output")?;
        Ok(running)
    }

    fn set_nonblocking(&self) -> std::io::Result<()> {
        if let (Some(stdout), Some(stderr)) = (&self.child.stdout, &self.child.stderr) {
            sys::set_nonblocking(stdout)?;
            sys::set_nonblocking(stderr)?;
        }
        Ok(())
    }

    /// Reads until the child's own process has ended; ends it when its time is over.
    fn until_end(
        &mut self,
        call: &Call,
        cancel: &Cancel,
        watcher: &mut Watcher<'_>,
    ) -> std::io::Result<Option<Stop>> {
        let mut stop: Option<(Stop, Duration)> = None;
        let mut killed = false;
        loop {
            let now = self.started.elapsed();
            if stop.is_none() {
                stop = self.over(call, cancel, now).map(|why| (why, now));
                if stop.is_some() {
                    self.group.signal(libc::SIGTERM);
                }
            }
            if let Some((_, since)) = stop
                && !killed
                && now >= since + call.grace
            {
                self.group.signal(libc::SIGKILL);
                killed = true;
            }
            let next = match stop {
                Some((_, since)) if !killed => (since + call.grace).saturating_sub(now),
                Some(_) => LOOK,
                None => self.next_look(call, now),
            };
            if self.read_ready(next, watcher)? {
                return Ok(stop.map(|(why, _)| why));
            }
        }
    }

    fn over(&self, call: &Call, cancel: &Cancel, now: Duration) -> Option<Stop> {
        if cancel.is_cancelled() {
            return Some(Stop::Cancelled);
        }
        if call.limit.is_some_and(|limit| now >= limit) {
            return Some(Stop::Limit);
        }
        self.deadline.is_some_and(|deadline| now >= deadline).then_some(Stop::Watcher)
    }

    fn next_look(&self, call: &Call, now: Duration) -> Duration {
        let ends = [call.limit, self.deadline];
        ends.into_iter().flatten().map(|end| end.saturating_sub(now)).fold(LOOK, Duration::min)
    }

    /// Waits for news and reads it; true when the child's own process has ended.
    fn read_ready(&mut self, limit: Duration, watcher: &mut Watcher<'_>) -> std::io::Result<bool> {
        let (sources, mut wanted): (Vec<Source>, Vec<BorrowedFd<'_>>) =
            self.open_sources().into_iter().unzip();
        wanted.push(self.ended.as_fd());
        let ready = sys::wait_readable(&wanted, limit)?;
        for (source, _) in sources.iter().zip(&ready).filter(|(_, ready)| **ready) {
            self.read_some(*source, watcher);
        }
        let has_ended = ready[sources.len()];
        let told = |(source, ready): (&Source, &bool)| *ready && *source == Source::Events;
        if !has_ended && sources.iter().zip(&ready).any(told) {
            std::thread::sleep(GATHER);
        }
        Ok(has_ended)
    }

    fn open_sources(&self) -> Vec<(Source, BorrowedFd<'_>)> {
        let mut open = Vec::new();
        if let Some(stdout) = self.child.stdout.as_ref().filter(|_| !self.closed[0]) {
            open.push((Source::Stdout, stdout.as_fd()));
        }
        if let Some(stderr) = self.child.stderr.as_ref().filter(|_| !self.closed[1]) {
            open.push((Source::Stderr, stderr.as_fd()));
        }
        open.extend(self.events.map(|events| (Source::Events, events.as_fd())));
        open
    }

    /// Reads once; false when there was nothing to read, or nothing will come any more.
    fn read_some(&mut self, source: Source, watcher: &mut Watcher<'_>) -> bool {
        let mut buffer = [0_u8; 64 << 10];
        let read = match source {
            Source::Stdout => self.child.stdout.as_mut().map(|stream| stream.read(&mut buffer)),
            Source::Stderr => self.child.stderr.as_mut().map(|stream| stream.read(&mut buffer)),
            Source::Events => self.events.map(|events| events.reader().read(&mut buffer)),
        };
        let bytes = match read {
            Some(Ok(0)) => {
                if source != Source::Events {
                    self.closed[source as usize] = true;
                }
                return false;
            }
            Some(Ok(count)) => &buffer[..count],
            Some(Err(_)) | None => return false,
        };
        if source != Source::Events {
            self.captured[source as usize].push(bytes);
        }
        let (started, deadline) = (self.started, &mut self.deadline);
        self.lines[source as usize].push(bytes, |line| {
            *deadline = watcher(Line { source, bytes: line, at: started.elapsed() });
        });
        true
    }

    /// Ends what is still there of the child's processes, and gives their names.
    fn end_followers(&mut self, grace: Duration, watcher: &mut Watcher<'_>) -> Vec<String> {
        let mut names: Vec<String> = self.group.followers().into_iter().map(|process| process.name).collect();
        names.sort();
        if !names.is_empty() {
            self.group.signal(libc::SIGTERM);
            self.wait_for_followers(grace, watcher);
        }
        // Always: where there is no process table, this is the only word the group hears.
        self.group.signal(libc::SIGKILL);
        self.wait_for_followers(Duration::from_secs(5), watcher);
        names
    }

    fn wait_for_followers(&mut self, limit: Duration, watcher: &mut Watcher<'_>) {
        let start = Instant::now();
        while !self.group.followers().is_empty() && start.elapsed() < limit {
            reap_orphans();
            let descriptors: Vec<BorrowedFd<'_>> =
                self.open_sources().into_iter().map(|(_, descriptor)| descriptor).collect();
            // A pipe that closes wakes us: most followers hold one.
            let _ = sys::wait_readable(&descriptors, Duration::from_millis(20));
            self.drain(watcher);
        }
    }

    /// Reads what is there now.
    fn drain(&mut self, watcher: &mut Watcher<'_>) {
        let open: Vec<Source> = self.open_sources().into_iter().map(|(source, _)| source).collect();
        for source in open {
            while self.read_some(source, watcher) {}
        }
    }

    fn finish_lines(&mut self, watcher: &mut Watcher<'_>) {
        let at = self.started.elapsed();
        for source in [Source::Stdout, Source::Stderr, Source::Events] {
            self.lines[source as usize].finish(|bytes| {
                watcher(Line { source, bytes, at });
            });
        }
        if let Some(waiter) = self.waiter.take() {
            // It ended with the child; it cannot panic.
            let _ = waiter.join();
        }
    }
}

impl Drop for Running<'_> {
    /// On an early return nothing stays behind either.
    fn drop(&mut self) {
        if self.waiter.is_some() {
            self.group.signal(libc::SIGKILL);
            let _ = self.child.wait();
        }
    }
}

/// The end keeps one mark from being the beginning of another.
fn next_mark() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("{}-{}.", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}
