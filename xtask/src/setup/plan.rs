//! From what was found to what is to be done.

use std::collections::BTreeMap;

use anyhow::Result;

use super::gather::{Common, Found, Looked};
use super::workflow::{self, Install, Upstream};
use super::{Options, Part, Plan, Skipped, contributing, files, plan_hooks, slug};
use crate::blocks::Wanted;
use crate::change::{ChangeSet, Edit};
use crate::config::{GitHook, WorkflowKind};

pub(super) fn plan(found: &Found, options: &Options) -> Result<Plan> {
    let mut plan = Plan {
        set: ChangeSet::new("setup"),
        program: None,
        settings: Vec::new(),
        uninstalls: options.uninstall,
        notes: Vec::new(),
        offers: Vec::new(),
        skipped: Vec::new(),
        drift: Vec::new(),
        own_paths: Vec::new(),
    };
    for part in &options.parts {
        match part {
            Part::Hooks => plan_hooks::plan(&mut plan, found, options)?,
            Part::Workflows => plan_workflows(&mut plan, &found.common, options)?,
            Part::Contributing => plan_contributing(&mut plan, found, options)?,
        }
    }
    if options.uninstall && options.has_exceptions && options.parts.contains(&Part::Hooks) {
        plan.notes.push(
            "`[hook.except]` in xtask.toml stays, whoever wrote it (you, or `--baseline`): take it out by hand".to_owned(),
        );
    }
    Ok(plan)
}

pub(super) fn wanted_hooks(options: &Options) -> Vec<GitHook> {
    if options.uninstall {
        return Vec::new();
    }
    GitHook::ALL.into_iter().filter(|&hook| options.wants(hook)).collect()
}

fn wanted_workflows(options: &Options) -> Vec<WorkflowKind> {
    options.config.workflows.clone().unwrap_or_else(|| WorkflowKind::ALL.to_vec())
}

/// How `xtask` is called by those who work here.
pub(super) fn call(common: &Common) -> &'static str {
    if common.alias { "cargo xtask" } else { "xtask" }
}

fn plan_workflows(plan: &mut Plan, common: &Common, options: &Options) -> Result<()> {
    let kinds = if options.uninstall { Vec::new() } else { wanted_workflows(options) };
    let mut notes = Vec::new();
    let mut texts = BTreeMap::new();
    if !kinds.is_empty() {
        match facts(common, options, &mut notes) {
            Ok(facts) => {
                texts = workflow::texts(&facts, &kinds);
                notes.push(about_host(common, &facts));
                notes.extend(about_needs(common, options));
            }
            Err(skipped) => {
                plan.skipped.push(skipped);
                return Ok(());
            }
        }
    }
    let before = plan.set.len();
    each_workflow(plan, common, &texts, options.force)?;
    // Who set it up before has read them.
    if plan.set.len() > before {
        plan.notes.extend(notes);
    }
    Ok(())
}

/// That a runner has none of the packages that Python tests need, where nothing says how they get there.
fn about_needs(common: &Common, options: &Options) -> Option<String> {
    let is_left_open = options.config.prepare.is_empty() && !common.python_needs.is_empty();
    is_left_open.then(|| {
        format!(
            "workflows run the tests with what `[setup] prepare` in xtask.toml installs, which is nothing yet; perhaps \
             `prepare = [\"python3 -m venv .venv\", \".venv/bin/python -m pip install pytest {}\"]`",
            common.python_needs.join(" ")
        )
    })
}

fn each_workflow(
    plan: &mut Plan,
    common: &Common,
    texts: &BTreeMap<WorkflowKind, String>,
    force: bool,
) -> Result<()> {
    for (kind, looked) in &common.workflows {
        let (path, id) = (workflow::path(*kind), workflow::id(*kind));
        let Some(state) = readable(plan, path, looked, texts.contains_key(kind)) else { continue };
        let is_foreign = state.is_some_and(|state| !files::holds(state, path, id));
        match (texts.get(kind), state) {
            (Some(_), Some(_)) if is_foreign && !force => plan.skipped.push(Skipped {
                id: path.to_owned(),
                why: format!("`{path}` was not written by xtask"),
                hint: Some("move it away, or overwrite it with `--force`".to_owned()),
            }),
            (Some(text), state) => {
                let wanted = Wanted { id, version: workflow::VERSION, body: text };
                let host = state.filter(|_| !is_foreign);
                let before = plan.set.len();
                files::put(plan, path, host, &wanted, force)?;
                if let (Some(state), true) = (state, is_foreign) {
                    replace_whole(plan, before, path, state);
                }
                plan.own_paths.push(path.to_owned());
            }
            (None, Some(state)) => {
                if files::remove(plan, path, state, id, force)? {
                    plan.notes.push(format!(
                        "`{path}` keeps your lines around the block: look whether they are a workflow by themselves"
                    ));
                }
                plan.own_paths.push(path.to_owned());
            }
            (None, None) => {}
        }
    }
    Ok(())
}

