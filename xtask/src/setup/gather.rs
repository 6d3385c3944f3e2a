//! Looks at a repository: hooks, their managers, remotes, files that may be edited. Writes nothing.

#![expect(clippy::disallowed_methods, reason = "the running program is copied for the hooks")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::hooks::HookFile;
use super::managers::{self, Manager};
use super::program::{self, About, Installed};
use super::strays::Strays;
use super::{lfs, script, workflow};
use crate::blocks::{self, Syntax};
use crate::change::{Disk, FileState, Hooks, Place};
use crate::config::{CONTRIBUTING_PLACES, GitHook, WorkflowKind};
use crate::repo::{Repo, RepoPath};

/// What was found.
pub(super) struct Found {
    pub(super) hooks: Hooks,
    /// The value of `core.hooksPath` where more than this repository has it.
    pub(super) shared_path: Option<String>,
    /// The files in the hooks folder; empty where it is not this repository's own.
    pub(super) hook_files: Vec<HookFile>,
    /// Why the hooks folder cannot be looked into.
    pub(super) no_folder: Option<String>,
    /// Hooks of ours that somebody moved, or that git does not look at now.
    pub(super) strays: Strays,
    /// The scripts that git's configuration calls, in the tool's folder.
    pub(super) own_files: Vec<HookFile>,
    /// `hook.xtask-NAME.*` of this repository's configuration.
    pub(super) settings: BTreeMap<String, Vec<String>>,
    /// Whether git runs hooks that its configuration names.
    pub(super) git_reads_settings: bool,
    /// Events that git's configuration switches off, by the setting that does.
    pub(super) disabled: Vec<String>,
    /// Whether an attribute at the root hands files to Git LFS.
    pub(super) uses_lfs: bool,
    pub(super) managers: Vec<FoundManager>,
    pub(super) program: Option<Installed>,
    pub(super) common: Common,
}

/// What more than one part looks at.
pub(super) struct Common {
    /// Whether `cargo xtask` is this tool here.
    pub(super) alias: bool,
    /// Name and address of each remote.
    pub(super) remotes: BTreeMap<String, String>,
    pub(super) workflows: BTreeMap<WorkflowKind, Looked>,
    /// By the names that they have: hosts show the file in any case.
    pub(super) contributing: BTreeMap<String, Looked>,
    /// Files that take the place of CONTRIBUTING.md and are no Markdown.
    pub(super) other_contributing: Vec<String>,
    /// What pip would be told to install before the tests of a Python project; empty elsewhere.
    pub(super) python_needs: Vec<String>,
}

/// A file that is there or not, or why it cannot be looked at (a link, a folder).
pub(super) type Looked = Result<Option<FileState>, String>;

/// A manager, and the file by which it was known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FoundManager {
    pub(super) manager: Manager,
    pub(super) file: Option<String>,
    /// Whether its configuration calls the tool.
    pub(super) calls_tool: bool,
}

/// Since 2.54 git runs the hooks that its configuration names.
const GIT_WITH_SETTINGS: (u32, u32) = (2, 54);

pub(super) fn gather(repo: &Repo) -> Result<Found> {
    let disk = Disk::of(repo)?;
    let usual = repo.common_dir().join("hooks");
    let hooks = match disk.hooks()? {
        // Somebody wrote down what git does anyway.
        Hooks::Configured { folder, .. } if folder == usual => Hooks::Usual { folder },
        other => other,
    };
    let in_folder = |place: fn(&str) -> Place| -> Result<Vec<HookFile>> {
        GitHook::ALL.iter().map(|&hook| hook_file(&disk, hook, place(hook.name()))).collect()
    };
    let (hook_files, no_folder) = match &hooks {
        Hooks::Shared { .. } => (Vec::new(), None),
        Hooks::Configured { folder, .. } if folder.exists() && !folder.is_dir() => {
            (Vec::new(), Some("is no folder".to_owned()))
        }
        // One in the work tree is made when it is wanted.
        Hooks::Configured { folder, .. } if !folder.exists() && !is_ours(repo, folder) => {
            (Vec::new(), Some("is not there".to_owned()))
        }
        Hooks::Usual { folder } | Hooks::Configured { folder, .. } => match no_way(folder) {
            Some(why) => (Vec::new(), Some(why)),
            None => (in_folder(Place::hook)?, None),
        },
    };
    Ok(Found {
        shared_path: shared_path(repo, &hooks)?,
        managers: managers(&disk, &hooks, &hook_files)?,
        strays: Strays::of(&disk, &hooks, &usual)?,
        hook_files,
        no_folder,
        own_files: in_folder(|name| Place::tool(&format!("hooks/{name}")))?,
        settings: settings(repo)?,
        git_reads_settings: git_reads_settings(repo)?,
        disabled: disabled(repo)?,
        uses_lfs: uses_lfs(repo, &disk),
        program: installed(&disk)?,
        common: common(repo, &disk)?,
        hooks,
    })
}

