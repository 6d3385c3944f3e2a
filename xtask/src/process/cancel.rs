//! The user's wish to stop.
//!
//! Work that starts programs or keeps what it has asks [`Cancel::is_cancelled`]. Work that only reads and reckons is
//! given up wherever it stands: it runs inside [`Cancel::catch`], its loops call [`unwind_if_cancelled`], and where
//! somebody asked, that unwinds to `catch`, past everything that was only half read. Nothing can be concluded from a part
//! then, and no function in between needs a flag. It is the way of rust-analyzer's salsa; a program that aborts where it
//! panics cannot go it.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;
use std::fs::File;
use std::io::{self, Read, Write as _};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use super::sys;

/// How long somebody waits who asked to stop, at most.
const LOOK: Duration = Duration::from_millis(50);

/// A flag that Ctrl-C sets.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    asked: AtomicBool,
    /// Children of [`output`] that run now.
    children: Mutex<BTreeSet<u32>>,
    /// How many more looks find nothing, in tests.
    #[cfg(test)]
    looks: Mutex<Option<usize>>,
}

/// Somebody asked to stop: what [`unwind_if_cancelled`] unwinds with, and the error that comes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interrupted;

impl fmt::Display for Interrupted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("interrupted")
    }
}

impl std::error::Error for Interrupted {}

thread_local! {
    static HEEDED: RefCell<Option<Cancel>> = const { RefCell::new(None) };
}

impl Cancel {
    /// Asks everyone who holds a clone to stop.
    pub fn cancel(&self) {
        self.0.asked.store(true, Ordering::SeqCst);
        for &child in &*self.children() {
            sys::signal_process(child.cast_signed(), libc::SIGTERM);
        }
    }

    /// True once somebody asked.
    pub fn is_cancelled(&self) -> bool {
        #[cfg(test)]
        self.count_look();
        self.0.asked.load(Ordering::SeqCst)
    }

    /// Does work that only reads.
    ///
    /// # Errors
    /// Somebody asked to stop before it was done: what it has by then is dropped.
    pub fn catch<T>(&self, work: impl FnOnce() -> T) -> Result<T, Interrupted> {
        match catch_unwind(AssertUnwindSafe(|| CancelScope(Some(self.clone())).enter(work))) {
            Ok(_) if self.is_cancelled() => Err(Interrupted),
            Ok(done) => Ok(done),
            Err(panic) if panic.is::<Interrupted>() => Err(Interrupted),
            Err(panic) => resume_unwind(panic),
        }
    }

    /// Waits for what nothing can end from here, such as a line from a terminal; `None` where somebody asked to stop before
    /// it came. The work then goes on on its thread, unheard, until the program ends.
    pub fn wait_for<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let (send, receive) = mpsc::channel();
        thread::spawn(move || send.send(work()));
        loop {
            match receive.recv_timeout(LOOK) {
                Err(RecvTimeoutError::Timeout) if !self.is_cancelled() => {}
                done => return done.ok().filter(|_| !self.is_cancelled()),
            }
        }
    }

    fn children(&self) -> MutexGuard<'_, BTreeSet<u32>> {
        // A panic elsewhere leaves the list as it was: it is changed by single calls.
        self.0.children.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
impl Cancel {
    /// A flag that sets itself when it was looked at so many times.
    pub fn after_looks(looks: usize) -> Self {
        let cancel = Self::default();
        *cancel.0.looks.lock().unwrap() = Some(looks);
        cancel
    }

    fn count_look(&self) {
        let mut looks = self.0.looks.lock().unwrap();
        match &mut *looks {
            Some(0) => self.0.asked.store(true, Ordering::SeqCst),
            Some(left) => *left -= 1,
            None => {}
        }
    }
}

/// The flag that a thread heeds, for the threads that it starts.
pub struct CancelScope(Option<Cancel>);

impl CancelScope {
    /// The flag that this thread heeds.
    pub fn current() -> Self {
        Self(HEEDED.with_borrow(Clone::clone))
    }

    /// Does work on this thread under the flag.
    pub fn enter<T>(&self, work: impl FnOnce() -> T) -> T {
        /// Puts the flag of before back, also where the work unwinds.
        struct Before(Option<Cancel>);
        impl Drop for Before {
            fn drop(&mut self) {
                HEEDED.set(self.0.take());
            }
        }
        let _before = Before(HEEDED.replace(self.0.clone()));
        work()
    }
}

/// Gives the work of this thread up where somebody asked to stop; for loops that take long. Nothing happens outside
/// [`Cancel::catch`].
pub fn unwind_if_cancelled() {
    if HEEDED.with_borrow(|cancel| cancel.as_ref().is_some_and(Cancel::is_cancelled)) {
        // No panic: nothing went wrong, and nothing is told.
        resume_unwind(Box::new(Interrupted));
    }
}

