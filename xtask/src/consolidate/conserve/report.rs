//! What a range of commits lost, for people.

use super::{ItemKind, SourceConservation, Verified};
use crate::report::{self, Document, Inline};

/// Lost things that are shown of each note.
const SHOWN: usize = 5;

/// Tells what a range of commits kept and what it lost.
pub fn report(verified: &Verified) -> Document {
    let mut document = Document::default();
    let conserved = &verified.conserved;
    document.heading(1, "What was kept");
    let range = format!("{}..{}", &verified.from[..12], &verified.to[..12]);
    if conserved.sources.is_empty() {
        document.paragraph(Inline::code(range).text(" removed or changed no note."));
        return document;
    }
    let losers = conserved.sources.iter().filter(|source| !source.lost.is_empty()).count();
    let count = conserved.sources.len();
    let all = report::count(count, "note");
    let what = match (losers, count) {
        (0, 1) => format!(" removed or changed {all}; all that it held stands at its end."),
        (0, _) => format!(" removed or changed {all}; all that they held stands at its end."),
        (_, 1) => format!(" removed or changed {all}; it held what stands nowhere at its end."),
        _ => format!(" removed or changed {all}; {losers} of them held what stands nowhere at its end."),
    };
    let left = format!(" {} of all runs of five words are left.", percent(conserved.text_kept));
    let what = if losers > 0 { what + &left } else { what };
    document.paragraph(Inline::code(range).text(what));
    kinds(&mut document, &conserved.sources);
    notes(&mut document, verified);
    for source in conserved.sources.iter().filter(|source| !source.lost.is_empty()) {
        lost(&mut document, source);
    }
    document
}

fn percent(share: Option<f64>) -> String {
    share.map_or("none".to_owned(), |share| format!("{:.1} %", share * 100.0))
}

/// All notes together, kind by kind.
fn kinds(document: &mut Document, sources: &[SourceConservation]) {
    let row = |kind: ItemKind| {
        let counts =
            || sources.iter().flat_map(|source| &source.kinds).filter(move |count| count.kind == kind);
        let before: usize = counts().map(|count| count.before).sum();
        let kept: usize = counts().map(|count| count.kept).sum();
        let share = (before > 0).then(|| kept as f64 / before as f64);
        let cells = [kind.plural().to_owned(), before.to_string(), kept.to_string(), percent(share)];
        cells.map(Inline::plain).to_vec()
    };
    document.table(&["Of all", "before", "kept", "share"], &[1, 2, 3], ItemKind::ALL.map(row).to_vec());
}

/// What is left of each note, the least first.
fn notes(document: &mut Document, verified: &Verified) {
    let mut sources: Vec<&SourceConservation> = verified.conserved.sources.iter().collect();
    let share = |source: &SourceConservation| source.text_kept.unwrap_or(1.0);
    sources.sort_by(|one, other| share(one).total_cmp(&share(other)).then_with(|| one.path.cmp(&other.path)));
    let row = |source: &&SourceConservation| {
        let count = |kind: ItemKind| {
            let count = source.kinds.iter().find(|count| count.kind == kind);
            Inline::plain(count.map_or_else(String::new, |count| format!("{}/{}", count.kept, count.before)))
        };
        let mut name = Inline::code(source.path.display().into_owned());
        if let Some(to) = verified.moved.get(&source.path) {
            name = name.text(", now ").with_code(to.display().into_owned());
        }
        let mut cells = vec![name, Inline::plain(percent(source.text_kept))];
        cells.extend(ItemKind::ALL.map(count));
        cells
    };
    let rows = sources.iter().map(row).collect();
    let head = ["Note", "text kept", "blocks", "code blocks", "code lines", "headings", "numbers", "rows"];
    document.table(&head, &[1, 2, 3, 4, 5, 6, 7], rows);
}

/// What of a note stands nowhere.
fn lost(document: &mut Document, source: &SourceConservation) {
    document.heading(2, Inline::plain("Lost of ").with_code(source.path.display().into_owned()));
    let entry = |item: &super::Item| {
        Inline::plain(format!("line {}, {}: ", item.line, item.kind.singular())).with_code(item.text.clone())
    };
    let mut entries: Vec<Inline> = source.lost.iter().take(SHOWN).map(entry).collect();
    let more = source.lost.len().saturating_sub(SHOWN);
    if more > 0 {
        entries.push(Inline::plain(format!("and {more} more")));
    }
    document.list(entries);
}