fn uses_lfs(repo: &Repo, disk: &Disk) -> bool {
    let attributes = repo.work_tree().map(|_| disk.read(&".gitattributes".into()));
    let Some(Ok(Some(state))) = attributes else { return false };
    memchr::memmem::find(&state.bytes, lfs::FILTER).is_some()
}

/// Why nothing can be written into a folder: it is a link, so that it may be shared, or something on the way to it is no
/// folder (`.git/hooks` in a linked worktree, where `.git` is a file).
fn no_way(folder: &Path) -> Option<String> {
    if let Ok(target) = std::fs::read_link(folder) {
        return Some(format!("is a symbolic link to `{}`", target.display()));
    }
    let first = folder.ancestors().find(|folder| folder.symlink_metadata().is_ok())?;
    (!first.is_dir()).then(|| format!("leads through `{}`, which is no folder", first.display()))
}

/// True for a folder inside the work tree or git's own folder.
fn is_ours(repo: &Repo, folder: &Path) -> bool {
    folder.starts_with(repo.common_dir()) || repo.work_tree().is_some_and(|top| folder.starts_with(top))
}

fn common(repo: &Repo, disk: &Disk) -> Result<Common> {
    let in_tree = |path: &str| -> Looked {
        match repo.work_tree() {
            None => Err("the repository is bare: this needs files on disk".to_owned()),
            Some(_) => disk.read(&path.into()).map_err(|error| format!("{error:#}")),
        }
    };
    let mut workflows = BTreeMap::new();
    for kind in WorkflowKind::ALL {
        workflows.insert(kind, in_tree(workflow::path(kind)));
    }
    let mut contributing = BTreeMap::new();
    let mut other_contributing = Vec::new();
    for place in CONTRIBUTING_PLACES {
        let named = named_contributing(repo, place);
        let (markdown, others): (Vec<_>, Vec<_>) =
            named.into_iter().partition(|path| path.eq_ignore_ascii_case(place));
        other_contributing.extend(others);
        let markdown = if markdown.is_empty() { vec![place.to_owned()] } else { markdown };
        contributing.extend(markdown.into_iter().map(|path| (path.clone(), in_tree(&path))));
    }
    Ok(Common {
        alias: has_alias(disk, repo)?,
        remotes: remotes(repo)?,
        workflows,
        contributing,
        other_contributing,
        python_needs: repo.work_tree().map(python_needs).unwrap_or_default(),
    })
}

/// What pip installs for the tests of a Python project: the project itself, and the lists of what it needs.
fn python_needs(top: &Path) -> Vec<String> {
    if !["tests", "test"].iter().any(|folder| top.join(folder).is_dir()) {
        return Vec::new();
    }
    let is_project = std::fs::read_to_string(top.join("pyproject.toml"))
        .is_ok_and(|text| text.contains("[project]") || text.contains("[build-system]"));
    let mut needs = Vec::new();
    if is_project || top.join("setup.py").is_file() {
        needs.push("-e .".to_owned());
    }
    let names = std::fs::read_dir(top).into_iter().flatten().flatten();
    let is_list = |name: &String| {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        name.starts_with("requirements") && name.ends_with(".txt") && name.bytes().all(is_plain)
    };
    let mut lists: Vec<String> =
        names.filter_map(|entry| entry.file_name().into_string().ok()).filter(is_list).collect();
    lists.sort();
    needs.extend(lists.into_iter().map(|name| format!("-r {name}")));
    needs
}

/// The files beside a place that are called CONTRIBUTING with any ending, in any case; sorted.
fn named_contributing(repo: &Repo, place: &str) -> Vec<String> {
    const ENDINGS: &[&str] = &["md", "markdown", "rst", "txt", "adoc", "asciidoc", "org", "textile", "rdoc"];
    let Some(top) = repo.work_tree() else { return Vec::new() };
    let folder = place.rsplit_once('/').map_or("", |(folder, _)| folder);
    let names = std::fs::read_dir(top.join(folder)).into_iter().flatten().flatten();
    let names = names.filter_map(|entry| entry.file_name().into_string().ok());
    let is_it = |name: &String| {
        let (stem, ending) = name.rsplit_once('.').unwrap_or((name, "txt"));
        stem.eq_ignore_ascii_case("contributing") && ENDINGS.contains(&ending.to_lowercase().as_str())
    };
    let mut paths: Vec<String> = names
        .filter(is_it)
        .map(|name| if folder.is_empty() { name } else { format!("{folder}/{name}") })
        .collect();
    paths.sort();
    paths
}

