//! The result as a document: what matters first, then the evidence, then the plan.

use std::collections::BTreeSet;

use super::plan::Item;
use super::plan_format;
use super::result::{Analysis, NoteEntry, Overlap, OverlapKind, Reference, ReferenceClass, Topic};
use crate::links::{BrokenLink, encode_path};
use crate::repo::RepoPath;
use crate::report::{Block, Cell, Document, Inline};

/// Files that are listed of a note whose files changed after it.
const FILES: usize = 3;
/// Entries of the short lists at the top.
const SHORT: usize = 10;
/// Overlaps that are listed, and of these how many with their passages side by side.
const OVERLAPS: usize = 40;
/// Orphans, boilerplate and findings that are listed.
const LISTED: usize = 50;

/// The plan, led by what matters; `picture` names the overlap matrix where that is written beside the report.
pub fn report(analysis: &Analysis, picture: Option<&RepoPath>) -> Document {
    let mut document = Document::default();
    document.heading(1, "Documentation consolidation plan");
    opening(&mut document, analysis);
    if let Some(since) = &analysis.since {
        super::since::section(&mut document, since);
    }
    facts(&mut document, analysis);
    references(&mut document, analysis);
    broken_links(&mut document, analysis);
    finished(&mut document, analysis);
    outrun(&mut document, analysis);
    inventory(&mut document, analysis);
    overlaps(&mut document, analysis, picture);
    plan(&mut document, analysis);
    remarks(&mut document, analysis);
    method(&mut document, analysis);
    document
}

/// What was found, one line.
pub fn headline(analysis: &Analysis) -> String {
    let summary = &analysis.summary;
    let mut parts = vec![
        count(summary.notes, "note", "notes"),
        count(summary.topics, "topic", "topics"),
        count(summary.overlaps, "overlapping pair", "overlapping pairs"),
    ];
    if summary.facts > 0 {
        parts.push(count(summary.facts, "contradiction", "contradictions"));
    }
    if let Some(references) = summary.references {
        parts.push(count(references, "name that points to nothing", "names that point to nothing"));
    }
    if let Some(links) = summary.broken_links {
        parts.push(count(links, "broken link", "broken links"));
    }
    parts.push(format!("{:.1} % of the text stands in two notes or more", summary.overlap_share * 100.0));
    parts.join(", ")
}

/// What to do next, one line.
pub fn next_step(analysis: &Analysis) -> String {
    let summary = &analysis.summary;
    match (summary.proposed, summary.ticked) {
        (0, _) => "nothing is proposed".to_owned(),
        (_, 0) => format!(
            "read the plan and tick what is right: {} proposed",
            count(summary.proposed, "item is", "items are")
        ),
        (_, ticked) => {
            format!(
                "read the plan and tick what you agree with ({ticked} of {} ticked), then run `xtask phase3`",
                count(summary.proposed, "item", "items")
            )
        }
    }
}

pub(super) fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

fn opening(document: &mut Document, analysis: &Analysis) {
    let mut text = format!("{}.", headline(analysis));
    if !analysis.uncommitted.is_empty() {
        text = format!(
            "Includes {}. {text}",
            count(analysis.uncommitted.len(), "uncommitted file", "uncommitted files")
        );
    }
    document.paragraph(text);
    let ticked = analysis.items.iter().filter(|item| item.ticked && !item.done).count();
    let open = analysis.items.iter().filter(|item| !item.done).count();
    if open == 0 {
        document.paragraph("Nothing is proposed. Planning again keeps what was decided before.");
        return;
    }
    let next = match ticked {
        0 => "Tick what is right in the plan below.",
        _ => "Read the plan below, and untick what is wrong.",
    };
    let edits = Inline::plain(format!("{next} Targets and the order may be changed too; a line "))
        .with_code("- without: `NOTE`")
        .text(" below a merge leaves that note out, the first word of a section's line (")
        .with_code("guide")
        .text(", ")
        .with_code("history")
        .text(", ")
        .with_code("repeated")
        .text(") says what becomes of it, and ")
        .with_code("- reason:")
        .text(
            " keeps why. Planning again keeps all of that; an item whose sources stand where it puts them is done. ",
        );
    document.paragraph(edits.with_code("xtask phase3").text(" carries out what is ticked."));
}

