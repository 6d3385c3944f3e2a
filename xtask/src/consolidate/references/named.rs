//! What a note names: paths, commands, modules and functions, each with its line.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::blocks::{self, Code, Language, is_title_of_sample};
use super::commands::{self, Called};
use super::lists;
use super::paths::{data_path_of, is_absolute, is_plain, path_of, stands_in, strip_line_numbers};
use super::told::{self, Headings, Told};
use super::{Named, What, symbols, trees};
use crate::consolidate::note::Note;
use crate::consolidate::result::ReferenceKind;
use crate::consolidate::scope::is_list_of_changes;
use crate::markdown::LinkKind;
use crate::repo::RepoPath;

/// All that a note names, in order; nothing for a list of changes, which names what is gone on purpose.
pub(in crate::consolidate) fn named(number: usize, note: &Note) -> Vec<Named> {
    if is_list_of_changes(&note.path) {
        return Vec::new();
    }
    let mut names = Names {
        number,
        note,
        lines: note.text.lines().collect(),
        code: blocks::lines_of_code(note),
        headings: Headings::of(note),
        is_plan: told::is_plan(note),
        made: OnceCell::new(),
        found: BTreeSet::new(),
    };
    let links = Links::of(note);
    names.of_spans(&links);
    for line in 1..=names.lines.len() {
        names.of_line(line, &links);
    }
    names.of_drawings();
    names.found.into_iter().collect()
}

/// What a note was found to name so far.
struct Names<'a> {
    number: usize,
    note: &'a Note,
    lines: Vec<&'a str>,
    code: BTreeMap<usize, Code>,
    headings: Headings,
    is_plan: bool,
    /// Last parts of what the note tells how to make; few notes are asked for them.
    made: OnceCell<BTreeSet<String>>,
    found: BTreeSet<Named>,
}