fn hook_file(disk: &Disk, hook: GitHook, place: Place) -> Result<HookFile> {
    let full = disk.full_path(&place)?;
    let free = free_name(disk, &place)?;
    let mut file = HookFile { hook, place, state: None, link: None, kept: None, free, no_file: None };
    if full.is_symlink() {
        let target = std::fs::read_link(&full).with_context(|| format!("read `{}`", file.place))?;
        file.link = Some(target.display().to_string());
        return Ok(file);
    }
    if full.is_dir() {
        file.no_file = Some(format!("`{}` is a folder, which git does not run", file.place));
        return Ok(file);
    }
    file.state = disk.read(&file.place)?;
    let Some(state) = &file.state else { return Ok(file) };
    let blocks =
        blocks::find(&state.bytes, Syntax::Hash).with_context(|| format!("read `{}`", file.place))?;
    if let Some(block) = blocks.into_iter().find(|block| block.id == hook.name())
        && let Some(name) = script::kept_name(&state.bytes[block.body])
    {
        let kept = beside(&file.place, name.as_bytes());
        file.kept = disk.read(&kept)?.map(|state| (kept, state));
    }
    Ok(file)
}

/// A name for what is moved aside; what stands under such a name already is never overwritten.
fn free_name(disk: &Disk, place: &Place) -> Result<Place> {
    let name = String::from_utf8_lossy(place.path.file_name()).into_owned();
    let mut number = 1;
    loop {
        let suffix = if number == 1 { String::new() } else { format!("-{number}") };
        let free = beside(place, format!("{name}.before-xtask{suffix}").as_bytes());
        if disk.full_path(&free)?.symlink_metadata().is_err() {
            return Ok(free);
        }
        number += 1;
    }
}

fn beside(place: &Place, name: &[u8]) -> Place {
    let path = place.path.parent().map_or_else(|| RepoPath::from_bytes(name), |folder| folder.join(name));
    Place { root: place.root, path }
}

fn managers(disk: &Disk, hooks: &Hooks, files: &[HookFile]) -> Result<Vec<FoundManager>> {
    let mut found: Vec<FoundManager> = Vec::new();
    let mut add = |manager: Manager, file: Option<&str>, calls_tool: bool| match found
        .iter_mut()
        .find(|known| known.manager == manager)
    {
        Some(known) => known.calls_tool |= calls_tool,
        None => found.push(FoundManager { manager, file: file.map(str::to_owned), calls_tool }),
    };
    for &(path, manager) in managers::FILES {
        let place = Place::from(path);
        let there = disk.full_path(&place).is_ok_and(|full| full.symlink_metadata().is_ok());
        if there {
            // A configuration behind a link is one, too; what it calls cannot be told then.
            let bytes = disk.read(&place).ok().flatten().map(|file| file.bytes).unwrap_or_default();
            add(manager, Some(path), managers::calls_tool(&bytes));
        }
    }
    for file in files {
        if let Some(manager) = file.state.as_ref().and_then(|state| managers::of_hook(&state.bytes)) {
            add(manager, None, false);
        }
    }
    let is_husky = matches!(hooks, Hooks::Configured { folder, .. }
        if folder.components().any(|part| part.as_os_str() == ".husky"));
    if is_husky {
        add(Manager::Husky, None, false);
    }
    found.sort_by_key(|known| known.manager);
    Ok(found)
}

fn shared_path(repo: &Repo, hooks: &Hooks) -> Result<Option<String>> {
    let Hooks::Shared { scope } = hooks else { return Ok(None) };
    let answer =
        repo.git().answer_to(&["config", &format!("--{scope}"), "--get", "core.hooksPath"], &[], &[])?;
    Ok(Some(String::from_utf8_lossy(&answer.stdout).trim().to_owned()))
}

