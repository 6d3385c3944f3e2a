//! What notes state about something: `**Key:** value`, a cell of a table, `key = value`, "47 tests pass".

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::counts;
use super::declared;
use super::least::least;
use super::listed::listed;
use super::prose::prose;
use super::requirements::{of_the_machine, program, requirement};
use super::rows::{has_share, holds_a_verdict, tells_of_a_run};
use super::sentences::sentences;
use super::settings::settings;
use super::stack;
use super::template::template;
use super::value::{self, Value};
use crate::consolidate::note::{Note, Role};
use crate::consolidate::words;
use crate::markdown::BlockKind;

/// One value that a note gives to something.
#[derive(Clone, Debug)]
pub(super) struct Statement {
    /// The note, by number.
    pub(super) note: usize,
    pub(super) line: usize,
    /// The name of the thing, in words that can be compared.
    pub(super) key: Vec<String>,
    /// Under which column of a table it stands; empty elsewhere and for columns that are called "value".
    pub(super) column: String,
    pub(super) form: Form,
    pub(super) value: Value,
    /// Name and value as they are written.
    pub(super) shown_key: String,
    pub(super) shown_value: String,
    /// The section it stands in, as an index.
    pub(super) section: Option<usize>,
    /// The row of a table that it is a cell of.
    pub(super) row: Option<Arc<Cells>>,
    /// Whether it is written `key=value` in running text.
    pub(super) is_assigned: bool,
    /// Whether it is what a piece of work or a run came to: it contradicts nothing, but tells what its note is about.
    pub(super) is_result: bool,
}

/// The cells of a row but for its first, by the names of their columns.
pub(super) type Cells = BTreeMap<String, String>;

/// How a statement is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Form {
    /// A name and its value: label, row, assignment.
    Named,
    /// An option of some command, `--retries`, and its value.
    Option,
    /// So many tests pass.
    Tests,
    /// The lowest version that is needed.
    Requirement,
    /// A sentence with one number in it.
    Sentence,
    /// What a project says of itself.
    Declared,
    /// So many of what a list names.
    Listed,
}

impl Form {
    /// True for what speaks of one thing of the whole project, whatever the headings around it say.
    pub(super) fn names_its_subject(self) -> bool {
        matches!(self, Self::Requirement | Self::Declared)
    }
}

/// Between the name of a column and the words that a value has beside its number.
pub(super) const BESIDE: &str = " | ";

/// Longest name and value, in characters, that still are a name and a value.
pub(super) const LONGEST_KEY: usize = 48;
const LONGEST_VALUE: usize = 60;

/// Columns that hold the value of their row rather than one of several.
const PLAIN_COLUMNS: &[&str] = &[
    "value",
    "default",
    "setting",
    "values",
    "default value",
    "count",
    "number",
    "amount",
    "quantity",
    "version",
];

/// All statements of a note.
pub(super) fn of(number: usize, note: &Note) -> Vec<Statement> {
    let mut found = Vec::new();
    let mut hidden: BTreeSet<usize> = BTreeSet::new();
    for block in &note.parsed.blocks {
        match &block.kind {
            BlockKind::Code { .. } | BlockKind::Html => hidden.extend(block.lines.0..=block.lines.1),
            BlockKind::Table { rows } => {
                hidden.extend(block.lines.0..=block.lines.1);
                found.extend(cells(number, block.section, rows, note.role == Role::Status));
            }
            _ => {}
        }
    }
    // What front matter says is of the note itself.
    if let Some(matter) = &note.parsed.front_matter {
        hidden.extend(1..=note.text[..matter.range.end].lines().count());
    }
    let is_plain = note.path.extension() == "txt";
    for (line, text) in (1..).zip(note.text.lines()) {
        // `wait_seconds=120` alone on its line of a plain text is what a program printed.
        if is_plain && text.contains('=') && !text.trim().contains(' ') {
            continue;
        }
        let has_figure = text.bytes().any(|byte| byte.is_ascii_digit());
        let may_switch = text.contains(':') || text.contains('=');
        if is_logged(text) || text.len() > 2_000 || !(has_figure || may_switch) || hidden.contains(&line) {
            continue;
        }
        let section = note.parsed.section_at(note.parsed.lines.range(line).start);
        let mut said = of_line(text);
        let version = Some(without_bullet(text.trim())).filter(|_| has_figure).and_then(stack::built_with);
        if let Some(version) = version.filter(|_| stack::is_list_of(note, section)) {
            said.retain(|other| other.shown_key != version.shown_key);
            said.push(version);
        }
        found.extend(said.into_iter().map(|said| said.at(number, line, section)));
    }
    found.extend(declared::of(number, note));
    found.sort_by(|one, other| (one.line, &one.key).cmp(&(other.line, &other.key)));
    found
}

