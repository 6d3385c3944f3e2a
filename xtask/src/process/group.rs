//! The processes that a child left behind, wherever they went.
//!
//! A child leads a session of its own, so one signal reaches its group. What left the group is found on
//! Linux by its session, by a mark in its environment, by its parents, and, when it lost all three, by
//! having become our own child. Elsewhere only the group is known.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::process::{Child, Command};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::sys;

/// The variable that every process of a run inherits.
pub(super) const MARK: &str = "XTASK_CHILD";

/// Runs that have not ended: leader and mark.
static RUNNING: Mutex<BTreeMap<i32, OsString>> = Mutex::new(BTreeMap::new());

/// One running child with all that came of it.
#[derive(Debug)]
pub(super) struct Group {
    leader: i32,
    mark: OsString,
}

impl Group {
    /// Starts the leader. The list stays locked meanwhile: a leader that ends at once must not be taken
    /// for an orphan by another run.
    pub(super) fn start(command: &mut Command, mark: OsString) -> std::io::Result<(Child, Self)> {
        let mut running = running();
        let child = command.spawn()?;
        let leader = child.id() as i32;
        running.insert(leader, mark.clone());
        Ok((child, Self { leader, mark }))
    }

    /// Sends a signal to the group and to all that left it.
    pub(super) fn signal(&self, signal: i32) {
        let members = self.members();
        sys::signal_group(self.leader, signal);
        for process in members.iter().filter(|process| process.group != self.leader) {
            sys::signal_process(process.id, signal);
        }
    }

    /// Living processes of the run besides its leader.
    pub(super) fn followers(&self) -> Vec<Process> {
        let mut members = self.members();
        members.retain(|process| process.id != self.leader && !process.ended);
        members
    }

    fn members(&self) -> Vec<Process> {
        let table = process_table();
        let mut ours: Vec<Process> = Vec::new();
        for process in table.values() {
            if self.owns(process, &table) {
                ours.push(process.clone());
            }
        }
        ours
    }

    fn owns(&self, process: &Process, table: &BTreeMap<i32, Process>) -> bool {
        process.id == self.leader
            || process.group == self.leader
            || process.session == self.leader
            || self.descends(process, table)
            || environment_has(process.id, &self.mark)
            || self.is_nameless_orphan(process)
    }

    fn descends(&self, process: &Process, table: &BTreeMap<i32, Process>) -> bool {
        let mut parent = process.parent;
        // A table read while processes come and go may hold a circle; depth is bounded by its size.
        for _ in 0..table.len() {
            if parent == self.leader {
                return true;
            }
            match table.get(&parent) {
                Some(next) if next.id != 1 => parent = next.parent,
                _ => return false,
            }
        }
        false
    }

    /// Became our child without our starting it, and says nothing of where it came from. While two runs
    /// are on, it could be the other's; git's daemons carry git's variables and are left alone.
    fn is_nameless_orphan(&self, process: &Process) -> bool {
        process.parent == std::process::id() as i32
            && process.session != sys::own_session()
            && running().keys().eq([&self.leader])
            && !environment_has(process.id, "GIT_OPTIONAL_LOCKS=".as_ref())
            && !environment_has(process.id, format!("{MARK}=").as_ref())
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        running().remove(&self.leader);
    }
}

/// Ends every child that is still running, at once: for a second Ctrl-C, before the program itself ends.
pub fn end_all() {
    let leaders: Vec<(i32, OsString)> =
        running().iter().map(|(leader, mark)| (*leader, mark.clone())).collect();
    for (leader, mark) in leaders {
        let group = std::mem::ManuallyDrop::new(Group { leader, mark });
        group.signal(libc::SIGKILL);
    }
}

/// Reaps what became our child and has ended. What the standard library started is in our session, or is
/// a leader; what is neither, nobody else waits for.
pub(super) fn reap_orphans() {
    let running = running();
    let (own, session) = (std::process::id() as i32, sys::own_session());
    for process in process_table().values() {
        let adopted = process.parent == own && process.session != session;
        if adopted && process.ended && !running.contains_key(&process.id) {
            sys::reap(process.id);
        }
    }
}

