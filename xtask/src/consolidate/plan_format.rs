//! The grammar of the plan's task list, for writer and reader.
//!
//! ```text
//! <!-- xtask:plan schema=1 -->
//! - [x] Merge 2 notes into `docs/guides/setup.md` (93 % sure; 120 lines, 70 of them for the guide): evidence <!-- xtask:item … -->
//!   - reason: why somebody decided otherwise
//!   - without: `notes/setup-old.md`
//!   - guide: `notes/setup.md` 1-40 Heading <!-- xtask:section proposed=guide order=1 -->
//! - [ ] Archive `notes/log.md` to `notes/archive/log.md` (71 % sure): evidence <!-- xtask:item … -->
//! - [x] ~~Remove `notes/b.md`, the same as `notes/a.md` (100 % sure): evidence~~ done <!-- xtask:item … -->
//! <!-- xtask:plan end -->
//! ```
//!
//! People tick, untick, reorder lines, change a target, give a reason, leave a note out of a merge (`without`), change a
//! section's destiny (`guide`, `history`, `repeated`). All else comes from the marker: `id`, `sources=PATH@BLOB,…`, `action`, `target` and
//! `proposed` (what the tool proposed), `order`, `sure`, `lines=ALL/GUIDE`. Between the first and the last line,
//! headings and paragraphs are free; a list line that cannot be read is an error, never passed over.

use std::collections::BTreeMap;
use std::fmt;
use std::fmt::Write as _;

use super::plan::{Action, Destiny, Item, Proposed, SectionPlan, Source};
use super::plan_words::{encode_field, encode_span, escape_text, take_span, unescape_text};
use crate::links::percent_decoded;
use crate::repo::{BlobId, RepoPath};
use crate::report::{ReportMarker, count};

const SCHEMA: u32 = 1;
const PLAN: &str = "<!-- xtask:plan ";
const END: &str = "<!-- xtask:plan end -->";
pub(super) const ITEM: &str = "<!-- xtask:item ";
const SECTION: &str = "<!-- xtask:section ";

/// A line of a plan that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, and what was expected.
    pub message: String,
    /// What to do, where it is not to mend the line.
    pub hint: Option<&'static str>,
}

impl fmt::Display for PlanError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for PlanError {}

/// Writes the plan; a heading stands before each run of items of one kind.
pub fn write(items: &[Item]) -> String {
    let mut text = first_line() + "\n";
    let mut last = None;
    for item in items {
        if last != Some(item.action) {
            let heading = match item.action {
                Action::Merge => "Merge into guides",
                Action::Archive => "Move to the archive",
                Action::Duplicate => "Remove what is there twice",
            };
            // Infallible: a `String` takes all writes.
            let _ = write!(text, "\n### {heading}\n\n");
            last = Some(item.action);
        }
        write_item(&mut text, item);
    }
    text + if items.is_empty() { "" } else { "\n" } + END + "\n"
}

fn write_item(text: &mut String, item: &Item) {
    let tick = if item.ticked { 'x' } else { ' ' };
    let (open, close) = if item.done { ("~~", "~~ done") } else { ("", "") };
    let _ = writeln!(text, "- [{tick}] {open}{}{close} {}", visible(item), item_marker(item));
    if let Some(reason) = &item.reason {
        let _ = writeln!(text, "  - reason: {}", escape_text(reason));
    }
    for source in &item.without {
        let _ = writeln!(text, "  - without: {}", encode_span(&source.path));
    }
    for section in &item.sections {
        let _ = write!(
            text,
            "  - {}: {} {}-{}",
            section.destiny.name(),
            encode_span(&section.source),
            section.lines.0,
            section.lines.1
        );
        if !section.heading.is_empty() {
            let _ = write!(text, " {}", escape_text(&section.heading));
        }
        let _ = writeln!(text, " {SECTION}proposed={} order={} -->", section.proposed.name(), section.order);
    }
}

fn visible(item: &Item) -> String {
    let source = item.sources.first().map(|source| encode_span(&source.path)).unwrap_or_default();
    let target = encode_span(&item.target);
    let what = match item.action {
        Action::Merge => format!("Merge {} into {target}", count(item.sources.len(), "note")),
        Action::Archive => format!("Archive {source} to {target}"),
        Action::Duplicate => format!("Remove {source}, the same as {target}"),
    };
    let lines = item
        .lines
        .map(|(all, guide)| format!("; {all} lines, {guide} of them for the guide"))
        .unwrap_or_default();
    format!("{what} ({} % sure{lines}): {}", item.confidence, escape_text(&item.why))
}

