//! What is to be done about git's hooks, by what was found of them.

use anyhow::Result;

use super::gather::Found;
use super::hooks::{self, HookFile, Outcome, Style};
use super::plan::{call, wanted_hooks};
use super::program::{self, Step};
use super::script::Home;
use super::{Offer, Options, Plan, Skipped, lfs, settings};
use crate::change::{Edit, Hooks};
use crate::config::GitHook;

pub(super) fn plan(plan: &mut Plan, found: &Found, options: &Options) -> Result<()> {
    let wanted = wanted_hooks(options);
    let is_there = found.hook_files.iter().chain(&found.own_files).any(hooks::is_installed);
    if let Some(manager) = found.managers.iter().find(|manager| manager.calls_tool)
        && is_there
        && !options.uninstall
    {
        plan.drift.push(format!(
            "hooks run twice: {} calls xtask, and so does the hooks folder; take one out (`xtask setup hooks --uninstall`)",
            manager.manager.name()
        ));
    }
    if !found.managers.is_empty() && !wanted.is_empty() && !options.force && !is_there {
        offer(plan, found, &wanted);
        return Ok(());
    }
    if wanted.is_empty() {
        take_out(plan, found, options)?;
        return Ok(());
    }
    let by_settings = found.git_reads_settings && options.config.config_hooks.unwrap_or(true);
    if !by_settings && !may_write(plan, found, options, is_there) {
        return Ok(());
    }
    let (by_setting, by_file) =
        if by_settings { (wanted.clone(), Vec::new()) } else { (Vec::new(), wanted.clone()) };
    let home = if matches!(found.hooks, Hooks::Usual { .. }) { Home::Beside } else { Home::Asked };
    let style = |home| Style { home, alias: found.common.alias, force: options.force };
    let (called, files): (Vec<HookFile>, Vec<HookFile>) = found
        .hook_files
        .iter()
        .cloned()
        .partition(|file| found.strays.behind(file).is_some() && by_file.contains(&file.hook));
    plan.notes.extend(called.iter().filter_map(|file| {
        let behind = found.strays.behind(file)?;
        Some(format!("{}: a manager of hooks wrote it, and calls ours as `{}`", file.place, behind.place))
    }));
    each_file(plan, &files, &by_file, style(home))?;
    each_file(plan, &found.own_files, &by_setting, style(Home::Above))?;
    settings::plan(plan, found, &by_setting);
    plan.notes.extend(lfs::note(found, &wanted));
    if by_settings {
        settings::note(plan, found);
    }
    let step = program::step(found.program.as_ref());
    plan.program = Some(step);
    if matches!(step, Step::Install | Step::Renew | Step::Repair) && cfg!(debug_assertions) {
        plan.notes.push(
            "the program that hooks run is not optimised: install xtask with `cargo install`, then set up with that one"
                .to_owned(),
        );
    }
    if step == Step::LeaveNewer {
        plan.notes.push("the program that hooks run is newer than this one, and is left".to_owned());
    }
    Ok(())
}

fn take_out(plan: &mut Plan, found: &Found, options: &Options) -> Result<()> {
    let style = Style { home: Home::Asked, alias: false, force: options.force };
    each_file(plan, &found.hook_files, &[], style)?;
    each_file(plan, &found.own_files, &[], style)?;
    each_file(plan, &found.strays.here, &[], style)?;
    settings::plan(plan, found, &[]);
    plan.skipped.extend(found.strays.elsewhere.iter().map(|(hook, name)| Skipped {
        id: hook.name().to_owned(),
        why: format!(
            "`<git>/hooks/{name}` calls the program, which stays for it; where git looks for hooks elsewhere, or that folder \
             is a link, nothing is written there"
        ),
        hint: Some("remove that file, or its block, and run this again".to_owned()),
    }));
    let stays = plan.skipped.iter().any(|skipped| GitHook::ALL.iter().any(|hook| hook.name() == skipped.id));
    if found.program.is_some() && !stays {
        plan.program = Some(Step::Remove);
    }
    Ok(())
}

/// Whether the hooks folder is ours to write to; says why where it is not.
fn may_write(plan: &mut Plan, found: &Found, options: &Options, is_there: bool) -> bool {
    let (why, hint) = match (&found.hooks, &found.no_folder) {
        (Hooks::Usual { .. }, None) => return true,
        (Hooks::Usual { .. }, Some(why)) => (
            format!("git's hooks folder {why}"),
            "call `xtask hook NAME \"$@\"` from the hooks there, or make a folder in its place".to_owned(),
        ),
        (Hooks::Configured { scope, .. }, Some(why)) => (
            format!("git looks for hooks in {}, which {why}, so that it runs none", found.hooks_folder()),
            format!(
                "make the folder, or take the setting out: `git config --{scope} --unset core.hooksPath`"
            ),
        ),
        (Hooks::Configured { .. }, None) if options.into_hooks_path || is_there => return true,
        (Hooks::Configured { .. }, None) => (
            format!(
                "git looks for hooks in {}, which somebody set for this repository",
                found.hooks_folder()
            ),
            "write into it with `--into-hooks-path`".to_owned(),
        ),
        (Hooks::Shared { scope }, _) => (
            format!(
                "git looks for hooks in `{}`, set by `core.hooksPath` of the {scope} configuration for all repositories",
                found.shared_path.as_deref().unwrap_or_default()
            ),
            "call `xtask hook NAME \"$@\"` from the hooks there, or give this repository its own folder: \
             `git config --local core.hooksPath \"$(git rev-parse --path-format=absolute --git-common-dir)/hooks\"`"
                .to_owned(),
        ),
    };
    plan.skipped.push(Skipped { id: "hooks".to_owned(), why, hint: Some(hint) });
    false
}

fn each_file(plan: &mut Plan, files: &[HookFile], wanted: &[GitHook], style: Style) -> Result<()> {
    for file in files {
        let outcome = if wanted.contains(&file.hook) {
            hooks::install(file, style)?
        } else {
            hooks::uninstall(file, style.force)?
        };
        match outcome {
            Outcome::Unchanged => {}
            Outcome::Skipped(why) => {
                plan.skipped.push(Skipped { id: file.hook.name().to_owned(), why, hint: None });
            }
            Outcome::Edits(edits, note) => {
                edits.into_iter().for_each(|edit: Edit| plan.set.add(edit));
                plan.notes.extend(note.map(|note| format!("{}: {note}", file.place)));
            }
        }
    }
    Ok(())
}

fn offer(plan: &mut Plan, found: &Found, hooks: &[GitHook]) {
    for known in &found.managers {
        let name = known.manager.name();
        if known.calls_tool {
            plan.notes.push(format!("hooks: {name} manages them and calls xtask already"));
            continue;
        }
        plan.offers.push(Offer {
            why: format!("{name} manages the hooks here: add these lines to its configuration"),
            path: known.manager.place(known.file.as_deref()),
            lines: known.manager.snippet(hooks, call(&found.common)),
        });
    }
}