/// Runs a short program with `input` on its standard input and collects what it writes. Where this thread heeds a flag,
/// the program is ended when somebody asks to stop, and the work is given up.
///
/// # Errors
/// It cannot be started, or its pipes fail.
pub fn output(command: &mut Command, input: &[u8]) -> io::Result<Output> {
    unwind_if_cancelled();
    let stdin = if input.is_empty() { Stdio::null() } else { Stdio::piped() };
    let mut child = command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let cancel = HEEDED.with_borrow(Clone::clone);
    let listed = cancel.as_ref().map(|cancel| Listed::new(cancel, &mut child));
    let stdin = child.stdin.take();
    let streams = [child.stdout.take().map(OwnedFd::from), child.stderr.take().map(OwnedFd::from)];
    let told = thread::scope(|scope| {
        // A program that does not read to the end closes the pipe; its exit code says whether that was right.
        stdin.map(|mut stdin| scope.spawn(move || drop(stdin.write_all(input))));
        read_all(streams)
    });
    // Once it is reaped its number may be given to another program, which no wish to stop may end.
    sys::wait_without_reaping(child.id());
    drop(listed);
    let status = child.wait();
    unwind_if_cancelled();
    let [stdout, stderr] = told?;
    Ok(Output { status: status?, stdout, stderr })
}

/// All that two streams give, read by turns: a program that has filled one waits for its reader.
fn read_all(streams: [Option<OwnedFd>; 2]) -> io::Result<[Vec<u8>; 2]> {
    let mut told = [Vec::new(), Vec::new()];
    let mut open: Vec<(usize, File)> = Vec::new();
    for (place, stream) in streams.into_iter().enumerate() {
        open.extend(stream.map(|stream| (place, File::from(stream))));
    }
    for (_, stream) in &open {
        sys::set_nonblocking(stream)?;
    }
    while !open.is_empty() {
        let waiting: Vec<BorrowedFd<'_>> = open.iter().map(|(_, stream)| stream.as_fd()).collect();
        sys::wait_readable(&waiting, Duration::MAX)?;
        let mut left = Vec::new();
        for (place, mut stream) in open {
            match stream.read_to_end(&mut told[place]) {
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => left.push((place, stream)),
                Err(error) => return Err(error),
            }
        }
        open = left;
    }
    Ok(told)
}

/// A child in the list of those that a wish to stop ends, as long as this lives.
struct Listed<'a> {
    cancel: &'a Cancel,
    child: u32,
}

impl<'a> Listed<'a> {
    fn new(cancel: &'a Cancel, child: &mut Child) -> Self {
        cancel.children().insert(child.id());
        // Somebody may have asked before the child stood in the list.
        if cancel.0.asked.load(Ordering::SeqCst) {
            let _ = child.kill();
        }
        Self { cancel, child: child.id() }
    }
}

impl Drop for Listed<'_> {
    fn drop(&mut self) {
        self.cancel.children().remove(&self.child);
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "the tests start small programs")]
mod tests {
    use super::*;

    #[test]
    fn work_is_given_up_at_the_look_that_finds_the_wish() {
        let counted = |looks: usize| {
            let mut done = 0;
            let cancel = Cancel::after_looks(looks);
            let whole = cancel.catch(|| {
                (0..5).for_each(|_| {
                    unwind_if_cancelled();
                    done += 1;
                })
            });
            (whole.is_ok(), done)
        };
        assert_eq!(counted(0), (false, 0));
        assert_eq!(counted(3), (false, 3));
        assert_eq!(counted(5), (false, 5), "what was asked for meanwhile counts at the end too");
        assert_eq!(counted(6), (true, 5));
        unwind_if_cancelled();
    }

    #[test]
    fn a_panic_inside_comes_out_as_it_is() {
        let ended = catch_unwind(|| Cancel::default().catch(|| assert_eq!(1, 2)));
        assert!(ended.is_err());
    }

    #[test]
    fn programs_get_their_input_and_end_when_somebody_asks() {
        let answer = output(Command::new("cat").arg("-"), b"text").unwrap();
        assert_eq!(answer.stdout, b"text");
        let script = "head -c 300000 /dev/zero >&2; head -c 300000 /dev/zero; echo end >&2";
        let answer = output(Command::new("sh").args(["-c", script]), &[]).unwrap();
        assert_eq!(
            (answer.stdout.len(), answer.stderr.len()),
            (300_000, 300_004),
            "neither pipe holds so much"
        );
        let cancel = Cancel::default();
        let asked = cancel.clone();
        let ended = std::thread::scope(|scope| {
            scope.spawn(move || {
                while asked.children().is_empty() {
                    std::thread::yield_now();
                }
                asked.cancel();
            });
            cancel.catch(|| output(Command::new("sleep").arg("600"), &[]).is_ok())
        });
        assert_eq!(ended, Err(Interrupted));
    }

    #[test]
    fn child_leaves_the_list_before_its_number_can_be_given_away() {
        let (cancel, is_done) = (Cancel::default(), AtomicBool::new(false));
        let gone = thread::scope(|scope| {
            let watcher = scope.spawn(|| {
                let mut gone = 0;
                while !is_done.load(Ordering::SeqCst) {
                    // Who holds the list may send signals to all that stand in it.
                    gone +=
                        cancel.children().iter().filter(|child| !sys::is_there(child.cast_signed())).count();
                    thread::yield_now();
                }
                gone
            });
            for _ in 0..100 {
                cancel.catch(|| output(&mut Command::new("true"), &[]).unwrap()).unwrap();
            }
            is_done.store(true, Ordering::SeqCst);
            watcher.join().unwrap()
        });
        assert_eq!(gone, 0);
    }
}