/// True for a line of a log: it begins with a date and a time.
fn is_logged(text: &str) -> bool {
    let shape = text.bytes().take(14).map(|byte| if byte.is_ascii_digit() { b'0' } else { byte });
    let shape: Vec<u8> = shape.collect();
    [&b"0000-00-00T00:"[..], b"0000-00-00 00:", b"0000/00/00 00:"].contains(&&shape[..])
}

/// A statement before it has a place.
pub(super) struct Said {
    pub(super) form: Form,
    pub(super) key: Vec<String>,
    pub(super) column: String,
    pub(super) value: Value,
    pub(super) shown_key: String,
    pub(super) shown_value: String,
    pub(super) is_assigned: bool,
}

impl Said {
    pub(super) fn at(self, note: usize, line: usize, section: Option<usize>) -> Statement {
        let Self { form, key, column, value, shown_key, shown_value, is_assigned } = self;
        Statement {
            note,
            line,
            key,
            column,
            form,
            value,
            shown_key,
            shown_value,
            section,
            row: None,
            is_assigned,
            is_result: false,
        }
    }
}

fn of_line(text: &str) -> Vec<Said> {
    let text = text.trim_start_matches(['\u{feff}', ' ', '\t', '>']).trim_end();
    // A task that is open tells what is wanted, not what is.
    let is_open = ["- [ ] ", "* [ ] ", "+ [ ] "].iter().any(|mark| text.starts_with(mark));
    if text.starts_with('#') || is_open || is_printed(text) {
        return Vec::new();
    }
    let is_item = without_bullet(text) != text;
    // "3. Edit a rule with 2 names": one of the steps that a reader is to take.
    let is_step = is_item && text.starts_with(|first: char| first.is_ascii_digit());
    let is_task = ["- [x] ", "- [X] ", "* [x] ", "* [X] "].iter().any(|mark| text.starts_with(mark));
    let text = without_bullet(text);
    // "✅ Full help - 8 new pages": what a piece of work came to.
    let is_passing = is_step || is_task || text.starts_with(['✅', '✓', '✔', '☑']);
    // What is counted or needed at least is told by a figure.
    let has_figure = text.bytes().any(|byte| byte.is_ascii_digit());
    let mut found = if has_figure { counts::tests(text) } else { Vec::new() };
    if found.is_empty() {
        found.extend(of_the_machine(text).or_else(|| label(text)));
    }
    found.extend(settings(text));
    if has_figure {
        if let Some(needed) = requirement(text).or_else(|| least(text).filter(|_| is_item)) {
            // What is needed is no setting besides.
            found.retain(|said| said.key != needed.key && program(&said.shown_key) != needed.key[0]);
            found.push(needed);
        }
        if found.is_empty() && is_item && !is_passing {
            found.extend(listed(text));
        }
        if found.is_empty() && !is_passing {
            found.extend(prose(text));
        }
        if found.is_empty() && !is_passing {
            found.extend(sentences(text));
        }
    }
    found
}

/// True for what a program printed: `├─ Messages: 28,000`, and columns that blanks align (`Free:     155,000`).
fn is_printed(text: &str) -> bool {
    let is_drawn = text.starts_with(|first: char| ('\u{2500}'..='\u{259f}').contains(&first));
    is_drawn || (!text.contains("**") && text.contains(":   "))
}

fn without_bullet(text: &str) -> &str {
    let text =
        text.strip_prefix(['-', '*', '+']).filter(|rest| rest.starts_with(' ')).unwrap_or(text).trim_start();
    let text = ["[x] ", "[X] "].iter().find_map(|mark| text.strip_prefix(mark)).unwrap_or(text);
    let figures = text.bytes().take_while(u8::is_ascii_digit).count();
    match &text[figures..] {
        rest if figures > 0 && (rest.starts_with(". ") || rest.starts_with(") ")) => rest[2..].trim_start(),
        _ => text,
    }
}

