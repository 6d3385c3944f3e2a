//! Scores import suggestions against what authors wrote: `score_moves EVAL.json CLONES`.
//!
//! CLONES holds a clone of each repository under the last part of its name. For each commit that moved files the
//! tree is that of the commit, but every importing file of the evaluation stands there as it was before.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "a tool for development prints")]

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use xtask::code::python::imports::{Past, Project, Unresolved, suggest, verify};
use xtask::repo::{EntryKind, History, Repo, RepoPath, Tree};

#[derive(Deserialize)]
struct Evaluation {
    repos: Vec<Repository>,
}

#[derive(Deserialize)]
struct Repository {
    repo: String,
    rows: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    commit: String,
    file_before: String,
    file: String,
    line: usize,
    old_import: String,
    new_import: Option<String>,
    name: Option<String>,
    kind: String,
}

#[derive(Default)]
struct Score {
    rows: usize,
    found: usize,
    suggested: usize,
    right: usize,
    exact: usize,
}

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [evaluation, clones] = &arguments[..] else { bail!("use: score_moves EVAL.json CLONES") };
    let evaluation: Evaluation = serde_json::from_slice(&std::fs::read(evaluation)?)?;
    let mut score = Score::default();
    for repository in &evaluation.repos {
        let name = repository.repo.rsplit('/').next().unwrap_or_default();
        let folder = Path::new(clones).join(name);
        if repository.rows.is_empty() || !folder.is_dir() {
            continue;
        }
        let repo = Repo::open(&folder)?;
        let mut by_commit: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
        for row in &repository.rows {
            by_commit.entry(&row.commit).or_default().push(row);
        }
        for (commit, rows) in by_commit {
            score_commit(&repo, name, commit, &rows, &mut score)?;
        }
    }
    let part = |of: usize, whole: usize| of as f64 / whole.max(1) as f64;
    println!(
        "{} rows, {} found broken, {} suggested; right object: precision {:.3}, recall {:.3}; exact text {:.3}",
        score.rows,
        score.found,
        score.suggested,
        part(score.right, score.suggested),
        part(score.right, score.rows),
        part(score.exact, score.right),
    );
    Ok(())
}

fn score_commit(repo: &Repo, name: &str, commit: &str, rows: &[&Row], score: &mut Score) -> Result<()> {
    let tip = repo.resolve(commit)?;
    let after = Tree::of_revision(repo, tip.as_str())?;
    let before = Tree::of_revision(repo, &format!("{tip}^1"))?;
    let project = reverted(&after, &before, rows)?;
    let mended = Project::of_tree(&after)?;
    let history = History::of(repo, &tip)?;
    let mut imports = verify(&project);
    suggest(&project, &mut imports, &history, &mut Past::of(repo, &tip))?;
    for row in rows {
        let Some(wanted) = row.new_import.as_deref().filter(|_| row.kind == "moved") else { continue };
        score.rows += 1;
        let fits = |found: &&Unresolved| {
            found.path == RepoPath::from(row.file.as_str())
                && found.line == row.line
                && found.name == row.name
        };
        let found = imports.unresolved.iter().find(fits);
        score.found += usize::from(found.is_some());
        let Some(suggestion) = found.and_then(|found| found.suggestion.as_ref()) else {
            println!(
                "{name} {} {}:{} {}: {} -> nothing, author {wanted}",
                &commit[..8],
                row.file,
                row.line,
                found.is_some(),
                row.old_import
            );
            continue;
        };
        score.suggested += 1;
        let text = absolute(&suggestion.text, &row.file);
        let wanted = &absolute(wanted, &row.file);
        let exact = same_statement(&text, wanted);
        let right = exact || same_object(&project, &mended, &row.file, &text, wanted);
        score.right += usize::from(right);
        score.exact += usize::from(exact);
        if !exact {
            let verdict = if right { "other text" } else { "WRONG" };
            println!(
                "{name} {} {}:{} {verdict}: {} -> {text}, author {wanted}",
                &commit[..8],
                row.file,
                row.line,
                row.old_import
            );
        }
    }
    Ok(())
}

/// The tree after the commit, with the importing files as they were before.
fn reverted(after: &Tree, before: &Tree, rows: &[&Row]) -> Result<Project> {
    let old: BTreeMap<RepoPath, RepoPath> = rows
        .iter()
        .map(|row| (RepoPath::from(row.file.as_str()), RepoPath::from(row.file_before.as_str())))
        .collect();
    let mut files = Vec::new();
    for (path, entry) in after.entries() {
        if entry.kind == EntryKind::Submodule {
            continue;
        }
        let bytes = match old.get(path) {
            Some(old) => before.read(old).with_context(|| format!("read `{old}` before"))?,
            // A partial clone may lack pictures and the like.
            None if path.extension() != "py" => after.read(path).unwrap_or_default(),
            None => after.read(path)?,
        };
        files.push((path.clone(), entry.kind, bytes));
    }
    Project::of_tree(&Tree::in_memory(files))
}

/// Relative imports as absolute ones, from the folder without `src`.
fn absolute(text: &str, file: &str) -> String {
    let Some(rest) = text.strip_prefix("from .") else { return text.to_owned() };
    let (module, names) = rest.split_once(" import ").unwrap_or((rest, ""));
    let dots = module.len() - module.trim_start_matches('.').len();
    let file = file.strip_prefix("src/").or(file.strip_prefix("lib/")).unwrap_or(file);
    let mut parts: Vec<&str> = file.split('/').collect();
    for _ in 0..=dots {
        parts.pop();
    }
    let module = module.trim_start_matches('.');
    parts.extend(module.split('.').filter(|part| !part.is_empty()));
    format!("from {} import {names}", parts.join("."))
}

fn same_statement(ours: &str, author: &str) -> bool {
    let plain = |text: &str| text.split(" as ").next().unwrap_or_default().trim().to_owned();
    plain(ours) == plain(author)
}

/// True when the statement in the broken tree leads to what the author's leads to in the mended one.
fn same_object(project: &Project, mended: &Project, file: &str, ours: &str, author: &str) -> bool {
    let file = RepoPath::from(file);
    let author = mended.definitions_of(&file, author);
    let leads = |project: &Project| {
        project.definitions_of(&file, ours).iter().any(|definition| author.contains(definition))
    };
    leads(project) || leads(mended)
}