fn item_marker(item: &Item) -> String {
    let sources = item.proposed_sources();
    let sources: Vec<String> =
        sources.iter().map(|source| format!("{}@{}", encode_field(&source.path), source.blob)).collect();
    let mut marker = format!(
        "{ITEM}id={} sources={} action={} target={} proposed={} order={} sure={}",
        item.id(),
        sources.join(","),
        item.action.name(),
        encode_field(&item.proposed.target),
        if item.proposed.ticked { "yes" } else { "no" },
        item.proposed.order,
        item.confidence
    );
    if let Some((all, guide)) = item.lines {
        let _ = write!(marker, " lines={all}/{guide}");
    }
    marker + " -->"
}

/// Reads the plan in a report; `None` when the report holds none.
///
/// # Errors
/// A line that cannot be read, a conflict that git left, two plans, a plan without a beginning or an end, an item outside,
/// or a newer schema.
pub fn read(report: &str) -> Result<Option<Vec<Item>>, PlanError> {
    let placed = read_placed(report)?;
    Ok(placed.map(|placed| placed.into_iter().map(|(_, item)| item).collect()))
}

/// Like [`read`], each item with its line.
///
/// # Errors
/// As [`read`].
pub(super) fn read_placed(report: &str) -> Result<Option<Vec<(usize, Item)>>, PlanError> {
    if let Some(schema) = ReportMarker::newer_schema(report) {
        let message = format!(
            "the report has schema {schema}: a newer xtask wrote it, this one reads {}",
            crate::report::SCHEMA
        );
        let hint = Some("use the xtask that wrote it, or a newer one; nothing was written");
        return Err(PlanError { line: 1, message, hint });
    }
    let lines: Vec<&str> = report.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).collect();
    let mut reader = Reader::default();
    for (number, line) in (1..).zip(&lines) {
        if let Err(message) = reader.take(line) {
            // What stands behind a plan without an end would be told as a mistake in it.
            return Err(match reader.state {
                State::Inside(start) if !lines[number..].iter().any(|line| ends(line)) => no_end(start),
                _ => PlanError { line: number, message, hint: None },
            });
        }
        reader.last = number;
    }
    match reader.state {
        State::Before => Ok(None),
        State::Inside(start) => Err(no_end(start)),
        State::After => {
            let lines = &reader.ids;
            Ok(Some(reader.items.into_iter().map(|item| (lines[&item.id()], item)).collect()))
        }
    }
}

fn no_end(start: usize) -> PlanError {
    let message = format!("the plan has no end: `{END}` is missing");
    PlanError { line: start, message, hint: None }
}

#[derive(Default)]
enum State {
    #[default]
    Before,
    /// The line where the plan began.
    Inside(usize),
    After,
}

#[derive(Default)]
struct Reader {
    state: State,
    items: Vec<Item>,
    /// The line of each id.
    ids: BTreeMap<String, usize>,
    last: usize,
}

impl Reader {
    fn take(&mut self, line: &str) -> Result<(), String> {
        let number = self.last + 1;
        match self.state {
            State::Before | State::After if begins(line) => {
                if matches!(self.state, State::After) {
                    return Err("a second plan begins: keep one of the two".to_owned());
                }
                check_schema(line.trim())?;
                self.state = State::Inside(number);
                Ok(())
            }
            State::Before if is_item(line) => Err(format!(
                "an item of the plan stands here, and `{}` is missing above the first one",
                first_line()
            )),
            State::After if is_item(line) => {
                Err(format!("an item of the plan stands here, below `{END}`: put it above"))
            }
            State::Before | State::After => Ok(()),
            State::Inside(_) if ends(line) => {
                self.state = State::After;
                Ok(())
            }
            State::Inside(_) => self.take_inside(line, number),
        }
    }

    fn take_inside(&mut self, line: &str, number: usize) -> Result<(), String> {
        if ["<<<<<<<", "|||||||", "=======", ">>>>>>>"].iter().any(|mark| line.starts_with(mark)) {
            return Err("git left a conflict here: settle it first".to_owned());
        }
        let body = line.trim_start();
        let Some(body) = ["- ", "* ", "+ "].iter().find_map(|bullet| body.strip_prefix(bullet)) else {
            return match line.contains("<!-- xtask:") {
                true => Err("a marker stands outside a list line".to_owned()),
                false => Ok(()),
            };
        };
        if line.starts_with([' ', '\t']) {
            let item = self.items.last_mut().ok_or("a line below no item")?;
            return take_detail(item, body);
        }
        let item = read_item(body)?;
        let id = item.id();
        if let Some(first) = self.ids.insert(id, number) {
            return Err(format!("the item of line {first} stands here again"));
        }
        self.items.push(item);
        Ok(())
    }
}

