//! Runs a Python suite: finds the interpreter, and what it runs with which arguments.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

use anyhow::{Context as _, Result};

use super::super::declared::Declared;
use super::super::ended::Ended;
use super::super::interpreter::{Choice, choose, install_line, install_line_with_own, own_line};
use super::super::junit_read;
use super::super::listed::{self, Listed};
use super::super::model::{Ran, Rerun, SuiteRun};
use super::super::packages;
use super::super::probe::Probe;
use super::super::result::{Coverage, End, Place};
use super::super::suites::{Runner, Suite};
use super::coverage::Measurement;
use super::find_python::{facts, probe, program};
use super::{Context, suite_call};
use crate::code::python::decode_source;
use crate::code::python::inventory::is_test_file;
use crate::config::CoverageSetting;
use crate::process::{FilesBefore, Scratch, run};
use crate::repo::RepoPath;
use crate::report::Finding;

/// Runs a suite with pytest or unittest.
pub(super) fn run_suite(context: &Context<'_>, suite: &Suite) -> Result<Vec<SuiteRun>> {
    let missing: Vec<&RepoPath> = suite.paths.iter().filter(|path| !is_there(context, path)).collect();
    if let Some(path) = missing.first() {
        let why = format!("`{path}` is not in the repository");
        return Ok(vec![SuiteRun::cannot(suite.clone(), End::UsageError, why, None)]);
    }
    let Some(choice) = choose(&facts(context, suite)) else {
        let why = "there is no Python: neither an environment in the repository nor `python3` on PATH".into();
        return Ok(vec![SuiteRun::cannot(suite.clone(), End::Missing, why, None)]);
    };
    let first_party = packages::top_level(context.files.iter());
    let wanted = wanted(context, suite);
    let names: BTreeSet<String> = first_party.iter().chain(wanted.keys()).cloned().collect();
    let probe = match probe(context, &choice, &names)? {
        Ok(probe) => probe,
        Err(why) => return Ok(vec![cannot(suite, &choice, None, End::Missing, why, None)]),
    };
    let home = context.root.clone();
    let runner = Python { context, suite, choice, probe, first_party, wanted, home, first: Vec::new() };
    if suite.runner == Runner::Unittest {
        return Ok(vec![runner.unittest(&suite.paths, None)?]);
    }
    if runner.probe.pytest.is_some() {
        return Ok(vec![runner.pytest()?]);
    }
    runner.without_pytest()
}

/// Modules that the suite's files import at once, and where.
fn wanted(context: &Context<'_>, suite: &Suite) -> BTreeMap<String, Vec<Place>> {
    let mut wanted: BTreeMap<String, Vec<Place>> = BTreeMap::new();
    let is_own = |file: &&RepoPath| {
        suite.paths.iter().any(|path| file.is_within(path))
            && (is_test_file(file) || file.file_name() == b"conftest.py" || suite.paths.contains(file))
    };
    for file in context.files.iter().filter(is_own) {
        let Some(text) = context.read(file).and_then(|bytes| decode_source(&bytes).ok()) else { continue };
        for (module, line) in packages::imported_at_once(&text.text) {
            let place = Place { path: file.display().into_owned(), line };
            wanted.entry(module).or_default().push(place);
        }
    }
    wanted
}

fn is_there(context: &Context<'_>, path: &RepoPath) -> bool {
    path.under(&context.root).exists()
}

fn cannot(
    suite: &Suite,
    choice: &Choice,
    version: Option<String>,
    end: End,
    why: String,
    install: Option<String>,
) -> SuiteRun {
    let mut run = SuiteRun::cannot(suite.clone(), end, why, install);
    run.interpreter = Some(choice.named(version));
    run
}

pub(super) struct Python<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) suite: &'a Suite,
    choice: Choice,
    probe: Probe,
    first_party: Vec<String>,
    wanted: BTreeMap<String, Vec<Place>>,
    /// The folder that the interpreter's path is meant from.
    home: PathBuf,
    /// Folders that modules are looked for in before all others.
    pub(super) first: Vec<PathBuf>,
}

