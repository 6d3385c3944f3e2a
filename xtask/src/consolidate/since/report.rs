//! The section of the report that tells what changed, and its line on the command line.

use super::{MovedNote, Since};
use crate::consolidate::facts::Fact;
use crate::consolidate::plan::Action;
use crate::consolidate::report::count;
use crate::consolidate::result::{Overlap, Reference};
use crate::links::BrokenLink;
use crate::repo::RepoPath;
use crate::report::{Document, Inline};

/// Entries that are named of each kind.
const NAMED: usize = 8;

/// What changed, one entry a kind.
pub(in crate::consolidate) fn section(document: &mut Document, since: &Since) {
    let title = Inline::plain("Since ").with_code(short(since)).text(format!(" of {}", day(since)));
    document.heading(2, title);
    let entries = entries(since);
    if entries.is_empty() {
        document.paragraph("Nothing changed in the picture.");
    } else {
        document.list(entries);
    }
    if since.references.is_none() {
        document
            .paragraph("Names that point to nothing are not compared: history was not read at both ends.");
    }
}

/// What changed, in one line.
pub fn line(since: &Since) -> String {
    let kinds: Vec<String> = kinds(since).into_iter().map(|kind| kind.counted).collect();
    let changed = if kinds.is_empty() { "nothing changed".to_owned() } else { kinds.join(", ") };
    format!("since {} of {}: {changed}", short(since), day(since))
}

fn short(since: &Since) -> &str {
    since.commit.get(..9).unwrap_or(&since.commit)
}

fn day(since: &Since) -> &str {
    since.date.get(..10).unwrap_or(&since.date)
}

/// One kind of change: how many there are, and what they are.
struct Kind {
    counted: String,
    named: Vec<Inline>,
}

fn entries(since: &Since) -> Vec<Inline> {
    let entry = |kind: Kind| {
        let rest = kind.named.len().saturating_sub(NAMED);
        let mut line = Inline::plain(kind.counted);
        for (number, named) in kind.named.into_iter().take(NAMED).enumerate() {
            line = line.text(if number == 0 { ": " } else { "; " });
            line.0.extend(named.0);
        }
        match rest {
            0 => line,
            _ => line.text(format!("; and {rest} more, listed by ")).with_code("--format json"),
        }
    };
    kinds(since).into_iter().map(entry).collect()
}

fn kinds(since: &Since) -> Vec<Kind> {
    let mut kinds = Vec::new();
    let mut add = |number: usize, (one, many): (&str, &str), named: Vec<Inline>| {
        if number > 0 {
            kinds.push(Kind { counted: count(number, one, many), named });
        }
    };
    let paths = |paths: &[_]| -> Vec<Inline> { paths.iter().map(path).collect() };
    let notes = &since.notes;
    add(notes.added.len(), ("note added", "notes added"), paths(&notes.added));
    add(notes.removed.len(), ("note removed", "notes removed"), paths(&notes.removed));
    add(notes.moved.len(), ("note moved", "notes moved"), notes.moved.iter().map(moved).collect());
    add(notes.changed.len(), ("note changed", "notes changed"), paths(&notes.changed));
    let pairs = |pairs: &[Overlap]| pairs.iter().map(pair).collect();
    add(since.overlaps.new.len(), ("new overlap", "new overlaps"), pairs(&since.overlaps.new));
    add(since.overlaps.gone.len(), ("overlap gone", "overlaps gone"), pairs(&since.overlaps.gone));
    let facts = |facts: &[Fact]| facts.iter().map(fact).collect();
    add(since.facts.new.len(), ("new contradiction", "new contradictions"), facts(&since.facts.new));
    add(
        since.facts.settled.len(),
        ("contradiction settled", "contradictions settled"),
        facts(&since.facts.settled),
    );
    let place = |path: &RepoPath, line: usize, (verb, target): (&str, &str)| {
        Inline::code(format!("{path}:{line}")).text(format!(" {verb} ")).with_code(target)
    };
    if let Some(references) = &since.references {
        let named = |all: &[Reference]| {
            all.iter().map(|one| place(&one.path, one.line, ("names", &one.target))).collect()
        };
        add(
            references.new.len(),
            ("more name that points to nothing", "more names that point to nothing"),
            named(&references.new),
        );
        add(references.mended.len(), ("dead name mended", "dead names mended"), named(&references.mended));
        let left = references.left_with_notes;
        add(left, ("dead name went with its note", "dead names went with their notes"), Vec::new());
    }
    if let Some(links) = &since.broken_links {
        let named = |all: &[BrokenLink]| {
            all.iter().map(|one| place(&one.path, one.line, ("links to", &one.target))).collect()
        };
        add(links.new.len(), ("link broken", "links broken"), named(&links.new));
        add(links.mended.len(), ("link mended", "links mended"), named(&links.mended));
        let left = links.left_with_notes;
        add(left, ("broken link went with its note", "broken links went with their notes"), Vec::new());
    }
    let items = since.proposed.iter().map(|item| {
        let verb = match item.action {
            Action::Merge => "merge into ",
            Action::Archive => "archive as ",
            Action::Duplicate => "remove, the same as ",
        };
        Inline::plain(verb).with_code(item.target.display().into_owned())
    });
    add(since.proposed.len(), ("item newly proposed", "items newly proposed"), items.collect());
    kinds
}

fn path(path: &RepoPath) -> Inline {
    Inline::code(path.display().into_owned())
}

fn moved(note: &MovedNote) -> Inline {
    path(&note.from).text(" to ").with_code(note.to.display().into_owned())
}

fn pair(pair: &Overlap) -> Inline {
    path(&pair.a)
        .text(" and ")
        .with_code(pair.b.display().into_owned())
        .text(format!(" ({:.0} %)", pair.score * 100.0))
}

fn fact(fact: &Fact) -> Inline {
    let mut line = Inline::plain(format!("{} (", fact.key));
    for (number, said) in fact.values.iter().enumerate() {
        line = line
            .text(format!("{}{} in ", if number == 0 { "" } else { ", " }, said.value))
            .with_code(format!("{}:{}", said.path, said.line));
    }
    line.text(")")
}