pub(super) fn settings(repo: &Repo) -> Result<BTreeMap<String, Vec<String>>> {
    let args = ["config", "--local", "--null", "--get-regexp", r"^hook\.xtask-"];
    let answer = repo.git().answer_to(&args, &[], &[0, 1])?;
    let mut settings: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for record in answer.stdout.split(|&byte| byte == 0).filter(|record| !record.is_empty()) {
        let text = String::from_utf8_lossy(record).into_owned();
        let (key, value) = text.split_once('\n').unwrap_or((&text, ""));
        settings.entry(key.to_owned()).or_default().push(value.to_owned());
    }
    Ok(settings)
}

/// True where git runs the hooks that its configuration names.
pub(super) fn git_reads_settings(repo: &Repo) -> Result<bool> {
    Ok(git_version(repo)? >= GIT_WITH_SETTINGS)
}

/// `hook.pre-commit.enabled`, where that is false: whoever set it, git runs no hook of that event.
fn disabled(repo: &Repo) -> Result<Vec<String>> {
    let names = GitHook::ALL.map(GitHook::name).join("|");
    let pattern = format!(r"^hook\.({names})\.enabled$");
    let args = ["config", "--type=bool", "--null", "--get-regexp", &pattern];
    let answer = repo.git().answer_to(&args, &[], &[0, 1])?;
    // The last of several values of a key counts.
    let mut last: BTreeMap<String, bool> = BTreeMap::new();
    for record in answer.stdout.split(|&byte| byte == 0).filter(|record| !record.is_empty()) {
        let text = String::from_utf8_lossy(record);
        let (key, value) = text.split_once('\n').unwrap_or((&text, "true"));
        last.insert(key.to_owned(), value == "true");
    }
    Ok(last.into_iter().filter(|(_, is_on)| !is_on).map(|(key, _)| key).collect())
}

fn git_version(repo: &Repo) -> Result<(u32, u32)> {
    let text = repo.git().line(&["version"])?;
    let mut numbers =
        text.trim_start_matches("git version ").split('.').map(|part| part.parse().unwrap_or(0));
    Ok((numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)))
}

fn remotes(repo: &Repo) -> Result<BTreeMap<String, String>> {
    let args = ["config", "--null", "--get-regexp", r"^remote\..*\.url$"];
    let answer = repo.git().answer_to(&args, &[], &[0, 1])?;
    let mut remotes = BTreeMap::new();
    for record in answer.stdout.split(|&byte| byte == 0).filter(|record| !record.is_empty()) {
        let text = String::from_utf8_lossy(record).into_owned();
        let Some((key, url)) = text.split_once('\n') else { continue };
        let name = key.trim_start_matches("remote.").trim_end_matches(".url");
        // Of several addresses git fetches from the first.
        remotes.entry(name.to_owned()).or_insert_with(|| url.to_owned());
    }
    Ok(remotes)
}

/// True where the alias `xtask` runs a member that is this tool, or that takes it as a dependency: many repositories
/// have another tool behind an alias of that name.
fn has_alias(disk: &Disk, repo: &Repo) -> Result<bool> {
    if repo.work_tree().is_none() {
        return Ok(false);
    }
    let table = |path: &str| -> Result<Option<toml::Table>> {
        let file = disk.read(&path.into()).ok().flatten();
        Ok(file.and_then(|file| toml::from_str(&String::from_utf8_lossy(&file.bytes)).ok()))
    };
    let Some(settings) = table(".cargo/config.toml")? else { return Ok(false) };
    // A member lies in a folder of its own name.
    let Some(member) = member_of_alias(&settings) else { return Ok(false) };
    Ok(table(&format!("{member}/Cargo.toml"))?.is_some_and(|manifest| is_this_tool(&manifest, &member)))
}

/// The package that the alias `xtask` runs.
fn member_of_alias(settings: &toml::Table) -> Option<String> {
    let words: Vec<&str> = match settings.get("alias")?.get("xtask")? {
        toml::Value::String(text) => text.split_whitespace().collect(),
        toml::Value::Array(words) => words.iter().filter_map(toml::Value::as_str).collect(),
        _ => return None,
    };
    let mut rest = words.iter().skip(1);
    let runs = words.first().is_some_and(|word| matches!(*word, "run" | "r"));
    let named = rest.find(|word| matches!(**word, "--package" | "-p")).and_then(|_| rest.next());
    let is_name = |name: &&&str| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    named.filter(|_| runs).filter(is_name).map(|name| (*name).to_owned())
}