/// The line that begins a plan.
pub(super) fn first_line() -> String {
    format!("{PLAN}schema={SCHEMA} -->")
}

/// True for the line that begins a plan; blanks around it, which an editor may leave, do not count.
pub(super) fn begins(line: &str) -> bool {
    line.trim().starts_with(PLAN) && !ends(line)
}

/// True for the line that ends a plan.
pub(super) fn ends(line: &str) -> bool {
    line.trim() == END
}

/// True for a list line with a box and an item's marker, wherever it stands.
fn is_item(line: &str) -> bool {
    line.contains(ITEM)
        && ["- ", "* ", "+ "].iter().any(|bullet| line.strip_prefix(bullet).and_then(read_box).is_some())
}

fn check_schema(line: &str) -> Result<(), String> {
    let fields = Fields::of(line, PLAN)?;
    let schema: u32 = fields.number("schema")?;
    if schema > SCHEMA {
        return Err(format!("the plan has schema {schema}: a newer xtask wrote it, this one reads {SCHEMA}"));
    }
    Ok(())
}

fn read_item(body: &str) -> Result<Item, String> {
    let (ticked, rest) = read_box(body).ok_or("expected `[ ]` or `[x]` at the line's beginning")?;
    let at = rest.rfind(ITEM).ok_or("the item's marker (`<!-- xtask:item … -->`) is missing")?;
    let fields = Fields::of(&rest[at..], ITEM)?;
    let words = rest[..at].trim_end();
    let (done, words) = match words.strip_prefix("~~").map(|words| words.strip_suffix("~~ done")) {
        None => (false, words),
        Some(Some(words)) => (true, words),
        Some(None) => return Err("expected `~~ done` behind what is struck out".to_owned()),
    };
    let action = fields.name("action", &Action::ALL, Action::name)?;
    let sources = read_sources(fields.get("sources")?)?;
    let (target, rest) = read_target(words, action)?;
    let why = rest.split_once("): ").map_or("", |(_, why)| why);
    let item = Item {
        action,
        ticked,
        done,
        sources,
        without: Vec::new(),
        target,
        proposed: Proposed {
            ticked: fields.get("proposed")? == "yes",
            target: read_path(fields.get("target")?)?,
            order: fields.number("order")?,
        },
        confidence: fields.number("sure")?,
        lines: fields.pair("lines")?,
        why: unescape_text(why),
        reason: None,
        sections: Vec::new(),
    };
    if fields.get("id")? != item.id() {
        return Err("the id does not fit the sources: the marker was changed".to_owned());
    }
    Ok(item)
}

fn read_box(body: &str) -> Option<(bool, &str)> {
    let rest = body.trim_start().strip_prefix('[')?;
    let ticked = match rest.chars().next()? {
        ' ' => false,
        'x' | 'X' => true,
        _ => return None,
    };
    Some((ticked, rest[1..].strip_prefix(']')?.trim_start()))
}

fn read_sources(list: &str) -> Result<Vec<Source>, String> {
    let entries = list.split(',').map(|entry| {
        let (path, blob) =
            entry.split_once('@').ok_or_else(|| format!("expected PATH@BLOB, not `{entry}`"))?;
        let blob = BlobId::parse(blob).ok_or_else(|| format!("`{blob}` is no id of a content"))?;
        Ok(Source { path: read_path(path)?, blob })
    });
    entries.collect()
}

/// A path, where it names a place inside the repository.
fn read_path(text: &str) -> Result<RepoPath, String> {
    // What is no percent code stands for itself: a person may have written the path.
    let bytes = percent_decoded(text.as_bytes());
    if bytes.contains(&0) {
        return Err("a path holds a zero byte".to_owned());
    }
    if bytes.starts_with(b"/") {
        return Err(format!(
            "`{text}` begins at the root of the disk: leave out its first `/` if the repository is meant"
        ));
    }
    RepoPath::resolve(None, &bytes).ok_or_else(|| format!("`{text}` names no place inside the repository"))
}

/// The target in backticks, and what follows it.
fn read_target(words: &str, action: Action) -> Result<(RepoPath, &str), String> {
    let expected = || match action {
        Action::Merge => "expected: Merge N notes into `TARGET`",
        Action::Archive => "expected: Archive `NOTE` to `TARGET`",
        Action::Duplicate => "expected: Remove `NOTE`, the same as `NOTE`",
    };
    let after = match action {
        Action::Merge => after_count(words),
        Action::Archive => after_source(words, "Archive ", " to "),
        Action::Duplicate => after_source(words, "Remove ", ", the same as "),
    };
    let (target, rest) = after.and_then(take_span).ok_or_else(expected)?;
    Ok((read_path(target)?, rest))
}