impl Names<'_> {
    fn add(&mut self, line: usize, target: String, what: What) {
        let kind = what.kind();
        let told = self.told(line, &target, kind);
        self.found.insert(Named { note: self.number, line, target, kind, what, told });
    }

    /// What the words around a name say of it.
    fn told(&self, line: usize, target: &str, kind: ReferenceKind) -> Told {
        // In code the words are those of a command: `--output` tells nothing.
        let by_line = match self.code.get(&line) {
            None => told::by_sentence(&self.lines, line, target),
            // What a comment says of the commands below it, and what leads in the whole block.
            Some(code) => {
                blocks::by_comment(&self.lines, line).max(blocks::by_text_above(&self.lines, code.opened))
            }
        };
        let around = self
            .headings
            .at(self.note, line)
            .max(lists::by_lead(&self.lines, line))
            .max(lists::by_task_above(&self.lines, line))
            .max(lists::by_column(&self.lines, line, target));
        let around = match around {
            // What is ticked as done is not to come, and what is to be changed is there, whatever stands above it.
            Told::Perhaps | Told::ToCome if lists::is_done(&self.lines, line) => Told::Nothing,
            Told::Gone if lists::is_to_be_changed(&self.lines, line) => Told::Perhaps,
            around => around,
        };
        let by_note = match kind {
            _ if !self.is_plan => Told::Nothing,
            ReferenceKind::Command => Told::ToCome,
            _ => Told::Perhaps,
        };
        by_line.max(around).max(by_note)
    }

    fn add_commands(&mut self, line: usize, text: &str) {
        for (target, what) in commands::of_line(text).into_iter().filter_map(of_call) {
            self.add(line, target, what);
        }
    }

    /// What a command in a block of code calls, which may go on over several lines.
    fn add_command_of_lines(&mut self, line: usize, text: &str) {
        let goes_on = |text: &str| text.trim_end().ends_with('\\');
        let is_code = |line: usize| self.code.contains_key(&line);
        if is_code(line - 1) && goes_on(self.lines[line - 2]) {
            return;
        }
        if !goes_on(text) {
            self.add_commands(line, text);
            return;
        }
        let last = (line..self.lines.len()).find(|&at| !goes_on(self.lines[at - 1]) || !is_code(at + 1));
        let lines = &self.lines[line - 1..last.unwrap_or(self.lines.len())];
        let whole: Vec<&str> = lines.iter().map(|part| part.trim().trim_end_matches('\\')).collect();
        let calls = commands::of_line(&whole.join(" "));
        let place = |called: &Called| match called {
            Called::Flag { flag, .. } => lines.iter().position(|part| holds_word(part, flag)).unwrap_or(0),
            _ => 0,
        };
        let found: Vec<(usize, Called)> = calls.into_iter().map(|called| (place(&called), called)).collect();
        for (at, called) in found {
            if let Some((target, what)) = of_call(called) {
                self.add(line + at, target, what);
            }
        }
    }

    /// The files that a command is given, those that it must find first.
    fn add_given(&mut self, line: usize, text: &str) {
        let inputs =
            commands::inputs(text).into_iter().filter_map(|word| path_of(word).or_else(|| input_of(word)));
        let folder = commands::entered(text)
            .and_then(|folder| data_path_of(&format!("{}/", folder.trim_end_matches('/'))));
        let found = inputs.map(|path| (path, What::Input)).chain(folder.map(|path| (path, What::Entered)));
        for (target, what) in found {
            if !self.makes(&target) {
                self.add(line, target, what);
            }
        }
        for word in commands::given(text).flat_map(words).filter(|word| word.contains('/')) {
            if let Some(target) = path_of(word).or_else(|| data_path_of(word).filter(|path| is_file(path)))
                && target.contains('/')
            {
                self.add(line, target, What::Given);
            }
        }
    }

    /// True where the note itself tells how to make a file or folder of this name.
    fn makes(&self, target: &str) -> bool {
        let name = target.trim_end_matches('/').rsplit('/').next().unwrap_or(target);
        let made = self.made.get_or_init(|| self.lines.iter().flat_map(|line| made(line)).collect());
        made.contains(&name.to_lowercase())
    }

    fn of_spans(&mut self, links: &Links) {
        let note = self.note;
        for span in note.parsed.code_spans.iter().filter(|span| !links.hold(span.range.start)) {
            if let Some(target) = path_of(&span.text) {
                let is_title = is_title_of_sample(&self.lines, span.line, &span.text);
                self.add(span.line, target, if is_title { What::Title } else { What::Path });
            } else if let Some(target) = data_path_of(&span.text) {
                self.add(span.line, target, What::Data);
            } else if let Some((target, what)) = symbols::of_span(&span.text) {
                self.add(span.line, target, what);
            }
            self.add_commands(span.line, &span.text);
        }
    }

    /// The entries of drawn trees; what a plan draws may be what is to be.
    fn of_drawings(&mut self) {
        let by_note = if self.is_plan { Told::Perhaps } else { Told::Nothing };
        let ends: BTreeMap<usize, usize> =
            self.code.iter().map(|(line, code)| (code.opened, *line)).collect();
        for (opened, last) in ends {
            let lines = &self.lines[opened - 1..last.min(self.lines.len())];
            let lead = blocks::by_text_above_drawing(&self.lines, opened);
            for entry in trees::drawn(lines) {
                let line = opened + entry.at;
                let name = entry.path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
                let told = told::by_words(self.lines[line - 1], name)
                    .max(self.headings.at(self.note, line))
                    .max(lead)
                    .max(by_note);
                let (note, target, what) = (self.number, entry.path, What::Entry { drawing: opened });
                self.found.insert(Named { note, line, target, kind: what.kind(), what, told });
            }
        }
    }

    fn of_line(&mut self, line: usize, links: &Links) {
        let text = self.lines[line - 1];
        if self.code.get(&line).is_some_and(|code| line == code.opened + 1)
            && let Some(target) = blocks::title_in_comment(text).and_then(path_of)
        {
            self.add(line, target, What::Title);
        }
        match self.code.get(&line).map(|code| code.language) {
            Some(Language::Shell) => {
                self.add_command_of_lines(line, text);
                self.add_given(line, text);
            }
            Some(Language::Unknown) => {
                self.add_command_of_lines(line, text);
                if !commands::of_line(text).is_empty() {
                    self.add_given(line, text);
                }
            }
            Some(Language::Python) => {
                let module = symbols::imported(text).filter(|module| {
                    let name = module.rsplit('.').next().unwrap_or(module);
                    !self.makes(&format!("{name}.py"))
                });
                if let Some(module) = module {
                    self.add(line, module, What::Module);
                }
            }
            Some(Language::Other) => {}
            None if !may_name_a_file(text) => {}
            None => self.of_running_text(line, text, links),
        }
    }

    fn of_running_text(&mut self, line: usize, text: &str, links: &Links) {
        let start = self.note.parsed.lines.range(line).start;
        let parts = links.outside(start, text);
        // Most words of a text end with a stop at most, and are asked no more.
        let may_be = |word: &&str| word.trim_end_matches('.').contains(['/', '.']);
        for word in parts.iter().flat_map(|part| words(part)).filter(may_be) {
            let Some(target) = path_of(word) else { continue };
            // In running text only what has a folder is surely meant as a path.
            let what = match target.contains('/') {
                true if is_title_of_sample(&self.lines, line, &target) => What::Title,
                true => What::Path,
                false if word.contains('/') || text.len() > LONGEST_LINE || is_in_a_span(text, &target) => {
                    continue;
                }
                false => What::Word,
            };
            self.add(line, target, what);
        }
    }
}