/// `**Key:** value`, `**Key**: value`, `Key: value`, `` `key`: value ``.
fn label(text: &str) -> Option<Said> {
    let (key, rest) = text.split_once(':')?;
    let rest = rest.trim_start_matches(['*', '_', '`']);
    let is_address = rest.starts_with("//") || rest.starts_with(':');
    let is_time = key.ends_with(|last: char| last.is_ascii_digit())
        && rest.starts_with(|next: char| next.is_ascii_digit());
    if is_address || is_time || !rest.starts_with(' ') {
        return None;
    }
    named(key, "", rest)
}

/// A name and its value, when both are what they look like.
pub(super) fn named(key: &str, column: &str, value: &str) -> Option<Said> {
    // "-2 to -4" is a range, and its sign is part of it.
    let is_signed = |rest: &str| rest.starts_with(|next: char| next.is_ascii_digit());
    if key.trim_start_matches(['*', ' ']).strip_prefix(['+', '-', '−']).is_some_and(is_signed) {
        return None;
    }
    let shown_key = bare(key).trim_start_matches(|first: char| !first.is_alphanumeric()).to_owned();
    let mut words = key_words(&shown_key)?;
    let shown_value = bare(value);
    let short = shortened(&shown_value);
    let (value, rest) = match value::read(value) {
        Some(value) => (value, String::new()),
        None => template(&shown_value)?,
    };
    // The Python service and the Python worker are one, as what each is written in says.
    if value.program().is_some_and(|program| words.iter().any(|word| word == program))
        && words.len() > 2
        && words.last().is_some_and(|last| RUNS.contains(&last.as_str()))
    {
        words.pop();
    }
    // "< 200 ms" in a column of targets is what "Latency: < 200 ms" says.
    const OF_GOALS: &[&str] =
        &["target", "goal", "requirement", "required", "threshold", "limit", "slo", "sla"];
    let column = if value.is_bound() && OF_GOALS.contains(&column) { "" } else { column };
    let column = if rest.is_empty() { column.to_owned() } else { format!("{column}{BESIDE}{rest}") };
    let is_option = key.trim_start_matches(['`', '*', ' ']).starts_with("--");
    Some(Said {
        form: if is_option { Form::Option } else { Form::Named },
        key: words,
        column,
        value,
        shown_key,
        shown_value: short,
        is_assigned: false,
    })
}

/// A value as it is shown: a long one ends behind a word, with a sign that more stands there.
fn shortened(value: &str) -> String {
    let Some((end, _)) = value.char_indices().nth(LONGEST_VALUE) else { return value.to_owned() };
    let words = value[..end].rsplit_once(' ').map_or(&value[..end], |(words, _)| words);
    format!("{}…", words.trim_end())
}

/// Words for a part of a program that runs by itself.
const RUNS: &[&str] = &["service", "worker", "server", "app", "application", "process"];

/// The text without markup around it.
pub(super) fn bare(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    text.trim().split(['*', '`']).for_each(|part| plain.push_str(part));
    match plain.trim() {
        trimmed if trimmed.len() < plain.len() => trimmed.to_owned(),
        _ => plain,
    }
}

/// The words of a name; `None` for what is no name: a sentence, a path, an address.
fn key_words(key: &str) -> Option<Vec<String>> {
    let is_name = key.chars().count() <= LONGEST_KEY
        && key.contains(char::is_alphabetic)
        && !is_path(key)
        && !key.contains(['?', '=', '<', '>', '|', ';', '[', ']', '\\', '"'])
        // `player:{id}:pos` is a name, `{ a` a piece of code.
        && (!key.contains(['{', '}']) || !key.contains(' '))
        // Cut at a colon inside brackets it is no name: "header set (max-age".
        && key.matches('(').count() == key.matches(')').count()
        && !key.contains("://");
    if !is_name {
        return None;
    }
    let mut words: Vec<String> = split(key);
    if words.last().is_some_and(|last| GO_ON.contains(&last.as_str())) {
        return None;
    }
    for word in &mut words {
        match word.as_str() {
            "maximum" => *word = "max".to_owned(),
            "minimum" => *word = "min".to_owned(),
            _ => {}
        }
    }
    // "Default timeout", and "timeout" in a column of defaults.
    if words.len() > 1 && words[0] == "default" {
        words.remove(0);
    }
    (!words.is_empty() && words.len() <= 5).then_some(words)
}

/// Words behind which a name goes on: "Generated by", "Edit rule with".
const GO_ON: &[&str] =
    &["by", "with", "to", "from", "at", "on", "in", "into", "as", "per", "than", "is", "are", "and", "or"];

