//! What a note names: paths, commands, modules and functions, each with its line.

use std::collections::{BTreeMap, BTreeSet};

use super::commands::{self, Called};
use super::symbols;
use super::{Named, What};
use crate::consolidate::note::Note;
use crate::consolidate::scope::is_list_of_changes;
use crate::markdown::BlockKind;

/// Endings of files that belong to a repository rather than to an output.
const ENDINGS: &[&str] = &[
    "py", "pyi", "ipynb", "rs", "js", "jsx", "mjs", "cjs", "ts", "tsx", "go", "java", "kt", "swift", "rb",
    "php", "c", "h", "cc", "cpp", "hpp", "cs", "scala", "lua", "r", "jl", "sh", "bash", "zsh", "ps1", "bat",
    "md", "mdx", "rst", "toml", "yml", "yaml", "cfg", "ini", "sql", "html", "css", "scss", "vue", "svelte",
    "proto", "tf", "nix", "tex", "bib", "m",
];

/// Parts of paths that stand for something else.
const STAND_INS: &[&str] = &[
    "path",
    "to",
    "your",
    "my",
    "foo",
    "bar",
    "baz",
    "example",
    "examples.py",
    "xxx",
    "yyyy",
    "some",
    "dir",
    "folder",
    "file",
    "filename",
    "name",
    "user",
    "username",
    "home",
    "project",
    "repo",
    "module_name",
    "package_name",
];

/// All that a note names, in order; nothing for a list of changes, which names what is gone on purpose.
pub(in crate::consolidate) fn named(number: usize, note: &Note) -> Vec<Named> {
    if is_list_of_changes(&note.path) {
        return Vec::new();
    }
    let lines: Vec<&str> = note.text.lines().collect();
    let mut found: BTreeSet<Named> = BTreeSet::new();
    let code = code_lines(note);
    let mut add = |line: usize, target: String, what: What| {
        let kind = what.kind();
        // In code the words are those of a command: `--output` tells nothing.
        let is_told = lines.get(line - 1).is_some_and(|text| {
            // The name's own words tell nothing: `output/field.csv`.
            !code.contains_key(&line) && tells_itself(&text.replace(target.as_str(), "_"))
        }) || heading_tells(note, line);
        found.insert(Named { note: number, line, target, kind, what, is_told });
    };
    for span in &note.parsed.code_spans {
        let is_title = is_title_of_sample(&lines, span.line, &span.text);
        if let Some(target) = path_of(&span.text) {
            add(span.line, target, if is_title { What::Title } else { What::Path });
        } else if let Some(target) = data_path_of(&span.text) {
            add(span.line, target, What::Data);
        } else if let Some((target, what)) = symbols::of_span(&span.text) {
            add(span.line, target, what);
        }
        for called in commands::of_line(&span.text) {
            if let Some((target, what)) = of_call(called) {
                add(span.line, target, what);
            }
        }
    }
    for (line, text) in (1..).zip(&lines) {
        match code.get(&line) {
            Some(Language::Shell) => {
                for (target, what) in commands::of_line(text).into_iter().filter_map(of_call) {
                    add(line, target, what);
                }
            }
            Some(Language::Python) => {
                if let Some(module) = symbols::imported(text) {
                    add(line, module, What::Module);
                }
            }
            Some(Language::Other) => {}
            None => {
                for target in words(text).filter_map(path_of).filter(|target| target.contains('/')) {
                    // In running text only what has a folder is surely meant as a path.
                    add(line, target, What::Path);
                }
            }
        }
    }
    found.into_iter().collect()
}

/// True below a heading that says so of all that follows: "Deleted files", "Future work".
fn heading_tells(note: &Note, line: usize) -> bool {
    const TELLING: &[&str] = &[
        "deleted",
        "removed",
        "renamed",
        "moved",
        "archived",
        "deprecated",
        "obsolete",
        "superseded",
        "proposed",
        "planned",
        "future",
        "removal",
        "deletion",
        "migration",
        "migrated",
    ];
    let section = note.parsed.section_at(note.parsed.lines.range(line).start);
    let Some(section) = section.and_then(|index| note.parsed.sections.get(index)) else { return false };
    let lower = section.text.to_lowercase();
    section.level > 1
        && lower.split(|character: char| !character.is_alphanumeric()).any(|word| TELLING.contains(&word))
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|character: char| character.is_whitespace() || "()[]{}<>\"'`|,;*".contains(character))
}

fn of_call(called: Called) -> Option<(String, What)> {
    match called {
        Called::Target(target) => Some((target, What::Target)),
        Called::Script(path) => Some((path, What::Path)),
        Called::Module(module) => module.contains('.').then_some((module, What::Module)),
        Called::Flag { program, flag, command } => Some((command, What::Flag { program, flag })),
    }
}

/// What a line of code is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Language {
    Shell,
    Python,
    Other,
}

