//! The steps of a change, so that tests can stop the program or fill the disk at each of them.
//!
//! Outside tests and the feature `faults` a step is nothing at all.

use std::io;

use super::folder::Folder;

#[cfg(any(test, feature = "faults"))]
mod active {
    use std::io::{self, Write};

    /// Where to stop and where to fail, by the number of the step, from 1.
    #[derive(Clone, Debug, Default)]
    pub struct Faults {
        /// Ends the process at this step, as a kill would: nothing is cleaned up.
        pub stop_at: Option<usize>,
        /// Gives the error of a full disk at this step.
        pub fail_at: Option<usize>,
    }

    /// The exit code of a process that was stopped.
    pub const STOPPED: i32 = 86;

    /// The name of a step, and what happens there.
    #[cfg(test)]
    pub(in crate::change) type Meanwhile = (&'static str, Box<dyn Fn()>);

    /// Counts steps.
    #[derive(Default)]
    pub(in crate::change) struct Steps {
        faults: Faults,
        /// The names of all steps so far.
        pub(in crate::change) seen: Vec<String>,
        /// What somebody else does at the step of this name.
        #[cfg(test)]
        pub(in crate::change) meanwhile: Option<Meanwhile>,
    }

    impl Steps {
        /// Takes the fault from `XTASK_FAULTS` (`stop=12`, `fail=12`).
        #[allow(clippy::disallowed_methods, reason = "a fault is set from outside, for this feature alone")]
        pub(in crate::change) fn new() -> Self {
            let text = std::env::var("XTASK_FAULTS").unwrap_or_default();
            let number = |name: &str| text.strip_prefix(name)?.parse().ok();
            Self::with(Faults { stop_at: number("stop="), fail_at: number("fail=") })
        }

        pub(in crate::change) fn with(faults: Faults) -> Self {
            Self { faults, ..Self::default() }
        }

        #[allow(clippy::disallowed_methods, reason = "a kill leaves no time to return through `main`")]
        pub(in crate::change) fn reached(&mut self, name: &str) -> io::Result<()> {
            self.seen.push(name.to_owned());
            #[cfg(test)]
            if let Some((at, act)) = &self.meanwhile
                && *at == name
            {
                act();
            }
            if self.faults.stop_at == Some(self.seen.len()) {
                std::process::exit(STOPPED);
            }
            if self.faults.fail_at == Some(self.seen.len()) {
                return Err(io::ErrorKind::StorageFull.into());
            }
            Ok(())
        }

        pub(in crate::change) fn write(
            &mut self,
            file: &mut std::fs::File,
            bytes: &[u8],
            name: &str,
        ) -> io::Result<()> {
            let (first, second) = bytes.split_at(bytes.len() / 2);
            file.write_all(first)?;
            self.reached(&format!("{name}, half written"))?;
            file.write_all(second)?;
            self.reached(&format!("{name}, written"))
        }
    }
}

#[cfg(any(test, feature = "faults"))]
pub(super) use active::Steps;
#[cfg(any(test, feature = "faults"))]
pub use active::{Faults, STOPPED};

#[cfg(not(any(test, feature = "faults")))]
mod inactive {
    use std::io::{self, Write};

    /// Nothing.
    pub(in crate::change) struct Steps;

    impl Steps {
        pub(in crate::change) fn new() -> Self {
            Self
        }

        #[allow(clippy::unused_self, clippy::unnecessary_wraps, reason = "has the form of its counting twin")]
        pub(in crate::change) fn reached(&mut self, _name: &str) -> io::Result<()> {
            Ok(())
        }

        #[allow(clippy::unused_self, reason = "has the form of its counting twin")]
        pub(in crate::change) fn write(
            &mut self,
            file: &mut std::fs::File,
            bytes: &[u8],
            _name: &str,
        ) -> io::Result<()> {
            file.write_all(bytes)
        }
    }
}

#[cfg(not(any(test, feature = "faults")))]
pub(super) use inactive::Steps;

impl Steps {
    /// Writes a new file and makes its content last; whoever calls makes its name last.
    pub(super) fn write_new(&mut self, folder: &Folder, name: &[u8], bytes: &[u8]) -> io::Result<()> {
        let mut file = folder.create(name, 0o666)?;
        self.write(&mut file, bytes, &String::from_utf8_lossy(name))?;
        file.sync_all()
    }
}
