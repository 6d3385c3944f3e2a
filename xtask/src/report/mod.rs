//! What an analysis says, before it has a format: a [`Document`] becomes Markdown or text, a result becomes JSON.
//!
//! Nothing here knows what is reported. Escaping happens where a format is written, never before.

mod annotation;
mod columns;
mod count;
mod document;
mod envelope;
mod finding;
mod hinted;
mod inline;
mod markdown;
mod marker;
mod text;
mod xml;

pub use annotation::Annotation;
pub use count::count;
pub use document::{Block, Cell, Document, Inline, Span};
pub use envelope::{Envelope, Outcome, SCHEMA, Unavailable};
pub use finding::{Finding, Level};
pub use hinted::Hinted;
pub use inline::turns;
pub use marker::ReportMarker;
pub use xml::xml_text;

#[cfg(test)]
mod tests;