/// A file that is given up: what was planned as new takes its place.
fn replace_whole(plan: &mut Plan, before: usize, path: &str, state: &crate::change::FileState) {
    if plan.set.len() == before {
        return;
    }
    let mut set = ChangeSet::new(plan.set.command());
    for edit in plan.set.edits() {
        match edit {
            Edit::Create { at, content, .. } if *at == path.into() => {
                set.replace(at.clone(), state.planned(), content.clone());
            }
            other => set.add(other.clone()),
        }
    }
    plan.set = set;
}

/// The file's state; `None` after saying why it cannot be looked at.
fn readable<'a>(
    plan: &mut Plan,
    path: &str,
    looked: &'a Looked,
    wanted: bool,
) -> Option<Option<&'a crate::change::FileState>> {
    match looked {
        Ok(state) => Some(state.as_ref()),
        Err(why) => {
            if wanted {
                plan.skipped.push(Skipped { id: path.to_owned(), why: why.clone(), hint: None });
            }
            None
        }
    }
}

/// What workflows are made of, or why none can be written.
fn facts(common: &Common, options: &Options, notes: &mut Vec<String>) -> Result<workflow::Facts, Skipped> {
    let refuse = |why: &str, hint: &str| Skipped {
        id: "workflows".to_owned(),
        why: why.to_owned(),
        hint: Some(hint.to_owned()),
    };
    let name_it = "name it in xtask.toml: `[setup] repository = \"owner/name\"`";
    let slug = match (&options.config.repository, common.remotes.get("origin")) {
        (Some(slug), _) => slug.clone(),
        (None, None) => {
            return Err(refuse("there is no remote `origin` that says which repository this is", name_it));
        }
        (None, Some(address)) => match slug::parse(address) {
            Some(hosted) if hosted.is_github() => hosted.slug,
            Some(hosted) => {
                return Err(refuse(
                    &format!("`origin` is at {}, which is not known to run `.github/workflows`", hosted.host),
                    "where it does (a GitHub Enterprise server), name the repository in xtask.toml: \
                     `[setup] repository = \"owner/name\"`",
                ));
            }
            None => return Err(refuse("the address of `origin` does not say `owner/name`", name_it)),
        },
    };
    let install = install(common, options).map_err(|why| {
        refuse(
            why,
            "say it in xtask.toml: `[setup] install = \"cargo install --locked --git URL --rev ID xtask\"`",
        )
    })?;
    let reports: Vec<String> = options.reports.iter().map(|(path, _)| path.clone()).collect();
    let pictures = options.pictures.clone();
    if let Some(odd) = reports.iter().chain(&pictures).find(|path| !workflow::is_plain(path)) {
        return Err(refuse(
            &format!("the report's path {odd:?} would mean something to a workflow"),
            "give the report another name in xtask.toml",
        ));
    }
    Ok(workflow::Facts {
        slug,
        install,
        prepare: options.config.prepare.clone(),
        shards: options.config.shards.unwrap_or(1),
        runner: options.config.runner.clone().unwrap_or_else(|| "ubuntu-24.04".to_owned()),
        upstream: upstream(common, options, notes),
        reports,
        pictures,
    })
}

fn install(common: &Common, options: &Options) -> Result<Install, &'static str> {
    match options.config.install.as_deref() {
        Some("alias") if common.alias => Ok(Install::Alias),
        Some("alias") => {
            Err("`[setup] install` says `alias`, but the alias `xtask` of this repository is not this tool")
        }
        Some(command) => Ok(Install::Command(command.to_owned())),
        None if common.alias => Ok(Install::Alias),
        None => match &options.source {
            Some((address, commit)) => {
                Ok(Install::Command(format!("cargo install --locked --git {address} --rev {commit} xtask")))
            }
            None => Err("this build does not know where its source lies, so workflows could not install it"),
        },
    }
}