fn facts(document: &mut Document, analysis: &Analysis) {
    if analysis.facts.is_empty() {
        return;
    }
    document.heading(2, format!("What contradicts ({})", analysis.facts.len()));
    let rows = analysis.facts.iter().take(LISTED).flat_map(|fact| {
        fact.values.iter().enumerate().map(|(number, said)| {
            let key = if number == 0 { fact.key.as_str() } else { "" };
            let day = said.changed.as_deref().and_then(|date| date.get(..10)).unwrap_or("unknown");
            let mark = if fact.newest.as_ref() == Some(&said.value) { ", newest" } else { "" };
            vec![
                Inline::plain(key),
                Inline::plain(said.value.clone()),
                place(&said.path.display(), said.line),
                Inline::plain(format!("{day}{mark}")),
            ]
        })
    });
    document.table(&["What", "Value", "Where", "Changed"], &[], rows.collect());
    rest(document, analysis.facts.len());
}

fn broken_links(document: &mut Document, analysis: &Analysis) {
    let Some(all) = &analysis.broken_links else { return };
    let told: BTreeSet<(&RepoPath, usize, &str)> =
        dead(analysis).take(LISTED).map(|one| (&one.path, one.line, one.target.as_str())).collect();
    let file = |link: &BrokenLink| link.target.split(['#', '?']).next().unwrap_or_default().to_owned();
    let links: Vec<&BrokenLink> =
        all.iter().filter(|link| !told.contains(&(&link.path, link.line, file(link).as_str()))).collect();
    if links.is_empty() {
        return;
    }
    document.heading(2, format!("Broken links ({})", links.len()));
    if links.len() < all.len() {
        let others = count(all.len() - links.len(), "more is", "more are");
        document.paragraph(format!("{others} among what points to nothing."));
    }
    let rows = links.iter().take(LISTED).map(|link| {
        vec![
            place(&link.path.display(), link.line),
            Inline::code(link.target.clone()),
            Inline::plain(link.reason.phrase()),
            link.suggestion.as_ref().map_or_else(|| "".into(), |suggestion| Inline::code(suggestion.clone())),
        ]
    });
    document.table(&["Where", "Link", "Why", "Perhaps meant"], &[], rows.collect());
    rest(document, links.len());
}

fn references(document: &mut Document, analysis: &Analysis) {
    let dead: Vec<&Reference> = dead(analysis).collect();
    if let Some(reason) = &analysis.references_unknown {
        document.heading(2, "What points to nothing");
        document.paragraph(Inline::plain("Not looked for: ").marked(reason).text("."));
    }
    if dead.is_empty() {
        return;
    }
    document.heading(2, format!("What points to nothing ({})", dead.len()));
    let rows = dead.iter().take(LISTED).map(|one| {
        vec![place(&one.path.display(), one.line), Inline::code(one.target.clone()), what_became(one)]
    });
    document.table(&["Where", "Names", "What became of it"], &[], rows.collect());
    rest(document, dead.len());
}

/// What points to nothing, without what is only ignored here.
fn dead(analysis: &Analysis) -> impl Iterator<Item = &Reference> {
    analysis.references.iter().flatten().filter(|one| one.class != ReferenceClass::Ignored)
}

fn what_became(reference: &Reference) -> Cell {
    let commit = reference.commit.as_deref().and_then(|commit| commit.get(..9));
    let by = |said: Inline| match commit {
        Some(commit) => said.text(" by ").with_code(commit),
        None => said.text(" here, not committed yet"),
    };
    match (&reference.class, &reference.moved_to) {
        (ReferenceClass::Moved, Some(to)) => {
            by(Inline::plain("moved to ").with_code(to.display().into_owned()))
        }
        // A file that was moved and not added has left its place like one that was removed.
        (ReferenceClass::Removed, _) if commit.is_none() => by("removed or moved".into()),
        (ReferenceClass::Removed, _) => by("removed".into()),
        (_, Some(meant)) => {
            Inline::plain("no commit ever held it; perhaps meant: ").with_code(meant.display().into_owned())
        }
        _ => match &reference.held_by {
            Some(name) => Inline::plain("only ").with_code(name.clone()).text(" ever held it"),
            None => "no commit ever held it".into(),
        },
    }
}

