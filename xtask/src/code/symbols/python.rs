//! Symbols of Python files; by pattern where the file does not parse (Python 2, a broken file).

use ruff_python_ast::Stmt;
use ruff_text_size::{Ranged, TextSize};

use super::{ReadBy, Symbol, SymbolKind};
use crate::code::python::{Lines, blocks, with_module};

pub(super) fn symbols(text: &str) -> Vec<Symbol> {
    let parsed = with_module(text, |parsed| {
        let mut walk = Walk { lines: Lines::of(text), found: Vec::new() };
        walk.body(&parsed.syntax().body, "");
        walk.found
    });
    parsed.unwrap_or_else(|_| by_pattern(text))
}

struct Walk {
    lines: Lines,
    found: Vec<Symbol>,
}

impl Walk {
    /// `class` is the dotted name of the class around, empty at the top. Functions inside functions do not count.
    fn body(&mut self, body: &[Stmt], class: &str) {
        for statement in body {
            match statement {
                Stmt::FunctionDef(function) => {
                    let kind = if class.is_empty() { SymbolKind::Function } else { SymbolKind::Method };
                    self.add(class, &function.name, kind, function.name.start(), function.range.end());
                }
                Stmt::ClassDef(found) => {
                    let name = self.add(
                        class,
                        &found.name,
                        SymbolKind::Class,
                        found.name.start(),
                        found.range.end(),
                    );
                    self.body(&found.body, &name);
                }
                Stmt::TypeAlias(alias) => {
                    if let ruff_python_ast::Expr::Name(name) = &*alias.name {
                        self.add(class, &name.id, SymbolKind::Type, name.start(), alias.range.end());
                    }
                }
                other => {
                    for block in blocks(other) {
                        self.body(block, class);
                    }
                }
            }
        }
    }

    fn add(&mut self, class: &str, name: &str, kind: SymbolKind, start: TextSize, end: TextSize) -> String {
        let name = if class.is_empty() { name.to_owned() } else { format!("{class}.{name}") };
        self.found.push(Symbol {
            line: self.lines.line(start),
            end_line: self.lines.line(end),
            name: name.clone(),
            kind,
            read_by: ReadBy::Parser,
        });
        name
    }
}

/// `def` and `class` lines; a body ends before the next line that is indented no deeper.
fn by_pattern(text: &str) -> Vec<Symbol> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    let mut around: Vec<(usize, Option<String>)> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let code = line.trim_start();
        if code.is_empty() || code.starts_with('#') {
            continue;
        }
        let indent = line.len() - code.len();
        around.retain(|(outer, _)| *outer < indent);
        let code = code.strip_prefix("async ").unwrap_or(code);
        let (is_class, rest) = match (code.strip_prefix("def "), code.strip_prefix("class ")) {
            (Some(rest), _) => (false, rest),
            (None, Some(rest)) => (true, rest),
            (None, None) => continue,
        };
        let name: String = rest
            .trim_start()
            .chars()
            .take_while(|letter| letter.is_alphanumeric() || *letter == '_')
            .collect();
        let in_function = around.last().is_some_and(|(_, class)| class.is_none());
        let class = around.last().and_then(|(_, class)| class.clone());
        let full = class.as_ref().map_or(name.clone(), |class| format!("{class}.{name}"));
        around.push((indent, is_class.then(|| full.clone())));
        if name.is_empty() || in_function {
            continue;
        }
        let kind = match (is_class, class) {
            (true, _) => SymbolKind::Class,
            (false, Some(_)) => SymbolKind::Method,
            (false, None) => SymbolKind::Function,
        };
        let end_line = last_line(&lines, at, indent);
        found.push(Symbol { line: at + 1, end_line, name: full, kind, read_by: ReadBy::Pattern });
    }
    found
}

fn last_line(lines: &[&str], start: usize, indent: usize) -> usize {
    let mut last = start;
    for (at, line) in lines.iter().enumerate().skip(start + 1) {
        let code = line.trim_start();
        if code.is_empty() {
            continue;
        }
        if line.len() - code.len() <= indent && !code.starts_with([')', ']', '#']) {
            break;
        }
        last = at;
    }
    last + 1
}
