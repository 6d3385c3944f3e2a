//! Turns the result into a report: the verdict first, then what it rests on.

use super::model::Analysis;
use crate::report::Document;

/// The verdict in one line.
pub fn headline(analysis: &Analysis) -> String {
    format!("{:?}", analysis.relation)
}

/// What to do next, in one line.
pub fn next_step(analysis: &Analysis) -> String {
    analysis.strategy.recommend.unwrap_or_default().to_owned()
}

/// The whole report.
pub fn report(analysis: &Analysis) -> Document {
    let mut document = Document::default();
    document.heading(1, "Upstream sync analysis");
    document.paragraph(headline(analysis));
    document
}