/// Links whose destinations are local and not there: what is named, with the path that was looked for.
pub(in crate::consolidate) fn linked(
    number: usize,
    note: &Note,
    line: usize,
    destination: &str,
    wanted: RepoPath,
) -> Option<Named> {
    if is_list_of_changes(&note.path) {
        return None;
    }
    let target = strip_line_numbers(destination.split(['#', '?']).next().unwrap_or_default());
    let name = target.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    // `[text](url)`, `[x](path/to/file)`: forms that show how a link is written.
    if (!is_absolute(target) && target.split('/').any(stands_in))
        || !(name.contains('.') || target.contains('/') || is_file_of_all(name))
    {
        return None;
    }
    let wanted = match wanted.display() {
        Cow::Borrowed(shown) => RepoPath::from(strip_line_numbers(shown)),
        Cow::Owned(_) => wanted,
    };
    let text = note.text.get(note.parsed.lines.range(line)).unwrap_or_default();
    let told = told::by_words(text, target).max(told::by_headings_above(note, line));
    let what = What::Link(wanted);
    Some(Named { note: number, line, target: target.to_owned(), kind: what.kind(), what, told })
}

/// True for names of files that need no ending.
fn is_file_of_all(name: &str) -> bool {
    const NAMES: &[&str] = &[
        "LICENSE",
        "LICENCE",
        "COPYING",
        "NOTICE",
        "AUTHORS",
        "CONTRIBUTORS",
        "README",
        "CHANGELOG",
        "Makefile",
        "Dockerfile",
        "Justfile",
        "justfile",
        "Gemfile",
        "Procfile",
        "Jenkinsfile",
        "Vagrantfile",
    ];
    NAMES.contains(&name)
}

/// Where links stand: what they say is answered by where they lead.
struct Links {
    ranges: Vec<Range<usize>>,
}

impl Links {
    fn of(note: &Note) -> Self {
        let links = note.parsed.links.iter().filter(|link| link.kind != LinkKind::Html);
        let mut ranges: Vec<Range<usize>> = links.map(|link| link.range.clone()).collect();
        ranges.extend(note.parsed.definitions.iter().map(|definition| definition.range.clone()));
        ranges.sort_by_key(|range| (range.start, range.end));
        Self { ranges }
    }

    fn hold(&self, byte: usize) -> bool {
        let next = self.ranges.partition_point(|range| range.start <= byte);
        self.ranges[..next].iter().rev().take(2).any(|range| range.contains(&byte))
    }

    /// The parts of a line, which begins at this byte, that no link holds.
    fn outside<'t>(&self, start: usize, text: &'t str) -> Vec<&'t str> {
        let mut parts = Vec::new();
        let mut from = 0;
        let first = self.ranges.partition_point(|range| range.end <= start);
        for range in self.ranges[first..].iter().take_while(|range| range.start < start + text.len()) {
            let (begin, end) = (range.start.saturating_sub(start), (range.end - start).min(text.len()));
            if begin > from {
                parts.extend(text.get(from..begin));
            }
            from = from.max(end);
        }
        parts.extend(text.get(from..));
        parts
    }
}

