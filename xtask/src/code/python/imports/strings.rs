//! Dotted names in strings: what `import_module` imports, and what `patch` and `monkeypatch` put something in the place
//! of. They break when a module moves as imports do, and no interpreter says so before the line runs.
//!
//! A string may mean anything, so none is broken by itself: only where git tells that its module moved is it told.

use ruff_python_ast::{self as ast, Expr};
use ruff_text_size::Ranged;

use super::facts::{Import, offsets};
use super::index::{FileId, Index, Root};
use super::layout::Layout;
use super::stdlib::is_standard;
use super::verify::{Verdict, top_of, verdict};
use crate::code::python::syntax::{Lines, dotted};

/// What a call names by its first argument: a module, or a name at the end of a path. `by` is what is called.
pub(super) fn named(
    by: &str,
    call: &ast::ExprCall,
    literal: &ast::ExprStringLiteral,
    lines: &Lines,
) -> Option<Import> {
    let is_of_patch = || match &*call.func {
        Expr::Attribute(attribute) => dotted(&attribute.value).is_some_and(|owner| owner.ends_with("patch")),
        _ => false,
    };
    let is_module = match by {
        "import_module" | "__import__" => true,
        "patch" | "setattr" | "delattr" => false,
        "dict" | "multiple" if is_of_patch() => false,
        _ => return None,
    };
    let text = literal.value.to_str();
    let parts = text.split('.');
    let is_name = |part: &str| {
        let mut letters = part.chars();
        letters.next().is_some_and(|first| first.is_alphabetic() || first == '_')
            && letters.all(|next| next.is_alphanumeric() || next == '_')
    };
    if !text.contains('.') || !parts.clone().all(is_name) {
        return None;
    }
    // One plain literal: what is edited is what is read.
    let content = literal.as_single_part_string()?.content_range();
    let (start, end) = offsets(content);
    if end - start != text.len() {
        return None;
    }
    let (module, name) = match text.rsplit_once('.').filter(|_| !is_module) {
        Some((module, name)) => (module, Some(name.to_owned())),
        None => (text, None),
    };
    Some(Import {
        line: lines.line(literal.range().start()),
        statement: offsets(literal.range()),
        alias: (start, end),
        level: 0,
        module: module.to_owned(),
        name,
        renamed: None,
        guard: None,
    })
}

/// The ways to read a string, the longest module first: in `a.b.C.d` the module may be `a.b`, which has a `C` with a `d`.
/// With each, what stands behind the name.
pub(super) fn readings(string: &Import) -> Vec<(Import, String)> {
    let Some(name) = &string.name else { return vec![(string.clone(), String::new())] };
    let parts: Vec<&str> = string.module.split('.').chain([name.as_str()]).collect();
    let reading = |length: usize| {
        let (module, name) = (parts[..length].join("."), parts.get(length).map(|name| (*name).to_owned()));
        let rest = parts.get(length + 1..).unwrap_or_default().join(".");
        (Import { module, name, ..string.clone() }, rest)
    };
    (1..=parts.len()).rev().map(reading).collect()
}

/// True when a string leads somewhere, or nobody can tell: the longest module that is there has the name.
pub(super) fn stands(
    index: &Index<'_>,
    layout: &Layout,
    file: FileId,
    roots: &[Root],
    string: &Import,
) -> bool {
    let leads = |import: &Import| {
        let verdict = verdict(index, layout, file, roots, import);
        !matches!(verdict, Verdict::Broken(_) | Verdict::Doubtful(_) | Verdict::Outside)
    };
    let readings = readings(string);
    let mut modules = readings.iter().map(|(reading, _)| (reading, Import { name: None, ..reading.clone() }));
    modules.find(|(_, module)| leads(module)).is_some_and(|(reading, _)| leads(reading))
}

/// The strings of a file that lead nowhere in the repository: whether something moved is for history to tell.
pub(super) fn fallen(index: &Index<'_>, layout: &Layout, file: FileId, roots: &[Root]) -> Vec<Import> {
    let Some(facts) = index.facts(file) else { return Vec::new() };
    let may_be_own = |string: &&Import| {
        let top = top_of(&string.module);
        !is_standard(top) && !layout.declared.contains(top)
    };
    let strings = facts.strings.iter().filter(may_be_own);
    strings.filter(|string| !stands(index, layout, file, roots, string)).cloned().collect()
}
