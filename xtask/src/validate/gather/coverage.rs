//! Runs a Python suite under coverage.py, and asks it afterwards what ran.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;

use super::super::coverage;
use super::super::ended::Ended;
use super::super::result::Coverage;
use super::super::suites::Suite;
use super::{Context, suite_call};
use crate::process::{FilesBefore, Scratch, run};
use crate::repo::RepoPath;

/// Questions to coverage.py that take longer have no answer.
const LIMIT: Duration = Duration::from_secs(120);

/// A measurement that is under way; its data lie in a temporary folder.
pub(super) struct Measurement {
    scratch: Scratch,
    sources: Vec<OsString>,
}

impl Measurement {
    /// Makes the folder and settles what is measured: what coverage's own configuration says, else the
    /// repository's packages.
    pub(super) fn begin(context: &Context<'_>, suite: &Suite) -> Result<Self> {
        let sources = if is_configured(context) { Vec::new() } else { sources(context, suite) };
        Ok(Self { scratch: Scratch::new()?, sources })
    }

    fn data(&self) -> OsString {
        let mut option = OsString::from("--data-file=");
        option.push(self.scratch.path().join("data"));
        option
    }

    /// The same arguments under coverage.py: they begin with `-m` and a module.
    pub(super) fn wrap(&self, arguments: Vec<OsString>) -> Vec<OsString> {
        let mut wrapped: Vec<OsString> =
            ["-m", "coverage", "run", "--parallel-mode"].map(OsString::from).to_vec();
        wrapped.push(self.data());
        wrapped.extend(self.sources.iter().cloned());
        wrapped.extend(arguments);
        wrapped
    }

    /// What ran; the inner error says why that is not known.
    pub(super) fn end(
        self,
        context: &Context<'_>,
        (program, leading): (PathBuf, &[String]),
        ends: &[Ended],
    ) -> Result<Result<Coverage, String>> {
        let facts = ends.first().and_then(|ended| ended.session.facts.as_ref());
        if facts.is_some_and(|facts| facts.workers != "0") {
            return Ok(Err("the suite runs in parallel workers, which are not measured".to_owned()));
        }
        if facts.is_some_and(|facts| facts.measures_coverage) {
            return Ok(Err("pytest-cov measures this suite already".to_owned()));
        }
        let ask = |arguments: Vec<OsString>| {
            let call = suite_call(context, &program, LIMIT).args(leading).args(["-m", "coverage"]);
            run(&call.args(arguments), context.cancel)
        };
        let folder = self.scratch.path().as_os_str().to_owned();
        ask(vec!["combine".into(), self.data(), folder])?;
        let place = self.scratch.path().join("out.json");
        let before = FilesBefore::look(&place, ".json");
        let asked = ask(vec!["json".into(), "-i".into(), "-o".into(), place.into(), self.data()])?;
        let Some((_, bytes)) = before.new_files()?.pop() else {
            let said = format!("{}{}", asked.stdout.text(), asked.stderr.text());
            let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it said nothing");
            return Ok(Err(format!("coverage.py has no answer: {}", last.trim())));
        };
        coverage::read(&String::from_utf8_lossy(&bytes), &context.roots).map(Ok)
    }
}

/// True when the repository says itself what is to be measured.
fn is_configured(context: &Context<'_>) -> bool {
    let text = |name: &str| {
        let path = RepoPath::from(name);
        let bytes = context.files.contains(&path).then(|| context.read(&path))??;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    };
    // Those of coverage.py that it reads: one of its own, or a part of another's.
    let places = [
        (".coveragerc", "["),
        ("pyproject.toml", "[tool.coverage"),
        ("setup.cfg", "[coverage:"),
        ("tox.ini", "[coverage:"),
    ];
    let says = |(name, part)| text(name).is_some_and(|text| coverage::names_sources(&text, part));
    places.into_iter().any(says)
}

/// The folders of the repository's packages, tests left out; the top folder where there is no package.
fn sources(context: &Context<'_>, suite: &Suite) -> Vec<OsString> {
    let packages: BTreeSet<RepoPath> = context
        .files
        .iter()
        .filter(|path| path.file_name() == b"__init__.py")
        .filter_map(RepoPath::parent)
        .filter(|folder| !suite.paths.iter().any(|path| folder.is_within(path)))
        .filter(|folder| !folder.parts().any(|part| NOT_MEASURED.contains(&part)))
        .collect();
    let is_top = |folder: &&RepoPath| folder.parent().is_none_or(|above| !packages.contains(&above));
    let folders: Vec<String> =
        packages.iter().filter(is_top).map(|folder| folder.display().into_owned()).collect();
    match folders.is_empty() {
        true => vec!["--source=.".into(), "--omit=tests/*,test/*,setup.py,conftest.py".into()],
        false => vec![format!("--source={}", folders.join(",")).into()],
    }
}

/// Folders whose code is no part of what tests are for.
const NOT_MEASURED: [&[u8]; 6] = [b"tests", b"test", b"docs", b"examples", b"experiments", b"benchmarks"];
