//! The page of the final validation.

use super::judge::{Line, Verdict};
use super::times::Times;
use crate::report::{Cell, Document, Inline};

/// Places shown under one check; the rest is counted.
const MOST_PLACES: usize = 20;

/// Writes the page.
pub(super) fn document(lines: &[Line], times: &Times) -> Document {
    let mut document = Document::default();
    document.heading(1, "Final validation");
    document.paragraph(verdict(lines));
    let rows = lines.iter().map(|line| {
        vec![
            Cell::plain(&line.check),
            Cell::plain(line.verdict.word()),
            Cell::default().marked(&line.evidence),
        ]
    });
    document.table(&["Check", "Verdict", "Evidence"], &[], rows.collect());
    for line in lines.iter().filter(|line| !line.details.is_empty()) {
        places(&mut document, line);
    }
    document.heading(2, "Time of the phases (measured)");
    let seconds =
        |time: Option<f64>| Cell::plain(time.map_or("not kept".to_owned(), |time| format!("{time:.1}")));
    let rows = times.rows().into_iter().map(|(name, wall, sum)| {
        let saved = wall.zip(sum).map(|(wall, sum)| (sum - wall).max(0.0));
        vec![Cell::plain(name), seconds(wall), seconds(sum), seconds(saved)]
    });
    let head = ["Phase", "Wall, s", "Sum of its parts, s", "Saved at most, s"];
    document.table(&head, &[1, 2, 3], rows.collect());
    document.paragraph(
        "Parts were timed side by side, which slows each of them down: one after another they would take their sum \
         at most.",
    );
    document
}

/// The worst verdict in words.
pub(super) fn verdict(lines: &[Line]) -> Inline {
    let of = |wanted: Verdict| lines.iter().filter(|line| line.verdict == wanted).count();
    let names = |wanted: Verdict| {
        let names: Vec<&str> =
            lines.iter().filter(|line| line.verdict == wanted).map(|line| line.check.as_str()).collect();
        names.join(", ")
    };
    match lines.iter().map(|line| line.verdict).max() {
        Some(Verdict::Fails) => Inline::default().strong("It does not hold:").text(format!(
            " {} of {} checks fail ({}).",
            of(Verdict::Fails),
            lines.len(),
            names(Verdict::Fails)
        )),
        Some(Verdict::NotProven) => Inline::default()
            .strong("Not proven:")
            .text(format!(" nothing fails, but {} could not be found out.", names(Verdict::NotProven))),
        Some(Verdict::Noted) => Inline::default()
            .strong("It holds:")
            .text(format!(" no check fails. Not as it should be: {}.", names(Verdict::Noted))),
        _ => Inline::default().strong("It holds:").text(" every check that applies is as it should be."),
    }
}

fn places(document: &mut Document, line: &Line) {
    document.heading(2, line.check.as_str());
    let shown = line.details.iter().take(MOST_PLACES).map(|place| Inline::default().marked(place));
    let mut shown: Vec<Inline> = shown.collect();
    if line.details.len() > MOST_PLACES {
        shown.push(Inline::plain(format!("and {} more", line.details.len() - MOST_PLACES)));
    }
    document.list(shown);
}