fn running() -> MutexGuard<'static, BTreeMap<i32, OsString>> {
    // A panic elsewhere leaves the list as it was: it is changed by single calls.
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One line of the process table.
#[derive(Clone, Debug)]
pub(super) struct Process {
    id: i32,
    parent: i32,
    group: i32,
    session: i32,
    ended: bool,
    /// The program's short name.
    pub(super) name: String,
}

#[cfg(not(target_os = "linux"))]
fn process_table() -> BTreeMap<i32, Process> {
    BTreeMap::new()
}

#[cfg(not(target_os = "linux"))]
fn environment_has(_process: i32, _mark: &std::ffi::OsStr) -> bool {
    false
}

#[cfg(target_os = "linux")]
#[expect(clippy::disallowed_methods, reason = "the process table is no file of a repository")]
fn process_table() -> BTreeMap<i32, Process> {
    let Ok(entries) = std::fs::read_dir("/proc") else { return BTreeMap::new() };
    entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok())
        .filter_map(|id| {
            let stat = std::fs::read(format!("/proc/{id}/stat")).ok()?;
            parse_stat(&String::from_utf8_lossy(&stat))
        })
        .map(|process| (process.id, process))
        .collect()
}

#[cfg(target_os = "linux")]
#[expect(clippy::disallowed_methods, reason = "the process table is no file of a repository")]
fn environment_has(process: i32, entry: &std::ffi::OsStr) -> bool {
    let Ok(environment) = std::fs::read(format!("/proc/{process}/environ")) else { return false };
    environment.split(|&byte| byte == 0).any(|found| found.starts_with(entry.as_encoded_bytes()))
}

/// Reads `/proc/<id>/stat` (proc_pid_stat(5)); the name may hold spaces and brackets.
#[cfg(any(target_os = "linux", test))]
fn parse_stat(stat: &str) -> Option<Process> {
    let (id, rest) = stat.split_once(" (")?;
    let (name, rest) = rest.rsplit_once(") ")?;
    let mut fields = rest.split(' ');
    let state = fields.next()?;
    let mut number = || fields.next()?.parse().ok();
    Some(Process {
        id: id.parse().ok()?,
        parent: number()?,
        group: number()?,
        session: number()?,
        ended: matches!(state, "Z" | "X"),
        name: name.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn process_names_may_hold_brackets_and_spaces() {
        let process = parse_stat("71 (a) Z (b)) S 3 70 69 0 -1").unwrap();
        assert_eq!((process.id, process.parent, process.group, process.session), (71, 3, 70, 69));
        assert_eq!((process.name.as_str(), process.ended), ("a) Z (b)", false));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn own_session_is_that_of_the_process_table() {
        let own = std::process::id() as i32;
        assert_eq!(process_table()[&own].session, sys::own_session());
    }

    /// As in containers whose session began outside of them.
    #[test]
    #[cfg(target_os = "linux")]
    fn own_session_is_known_in_a_namespace_that_does_not_hold_its_leader() {
        use std::io::Write as _;

        use crate::process::{Call, Cancel, run};
        let unshare = |command: &[&std::ffi::OsStr]| {
            let namespace = ["--user", "--map-root-user", "--pid", "--fork", "--mount-proc"];
            let call = Call::new("unshare", "/").args(namespace).args(command);
            run(&call, &Cancel::default())
        };
        let tried = unshare(&["true".as_ref()]).unwrap();
        if !tried.success() {
            // The kernel lets nobody make such a namespace. `eprintln` would be heard of a failing test alone.
            let said = tried.stderr.text();
            writeln!(std::io::stderr(), "the session inside a namespace was not looked at: {said}").unwrap();
            return;
        }
        let program = std::env::current_exe().unwrap();
        let test = "process::group::tests::own_session_is_that_of_the_process_table";
        let inside = unshare(&[program.as_ref(), "--exact".as_ref(), test.as_ref()]).unwrap();
        let said = inside.stdout.text();
        assert!(inside.success() && said.contains("1 passed"), "{said}");
    }
}
