//! What the words around a name say of it themselves: that it is gone, still to come, or a sample.

use super::lexicon::{NAME, OF_HEADINGS, OF_LINES, in_chinese, is_part_of_word};
use crate::consolidate::note::Note;
use crate::markdown::Section;

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
    "improvements",
    "requirements",
    "requests",
    "brainstorm",
    "strategy",
    "research",
];

/// Bytes of a line above which it is no sentence: its words may speak of anything that it names.
const LONGEST_SENTENCE: usize = 4000;

/// Bytes of a line above which it is a whole paragraph, of which one sentence speaks of a name.
const PARAGRAPH: usize = 300;

/// Bytes of a line above which it is not searched for each of its names.
const LONGEST_PARAGRAPH: usize = 40_000;

/// What the words around a name say of it, its own left out: `output/field.csv` is no output for that.
///
/// Of a longer line than people write nothing is known; reading it for each of its names would take time that grows
/// with the square of its length.
pub(super) fn by_words(text: &str, name: &str) -> Told {
    if text.len() > LONGEST_PARAGRAPH {
        return Told::Perhaps;
    }
    let text = if text.len() > PARAGRAPH { sentence_within(text, name) } else { text };
    if text.len() > LONGEST_SENTENCE {
        return Told::Perhaps;
    }
    let text = text.replace(name, NAME);
    if text.contains("**") { by_line(&text.replace("**", "")) } else { by_line(&text) }
}

/// The sentence of a paragraph on one line that holds a name, with those beside it; a row of a table is one statement.
fn sentence_within<'t>(text: &'t str, name: &str) -> &'t str {
    let Some(at) = text.find(name).filter(|_| !text.trim_start().starts_with('|')) else { return text };
    let ends = [". ", "! ", "? "];
    let before = |at: usize| ends.iter().filter_map(|end| text[..at].rfind(end)).max();
    let behind = |at: usize| ends.iter().filter_map(|end| text[at..].find(end)).min().map(|end| at + end);
    let start = before(at).and_then(before).map_or(0, |end| end + 2);
    let end = behind(at + name.len()).and_then(|end| behind(end + 2)).unwrap_or(text.len());
    &text[start..end]
}

/// What is said of a name by the sentence that a line of running text belongs to.
pub(super) fn by_sentence(lines: &[&str], line: usize, name: &str) -> Told {
    if lines.get(line - 1).is_some_and(|text| text.len() > PARAGRAPH) {
        return by_words(lines[line - 1], name);
    }
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
    let told = OF_LINES.told(&lower).max(in_chinese(&lower)).max(by_arrow(&lower));
    let is_open = lower.contains("[ ]");
    if told == Told::Gone || (is_open && makes(&lower)) {
        Told::Gone
    } else if told == Told::ToCome || lower.contains('⏳') {
        Told::ToCome
    } else if told == Told::Perhaps || is_open || lower.contains(UNDONE) {
        Told::Perhaps
    } else {
        Told::Nothing
    }
}

/// Signs of what is open, under way or refused.
const UNDONE: [char; 7] = ['❌', '🔄', '🚧', '🔲', '⬜', '☐', '🔜'];

/// Words that say that something is made.
pub(super) const MAKES: &[&str] = &["create", "add", "write", "new"];