/// Where a workflow fetches upstream; only what anybody can fetch without credentials.
fn upstream(common: &Common, options: &Options, notes: &mut Vec<String>) -> Option<Upstream> {
    let configured = options.upstream.as_deref();
    let (name, branch) = match configured {
        Some(text) if !text.contains("://") || text.contains('#') => match text.rsplit_once('#') {
            Some((name, branch)) => (name, Some(branch)),
            None => (text, None),
        },
        Some(text) => (text, None),
        None => ("upstream", None),
    };
    let remote = common.remotes.get(name);
    let hosted = remote.map(String::as_str).or(configured.map(|_| name)).and_then(slug::parse);
    let is_name = |text: &str| {
        !text.is_empty()
            && !text.starts_with('-')
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte))
    };
    match hosted {
        Some(hosted) if branch.is_none_or(workflow::is_plain) => {
            let kept = remote.is_some() && is_name(name);
            let asked = match (kept, branch) {
                (true, _) => None,
                (false, Some(branch)) => Some(format!("upstream#{branch}")),
                (false, None) => Some("upstream".to_owned()),
            };
            let remote = if kept { name } else { "upstream" }.to_owned();
            Some(Upstream { remote, address: hosted.https(), asked })
        }
        _ => {
            if configured.is_some() || remote.is_some() {
                notes.push(
                    "the weekly workflow does not fetch upstream: its address is not one that anybody can fetch (https)"
                        .to_owned(),
                );
            }
            None
        }
    }
}

/// What the host needs, which no file can say.
fn about_host(common: &Common, facts: &workflow::Facts) -> String {
    let host = common
        .remotes
        .get("origin")
        .and_then(|address| slug::parse(address))
        .map_or_else(|| "github.com".to_owned(), |hosted| hosted.host);
    format!(
        "workflows run in {} alone; in a fork the host keeps them off until you enable them at https://{host}/{}/actions, \
         and issues until you switch them on in its settings; a schedule stops after 60 days without a commit",
        facts.slug, facts.slug
    )
}

/// How a contributor gets the tool, where the repository says it.
fn known_install(common: &Common, options: &Options) -> Option<Install> {
    if common.alias {
        return Some(Install::Alias);
    }
    options.config.install.clone().filter(|install| install != "alias").map(Install::Command)
}

/// The file that the section goes into, as it is spelled: the one that is named, else the first one that is there.
fn contributing_path<'a>(common: &'a Common, configured: Option<&'a str>) -> &'a str {
    let spelled = |place: &str| {
        let mut paths = common.contributing.iter().filter(|(path, _)| path.eq_ignore_ascii_case(place));
        paths.find(|(_, looked)| !matches!(looked, Ok(None))).map(|(path, _)| path.as_str())
    };
    match configured {
        Some(place) => spelled(place).unwrap_or(place),
        None => crate::config::CONTRIBUTING_PLACES
            .iter()
            .find_map(|place| spelled(place))
            .unwrap_or("CONTRIBUTING.md"),
    }
}

fn plan_contributing(plan: &mut Plan, found: &Found, options: &Options) -> Result<()> {
    let common = &found.common;
    if options.uninstall {
        for (path, looked) in &common.contributing {
            if let Ok(Some(state)) = looked {
                files::remove(plan, path, state, contributing::ID, options.force)?;
                plan.own_paths.push(path.clone());
            }
        }
        return Ok(());
    }
    let configured = options.config.contributing.as_deref();
    let path = contributing_path(common, configured);
    let looked = common.contributing.get(path).cloned().unwrap_or(Ok(None));
    if let (Ok(None), None, false, Some(other)) =
        (&looked, configured, options.force, common.other_contributing.first())
    {
        plan.notes.push(format!(
            "{path}: left out, for `{other}` is there and is no Markdown; `--force` writes the section into a second \
             file, `{path}`"
        ));
        return Ok(());
    }
    let Some(state) = readable(plan, path, &looked, true) else { return Ok(()) };
    let manager = found.managers.first().map(|known| known.manager.name());
    let workflows: Vec<WorkflowKind> =
        if facts(common, options, &mut Vec::new()).is_ok() { wanted_workflows(options) } else { Vec::new() };
    let hooks = wanted_hooks(options);
    let body = contributing::body(&contributing::Facts {
        call: call(common),
        hooks: &hooks,
        manager,
        workflows: &workflows,
        reports: &options.reports,
        install: known_install(common, options),
    });
    files::put(plan, path, state, &contributing::wanted(&body), options.force)?;
    plan.own_paths.push(path.to_owned());
    Ok(())
}