/// `mcp/server.py`: what a note says of one file is that of a run or a day.
fn is_path(key: &str) -> bool {
    let ending = key.rsplit_once('.').map_or("", |(_, ending)| ending);
    key.contains('/') && !key.contains(' ') && (1..=4).contains(&ending.len())
}

/// Words and figures in lower case, without articles.
pub(super) fn split(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for part in text.split(|character: char| !character.is_alphanumeric()) {
        if part.is_empty() {
            continue;
        }
        if part.bytes().any(|byte| byte.is_ascii_digit()) {
            found.push(part.to_lowercase());
            continue;
        }
        words::each(part, |word| found.push(words::singular(word).to_owned()));
    }
    found.retain(|word| !["the", "a", "an", "of", "for"].contains(&word.as_str()));
    found
}

/// Rows of a table: one statement for each column but the first.
fn cells(
    note: usize,
    section: Option<usize>,
    rows: &[crate::markdown::Row],
    is_status: bool,
) -> Vec<Statement> {
    let Some((head, rows)) = rows.split_first() else { return Vec::new() };
    let columns: Vec<String> = head.cells.iter().map(|cell| column_name(&cell.text)).collect();
    let shares: Vec<bool> = (1..columns.len()).map(|column| are_shares(rows, column)).collect();
    let mut found = Vec::new();
    for row in rows {
        let Some((first, rest)) = row.cells.split_first() else { continue };
        let mut name = first.text.clone();
        let names = head.cells.iter().skip(1).map(|cell| bare(&cell.text).to_lowercase());
        let texts = rest.iter().map(|cell| bare(&cell.text).to_lowercase());
        let cells: Arc<Cells> = Arc::new(names.zip(texts).filter(|(_, text)| !text.is_empty()).collect());
        // In a note on the state of a work shares tell how far it got.
        let is_result = (is_status && has_share(&cells)) || tells_of_a_run(&cells);
        let is_judged = holds_a_verdict(&cells);
        for ((column, cell), is_share) in columns.iter().skip(1).zip(rest).zip(&shares) {
            let row_text = format!("{name} {}", cell.text);
            let needed = requirement(&row_text).or_else(|| least(&row_text)).filter(|_| column.is_empty());
            let said = needed.or_else(|| named(&name, column, &cell.text)).filter(|_| !is_share);
            if said.is_none() && cell.text.split_whitespace().count() <= 3 {
                // `| Video | FPS | 25 |`: two cells make the name.
                name = format!("{name} {}", cell.text);
            }
            let statement = said.map(|said| said.at(note, row.line, section));
            found.extend(statement.map(|one| {
                let is_result = is_result || (is_judged && !one.value.is_bound());
                Statement { row: Some(Arc::clone(&cells)), is_result, ..one }
            }));
        }
    }
    found
}

/// True for a column of parts of one whole: a part changes with what else is counted.
fn are_shares(rows: &[crate::markdown::Row], column: usize) -> bool {
    let percent = |row: &crate::markdown::Row| -> Option<f64> {
        let text = bare(&row.cells.get(column)?.text);
        text.trim_start_matches('~').strip_suffix('%')?.trim().parse().ok()
    };
    let parts: Vec<f64> = rows.iter().filter_map(percent).collect();
    parts.len() > 2 && (97.0..=103.0).contains(&parts.iter().sum::<f64>())
}

fn column_name(text: &str) -> String {
    let name = split(text).join(" ");
    if PLAIN_COLUMNS.contains(&name.as_str()) { String::new() } else { name }
}

pub(super) fn names_a_file(text: &str) -> bool {
    text.split_whitespace().any(|word| {
        let word = word.trim_matches(|character: char| !character.is_alphanumeric());
        let is_path = word.contains('/') && word.chars().any(char::is_alphabetic);
        let ending = word.rsplit_once('.').map_or("", |(_, ending)| ending);
        is_path
            || (!ending.is_empty() && ending.len() <= 4 && ending.chars().all(char::is_alphabetic))
            || word.contains("::")
            || word.contains('_')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_value_is_cut_behind_a_word_and_says_so() {
        let long = "1 GB per interface, and for those that are read by several programs at once 2 GB";
        assert_eq!(shortened(long), "1 GB per interface, and for those that are read by several…");
        assert_eq!(shortened("1 GB"), "1 GB");
        assert_eq!(shortened(&"x".repeat(70)), format!("{}…", "x".repeat(60)));
    }
}