/// Runs tests of a suite in the files of another commit, with the interpreter of this one: `there` is the
/// other commit's context, and files in ids are seen from its top.
pub(super) fn run_there(
    here: &Context<'_>,
    there: &Context<'_>,
    suite: &Suite,
    runner: &str,
    ids: &[String],
) -> Result<Vec<Ended>> {
    let Some(choice) = choose(&facts(here, suite)) else { return Ok(Vec::new()) };
    // An editable install leads to the files of this commit; what stands on PYTHONPATH comes before it.
    let first = ["src", ""].iter().map(|folder| there.root.join(folder)).filter(|path| path.is_dir());
    let python = Python {
        context: there,
        suite,
        choice,
        probe: Probe::default(),
        first_party: Vec::new(),
        wanted: BTreeMap::new(),
        home: here.root.clone(),
        first: first.collect(),
    };
    let files: BTreeSet<RepoPath> = ids
        .iter()
        .filter_map(|id| id.split("::").next())
        .map(RepoPath::from)
        .filter(|path| is_there(there, path))
        .collect();
    if files.is_empty() {
        return Ok(Vec::new());
    }
    let files: Vec<RepoPath> = files.into_iter().collect();
    // Which folder below the top pytest takes for its root is known only when it runs.
    let ids: Vec<String> = ids.iter().flat_map(|id| below(id)).collect();
    python.until_done(Some(&ids), |ignore| match runner {
        "unittest" => python.unittest_arguments(&files, ignore),
        _ => python.pytest_arguments(&files, ignore),
    })
}

/// An id as it is seen from each folder above its file.
fn below(id: &str) -> Vec<String> {
    let file = id.find("::").unwrap_or(id.len());
    let folders = id[..file].match_indices('/').map(|(at, _)| &id[at + 1..]);
    std::iter::once(id).chain(folders).map(str::to_owned).collect()
}