fn place(path: &str, line: usize) -> Cell {
    Inline::code(format!("{path}:{line}"))
}

fn finished(document: &mut Document, analysis: &Analysis) {
    let proposed: BTreeSet<String> = analysis.items.iter().filter(|item| !item.done).map(Item::id).collect();
    let open: Vec<_> =
        analysis.plan.archive.iter().filter(|item| proposed.contains(&item.state.id)).collect();
    if open.is_empty() {
        return;
    }
    document.heading(2, "What looks like finished business");
    let items = open.iter().take(SHORT).map(|item| {
        Inline::code(item.path.display().into_owned()).text(format!(
            " ({} % sure): {}",
            (item.confidence * 100.0).round(),
            item.why
        ))
    });
    document.list(items.collect());
    if open.len() > SHORT {
        document.paragraph(format!("{} more stand in the plan below.", open.len() - SHORT));
    }
}

fn outrun(document: &mut Document, analysis: &Analysis) {
    let Some(notes) = analysis.outrun.as_ref().filter(|notes| !notes.is_empty()) else { return };
    document.heading(2, format!("Notes whose files changed after them ({})", notes.len()));
    let items = notes.iter().take(SHORT).map(|note| {
        let day = note.changed.get(..10).unwrap_or_default();
        let changed = match (note.since.len(), note.named) {
            (1, 1) => "the one file that it names changed, ".to_owned(),
            (since, named) => format!("{since} of {named} files that it names changed, "),
        };
        let mut line = Inline::code(note.path.display().into_owned()).text(format!(" of {day}: {changed}"));
        for (number, path) in note.since.iter().take(FILES).enumerate() {
            line = line.text(if number == 0 { "" } else { ", " }).with_code(path.display().into_owned());
        }
        line.text(if note.since.len() > FILES { ", …" } else { "" })
    });
    document.list(items.collect());
    if notes.len() > SHORT {
        document.paragraph(more(notes.len() - SHORT));
    }
}

fn inventory(document: &mut Document, analysis: &Analysis) {
    document.heading(2, "Inventory by topic");
    if let Some(reason) = &analysis.dates_unknown {
        document.paragraph(Inline::plain("Dates are not known: ").marked(reason).text("."));
    }
    for topic in &analysis.topics {
        document.heading(3, topic_heading(topic));
        let notes = analysis.notes.iter().filter(|note| note.topic.as_ref() == Some(&topic.id));
        let rows = notes.map(inventory_row).collect();
        document.table(&["Note", "Title", "Kind", "Lines", "Words", "Created", "Changed"], &[3, 4], rows);
    }
}

fn topic_heading(topic: &Topic) -> Inline {
    Inline::plain(format!("{} ({})", topic.label, topic.notes.len()))
}

fn inventory_row(note: &NoteEntry) -> Vec<Cell> {
    let day = |date: &Option<String>| -> Cell {
        date.as_deref().and_then(|date| date.get(..10)).map_or_else(|| "unknown".into(), Inline::plain)
    };
    vec![
        Inline::code(note.path.display().into_owned()),
        Inline::plain(note.title.clone()),
        Inline::plain(format!("{:?}", note.role).to_lowercase()),
        Inline::plain(note.lines.to_string()),
        Inline::plain(note.words.to_string()),
        day(&note.created),
        day(&note.changed),
    ]
}

