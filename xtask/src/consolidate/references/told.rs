//! What the words around a name say of it themselves: that it is gone, still to come, or a sample.

use crate::consolidate::note::Note;

/// What a text says of a name. Each step silences more claims: a sample only that it never was, a thing to come
/// also where a link names it, and what is called gone is no news at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Told {
    /// Nothing: it should be there.
    #[default]
    Nothing,
    /// It may be a sample, an output or part of a plan.
    Perhaps,
    /// It is still to be made.
    ToCome,
    /// It is gone or elsewhere.
    Gone,
}

const GONE: &[&str] = &[
    "deleted",
    "delete",
    "deletes",
    "removed",
    "remove",
    "removes",
    "removal",
    "deletion",
    "deletions",
    "disappears",
    "disappeared",
    "renamed",
    "rename",
    "renames",
    "moved",
    "move",
    "moves",
    "deprecated",
    "replaced",
    "replaces",
    "obsolete",
    "superseded",
    "archived",
    "archive",
    "archives",
    "former",
    "formerly",
    "old",
    "retire",
    "retired",
    "retires",
    "gone",
    "dead",
    "absorbed",
    "git mv",
    "git rm",
    "no longer",
    "missing",
    "not found",
    "does not exist",
    "doesn't exist",
    "do not exist",
    "don't exist",
    "no such file",
    "not present",
    "there is no",
];

const TO_COME: &[&str] = &[
    "todo",
    "tbd",
    "planned",
    "proposed",
    "proposal",
    "future",
    "will be",
    "will",
    "would",
    "coming soon",
    "not yet",
    "upcoming",
    "new file",
    "create",
    "creates",
    "to create",
    "implement",
    "not implemented",
    "to be written",
];

const PERHAPS: &[&str] = &[
    "new",
    "add",
    "example",
    "examples",
    "e.g",
    "such as",
    "for instance",
    "sample",
    "template",
    "save",
    "saved",
    "write",
    "writes",
    "written to",
    "output",
    "outputs",
    "generate",
    "generated",
    "generates",
    "stored",
    "naming",
    "if any",
    "if needed",
    "optional",
    "optionally",
    "instead of",
    "should",
    "could",
    "might",
    "need",
    "needs",
    "required",
];

const GONE_HEADINGS: &[&str] = &[
    "deleted",
    "delete",
    "removed",
    "remove",
    "renamed",
    "rename",
    "renames",
    "moved",
    "moves",
    "archived",
    "deprecated",
    "obsolete",
    "superseded",
    "removal",
    "deletion",
    "retired",
    "migrated",
    "cleanup",
];

const COMING_HEADINGS: &[&str] = &[
    "proposed",
    "proposal",
    "planned",
    "plan",
    "future",
    "create",
    "creating",
    "todo",
    "roadmap",
    "new",
    "ideas",
    "missing",
    "required",
    "needed",
    "deliverables",
    "milestones",
    "milestone",
    "phase",
    "sprint",
    "effort",
];

const SAMPLE_HEADINGS: &[&str] = &[
    "example",
    "examples",
    "sample",
    "samples",
    "naming",
    "convention",
    "conventions",
    "template",
    "templates",
    "adding",
    "add",
    "anti",
    "pattern",
    "patterns",
    "output",
    "outputs",
];

/// Words of paths of notes that tell what is to be built: what they name need not be there yet.
const PLANS: &[&str] = &[
    "plan",
    "plans",
    "planning",
    "prd",
    "prds",
    "trd",
    "trds",
    "brd",
    "rfc",
    "rfcs",
    "proposal",
    "proposals",
    "prompt",
    "prompts",
    "roadmap",
    "design",
    "designs",
    "spec",
    "specs",
    "specification",
    "idea",
    "ideas",
    "todo",
    "backlog",
    "enhancements",
    "requirements",
    "requests",
    "brainstorm",
    "strategy",
    "research",
];

/// Bytes of a line above which it is no sentence: its words may speak of anything that it names.
const LONGEST_SENTENCE: usize = 4000;

/// What the words around a name say of it, its own left out: `output/field.csv` is no output for that.
///
/// Of a longer line than people write nothing is known; reading it for each of its names would take time that grows
/// with the square of its length.
pub(super) fn by_words(text: &str, name: &str) -> Told {
    if text.len() > LONGEST_SENTENCE { Told::Perhaps } else { by_line(&text.replace(name, "_")) }
}

/// The same for the sentence that a line of running text belongs to.
pub(super) fn by_sentence(lines: &[&str], line: usize, name: &str) -> Told {
    let is_long = lines[line.saturating_sub(2)..lines.len().min(line + 1)]
        .iter()
        .any(|text| text.len() > LONGEST_SENTENCE);
    if is_long { Told::Perhaps } else { by_words(&sentence(lines, line), name) }
}

/// What a line of running text says of what it names.
pub(super) fn by_line(line: &str) -> Told {
    if line.len() > LONGEST_SENTENCE {
        return Told::Perhaps;
    }
    let lower = line.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| has_word(&lower, word));
    let makes = has(&["create", "add", "write", "new"]);
    if has(GONE) || has_arrow(&lower) || (lower.contains("[ ]") && makes) {
        Told::Gone
    } else if has(TO_COME) || lower.contains('⏳') {
        Told::ToCome
    } else if has(PERHAPS) || lower.contains("[ ]") || lower.contains('❌') {
        Told::Perhaps
    } else {
        Told::Nothing
    }
}

