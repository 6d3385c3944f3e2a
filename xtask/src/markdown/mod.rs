//! Markdown text -> sections, blocks, links and tasks, with byte ranges into the original.
//!
//! [`parse`] reads a text once, as GitHub does, and gives plain values that own no part of it: every range
//! counts bytes of the text that was given, with its line ends and byte order mark as they are. The room
//! knows no files and no repository; where a link leads is the business of `links`.

mod decode;
mod definitions;
mod destination;
mod front_matter;
mod html;
mod lines;
mod names;
mod parsed;
mod plain;
mod rewrite;
mod sections;
mod slug;
mod walk;

pub use decode::{decode, readable};
pub use definitions::fold as fold_label;
pub use front_matter::{Field, FrontMatter};
pub use lines::LineIndex;
pub use names::{base_name, has_fixed_name};
pub use parsed::{
    Anchor, AnchorKind, Block, BlockKind, Cell, CodeSpan, Definition, Footnote, Form, Link, LinkKind, Parsed,
    Place, Row, Section, Task,
};
pub use rewrite::{DestinationEdit, rewrite_destinations, written_destination};
pub use slug::{Slugger, slug};

/// The front matter at the top of a text, which is not read further.
pub fn front_matter(text: &str) -> Option<FrontMatter> {
    front_matter::find(text, 0)
}

/// How a note is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// GitHub-flavoured Markdown, `.mdx` included.
    Markdown,
    /// Paragraphs between empty lines; no markup is read.
    Plain,
}

impl Format {
    /// The format of a file by the end of its name (`md`, in lower case); `None` for what is no note.
    pub fn of_extension(extension: &str) -> Option<Self> {
        match extension {
            "md" | "markdown" | "mdown" | "mkd" | "mkdn" | "mdx" => Some(Self::Markdown),
            "txt" | "rst" => Some(Self::Plain),
            _ => None,
        }
    }
}

/// Reads a text. Every text can be read; the time grows with its length, whatever it holds.
pub fn parse(text: &str, format: Format) -> Parsed {
    match format {
        Format::Markdown => walk::parse(text),
        Format::Plain => plain::parse(text),
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