fn code_lines(note: &Note) -> BTreeMap<usize, Language> {
    let mut lines = BTreeMap::new();
    for block in &note.parsed.blocks {
        let BlockKind::Code { language, body, .. } = &block.kind else { continue };
        let is_prompt = note.text[body.clone()].lines().any(|line| line.starts_with(">>> "));
        let language = match language.to_lowercase().as_str() {
            "sh" | "bash" | "shell" | "console" | "zsh" | "terminal" => Language::Shell,
            "python" | "py" | "python3" | "pycon" => Language::Python,
            "" if is_prompt => Language::Python,
            "" => Language::Shell,
            _ => Language::Other,
        };
        lines.extend((block.lines.0..=block.lines.1).map(|line| (line, language)));
    }
    lines
}

/// True for a name alone on its line, above a block of code: it titles the sample, and names no file.
fn is_title_of_sample(lines: &[&str], line: usize, span: &str) -> bool {
    let Some(text) = lines.get(line - 1) else { return false };
    let rest = text.replacen(span, "", 1);
    let is_alone = rest.chars().all(|character| !character.is_alphanumeric());
    let next = lines[line..].iter().map(|line| line.trim()).find(|line| !line.is_empty());
    is_alone && next.is_some_and(|next| next.starts_with("```") || next.starts_with("~~~"))
}

/// A path with a folder whose ending says nothing: data, a folder.
fn data_path_of(text: &str) -> Option<String> {
    let text = text.trim().trim_start_matches("./");
    let is_plain = text.chars().all(|character| character.is_alphanumeric() || "._-/+".contains(character));
    let parts: Vec<String> = text.trim_end_matches('/').split('/').map(str::to_lowercase).collect();
    let ending = parts.last().and_then(|name| name.rsplit_once('.')).map_or("", |(_, ending)| ending);
    let is_path = is_plain
        && text.contains('/')
        && !text.starts_with('/')
        && !text.contains("..")
        && !text.contains("//")
        && !ENDINGS.contains(&ending)
        && parts.iter().all(|part| !part.is_empty() && !stands_in(part))
        && text.contains(char::is_alphabetic);
    is_path.then(|| text.to_owned())
}

/// True where the words around a name say that it is gone, moved or not yet there.
pub(super) fn tells_itself(line: &str) -> bool {
    const TELLING: &[&str] = &[
        "deleted",
        "delete",
        "removed",
        "remove",
        "renamed",
        "rename",
        "moved",
        "move",
        "deprecated",
        "replaced",
        "replaces",
        "obsolete",
        "superseded",
        "archived",
        "archive",
        "create",
        "creates",
        "todo",
        "planned",
        "future",
        "proposed",
        "save",
        "saved",
        "write",
        "writes",
        "output",
        "outputs",
        "generate",
        "generated",
        "generates",
        "would",
        "former",
        "formerly",
        "old",
        "new file",
        "will be",
        "git mv",
        "git rm",
        "no longer",
    ];
    let lower = line.to_lowercase();
    let has_word = |word: &&&str| {
        lower.match_indices(**word).any(|(at, _)| {
            let before = lower[..at]
                .chars()
                .next_back()
                .is_none_or(|character| !character.is_alphanumeric() && character != '_');
            let after = lower[at + word.len()..]
                .chars()
                .next()
                .is_none_or(|character| !character.is_alphanumeric() && character != '_');
            before && after
        })
    };
    lower.contains("->")
        || lower.contains('→')
        || lower.contains("[ ]")
        || TELLING.iter().find(has_word).is_some()
}

/// The path in a code span or word, cleaned; `None` for what is none.
pub(super) fn path_of(text: &str) -> Option<String> {
    let text = text.trim().trim_end_matches(['.', ',', ';', ':', '!', '?', ')']);
    let text = text.split("::").next()?;
    let text = text.split('#').next()?;
    let text = strip_line_numbers(text).trim_start_matches("./").trim_start_matches('@');
    let is_plain = text.chars().all(|character| character.is_alphanumeric() || "._-/+".contains(character));
    if !is_plain
        || text.is_empty()
        || text.starts_with('/')
        || text.starts_with('-')
        || text.contains("..")
        || text.contains("//")
    {
        return None;
    }
    let name = text.rsplit('/').next()?;
    let (stem, ending) = name.rsplit_once('.')?;
    let parts = text.split('/').map(str::to_lowercase).collect::<Vec<_>>();
    let is_stand_in = parts.iter().any(|part| stands_in(part));
    // `Node.js`, `React/Vue.js`: names of programs that look like files.
    let is_program = ending == "js" && stem.chars().next().is_some_and(char::is_uppercase);
    let fits = ENDINGS.contains(&ending) && !stem.is_empty() && !is_stand_in && !is_program && stem.len() > 1;
    fits.then(|| text.to_owned())
}

/// True for a part of a path, in lower case, that stands for what the reader puts there.
fn stands_in(part: &str) -> bool {
    let part = part.split('.').next().unwrap_or_default();
    STAND_INS.contains(&part)
        || part.starts_with("your")
        || part.starts_with("my_")
        || part.contains("xxx")
        || part.contains("yyyy")
}

fn strip_line_numbers(text: &str) -> &str {
    let end = text.trim_end_matches(|character: char| {
        character.is_ascii_digit() || character == '-' || character == ':'
    });
    if text[end.len()..].starts_with(':') { end } else { text }
}