/// True for the manifest of this tool, and for that of a member of a few lines that depends on it.
fn is_this_tool(manifest: &toml::Table, member: &str) -> bool {
    let package = |key: &str| manifest.get("package").and_then(|package| package.get(key)?.as_str());
    let is_copy = package("name") == Some(env!("CARGO_PKG_NAME"))
        && package("description") == Some(env!("CARGO_PKG_DESCRIPTION"));
    let named =
        |dependency: &toml::Value| dependency.get("package").and_then(toml::Value::as_str).map(str::to_owned);
    let takes_it = manifest.get("dependencies").and_then(toml::Value::as_table).is_some_and(|dependencies| {
        let mut names = dependencies.iter().map(|(key, value)| named(value).unwrap_or_else(|| key.clone()));
        names.any(|name| name == env!("CARGO_PKG_NAME"))
    });
    package("name") == Some(member) && (is_copy || takes_it)
}

fn installed(disk: &Disk) -> Result<Option<Installed>> {
    let Some(copy) = disk.read(&Place::tool(program::PATH))? else { return Ok(None) };
    let about = disk.read(&Place::tool(program::ABOUT))?;
    let about: Option<About> = about.and_then(|about| serde_json::from_slice(&about.bytes).ok());
    let runs = copy.mode & 0o100 != 0;
    let written = about.as_ref().and_then(|about| about.content.as_deref());
    let is_same = runs && copy.bytes == running()?;
    // The hash of a program takes its time, and what equals this one needs none.
    let is_whole =
        runs && (is_same || written.is_none_or(|written| written == program::content(&copy.bytes)));
    Ok(Some(Installed { about, is_same, is_whole }))
}

/// The running program's bytes.
pub(super) fn running() -> Result<Vec<u8>> {
    // A program that was built anew since it started has no name any more, but Linux still has its bytes.
    let kept = PathBuf::from("/proc/self/exe");
    let path =
        if kept.exists() { kept } else { std::env::current_exe().context("find the running program")? };
    std::fs::read(&path).context("read the running program")
}

impl Found {
    /// Where hooks go, in words.
    pub(super) fn hooks_folder(&self) -> String {
        match &self.hooks {
            Hooks::Usual { .. } => "<git>/hooks".to_owned(),
            Hooks::Configured { folder, scope } => {
                format!("`{}` (`core.hooksPath`, {scope})", folder.display())
            }
            Hooks::Shared { scope } => format!("`core.hooksPath` of the {scope} configuration"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_python_project_needs_itself_and_its_lists() {
        let place = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(place.path().join(name), text).unwrap();
        write("pyproject.toml", "[tool.ruff]\n");
        write("requirements-dev.txt", "pytest\n");
        write("requirements $(x).txt", "pytest\n");
        assert!(python_needs(place.path()).is_empty(), "without tests nothing is needed for them");
        std::fs::create_dir(place.path().join("tests")).unwrap();
        assert_eq!(python_needs(place.path()), ["-r requirements-dev.txt"]);
        write("pyproject.toml", "[project]\nname = \"x\"\n");
        assert_eq!(python_needs(place.path()), ["-e .", "-r requirements-dev.txt"]);
    }

    #[test]
    fn alias_is_this_tool_where_its_member_is_or_takes_it() {
        let table = |text: &str| toml::from_str::<toml::Table>(text).unwrap();
        let member = |alias: &str| member_of_alias(&table(&format!("alias.xtask = {alias}")));
        assert_eq!(member("\"run --package upkeep --bin upkeep --\"").as_deref(), Some("upkeep"));
        assert_eq!(member("[\"run\", \"-q\", \"-p\", \"xtask\", \"--\"]").as_deref(), Some("xtask"));
        for other in ["\"build -p xtask\"", "\"run\"", "\"run -p ../x\"", "3"] {
            assert_eq!(member(other), None, "{other}");
        }
        let is_tool = |name: &str, rest: &str| {
            is_this_tool(&table(&format!("package.name = \"{name}\"\n{rest}")), "upkeep")
        };
        assert!(is_tool("upkeep", "dependencies.xtask.git = \"https://example.org/xtask\""));
        assert!(is_tool("upkeep", "dependencies.tool = { package = \"xtask\", path = \"../x\" }"));
        assert!(!is_tool("other", "dependencies.xtask.git = \"https://example.org/xtask\""));
        assert!(!is_tool("upkeep", "dependencies.xshell = \"0.2\""));
        let copy = format!("description = \"{}\"", env!("CARGO_PKG_DESCRIPTION"));
        let copied =
            |text: &str| is_this_tool(&table(&format!("[package]\nname = \"xtask\"\n{text}")), "xtask");
        assert!(copied(&copy));
        assert!(!copied("description = \"Another one\""));
    }
}
