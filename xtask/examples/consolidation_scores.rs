//! Writes what analysis A finds as predictions for a scorer of labelled notes.
//!
//! ```text
//! cargo run --release --example consolidation_scores -- notes REPOSITORY [REVISION|- [GLOB…]] > predictions.json
//! cargo run --release --example consolidation_scores -- texts FOLDER > predictions.json
//! ```
//!
//! `notes` runs the whole analysis on a repository; `texts` only compares the Markdown files of a folder
//! (planted overlaps). Times go to standard error; with `REPORT=FILE` the report is written there, so that the
//! next run finds its plan.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "a tool for scoring reads folders, measures and prints"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use xtask::config::{ConsolidateConfig, Depth};
use xtask::consolidate::{self, Analysis, Options};
use xtask::passages;
use xtask::process::{Cancel, Progress};
use xtask::repo::Repo;
use xtask::report::{Outcome, ReportMarker};

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let predictions = match arguments[..] {
        ["notes", repository, ref rest @ ..] => of_repository(Path::new(repository), rest)?,
        ["texts", folder] => of_texts(Path::new(folder))?,
        _ => bail!("usage: notes REPOSITORY [REVISION|- [GLOB…]] | texts FOLDER"),
    };
    println!("{predictions}");
    Ok(())
}

fn of_repository(folder: &Path, rest: &[&str]) -> Result<Value> {
    let repo = Repo::open(folder)?;
    let include = rest.get(1..).filter(|globs| !globs.is_empty());
    let options = Options {
        at: rest.first().filter(|&&revision| revision != "-").map(|&revision| revision.to_owned()),
        depth: Depth::Medium,
        config: ConsolidateConfig {
            include: include.map(|globs| globs.iter().map(|&glob| glob.to_owned()).collect()),
            ..ConsolidateConfig::default()
        },
        ..Options::default()
    };
    let start = Instant::now();
    let Outcome::Done(analysis) =
        consolidate::run(&repo, &options, &Progress::default(), &Cancel::default())?
    else {
        bail!("no notes");
    };
    eprintln!("{} notes in {:.3} s", analysis.notes.len(), start.elapsed().as_secs_f64());
    eprintln!("{}\n{}", consolidate::headline(&analysis), consolidate::next_step(&analysis));
    let marker = ReportMarker { kind: "consolidation".to_owned(), inputs: analysis.inputs.clone() };
    if let Ok(path) = std::env::var("REPORT") {
        std::fs::write(path, consolidate::report(&analysis, None).to_markdown(Some(&marker)))?;
    }
    Ok(of_analysis(&analysis))
}

fn of_analysis(analysis: &Analysis) -> Value {
    let topics: BTreeMap<String, &str> = analysis
        .topics
        .iter()
        .flat_map(|topic| topic.notes.iter().map(|path| (path.to_string(), topic.label.as_str())))
        .collect();
    json!({
        "topics": topics,
        "pairs": analysis.affinities.iter().map(|pair| json!([pair.a, pair.b, pair.score])).collect::<Vec<_>>(),
        "merge_groups": analysis.plan.merges.iter().map(|item| &item.sources).collect::<Vec<_>>(),
        "archive": analysis.plan.archive.iter().filter(|item| item.state.ticked).map(|item| &item.path).collect::<Vec<_>>(),
        "archive_scores": analysis.plan.archive.iter().map(|item| json!([item.path, item.confidence])).collect::<Vec<_>>(),
        "result": analysis,
    })
}

fn of_texts(folder: &Path) -> Result<Value> {
    let mut files = Vec::new();
    list(folder, &mut files)?;
    files.sort();
    let texts: Vec<String> = files
        .iter()
        .map(|file| Ok(String::from_utf8_lossy(&std::fs::read(file)?).into_owned()))
        .collect::<Result<_>>()?;
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let bytes: usize = texts.iter().map(|text| text.len()).sum();
    let start = Instant::now();
    let shared = passages::find(&texts, &passages::Options::default());
    let seconds = start.elapsed().as_secs_f64();
    eprintln!("{} texts, {:.1} MB in {seconds:.3} s", texts.len(), bytes as f64 / 1e6);
    let name =
        |number: usize| files[number].strip_prefix(folder).unwrap_or(&files[number]).display().to_string();
    let sections = shared.pairs.iter().flat_map(|pair| {
        let names = (name(pair.a), name(pair.b));
        let sides = pair.passages.iter().map(move |passage| {
            json!([names.0, passage.a.0, passage.a.1, names.1, passage.b.0, passage.b.1, passage.similarity])
        });
        sides.collect::<Vec<_>>()
    });
    Ok(json!({
        "pairs": shared.pairs.iter().map(|pair| json!([name(pair.a), name(pair.b), pair.score])).collect::<Vec<_>>(),
        "section_pairs": sections.collect::<Vec<_>>(),
    }))
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in std::fs::read_dir(folder).with_context(|| format!("list `{}`", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            list(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "md") {
            files.push(path);
        }
    }
    Ok(())
}
