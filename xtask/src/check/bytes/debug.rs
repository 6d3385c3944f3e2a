//! Statements that only serve while somebody debugs: break points, `dbg!`, tests that shut the others out.
//!
//! What programs print on purpose (`print`, `console.log`) is not among them: it cannot be told apart.

use super::lines::lines;
use super::{Content, Fault, Kind};
use crate::code::code_alone;
use crate::repo::RepoPath;

/// Forms by language: what stands at the begin of a statement, or, with a leading `…`, anywhere in code.
const PYTHON: &[&str] = &[
    "breakpoint()",
    "breakpoint(",
    "pdb.set_trace()",
    "ipdb.set_trace()",
    "pudb.set_trace()",
    "pytest.set_trace()",
    "import ipdb",
    "import pudb",
    "from pdb import set_trace",
    "from ipdb import set_trace",
];
const RUST: &[&str] = &["…dbg!("];
const JAVASCRIPT: &[&str] = &["debugger;", "debugger", "describe.only(", "it.only(", "test.only("];
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
    let has_one = |form: &&str| memchr::memmem::find(content.bytes, bare(form).as_bytes()).is_some();
    if content.kind != Kind::Text || !forms.iter().any(has_one) {
        return Vec::new();
    }
    let Ok(text) = std::str::from_utf8(content.bytes) else { return Vec::new() };
    let code = code_of(text, &extension);
    let mut faults = Vec::new();
    for (number, line) in lines(code.as_bytes()) {
        let line = String::from_utf8_lossy(line);
        if let Some(form) = forms.iter().find(|form| stands_in(&line, form)) {
            let shown = bare(form).trim_end_matches(['(', ';']);
            faults.push(Fault::new("debug", number, format!("`{shown}` is left from debugging")));
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
    // `;` and `:` part statements of one line.
    line.split([';', ':', '{']).any(|statement| {
        let rest = statement.trim_start().strip_prefix(form.trim_end_matches(';'));
        rest.is_some_and(|rest| {
            form.ends_with('(') || (ends(rest) && !rest.trim_start().starts_with(['=', '.']))
        })
    })
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