fn overlaps(document: &mut Document, analysis: &Analysis, picture: Option<&RepoPath>) {
    if analysis.overlaps.is_empty() {
        return;
    }
    document.heading(2, format!("Overlaps ({})", analysis.overlaps.len()));
    if let Some(picture) = picture {
        let alt = "Which notes share passages, as a matrix".to_owned();
        document.blocks.push(Block::Image { alt, target: encode_path(picture.file_name()) });
    }
    document.table(
        &["Score", "Kind", "Note", "of it shared", "Note", "of it shared", "Passages"],
        &[0, 3, 5, 6],
        analysis.overlaps.iter().take(OVERLAPS).map(overlap_row).collect(),
    );
    if analysis.overlaps.len() > OVERLAPS {
        document.paragraph(
            Inline::plain(format!("{} weaker ones are left out here; ", analysis.overlaps.len() - OVERLAPS))
                .with_code("xtask consolidate plan --format json")
                .text(" lists all."),
        );
    }
    for excerpt in &analysis.excerpts {
        let title = Inline::code(excerpt.a.display().into_owned())
            .text(" and ")
            .with_code(excerpt.b.display().into_owned());
        let head = |lines: [usize; 2]| format!("lines {}-{}", lines[0], lines[1]);
        let rows = excerpt.rows.iter().map(|(a, b)| vec![Inline::code(a.clone()), Inline::code(b.clone())]);
        let mut inside = Document::default();
        inside.table(&[&head(excerpt.a_lines), &head(excerpt.b_lines)], &[], rows.collect());
        document.blocks.push(Block::Details { summary: title, blocks: inside.blocks });
    }
}

fn overlap_row(overlap: &Overlap) -> Vec<Cell> {
    let percent = |share: f64| Inline::plain(format!("{:.0} %", share * 100.0));
    vec![
        Inline::plain(format!("{:.2}", overlap.score)),
        Inline::plain(kind_name(overlap.kind)),
        Inline::code(overlap.a.display().into_owned()),
        percent(overlap.share_a),
        Inline::code(overlap.b.display().into_owned()),
        percent(overlap.share_b),
        Inline::plain(overlap.shared.len().to_string()),
    ]
}

pub(super) fn kind_name(kind: OverlapKind) -> &'static str {
    match kind {
        OverlapKind::Identical => "identical",
        OverlapKind::NearDuplicate => "near duplicate",
        OverlapKind::Contained => "contained",
        OverlapKind::SharedSections => "shared sections",
        OverlapKind::SameSubject => "same subject",
    }
}

fn plan(document: &mut Document, analysis: &Analysis) {
    document.heading(2, "Plan");
    let open: Vec<&Item> = analysis.items.iter().filter(|item| !item.done).collect();
    if open.is_empty() {
        document.paragraph("Nothing is proposed.");
    }
    let (before, in_guide) = open
        .iter()
        .filter_map(|item| item.lines)
        .fold((0, 0), |sum, (before, in_guide)| (sum.0 + before, sum.1 + in_guide));
    if before > 0 {
        document.paragraph(format!(
            "The merges take {before} lines: {in_guide} go into guides, {} are repeated there or stay in the archive, \
             none is lost.",
            before - in_guide
        ));
    }
    if !analysis.lapsed.is_empty() {
        document.paragraph("Decisions of the previous plan that no longer apply:");
        document.list(
            analysis.lapsed.iter().map(|lapsed| format!("{}: {}", lapsed.item, lapsed.why).into()).collect(),
        );
    }
    let text = plan_format::write(&analysis.items);
    document.blocks.push(Block::Verbatim(text.trim_end().to_owned()));
}

