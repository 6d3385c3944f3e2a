//! Statements that only serve while somebody debugs: break points, `dbg!`, tests that shut the others out.
//!
//! What programs print on purpose (`print`, `console.log`) is not among them: it cannot be told apart.

use super::lines::lines;
use super::{Content, Fault, Kind};
use crate::check::CheckId;
use crate::code::code_alone;
use crate::repo::RepoPath;

/// Forms by language: what stands at the begin of a statement, or, with a leading `…`, anywhere in code.
const PYTHON: &[&str] = &["breakpoint(", "pytest.set_trace()"];

/// Debuggers of Python, by the module that is imported for them.
const DEBUGGERS: &[&str] = &["pdb", "ipdb", "pudb", "bpdb", "pdbr", "rpdb", "wdb", "web_pdb", "remote_pdb"];

/// What stops in them.
const STOPS: &[&str] = &["set_trace", "post_mortem"];

const RUST: &[&str] = &["…dbg!("];
const JAVASCRIPT: &[&str] = &[
    "debugger",
    "describe.only(",
    "it.only(",
    "test.only(",
    "context.only(",
    "suite.only(",
    "describe.only.each(",
    "it.only.each(",
    "test.only.each(",
    "fdescribe(",
];
const RUBY: &[&str] = &["binding.pry", "binding.irb", "byebug", "debugger"];
const PHP: &[&str] = &["var_dump(", "xdebug_break("];
const GO: &[&str] = &["runtime.Breakpoint()"];
const ELIXIR: &[&str] = &["…IEx.pry"];

fn forms(extension: &str) -> &'static [&'static str] {
    match extension {
        "py" | "pyi" => PYTHON,
        "rs" => RUST,
        "js" | "mjs" | "cjs" | "jsx" | "ts" | "mts" | "cts" | "tsx" => JAVASCRIPT,
        "rb" | "rake" => RUBY,
        "php" => PHP,
        "go" => GO,
        "ex" | "exs" => ELIXIR,
        _ => &[],
    }
}

/// All such statements of a file, whether or not they are new.
pub fn debug_leftovers(path: &RepoPath, content: &Content<'_>) -> Vec<Fault> {
    let extension = path.extension();
    let forms = forms(&extension);
    let debuggers = if forms == PYTHON { DEBUGGERS } else { &[] };
    let has_one = |form: &&str| memchr::memmem::find(content.bytes, bare(form).as_bytes()).is_some();
    if content.kind != Kind::Text || !forms.iter().chain(debuggers).any(has_one) {
        return Vec::new();
    }
    let Ok(text) = std::str::from_utf8(content.bytes) else { return Vec::new() };
    let code = code_of(text, &extension);
    // A program that derives its own debugger from one of them imports it on purpose.
    let derives =
        |name: &&&str| memchr::memmem::find(code.as_bytes(), format!("{name}.Pdb").as_bytes()).is_some();
    let debuggers: Vec<&str> = debuggers.iter().filter(|name| !derives(name)).copied().collect();
    let mut faults = Vec::new();
    for (number, line) in lines(code.as_bytes()) {
        let line = String::from_utf8_lossy(line);
        let form = forms.iter().find(|form| stands_in(&line, form)).map(|form| bare(form).to_owned());
        if let Some(form) = form.or_else(|| debuggers.iter().find_map(|name| use_of(&line, name))) {
            let shown = form.trim_end_matches('(');
            faults.push(Fault::new(CheckId::Debug, number, format!("`{shown}` is left from debugging")));
        }
    }
    faults
}

fn bare(form: &str) -> &str {
    form.trim_start_matches('…')
}

fn stands_in(line: &str, form: &str) -> bool {
    let ends = |rest: &str| !rest.starts_with(|next: char| next.is_alphanumeric() || next == '_');
    if form.starts_with('…') {
        let form = bare(form);
        return line.match_indices(form).any(|(at, _)| {
            let before = line[..at].chars().next_back();
            before.is_none_or(|before| !before.is_alphanumeric() && before != '_')
                && (form.ends_with('(') || ends(&line[at + form.len()..]))
        });
    }
    statements(line).flat_map(behind_conditions).any(|statement| {
        let rest = statement.strip_prefix(form);
        // A name that is set, looked into, or a key is no statement.
        rest.is_some_and(|rest| {
            form.ends_with('(') || (ends(rest) && !rest.trim_start().starts_with(['=', '.', ':', '?']))
        })
    })
}

/// What may be a statement of its own: the parts between `;`, `:` and brackets, each with the sign that ends it.
fn statements(line: &str) -> impl Iterator<Item = &str> {
    line.split_inclusive([';', ':', '{', '}']).map(str::trim_start)
}

/// The statement, and what of it stands behind a condition or the names of a block: `if (x) debugger`, `{ |y| byebug }`.
fn behind_conditions(statement: &str) -> impl Iterator<Item = &str> {
    let parts = [") ", "else ", "| "].into_iter().flat_map(move |sign| {
        statement.match_indices(sign).map(move |(at, sign)| statement[at + sign.len()..].trim_start())
    });
    std::iter::once(statement).chain(parts)
}

/// The statement that imports this debugger of Python, or that stops in it.
fn use_of(line: &str, debugger: &str) -> Option<String> {
    let is_it = |text: &str| {
        let (name, rest) = first_word(text);
        name == debugger && !rest.starts_with('.')
    };
    statements(line).find_map(|statement| {
        let (word, rest) = first_word(statement);
        match word {
            "import" => rest.split(',').any(is_it).then(|| format!("import {debugger}")),
            "from" => {
                let stops = STOPS.iter().any(|name| rest.contains(name));
                (is_it(rest) && stops).then(|| format!("from {debugger} import"))
            }
            name if name == debugger => {
                let call = rest.split('(').next().and_then(|call| call.strip_prefix('.'));
                call.filter(|call| STOPS.contains(call)).map(|call| format!("{debugger}.{call}"))
            }
            _ => None,
        }
    })
}

/// The word at the begin of a text, and the rest.
fn first_word(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    let end = text.find(|letter: char| !letter.is_alphanumeric() && letter != '_');
    text.split_at(end.unwrap_or(text.len()))
}

/// The text with comments and strings blanked, where the language can be read so.
fn code_of(text: &str, extension: &str) -> String {
    match extension {
        "php" => text.to_owned(),
        _ => code_alone(text, extension).unwrap_or_else(|| without_comment_lines(text)),
    }
}

fn without_comment_lines(text: &str) -> String {
    let lines = text.split_inclusive('\n');
    lines.map(|line| if line.trim_start().starts_with('#') { "\n" } else { line }).collect()
}