/// The line with the parts of its sentence that stand on the lines before and after it, of a text with fixed width.
fn sentence(lines: &[&str], line: usize) -> String {
    let goes_on = |text: &str| {
        let text = text.trim_start();
        !text.is_empty()
            && text.starts_with(|first: char| first.is_alphanumeric() || "`(*_".contains(first))
            && !text.starts_with("* ")
            && !text.starts_with("```")
    };
    let at = line - 1;
    let Some(text) = lines.get(at) else { return String::new() };
    let mut sentence = (*text).to_owned();
    let is_table = text.trim_start().starts_with('|');
    let may_go_on = |text: &str| text.len() >= WIDE && !text.trim_end().ends_with(['.', ':', '!', '?', '|']);
    if let Some(next) = lines.get(at + 1).filter(|next| !is_table && may_go_on(text) && goes_on(next)) {
        sentence.push(' ');
        sentence.push_str(next.split(". ").next().unwrap_or_default());
    }
    let before = at.checked_sub(1).and_then(|before| lines.get(before));
    if let Some(before) = before.filter(|before| !is_table && may_go_on(before) && goes_on(text)) {
        let end = before.rsplit(". ").next().unwrap_or_default();
        sentence = format!("{end} {sentence}");
    }
    sentence
}

/// Shorter lines end where their text ends.
const WIDE: usize = 50;

/// True for `a -> b`; an arrow at the beginning of a line points a reader to something.
fn has_arrow(line: &str) -> bool {
    let text = line.trim_start_matches(|first: char| !first.is_alphanumeric() && first != '_');
    text.contains("->") || text.contains('→')
}

/// True where a word stands by itself: in `gone.md` and `old/x.py` it is part of a name.
fn has_word(text: &str, word: &str) -> bool {
    let is_part = |character: char| character.is_alphanumeric() || "_/-".contains(character);
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let mut after = text[at + word.len()..].chars();
        let next = after.next();
        let is_ending = next == Some('.') && after.next().is_some_and(char::is_alphanumeric);
        !before.is_some_and(is_part) && !next.is_some_and(is_part) && !is_ending
    })
}

/// How far up the line is looked for that leads a list or table in.
const LONGEST_LIST: usize = 30;

/// What the line that leads in a list or table says of all its entries: "Remove these files:".
pub(super) fn by_lead(lines: &[&str], line: usize) -> Told {
    let is_entry = |text: &str| {
        let text = text.trim_start();
        let figures = text.bytes().take_while(u8::is_ascii_digit).count();
        text.is_empty()
            || text.starts_with(['-', '*', '+', '|'])
            || (figures > 0 && text[figures..].starts_with(['.', ')']))
    };
    let is_bold = |text: &str| text.trim_start().starts_with("**");
    if lines.get(line - 1).is_none_or(|text| !is_entry(text) || is_bold(text)) {
        return Told::Nothing;
    }
    let above = lines[..line - 1].iter().rev().take(LONGEST_LIST);
    let lead = above.map(|text| text.trim()).find(|text| !is_entry(text) || is_bold(text));
    let ends = |text: &&str| text.trim_end_matches(['*', '_', ' ']).ends_with(':');
    lead.filter(|text| !text.starts_with('#')).filter(ends).map_or(Told::Nothing, by_line)
}

/// How far up a comment is looked for that speaks of a command.
const FEW_LINES: usize = 4;

/// What the comment above a line of code says of it: "# Example", "# Planned".
pub(super) fn by_comment(lines: &[&str], line: usize) -> Told {
    let above = lines[..line.min(lines.len())].iter().rev().take(FEW_LINES);
    let comment =
        above.map(|text| text.trim()).find_map(|text| text.split_once('#').map(|(_, comment)| comment));
    comment.map_or(Told::Nothing, by_line).min(Told::Perhaps)
}

/// What the headings above a line say of all that follows: "Deleted files", "Future work".
pub(super) fn by_headings(note: &Note, line: usize) -> Told {
    let mut told = Told::Nothing;
    let mut next = note.parsed.section_at(note.parsed.lines.range(line).start);
    while let Some(section) = next.and_then(|index| note.parsed.sections.get(index)) {
        if section.level > 1 || section.parent.is_some() {
            told = told.max(by_heading(&section.text));
        }
        next = section.parent;
    }
    told
}

fn by_heading(text: &str) -> Told {
    let lower = text.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| has_word(&lower, word));
    if has(GONE_HEADINGS) {
        Told::Gone
    } else if has(COMING_HEADINGS) || has(SAMPLE_HEADINGS) {
        Told::Perhaps
    } else {
        Told::Nothing
    }
}

/// True for a note that tells what is to be built, by its path.
pub(super) fn is_plan(note: &Note) -> bool {
    let path = note.path.display().to_lowercase();
    path.split(|character: char| !character.is_alphanumeric()).any(|word| PLANS.contains(&word))
}