/// What follows `Merge N notes into `.
fn after_count(words: &str) -> Option<&str> {
    let rest = words.strip_prefix("Merge ")?;
    let rest = rest.trim_start_matches(|character: char| character.is_ascii_digit());
    rest.strip_prefix(" notes into ").or_else(|| rest.strip_prefix(" note into "))
}

fn after_source<'a>(words: &'a str, verb: &str, between: &str) -> Option<&'a str> {
    let (_, rest) = take_span(words.strip_prefix(verb)?)?;
    rest.strip_prefix(between)
}

fn take_detail(item: &mut Item, body: &str) -> Result<(), String> {
    let expected = "expected `guide:`, `history:`, `repeated:`, `reason:` or `without:`";
    let (name, rest) = body.split_once(':').ok_or(expected)?;
    let rest = rest.trim();
    if name == "reason" {
        item.reason = Some(unescape_text(rest)).filter(|reason| !reason.is_empty());
        return Ok(());
    }
    if name == "without" {
        return leave_out(item, rest);
    }
    let destiny = Destiny::ALL.into_iter().find(|destiny| destiny.name() == name).ok_or(expected)?;
    let at = rest.rfind(SECTION).ok_or("the section's marker (`<!-- xtask:section … -->`) is missing")?;
    let fields = Fields::of(&rest[at..], SECTION)?;
    let form = "expected: DESTINY: `NOTE` FIRST-LAST Heading";
    let (source, words) = take_span(rest[..at].trim_end()).ok_or(form)?;
    let words = words.trim_start();
    let (lines, heading) = words.split_once(' ').unwrap_or((words, ""));
    let (first, last) = lines.split_once('-').ok_or(form)?;
    let line = |text: &str| text.parse::<usize>().map_err(|_| form.to_owned());
    item.sections.push(SectionPlan {
        source: read_path(source)?,
        lines: (line(first)?, line(last)?),
        heading: unescape_text(heading),
        destiny,
        proposed: fields.name("proposed", &Destiny::ALL, Destiny::name)?,
        order: fields.number("order")?,
    });
    Ok(())
}

fn leave_out(item: &mut Item, rest: &str) -> Result<(), String> {
    let (path, _) = take_span(rest).ok_or("expected: without: `NOTE`")?;
    let path = read_path(path)?;
    if item.action != Action::Merge {
        return Err("this item takes one note: untick it to leave that out".to_owned());
    }
    if !item.leave_out(&path) {
        return Err(format!("`{path}` is none of the notes of this item"));
    }
    match item.sources.is_empty() {
        true => Err("no note is left to this item: untick it".to_owned()),
        false => Ok(()),
    }
}

/// The fields of a marker comment.
struct Fields<'t>(BTreeMap<&'t str, &'t str>);

impl<'t> Fields<'t> {
    fn of(comment: &'t str, start: &str) -> Result<Self, String> {
        let inner = comment.strip_prefix(start).and_then(|rest| rest.trim_end().strip_suffix("-->"));
        let inner = inner.ok_or_else(|| format!("the marker `{start}…` has no end"))?;
        Ok(Self(inner.split_whitespace().filter_map(|field| field.split_once('=')).collect()))
    }

    fn get(&self, name: &str) -> Result<&'t str, String> {
        self.0.get(name).copied().ok_or_else(|| format!("the marker lacks `{name}=`"))
    }

    fn number<T: std::str::FromStr>(&self, name: &str) -> Result<T, String> {
        let text = self.get(name)?;
        text.parse().map_err(|_| format!("`{name}={text}` is no number"))
    }

    fn name<T: Copy>(&self, field: &str, all: &[T], name: fn(T) -> &'static str) -> Result<T, String> {
        let text = self.get(field)?;
        let known = all.iter().copied().find(|&value| name(value) == text);
        known.ok_or_else(|| format!("`{field}={text}` is not known"))
    }

    fn pair(&self, name: &str) -> Result<Option<(usize, usize)>, String> {
        let Ok(text) = self.get(name) else { return Ok(None) };
        let parsed =
            text.split_once('/').and_then(|(one, other)| Some((one.parse().ok()?, other.parse().ok()?)));
        parsed.map(Some).ok_or_else(|| format!("`{name}={text}` is no pair of numbers"))
    }
}