/// True for a text with a stroke, or a dot inside a word: most lines have neither, and are not taken apart.
fn may_name_a_file(text: &str) -> bool {
    memchr::memchr2_iter(b'.', b'/', text.as_bytes())
        .any(|at| text.as_bytes()[at] == b'/' || text[at + 1..].starts_with(char::is_alphanumeric))
}

/// Bytes of a line above which it is not searched for each of its names.
const LONGEST_LINE: usize = 4000;

/// True for what stands in backticks on its line, and is named there already.
fn is_in_a_span(text: &str, name: &str) -> bool {
    text.split('`').skip(1).step_by(2).any(|span| span.contains(name))
}

/// True for a path whose name has an ending.
fn is_file(path: &str) -> bool {
    path.rsplit('/').next().is_some_and(|name| name.trim_start_matches('.').contains('.'))
}

/// The words of a text, without the signs around them; a sign inside one (`a/*/b.py`) makes it no path.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let parts = text.split(|character: char| {
        matches!(character, '(' | ')' | '[' | ']' | '"' | '\'' | '`' | '|' | ',' | ';')
            || character.is_whitespace()
    });
    parts.map(|word| {
        let word = word.trim_end_matches([':', '!', '?']).trim_matches(['*', '<', '>', '{', '}']);
        // Emphasis may begin words before; but what begins with its sign and does not end with it is a name:
        // `_examples/a.py`.
        let plain = word.trim_end_matches('_');
        if plain.len() < word.len() { plain.trim_start_matches('_') } else { word }
    })
}

/// The names of what a line makes, by a command ("mkdir", "cp … NAME", "> NAME") or by saying so ("create"), in small
/// letters.
fn made(line: &str) -> Vec<String> {
    const MAKERS: &[&str] =
        &["mkdir", "touch", "clone", "init", "nano", "vim", "vi", "curl", "wget", "unzip", "tar", "worktree"];
    const COPIES: &str = "cp ";
    const WRITES: &str = ">";
    // Most lines make nothing, and are read no further.
    static SIGNS: LazyLock<Regex> = LazyLock::new(|| {
        let signs: Vec<&str> = MAKERS.iter().chain(told::MAKES).chain(&[COPIES, WRITES]).copied().collect();
        Regex::new(&format!("(?i){}", signs.join("|"))).expect("fixed words that a test compiles")
    });
    if !SIGNS.is_match(line) {
        return Vec::new();
    }
    let lower = line.to_lowercase();
    // `git clone https://host/me/x.git` makes the folder `x`.
    let name = |word: &str| {
        let name = word.trim_end_matches('/').rsplit('/').next().unwrap_or(word);
        name.strip_suffix(".git").unwrap_or(name).to_owned()
    };
    if told::makes(&lower) || lower.split_whitespace().any(|word| MAKERS.contains(&word)) {
        return words(&lower).map(name).collect();
    }
    let copied = lower.split_whitespace().next_back().filter(|_| lower.contains(COPIES));
    let written = lower.split_once(WRITES).map_or("", |(_, file)| file);
    words(written).chain(copied).map(name).collect()
}

/// What is copied or read as it stands, and has no ending of code: `.env.example`, `requirements-dev.txt`.
fn input_of(word: &str) -> Option<String> {
    let path = word.trim_start_matches("./");
    let is_read = [".example", ".sample", ".template", ".txt"].iter().any(|ending| path.ends_with(ending));
    (is_read && is_plain(path) && !path.split('/').any(stands_in)).then(|| path.to_owned())
}

fn holds_word(line: &str, wanted: &str) -> bool {
    line.split_whitespace().any(|word| word.split('=').next() == Some(wanted))
}

fn of_call(called: Called) -> Option<(String, What)> {
    match called {
        Called::Target(target) => Some((target, What::Target)),
        Called::Script(path) => Some((path, What::Path)),
        Called::Module(module) => module.contains('.').then_some((module, What::Module)),
        Called::Flag { program, flag, command } => Some((command, What::Flag { program, flag })),
    }
}
