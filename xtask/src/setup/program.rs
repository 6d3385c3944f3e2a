//! The copy of the program that hooks run: what it is, and whether it must be renewed.

use serde::{Deserialize, Serialize};

use crate::repo::BlobId;

/// What blocks and program agreed on; it grows when a hook calls the program in another way.
pub const PROTOCOL: u32 = 1;

/// Where the copy lies, below the tool's folder.
pub(super) const PATH: &str = "bin/xtask";
/// Where it is described.
pub(super) const ABOUT: &str = "bin/xtask.json";

/// What is written beside the copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct About {
    /// [`PROTOCOL`] of the copy.
    pub protocol: u32,
    /// `xtask <version>`.
    pub tool: String,
    /// Whether the compiler optimised it.
    pub optimised: bool,
    /// The hash of its bytes, as it was written; older versions did not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
}

/// The copy that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Installed {
    /// `None` where nothing that can be read describes it.
    pub(super) about: Option<About>,
    /// Whether it is the running program, byte for byte.
    pub(super) is_same: bool,
    /// Whether it can be run, and is what was written, as far as that is known.
    pub(super) is_whole: bool,
}

/// What becomes of the copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// It is there and fits.
    Keep,
    /// It fits, and is replaced by the running program all the same when something is applied.
    Refresh,
    /// There is none.
    Install,
    /// It speaks an older protocol, or is of another version.
    Renew,
    /// It is not what was installed, or cannot be run: hooks would fail, or judge nothing.
    Repair,
    /// A newer program than this one wrote it.
    LeaveNewer,
    /// It goes.
    Remove,
}

impl About {
    /// The running program.
    pub fn this() -> Self {
        Self {
            protocol: PROTOCOL,
            tool: concat!("xtask ", env!("CARGO_PKG_VERSION")).to_owned(),
            optimised: !cfg!(debug_assertions),
            content: None,
        }
    }
}

/// The hash by which a copy is known again.
pub(super) fn content(bytes: &[u8]) -> String {
    BlobId::of_content(bytes).to_string()
}

impl About {
    /// Whether both speak of one program; when it was written down, the hash was not known.
    fn agrees_with(&self, other: &Self) -> bool {
        (self.protocol, &self.tool, self.optimised) == (other.protocol, &other.tool, other.optimised)
    }
}

impl Step {
    /// What is pending, as a line beside the edits of files; `None` where nothing is.
    pub fn pending(self) -> Option<&'static str> {
        match self {
            Self::Keep | Self::Refresh | Self::LeaveNewer => None,
            Self::Install => Some("install <git>/xtask/bin/xtask, the program that hooks run"),
            Self::Renew => Some("renew <git>/xtask/bin/xtask, which is of an older version"),
            Self::Repair => Some("repair <git>/xtask/bin/xtask, which is not the program that was installed"),
            Self::Remove => Some("remove <git>/xtask/bin/xtask"),
        }
    }
}

/// What becomes of the copy when hooks are wanted.
pub(super) fn step(installed: Option<&Installed>) -> Step {
    let this = About::this();
    match installed {
        None => Step::Install,
        Some(Installed { is_whole: false, .. }) => Step::Repair,
        Some(Installed { is_same: true, about: Some(about), .. }) if about.agrees_with(&this) => Step::Keep,
        Some(Installed { about: Some(about), .. }) if about.protocol > this.protocol => Step::LeaveNewer,
        Some(Installed { about: Some(about), .. })
            if about.protocol == this.protocol && about.tool == this.tool =>
        {
            Step::Refresh
        }
        Some(_) => Step::Renew,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_renewed_when_it_speaks_an_older_protocol_and_left_when_it_speaks_a_newer_one() {
        let this = About::this();
        let with = |about: Option<About>, is_same| step(Some(&Installed { about, is_same, is_whole: true }));
        assert_eq!(step(None), Step::Install);
        assert_eq!(with(Some(this.clone()), true), Step::Keep);
        assert_eq!(with(Some(this.clone()), false), Step::Refresh);
        assert_eq!(with(Some(About { protocol: 0, ..this.clone() }), false), Step::Renew);
        assert_eq!(with(Some(About { tool: "xtask 0.0.1".into(), ..this.clone() }), false), Step::Renew);
        assert_eq!(with(Some(About { protocol: PROTOCOL + 1, ..this }), false), Step::LeaveNewer);
        assert_eq!(with(None, true), Step::Renew);
        let broken = Installed { about: Some(About::this()), is_same: false, is_whole: false };
        assert_eq!(step(Some(&broken)), Step::Repair);
        assert!(Step::Refresh.pending().is_none() && Step::Renew.pending().is_some());
    }
}
