//! Prints what the room `code` finds in a repository: `survey inventory|imports|moved|symbols DIR [REVISION]`.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "a tool for development prints")]

use std::path::Path;

use anyhow::{Context, Result, bail};
use xtask::code::python;
use xtask::repo::{EntryKind, History, Repo, Tree};

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (what, folder) = match &arguments[..] {
        [what, folder, ..] => (what.as_str(), folder),
        _ => bail!("use: survey inventory|imports|moved|symbols DIR [REVISION]"),
    };
    let repo = Repo::open(Path::new(folder))?;
    let tree = match arguments.get(2) {
        Some(revision) => Tree::of_revision(&repo, revision)?,
        None => Tree::of_work_tree(&repo)?,
    };
    let mut files = Vec::new();
    for (path, _) in tree.entries().filter(|(path, _)| path.extension() == "py") {
        let bytes = tree.read(path)?;
        match python::decode_source(&bytes) {
            Ok(source) => files.push((path.clone(), source.text)),
            Err(why) => eprintln!("{path}: {why}"),
        }
    }
    match what {
        "symbols" => symbols(&tree)?,
        "imports" => imports(&tree)?,
        "moved" => moved(&repo, &tree, arguments.get(2).map_or("HEAD", String::as_str))?,
        "inventory" => {
            let inventory = python::inventory::inventory(&files);
            println!("{}", serde_json::to_string_pretty(&inventory).context("print")?);
        }
        other => bail!("no survey `{other}`"),
    }
    Ok(())
}

fn symbols(tree: &Tree) -> Result<()> {
    for (path, entry) in tree.entries() {
        if matches!(entry.kind, EntryKind::File | EntryKind::Executable) {
            let text = String::from_utf8_lossy(&tree.read(path)?).into_owned();
            for symbol in xtask::code::symbols(path, &text) {
                println!("{path}:{}-{} {:?} {}", symbol.line, symbol.end_line, symbol.kind, symbol.name);
            }
        }
    }
    Ok(())
}

fn imports(tree: &Tree) -> Result<()> {
    let project = python::imports::Project::of_tree(tree)?;
    let imports = python::imports::verify(&project);
    for found in &imports.unresolved {
        let name = found.name.as_deref().unwrap_or("-");
        println!(
            "{}:{} {} {name} {:?} {:?}",
            found.path, found.line, found.module, found.reason, found.guard
        );
    }
    for outside in &imports.undeclared {
        println!("undeclared {outside:?}");
    }
    for unparsed in &imports.unparsed {
        println!("unparsed {unparsed:?}");
    }
    println!(
        "{} files, {} first-party, {} unresolved",
        imports.files,
        imports.first_party,
        imports.unresolved.len()
    );
    Ok(())
}

fn moved(repo: &Repo, tree: &Tree, revision: &str) -> Result<()> {
    let project = python::imports::Project::of_tree(tree)?;
    let tip = repo.resolve(revision)?;
    let history = History::of(repo, &tip)?;
    let mut imports = python::imports::verify(&project);
    let mut past = python::imports::Past::of(repo, &tip);
    python::imports::suggest(&project, &mut imports, &history, &mut past)?;
    for found in &imports.unresolved {
        println!("{}:{} {} {:?} -> {:?}", found.path, found.line, found.module, found.name, found.suggestion);
    }
    for anchor in python::imports::moved_anchors(&project, &history) {
        println!(
            "{}:{} {:?} {} -> {} ({})",
            anchor.path,
            anchor.line,
            anchor.kind,
            anchor.now,
            anchor.needed,
            anchor.commit.as_deref().unwrap_or("not committed")
        );
    }
    Ok(())
}
