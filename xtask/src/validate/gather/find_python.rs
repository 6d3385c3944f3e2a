//! Finds the interpreter of a suite, and asks it what it has.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Result;

use super::super::interpreter::{Choice, Facts, PYTHONS, TOOLS};
use super::super::probe::Probe;
use super::super::suites::Suite;
use super::{Context, suite_call};
use crate::process::{find_program, is_executable, run, variable};

const PROBE: &str = include_str!("../python/probe.py");
/// A question to an interpreter that takes longer has no answer.
const PROBE_LIMIT: Duration = Duration::from_secs(60);

pub(super) fn program<'a>(root: &Path, choice: &'a Choice) -> (PathBuf, &'a [String]) {
    let (first, leading) = choice.command.split_first().expect("a choice names a program");
    // A path is meant from the repository's top folder; a name is looked up in PATH.
    let program = if first.contains('/') { root.join(first) } else { PathBuf::from(first) };
    (program, leading)
}

/// Asks the interpreter what it has; the inner error says why it cannot answer.
pub(super) fn probe(
    context: &Context<'_>,
    choice: &Choice,
    names: &BTreeSet<String>,
) -> Result<Result<Probe, String>> {
    let (program, leading) = program(&context.root, choice);
    let call = suite_call(context, &program, PROBE_LIMIT).args(leading).args(["-c", PROBE]).args(names);
    let finished = match run(&call, context.cancel) {
        Ok(finished) => finished,
        Err(error) => return Ok(Err(format!("{error:#}"))),
    };
    let text = finished.stdout.text();
    let answer = text.lines().last().and_then(|line| serde_json::from_str(line).ok());
    Ok(answer.filter(|_| finished.success()).ok_or_else(|| {
        let stderr = finished.stderr.text();
        let last = stderr.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it said nothing");
        format!("`{}` does not answer: {}", choice.command.join(" "), last.trim())
    }))
}

pub(super) fn facts(context: &Context<'_>, suite: &Suite) -> Facts {
    let mut environments = Vec::new();
    for folder in [".venv", "venv"] {
        let program = format!("{folder}/bin/python");
        if is_executable(&context.root.join(&program)) {
            environments.push((program, format!("`{folder}` is there")));
        }
    }
    if let Some(active) = variable("VIRTUAL_ENV") {
        let relative = context.roots.relative(&active.to_string_lossy());
        if let Some(folder) =
            relative.filter(|folder| is_executable(&context.root.join(folder).join("bin/python")))
        {
            environments.push((format!("{folder}/bin/python"), "the active environment".to_owned()));
        }
    }
    let at_top = |name: &&str| context.root.join(name).is_file();
    let on_path = |name: &&str| find_program(name).is_some();
    let programs = TOOLS.iter().map(|(_, program, ..)| *program).chain(PYTHONS);
    let conda = variable("CONDA_PREFIX").map(|prefix| Path::new(&prefix).join("bin/python"));
    Facts {
        configured: suite.python.clone(),
        environments,
        files: TOOLS.iter().map(|(file, ..)| *file).filter(at_top).map(str::to_owned).collect(),
        programs: programs.filter(on_path).map(str::to_owned).collect(),
        conda: conda.filter(|program| is_executable(program)).map(|path| path.display().to_string()),
    }
}
