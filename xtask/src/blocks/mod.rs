//! Managed blocks: the part of somebody's file that the tool writes, between two comment lines.
//!
//! ```text
//! <!-- xtask:begin id=contributing version=1 hash=0a1b2c3d4e5f6071 -->
//! the body
//! <!-- xtask:end id=contributing -->
//! ```
//!
//! All around it is the user's, byte for byte. The hash names the body as it was written, so a body that was edited
//! by hand is told from one that an older version wrote, without a network and without a record elsewhere. Lines end
//! as the host's lines do. The room works on bytes; it knows neither what a block says nor where its host lies.

mod edit;
mod find;
mod marker;
#[cfg(test)]
mod tests;

use std::fmt;
use std::ops::Range;

use crate::report::{Finding, Level};

pub use edit::{Where, put, remove};
pub use find::{blank, find};

/// The comments of a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syntax {
    /// `<!-- … -->`; markers that stand in a code block are an example, not a block.
    Markdown,
    /// `# …`: shell, YAML, TOML.
    Hash,
}

/// A block as it stands in a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Its name: one of each in a host.
    pub id: String,
    /// The version of what wrote it.
    pub version: u32,
    /// Whether somebody changed the body since it was written.
    pub is_edited: bool,
    /// Whether the host was made for the block.
    pub made_host: bool,
    /// The line of the first marker, from 1.
    pub line: usize,
    /// Both markers and all between, whole lines.
    pub range: Range<usize>,
    /// What stands between the markers.
    pub body: Range<usize>,
    /// How many line ends before it were added with it.
    added: usize,
}

/// A block as it should stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted<'a> {
    /// Its name: lower-case letters, digits, dashes.
    pub id: &'a str,
    /// The version of what writes it; it grows when the same settings give another body.
    pub version: u32,
    /// Its lines, each ended by a line feed.
    pub body: &'a str,
}

/// How a host stands to a wanted block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// There is no such block.
    Absent,
    /// It stands as wanted.
    Current,
    /// The tool wrote another body: an older version did, or with other settings.
    Outdated,
    /// Somebody edited the body.
    Edited,
    /// A newer version of the tool wrote it.
    Newer,
}

/// What is wrong with the markers of a host: nothing in it may be edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// The line, from 1.
    pub line: usize,
    /// A phrase without a full stop.
    pub message: String,
}

impl fmt::Display for Malformed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for Malformed {}

impl Syntax {
    /// The comments of a file by its name.
    pub fn of_file_name(name: &[u8]) -> Self {
        let name = name.to_ascii_lowercase();
        let is_markdown =
            [&b".md"[..], b".markdown", b".mdx", b".html"].iter().any(|ending| name.ends_with(ending));
        if is_markdown { Self::Markdown } else { Self::Hash }
    }
}

/// Compares a host with a wanted block.
///
/// # Errors
/// The markers of the host are malformed.
pub fn standing(host: &[u8], syntax: Syntax, wanted: &Wanted<'_>) -> Result<Standing, Malformed> {
    let blocks = find(host, syntax)?;
    let Some(block) = blocks.into_iter().find(|block| block.id == wanted.id) else {
        return Ok(Standing::Absent);
    };
    Ok(if block.version > wanted.version {
        Standing::Newer
    } else if block.is_edited {
        Standing::Edited
    } else if block.version == wanted.version
        && marker::without_carriage_returns(&host[block.body]) == wanted.body.as_bytes()
    {
        Standing::Current
    } else {
        Standing::Outdated
    })
}

/// What a check says about the blocks of a host at `path`: malformed markers fail a gate, an edited body is said.
pub fn findings(path: &str, host: &[u8], syntax: Syntax) -> Vec<Finding> {
    let blocks = match find(host, syntax) {
        Ok(blocks) => blocks,
        Err(malformed) => {
            let finding = Finding::warn("managed-block", path.to_owned(), malformed.message)
                .at(malformed.line)
                .hint("restore the two marker lines of the block, or remove both");
            return vec![Finding { level: Level::Deny, ..finding }];
        }
    };
    let edited = blocks.into_iter().filter(|block| block.is_edited).map(|block| {
        let message = format!("the managed block `{}` was edited by hand: it will not be updated", block.id);
        Finding::warn("managed-block", path.to_owned(), message)
            .at(block.line)
            .hint("move your lines out of the block, then `xtask setup --force`")
    });
    edited.collect()
}