impl Python<'_> {
    fn install(&self, packages: &[String]) -> String {
        install_line(&self.choice, self.probe.pip, packages)
    }

    fn finish(&self, runner: &str, command: String, ends: Vec<Ended>, reruns: Vec<Rerun>) -> SuiteRun {
        let mut run = SuiteRun::new(self.suite.clone(), command, Ran::Python { ends, reruns });
        run.runner = runner.to_owned();
        self.equip(run)
    }

    /// Adds what is known of the interpreter and of the modules that it has.
    fn equip(&self, mut run: SuiteRun) -> SuiteRun {
        run.interpreter = Some(self.choice.named(Some(self.probe.version.clone())));
        run.install = Some(self.install(&["{}".to_owned()]).replace("'{}'", "{}"));
        run.install_own = Some(own_line(&self.choice, self.probe.pip));
        run.findings = packages::imported_from_elsewhere(&self.probe, &self.first_party, &self.context.roots);
        run.first_party = self.first_party.clone();
        run.declared = self.declared();
        // A module of the repository is found when the tests run (beside them, by `pythonpath`), however the
        // interpreter is asked now; and what a file that was collected imports is there, wherever it was found.
        let is_own = |module: &str| packages::is_own(module, self.context.files.iter(), &run.declared);
        let is_missing = |module: &str| self.probe.origins.get(module).is_some_and(Option::is_none);
        let loaded = match &run.ran {
            Ran::Python { ends, .. } => packages::loaded(ends, &self.context.roots),
            _ => BTreeSet::new(),
        };
        let is_found =
            |places: &[Place]| places.iter().any(|place| packages::was_loaded(&loaded, &place.path));
        let wanted = self.wanted.iter().filter(|(module, _)| is_missing(module) && !is_own(module));
        let missing = wanted.filter(|(_, places)| !is_found(places));
        run.missing = missing.map(|(module, places)| (module.clone(), places.clone())).collect();
        run
    }

    fn declared(&self) -> Declared {
        Declared::read(|name| {
            let path = RepoPath::from(name);
            let bytes = self.context.files.contains(&path).then(|| self.context.read(&path))??;
            Some(String::from_utf8_lossy(&bytes).into_owned())
        })
    }

    fn pytest(&self) -> Result<SuiteRun> {
        let mut command = vec![self.choice.command.join(" "), "-m pytest".to_owned()];
        command.extend(self.suite.paths.iter().map(|path| path.display().into_owned()));
        let command = command.join(" ");
        let measured = match self.wants_coverage() {
            true => Some(Measurement::begin(self.context, self.suite)?),
            false => None,
        };
        let ends = self.until_done(None, |ignore| {
            let arguments = self.pytest_arguments(&self.suite.paths, ignore);
            measured.as_ref().map_or(arguments.clone(), |measured| measured.wrap(arguments))
        })?;
        if let Some(why) = ends.first().and_then(Ended::unheard)
            && let Some(listed) = self.unheard(&why)?
        {
            let finding = listed.degraded.clone().map(|why| Finding::warn("degraded", None, why));
            let ran = Ran::Listed(Box::new(listed));
            let mut run = self.equip(SuiteRun::new(self.suite.clone(), command, ran));
            run.runner = "pytest".to_owned();
            run.findings.extend(finding);
            return Ok(run);
        }
        let again = |paths: &[RepoPath]| {
            let mut arguments = self.pytest_arguments(paths, &[]);
            arguments.extend(same_root(&ends));
            arguments
        };
        let (reruns, cut_short) = self.run_failures_again(&ends, &self.suite.paths, &again);
        let coverage = self.coverage(measured, &ends)?;
        let mut run = self.finish("pytest", command, ends, reruns);
        (run.cut_short, run.coverage) = (cut_short, coverage);
        Ok(run)
    }

    fn wants_coverage(&self) -> bool {
        let is_asked = self.context.options.config.coverage == Some(CoverageSetting::Auto);
        is_asked && self.probe.coverage.is_some()
    }

    /// Which lines ran, where that is asked for.
    fn coverage(
        &self,
        measured: Option<Measurement>,
        ends: &[Ended],
    ) -> Result<Option<Result<Coverage, String>>> {
        let elsewhere =
            packages::imported_from_elsewhere(&self.probe, &self.first_party, &self.context.roots);
        match measured {
            Some(_) if !elsewhere.is_empty() => {
                let why = "the tests import the package from outside of the repository".to_owned();
                Ok(Some(Err(why)))
            }
            Some(measured) => {
                let read = measured.end(self.context, self.program(), ends);
                Ok(Some(read.unwrap_or_else(|error| Err(format!("{error:#}")))))
            }
            None if self.context.options.config.coverage == Some(CoverageSetting::Auto) => {
                let line = self.install(&[self.declared().requirement("coverage")]);
                Ok(Some(Err(format!("coverage.py is not installed: `{line}`"))))
            }
            None => Ok(None),
        }
    }

    /// What pytest's own JUnit XML says, where its events cannot be heard; `None`: it leaves none either.
    fn unheard(&self, why: &str) -> Result<Option<Listed>> {
        let scratch = Scratch::new()?;
        let place = scratch.path().join("junit.xml");
        let before = FilesBefore::look(&place, ".xml");
        let mut junit = OsString::from("--junitxml=");
        junit.push(&place);
        let (program, leading) = self.program();
        let arguments = self.pytest_arguments(&self.suite.paths, &[]);
        // Without our module, which is the first that is asked for.
        let (module, rest) = (&arguments[..2], &arguments[4..]);
        let call = suite_call(self.context, &program, self.suite.suite_limit)
            .args(leading)
            .args(module)
            .args([junit, "-ojunit_family=xunit1".into()])
            .args(rest);
        let finished = run(&call, self.context.cancel)?;
        let Some((_, bytes)) = before.new_files()?.pop() else { return Ok(None) };
        let told = junit_read::read(&String::from_utf8_lossy(&bytes)).context("read pytest's JUnit XML")?;
        let is_file = |path: &str| self.context.files.contains(&RepoPath::from(path));
        let drafts = listed::of_junit(&told, &|told| listed::pytest_item(told, &is_file));
        let degraded = format!(
            "degraded: the events of pytest cannot be heard ({why}), so this is what its JUnit XML says"
        );
        Ok(Some(Listed { drafts, degraded: Some(degraded), ..Listed::of(&finished) }))
    }

    /// What of the suite the standard library can run, beside the word that pytest is missing.
    fn without_pytest(&self) -> Result<Vec<SuiteRun>> {
        let context = self.context;
        let files = packages::unittest_files(&context.files, &self.suite.paths, |path| context.read(path));
        let why = format!("pytest is not installed for {}", self.choice.command.join(" "));
        let version = Some(self.probe.version.clone());
        if !files.need_pytest && !files.unittest.is_empty() {
            // All of it: classes of cases may have their base in another file, and packages cases of their own.
            return Ok(vec![self.unittest(&self.suite.paths, None)?]);
        }
        let run = cannot(self.suite, &self.choice, version, End::Missing, why, None);
        let mut runs = vec![self.with_install_line(self.equip(run))];
        if !files.unittest.is_empty() {
            runs.push(self.unittest(&files.unittest, Some("standard library part"))?);
        }
        Ok(runs)
    }

    /// The line that installs pytest, and with it the packages that the suite's files need and that are known.
    fn with_install_line(&self, mut run: SuiteRun) -> SuiteRun {
        let known = run.missing().into_iter().filter(|missing| missing.install.is_some());
        let names = known.filter(|missing| missing.module != "pytest").map(|missing| missing.module);
        let (own, others): (Vec<String>, Vec<String>) = names.partition(|module| run.is_own(module));
        let mut packages = vec![run.declared.requirement("pytest")];
        packages.extend(others.iter().map(|module| run.declared.requirement_for(module)));
        // Asked for by its name it would come from an index, from whoever took the name there.
        let line = match own.is_empty() {
            true => self.install(&packages),
            false => install_line_with_own(&self.choice, self.probe.pip, &packages),
        };
        if let Ran::Cannot { install, .. } = &mut run.ran {
            *install = Some(line);
        }
        run
    }

    fn unittest(&self, paths: &[RepoPath], part: Option<&str>) -> Result<SuiteRun> {
        let mut words = vec![self.choice.command.join(" "), "-m unittest".to_owned()];
        words.extend(paths.iter().map(|path| path.display().into_owned()));
        let ends = self.until_done(None, |ignore| self.unittest_arguments(paths, ignore))?;
        let again = |paths: &[RepoPath]| self.unittest_arguments(paths, &[]);
        let (reruns, cut_short) = self.run_failures_again(&ends, paths, &again);
        let mut run = self.finish("unittest", words.join(" "), ends, reruns);
        run.cut_short = cut_short;
        if let Some(part) = part {
            run.suite.name = format!("{} ({part})", run.suite.name);
            run.suite.gating = false;
        }
        Ok(run)
    }

    pub(super) fn program(&self) -> (PathBuf, &[String]) {
        program(&self.home, &self.choice)
    }

    fn pytest_arguments(&self, paths: &[RepoPath], ignore: &[String]) -> Vec<OsString> {
        let fixed = [
            "-m",
            "pytest",
            "-p",
            "xtask_pytest",
            "-p",
            "no:cacheprovider",
            "--continue-on-collection-errors",
            "--maxfail=0",
            "--color=no",
        ];
        let mut arguments: Vec<OsString> = fixed.iter().map(OsString::from).collect();
        arguments.extend(self.ignored(ignore));
        arguments.extend(paths.iter().map(argument));
        arguments
    }

    fn unittest_arguments(&self, paths: &[RepoPath], ignore: &[String]) -> Vec<OsString> {
        let module = ["-m", "xtask_unittest_events"].map(OsString::from);
        module.into_iter().chain(self.ignored(ignore)).chain(paths.iter().map(argument)).collect()
    }

    /// Options that keep files from being imported: scripts, and those whose import ended a process.
    fn ignored(&self, ignore: &[String]) -> Vec<OsString> {
        let option = |file: OsString| {
            let mut option = OsString::from("--ignore=");
            option.push(file);
            option
        };
        let scripts = self.suite.scripts.iter().map(argument);
        scripts.chain(ignore.iter().map(OsString::from)).map(option).collect()
    }
}

/// Options that keep ids what they were when only a few files are named.
fn same_root(ends: &[Ended]) -> Vec<OsString> {
    let Some(facts) = ends.iter().find_map(|ended| ended.session.facts.as_ref()) else { return Vec::new() };
    let mut options = vec![OsString::from(format!("--rootdir={}", facts.root))];
    if let Some(config) = &facts.config {
        options.extend(["-c".into(), OsString::from(config)]);
    }
    options
}

fn argument(path: &RepoPath) -> OsString {
    let bytes = path.as_bytes();
    // A name that begins with a hyphen is no option.
    let safe = if bytes.starts_with(b"-") { [b"./", bytes].concat() } else { bytes.to_vec() };
    OsString::from_vec(safe)
}
