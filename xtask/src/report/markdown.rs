//! A document as GitHub-flavoured Markdown.

use super::{Document, ReportMarker};

impl Document {
    /// Writes the document as GitHub renders it, led by the marker where one is given.
    pub fn to_markdown(&self, marker: Option<&ReportMarker>) -> String {
        marker.map(ReportMarker::render).unwrap_or_default()
    }
}
