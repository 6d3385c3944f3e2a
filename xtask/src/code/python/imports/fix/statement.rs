//! Rewrites one import statement.

use std::collections::BTreeMap;

use ruff_python_ast as ast;
use ruff_python_ast::token::TokenKind;
use ruff_text_size::Ranged;

use super::uses::File;
use super::{Change, TextEdit};
use crate::code::python::imports::facts::offsets;

/// `from m import a, b as c`.
pub(super) fn import_from(
    file: &File<'_>,
    import: &ast::StmtImportFrom,
    changes: &[Change],
) -> Result<Vec<TextEdit>, String> {
    let mut groups: BTreeMap<&str, Vec<(&ast::Alias, &Change)>> = BTreeMap::new();
    for change in changes {
        let alias = import.names.iter().find(|alias| offsets(alias.range()) == change.alias);
        let alias = alias.ok_or("the file changed meanwhile")?;
        groups.entry(&change.module).or_default().push((alias, change));
    }
    let all = groups.values().map(Vec::len).sum::<usize>() == import.names.len();
    let mut edits = Vec::new();
    let mut groups: Vec<(&str, Vec<(&ast::Alias, &Change)>)> = groups.into_iter().collect();
    groups.sort_by_key(|(_, aliases)| aliases.iter().map(|(alias, _)| alias.range().start()).min());
    let mut moved = groups.into_iter();
    if all && let Some((module, aliases)) = moved.next() {
        // The statement itself becomes that of the first group.
        edits.push(module_edit(file, import, module)?);
        for (alias, change) in &aliases {
            edits.extend(name_edits(file, alias, change));
        }
    }
    let rest: Vec<_> = moved.collect();
    let leaving: Vec<&ast::Alias> =
        rest.iter().flat_map(|(_, aliases)| aliases.iter().map(|(alias, _)| *alias)).collect();
    edits.extend(removals(file, import, &leaving)?);
    let (place, between) = file.next_statement(offsets(import.range));
    let mut added = String::new();
    for (module, aliases) in &rest {
        let mut names = Vec::new();
        for (alias, change) in aliases {
            let (text, uses) = alias_text(file, alias, change);
            names.push(text);
            edits.extend(uses);
        }
        added.push_str(&format!("{between}from {module} import {}", names.join(", ")));
    }
    if !added.is_empty() {
        edits.push(TextEdit { range: (place, place), text: added });
    }
    Ok(edits)
}

/// `import a.b.c`, `import a.b.c as d`.
pub(super) fn import(
    file: &File<'_>,
    import: &ast::StmtImport,
    changes: &[Change],
) -> Result<Vec<TextEdit>, String> {
    let mut edits = Vec::new();
    for change in changes {
        let alias = import.names.iter().find(|alias| offsets(alias.range()) == change.alias);
        let alias = alias.ok_or("the file changed meanwhile")?;
        edits.push(TextEdit { range: offsets(alias.name.range()), text: change.module.clone() });
        if alias.asname.is_none() {
            edits.extend(file.rename_module_uses(&alias.name, &change.module)?);
        }
    }
    Ok(edits)
}

/// Replaces the dots and the module between `from` and `import`.
fn module_edit(file: &File<'_>, import: &ast::StmtImportFrom, module: &str) -> Result<TextEdit, String> {
    let (start, end) = offsets(import.range);
    let mut tokens = file.tokens_in(start, end).filter(|token| !token.kind().is_trivia());
    let missing = || "the statement is not written as expected".to_owned();
    // A block that ends before the statement has its end, of no width, at the same place.
    let from = tokens.find(|token| token.kind() == TokenKind::From).ok_or_else(missing)?;
    let first = tokens.next().ok_or_else(missing)?;
    let mut last = first;
    let keyword = loop {
        let token = tokens.next().ok_or_else(missing)?;
        if token.kind() == TokenKind::Import {
            break token;
        }
        last = token;
    };
    let range = (first.range().start().to_usize(), last.range().end().to_usize());
    let mut text = module.to_owned();
    // `from.import a` and `from .import a` are Python.
    if from.range().end() == first.range().start() {
        text.insert(0, ' ');
    }
    if last.range().end() == keyword.range().start() {
        text.push(' ');
    }
    Ok(TextEdit { range, text })
}

/// Gives an alias its new name; its uses follow, or the old name stays as the local one.
fn name_edits(file: &File<'_>, alias: &ast::Alias, change: &Change) -> Vec<TextEdit> {
    let Some(name) = change.name.as_ref().filter(|name| **name != *alias.name) else { return Vec::new() };
    let range = offsets(alias.name.range());
    if alias.asname.is_some() {
        return vec![TextEdit { range, text: name.clone() }];
    }
    match file.rename_uses(&alias.name, name, range) {
        Some(mut edits) => {
            edits.push(TextEdit { range, text: name.clone() });
            edits
        }
        None => vec![TextEdit { range, text: format!("{name} as {}", alias.name) }],
    }
}

/// The alias as it is to stand in a new statement, and the edits of its uses.
fn alias_text(file: &File<'_>, alias: &ast::Alias, change: &Change) -> (String, Vec<TextEdit>) {
    let name = change.name.clone().unwrap_or_else(|| alias.name.to_string());
    if let Some(local) = &alias.asname {
        return (format!("{name} as {local}"), Vec::new());
    }
    if name == *alias.name {
        return (name, Vec::new());
    }
    match file.rename_uses(&alias.name, &name, offsets(alias.name.range())) {
        Some(edits) => (name, edits),
        None => (format!("{name} as {}", alias.name), Vec::new()),
    }
}

/// Takes aliases out of the list; comments stay.
///
/// Where a comment stands among them the comma before it stays too: that is Python between parentheses.
fn removals(
    file: &File<'_>,
    import: &ast::StmtImportFrom,
    leaving: &[&ast::Alias],
) -> Result<Vec<TextEdit>, String> {
    let is_leaving = |alias: &ast::Alias| leaving.iter().any(|gone| gone.range() == alias.range());
    let staying = import.names.iter().rposition(|alias| !is_leaving(alias));
    let Some(last_staying) = staying else {
        return if leaving.is_empty() { Ok(Vec::new()) } else { Err("no name would stay".to_owned()) };
    };
    let mut edits = Vec::new();
    let last = import.names.iter().map(|alias| offsets(alias.range()).1).max().unwrap_or_default();
    let kept = offsets(import.names[last_staying].range()).1;
    let tail_goes = file.comma_after(last).is_none() && !file.has_comment(kept, last);
    if tail_goes && last_staying + 1 < import.names.len() {
        // The end of the list goes with the comma before it.
        edits.push(TextEdit { range: (kept, last), text: String::new() });
    }
    for (place, alias) in import.names.iter().enumerate().filter(|(_, alias)| is_leaving(alias)) {
        if tail_goes && place > last_staying {
            continue;
        }
        let (start, end) = offsets(alias.range());
        let end = file.comma_after(end).unwrap_or(end);
        let range = file.whole_line(start, end).unwrap_or_else(|| (start, file.skip_blanks(end)));
        edits.push(TextEdit { range, text: String::new() });
    }
    edits.sort();
    Ok(merged(edits))
}

/// Joins removals that touch.
fn merged(edits: Vec<TextEdit>) -> Vec<TextEdit> {
    let mut out: Vec<TextEdit> = Vec::new();
    for edit in edits {
        match out.last_mut() {
            Some(last) if edit.range.0 <= last.range.1 => last.range.1 = last.range.1.max(edit.range.1),
            _ => out.push(edit),
        }
    }
    out
}
