//! Resolution of links over a tree: where a destination leads, and where it should have led.
//!
//! The rules are those by which GitHub shows a file: paths are relative to the file, a leading `/` is the
//! repository's root, anchors are those of headings and of HTML. Addresses of other hosts are never asked.
//! Nothing here knows what a broken link is worth; `change` and `consolidate` decide what is done about it.

mod address;
mod anchors;
mod broken;
mod ignored;
mod index;
mod lookup;
mod missing;
mod moves;
mod pages;
mod rebase;
mod sites;
mod stale;
mod suggest;

use serde::Serialize;

use crate::markdown::Parsed;
use crate::repo::RepoPath;

pub use address::{encode_path, percent_decoded, relative_destination};
pub use broken::{Broken, BrokenLink, broken_links};
pub use ignored::{ignore_rules, ignored, ignored_by};
pub use index::Index;
pub use moves::{
    Exact, Left, LeftReason, Moves, NewPlace, Nowhere, Parts, Renamed, Rewriter, Rewritten, Standing,
    follow_renamed, is_markdown, name_in_words, renamed_anchors,
};
pub use rebase::{is_local, pointed_at, rebased};
pub use sites::Sites;
pub use stale::{MovedPath, moved_paths};

/// A note that was read.
#[derive(Clone, Copy, Debug)]
pub struct Note<'n> {
    /// Where it lies.
    pub path: &'n RepoPath,
    /// What it holds.
    pub parsed: &'n Parsed,
}

/// Where a destination leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// To another host, or to a page of the host that is no file (`../../issues`).
    External,
    /// To a file of the tree.
    File {
        /// The file; behind symbolic links that lead to one.
        path: RepoPath,
        /// The anchor in it, as it is written there; `None` for the whole file, for lines of it, and for files
        /// whose anchors are not known.
        anchor: Option<String>,
    },
    /// To a folder of the tree; `None` is the repository's root.
    Folder(Option<RepoPath>),
    /// Nowhere.
    Broken(Problem),
    /// To where this tree cannot tell.
    Unknown(Unknown),
}

/// Why a link leads nowhere, and what may have been meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong.
    pub reason: Reason,
    /// The path that was looked for; `None` where there is none (outside the repository).
    pub path: Option<RepoPath>,
    /// A destination that can be written in its place.
    pub suggestion: Option<String>,
}

/// What is wrong with a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// There is no such file or folder.
    FileMissing,
    /// There is, but its name is written in another case: it works on some machines, and not on GitHub.
    CaseDiffers,
    /// There is the source of what a site generator would put there (`guide.html` of `guide.md`, `/x.png` of
    /// `public/x.png`): it works on the site, and not on GitHub.
    BuiltPage,
    /// The file is there, the anchor is not.
    AnchorMissing,
    /// It leads out of the repository.
    OutsideRepository,
    /// There is no destination at all.
    Empty,
}

/// Why a tree cannot tell where a destination leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Unknown {
    /// Into a submodule, whose files are another repository's.
    Submodule,
    /// Through a place that a template fills in (`{{ base }}/x`).
    Template,
    /// To a label or object by name (`structlog.processors`), which the generator of the site finds.
    SiteLabel,
    /// To a page or file of the built site by an address that only its generator knows: the `permalink` of a page.
    SitePage,
    /// To a file that git ignores: here perhaps, elsewhere not.
    Ignored,
}

impl Reason {
    /// The reason in words that follow the link.
    pub fn phrase(self) -> &'static str {
        match self {
            Self::FileMissing => "leads to no file",
            Self::CaseDiffers => "differs in upper and lower case from the file's name",
            Self::BuiltPage => "leads to a page of the built site, not to a file",
            Self::AnchorMissing => "names an anchor that its file does not have",
            Self::OutsideRepository => "leads out of the repository",
            Self::Empty => "has no destination",
        }
    }
}

#[cfg(test)]
mod tests;