pub(super) fn makes(text: &str) -> bool {
    text.split(|character| !is_part_of_word(character)).any(|word| MAKES.contains(&word))
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

/// What `a -> b` says, where b is a name or path: that a is gone, and that b is or will be in its place. An arrow at the
/// beginning of a line or cell points a reader to something, one between figures tells how they changed, and one to a
/// call what calls it.
fn by_arrow(line: &str) -> Told {
    let text =
        line.trim_start_matches(|first: char| !first.is_alphanumeric() && first != '_' && !is_name(first));
    let leads_on = |at: usize, arrow: &str| {
        !text[..at].trim_end().ends_with('|') && begins_with_a_name(&text[at + arrow.len()..])
    };
    let arrows = ["->", "→"].into_iter().flat_map(|arrow| text.match_indices(arrow));
    let last = arrows.filter(|(at, arrow)| leads_on(*at, arrow)).map(|(at, _)| at).max();
    match (last, text.find(is_name)) {
        (None, _) => Told::Nothing,
        (Some(arrow), Some(name)) if arrow < name => Told::Perhaps,
        (Some(_), _) => Told::Gone,
    }
}

fn is_name(sign: char) -> bool {
    NAME.starts_with(sign)
}

/// Words behind an arrow among which the name is: "-> now part of `x.py`".
const FEW_WORDS: usize = 6;

fn begins_with_a_name(text: &str) -> bool {
    let is_path = |word: &str| {
        let word = word.trim_matches(|character: char| !character.is_alphanumeric() && !is_name(character));
        let ending = word.rsplit_once('.').map_or("", |(_, ending)| ending);
        word.contains(['/'])
            || word.contains(is_name)
            || (ending.starts_with(char::is_alphabetic) && ending.len() <= 5)
    };
    let cell = text.split(['|', '→']).next().unwrap_or_default();
    let cell = cell.split("->").next().unwrap_or_default();
    let start = cell.trim_start_matches([' ', '*', '_']);
    match start.strip_prefix('`').and_then(|span| span.split('`').next()) {
        Some(span) => !span.ends_with(')') && !span.contains(['=', ' ']),
        None => start.starts_with('[') || cell.split_whitespace().take(FEW_WORDS).any(is_path),
    }
}

/// What the headings of a note say of all that follows: "Deleted files", "Future work"; by section.
pub(super) struct Headings(Vec<Told>);

impl Headings {
    pub(super) fn of(note: &Note) -> Self {
        let mut told: Vec<Told> = Vec::with_capacity(note.parsed.sections.len());
        for section in &note.parsed.sections {
            // A section stands behind the one that it is part of.
            let above = section.parent.and_then(|parent| told.get(parent)).copied().unwrap_or_default();
            told.push(above.max(by_section(section)));
        }
        Self(told)
    }

    pub(super) fn at(&self, note: &Note, line: usize) -> Told {
        let section = note.parsed.section_at(note.parsed.lines.range(line).start);
        section.and_then(|section| self.0.get(section)).copied().unwrap_or_default()
    }
}

/// What the headings above one line say: for a few lines of a note.
pub(super) fn by_headings_above(note: &Note, line: usize) -> Told {
    let sections = &note.parsed.sections;
    let first = note.parsed.section_at(note.parsed.lines.range(line).start);
    let above = std::iter::successors(first, |section| sections[*section].parent);
    above.map(|section| by_section(&sections[section])).max().unwrap_or_default()
}

/// A title says what the note is about, not what became of it.
fn by_section(section: &Section) -> Told {
    let is_title = section.level == 1 && section.parent.is_none();
    if is_title { Told::default() } else { by_heading(&section.text) }
}

pub(super) fn by_heading(text: &str) -> Told {
    // "Create/update the page": a stroke between words, not one of a path.
    let is_of_words = |word: &str| word.chars().all(|sign| sign.is_alphabetic() || sign == '/');
    let part = |word: &str| if is_of_words(word) { word.replace('/', " ") } else { word.to_owned() };
    let words: Vec<String> = text.split_whitespace().map(part).collect();
    OF_HEADINGS.told(&words.join(" ").to_lowercase()).max(in_chinese(text))
}

/// True for a note that tells what is to be built, by its path.
pub(super) fn is_plan(note: &Note) -> bool {
    let path = note.path.display();
    path.split(|character: char| !character.is_alphanumeric()).any(|word| {
        PLANS.contains(&word.to_lowercase().as_str()) || PLANS.contains(&last_hump(word).as_str())
    })
}

/// `plan` of `ImprovementPlan`, in small letters.
fn last_hump(word: &str) -> String {
    let start = word.rfind(char::is_uppercase).unwrap_or(0);
    word[start..].to_lowercase()
}
