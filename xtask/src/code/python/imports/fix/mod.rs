//! Turns suggestions into edits of the file: the import statement and, where a name changed, its uses.
//!
//! Every other byte stays: comments, parentheses, aliases, line ends. What cannot be changed safely is left
//! alone and said.

mod anchors;
mod statement;
#[cfg(test)]
mod tests;
mod uses;

use std::collections::{BTreeMap, BTreeSet};

use ruff_python_ast::visitor::{Visitor, walk_stmt};
use ruff_python_ast::{self as ast, Stmt};
use ruff_text_size::Ranged;

use super::facts::offsets;
use super::verify::Unresolved;
use crate::code::python::source::Source;
use crate::code::python::syntax::with_module;

pub use anchors::fix_anchors;

/// New bytes for a range of a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// First byte and the byte behind the last, in the file as it is.
    pub range: (usize, usize),
    /// What stands there then.
    pub text: Vec<u8>,
}

/// The edits of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fix {
    /// Sorted, without overlap.
    pub edits: Vec<Edit>,
    /// Findings with a suggestion that is not carried out: the line and why.
    pub left: Vec<(usize, String)>,
}

/// What one alias of a statement becomes.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Change {
    alias: (usize, usize),
    module: String,
    name: Option<String>,
}

/// One replacement in the text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct TextEdit {
    range: (usize, usize),
    text: String,
}

/// The edits that carry out the suggestions of `findings`, all of one file whose content is `source`.
///
/// `kept` are names that other files import from this one ([`super::Project::names_taken_from`]): they stay bound.
pub fn fix_file(source: &Source, findings: &[&Unresolved], kept: &BTreeSet<String>) -> Fix {
    let mut by_statement: BTreeMap<(usize, usize), Vec<(Change, usize)>> = BTreeMap::new();
    let (strings, statements): (Vec<&Unresolved>, Vec<&Unresolved>) =
        findings.iter().partition(|found| found.in_string);
    for found in statements {
        let Some(suggestion) = &found.suggestion else { continue };
        let (module, name) = (suggestion.module.clone(), suggestion.name.clone());
        let change = Change { alias: found.alias, module, name };
        by_statement.entry(found.statement).or_default().push((change, found.line));
    }
    let fixed = with_module(&source.text, |parsed| {
        let body = &parsed.syntax().body;
        let mut statements = Statements(Vec::new());
        body.iter().for_each(|statement| statements.visit_stmt(statement));
        let file = uses::File { text: &source.text, body, tokens: parsed.tokens(), kept };
        let mut fix = TextFix::default();
        for found in &strings {
            fix.take(found.line, in_string(&source.text, found));
        }
        for (range, changes) in &by_statement {
            let line = changes.first().map_or(1, |(_, line)| *line);
            let changes: Vec<Change> = changes.iter().map(|(change, _)| change.clone()).collect();
            match statements.0.iter().find(|statement| offsets(statement.range()) == *range) {
                Some(statement) => fix.take(line, rewrite(&file, statement, &changes)),
                None => fix.left.push((line, "the file changed meanwhile".to_owned())),
            }
        }
        fix
    });
    match fixed {
        Ok(fix) => encoded(source, fix),
        Err((line, message)) => Fix { edits: Vec::new(), left: vec![(line, message)] },
    }
}

#[derive(Default)]
struct TextFix {
    edits: Vec<TextEdit>,
    left: Vec<(usize, String)>,
}

impl TextFix {
    fn take(&mut self, line: usize, outcome: Result<Vec<TextEdit>, String>) {
        match outcome {
            Ok(edits) => self.edits.extend(edits),
            Err(why) => self.left.push((line, why)),
        }
    }
}

/// What stands between the quotes of a string that names a module.
fn in_string(text: &str, found: &Unresolved) -> Result<Vec<TextEdit>, String> {
    let Some(suggestion) = &found.suggestion else { return Ok(Vec::new()) };
    let (start, end) = found.alias;
    if text.get(start..end) != Some(found.dotted().as_str()) {
        return Err("the file changed meanwhile".to_owned());
    }
    Ok(vec![TextEdit { range: found.alias, text: suggestion.text.clone() }])
}

fn rewrite(file: &uses::File<'_>, statement: &Stmt, changes: &[Change]) -> Result<Vec<TextEdit>, String> {
    match statement {
        Stmt::ImportFrom(import) => statement::import_from(file, import, changes),
        Stmt::Import(import) => statement::import(file, import, changes),
        _ => Err("the file changed meanwhile".to_owned()),
    }
}

fn encoded(source: &Source, mut fix: TextFix) -> Fix {
    fix.edits.sort();
    fix.edits.dedup();
    let mut out = Fix { edits: Vec::new(), left: fix.left };
    for edit in fix.edits {
        let (from, to) = edit.range;
        match source.encode(&edit.text) {
            Some(text) => {
                out.edits.push(Edit { range: (source.byte_offset(from), source.byte_offset(to)), text });
            }
            None => {
                // Half of a fix would be worse than none.
                return Fix {
                    edits: Vec::new(),
                    left: vec![(1, "the file's encoding lacks a letter".to_owned())],
                };
            }
        }
    }
    out
}

struct Statements<'a>(Vec<&'a Stmt>);

impl<'a> Visitor<'a> for Statements<'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        if matches!(statement, Stmt::Import(_) | Stmt::ImportFrom(_)) {
            self.0.push(statement);
        }
        walk_stmt(self, statement);
    }
    fn visit_expr(&mut self, _: &'a ast::Expr) {}
}