fn remarks(document: &mut Document, analysis: &Analysis) {
    let protected: Vec<&NoteEntry> = analysis.notes.iter().filter(|note| note.protected.is_some()).collect();
    if !protected.is_empty() {
        document.heading(2, format!("Left where they are ({})", protected.len()));
        let entries = protected.iter().take(LISTED).map(|note| {
            Inline::code(note.path.display().into_owned())
                .text(": ")
                .marked(note.protected.as_deref().unwrap_or_default())
        });
        document.list(entries.collect());
        rest(document, protected.len());
    }
    if !analysis.records.is_empty() {
        document.heading(2, "Records, which are kept as they are");
        let series = analysis.records.iter().take(LISTED).map(|series| {
            let folder = series.folder.as_ref().map_or_else(|| ".".into(), |folder| folder.display());
            Inline::code(format!("{folder}/")).text(format!(": a series of {}", series.notes))
        });
        document.list(series.collect());
        rest(document, analysis.records.len());
    }
    if !analysis.orphans.is_empty() {
        document.heading(2, format!("Nothing links to ({})", analysis.orphans.len()));
        let paths =
            analysis.orphans.iter().take(LISTED).map(|path| Inline::code(path.display().into_owned()));
        document.list(paths.collect());
        rest(document, analysis.orphans.len());
    }
    if !analysis.boilerplate.is_empty() {
        document.heading(2, "Boilerplate, which is no overlap");
        let rows = analysis.boilerplate.iter().take(LISTED).map(|passage| {
            let first = &passage.places[0];
            vec![
                Inline::plain(passage.notes.to_string()),
                Inline::plain(passage.begins.clone()),
                Inline::code(format!("{}:{}", first.path, first.lines[0])),
            ]
        });
        document.table(&["Notes", "Begins with", "First"], &[0], rows.collect());
        rest(document, analysis.boilerplate.len());
    }
    if !analysis.findings.is_empty() {
        document.heading(2, format!("Findings ({})", analysis.findings.len()));
        let entries = analysis.findings.iter().take(LISTED).map(|finding| {
            let said = match (&finding.path, finding.line) {
                (Some(path), Some(line)) => {
                    Inline::code(format!("{path}:{line}")).text(" ").marked(&finding.message)
                }
                (Some(path), None) => Inline::code(path.clone()).text(" ").marked(&finding.message),
                (None, _) => Inline::default().marked(&capitalised(&finding.message)),
            };
            match &finding.hint {
                Some(hint) => said.text("; ").marked(hint),
                None => said,
            }
        });
        document.list(entries.collect());
        rest(document, analysis.findings.len());
    }
}

fn capitalised(sentence: &str) -> String {
    let mut rest = sentence.chars();
    let first = rest.next().map(|first| first.to_uppercase().collect::<String>()).unwrap_or_default();
    first + rest.as_str()
}

fn rest(document: &mut Document, all: usize) {
    if all > LISTED {
        document.paragraph(more(all - LISTED));
    }
}

fn more(left_out: usize) -> Inline {
    Inline::plain(format!("And {left_out} more, listed by ")).with_code("--format json").text(".")
}

fn method(document: &mut Document, analysis: &Analysis) {
    document.heading(2, "Method");
    let depth = format!("{:?}", analysis.depth).to_lowercase();
    let mut lines = vec![
        format!("Depth `{depth}`; the whole analysis is offline and gives the same bytes for the same input."),
        "Overlap: runs of four words (figures folded) that few notes share, grown to lines. The score rises with how \
         much is shared and with how much of the smaller note that is; a run that stands in more than 3 % of the notes \
         (at least 4, at most 12) is boilerplate."
            .to_owned(),
        "Contradictions: two notes give one thing two values that cannot both hold, in a label, a row of a table, \
         `key = value`, a count, a lowest version or a licence. Compared is what names its subject itself, and what stands \
         in passages, sections or notes on one subject; days, sessions, change logs, results of runs and code are left out."
            .to_owned(),
        "Names that point to nothing: looked for beside the note, from the top, by the end of a path and by the name; then \
         in history, with renames followed. Left out is what is an output, a sample, still to come or said to be gone."
            .to_owned(),
        "Affinity: names, headings, words and overlap; topics and merge groups are clusters by average affinity.".to_owned(),
        "Words: what blanks and signs part; of scripts without blanks (Chinese, Japanese, Thai) each character.".to_owned(),
        "A note is left out when it was archived or says what a released version did, is a report of this tool, or is no text; parts between \
         markers of this tool do not count."
            .to_owned(),
    ];
    if !analysis.archived.is_empty() {
        lines.push(format!(
            "{} that were archived, or tell of released versions, were left out.",
            count(analysis.archived.len(), "note", "notes")
        ));
    }
    document.list(lines.iter().map(|line| Inline::default().marked(line)).collect());
}
