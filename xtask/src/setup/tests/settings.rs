use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::change::{Edit, FileState, Hooks, Place};
use crate::config::{GitHook, SetupConfig};
use crate::setup::gather::{Common, Found};
use crate::setup::hooks::HookFile;
use crate::setup::strays::Strays;
use crate::setup::{Options, Part, Plan, Setting, Step, plan};

/// A repository whose git reads hooks from its configuration.
fn found(hooks: Hooks, settings: &[(&str, &str)]) -> Found {
    let files = |place: fn(&str) -> Place| -> Vec<HookFile> {
        let file = |hook: GitHook| HookFile {
            hook,
            place: place(hook.name()),
            state: None,
            link: None,
            kept: None,
            free: place(&format!("{}.before-xtask", hook.name())),
            no_file: None,
        };
        GitHook::ALL.into_iter().map(file).collect()
    };
    Found {
        hooks,
        shared_path: Some("/shared".to_owned()),
        hook_files: files(Place::hook),
        no_folder: None,
        strays: Strays::default(),
        own_files: files(|name| Place::tool(&format!("hooks/{name}"))),
        settings: settings.iter().map(|&(key, value)| (key.to_owned(), vec![value.to_owned()])).collect(),
        git_reads_settings: true,
        disabled: Vec::new(),
        uses_lfs: false,
        managers: Vec::new(),
        program: None,
        common: Common {
            alias: false,
            remotes: BTreeMap::new(),
            workflows: BTreeMap::new(),
            contributing: BTreeMap::new(),
            other_contributing: Vec::new(),
            python_needs: Vec::new(),
        },
    }
}

fn options(hooks: Option<Vec<GitHook>>, uninstall: bool) -> Options {
    Options {
        parts: BTreeSet::from([Part::Hooks]),
        uninstall,
        force: false,
        into_hooks_path: false,
        config: SetupConfig { hooks, ..SetupConfig::default() },
        upstream: None,
        reports: Vec::new(),
        pictures: Vec::new(),
        has_exceptions: false,
        source: None,
    }
}

fn planned(found: &Found, options: &Options) -> Plan {
    plan::plan(found, options).unwrap()
}

fn usual() -> Hooks {
    Hooks::Usual { folder: PathBuf::from("/repository/.git/hooks") }
}

#[test]
fn git_is_told_of_scripts_in_the_tools_folder_and_the_hooks_folder_is_left_alone() {
    for hooks in [usual(), Hooks::Shared { scope: "global".to_owned() }] {
        let plan = planned(&found(hooks, &[]), &options(Some(vec![GitHook::PreCommit]), false));
        let places: Vec<String> = plan.set.edits().iter().map(|edit| edit.record().to_string()).collect();
        assert_eq!(places, ["create <git>/xtask/hooks/pre-commit"]);
        assert_eq!(plan.program, Some(Step::Install));
        let command = "exec \"$(git rev-parse --git-common-dir)/xtask/hooks/pre-commit\"";
        assert_eq!(
            plan.settings,
            [
                Setting { key: "hook.xtask-pre-commit.command".into(), value: Some(command.into()) },
                Setting { key: "hook.xtask-pre-commit.event".into(), value: Some("pre-commit".into()) },
            ]
        );
        let [Edit::Create { content, .. }] = plan.set.edits()[..] else { panic!() };
        assert!(String::from_utf8_lossy(content).contains("xtask_home=${0%/*}/..\n"));
    }
}

#[test]
fn settings_that_stand_are_not_written_again_and_others_go_event_first() {
    let command = "exec \"$(git rev-parse --git-common-dir)/xtask/hooks/pre-commit\"";
    let standing =
        [("hook.xtask-pre-commit.command", command), ("hook.xtask-pre-commit.event", "pre-commit")];
    let plan = planned(&found(usual(), &standing), &options(Some(vec![GitHook::PreCommit]), false));
    assert_eq!(plan.settings, []);
    let plan = planned(&found(usual(), &standing), &options(None, true));
    let keys: Vec<(&str, bool)> =
        plan.settings.iter().map(|setting| (setting.key.as_str(), setting.value.is_none())).collect();
    assert_eq!(keys, [("hook.xtask-pre-commit.event", true), ("hook.xtask-pre-commit.command", true)]);
}

#[test]
fn files_of_an_older_git_are_taken_out_when_git_reads_settings() {
    let mut found = found(usual(), &[]);
    let older = Found { git_reads_settings: false, ..self::found(usual(), &[]) };
    let before = planned(&older, &options(None, false));
    for edit in before.set.edits() {
        let Edit::Create { at, content, .. } = edit else { panic!("{edit:?}") };
        let file = found.hook_files.iter_mut().find(|file| file.place == *at).unwrap();
        file.state = Some(FileState { bytes: content.clone(), mode: 0o755 });
    }
    let plan = planned(&found, &options(None, false));
    let records: Vec<String> = plan.set.edits().iter().map(|edit| edit.record().to_string()).collect();
    assert_eq!(records.iter().filter(|line| line.starts_with("remove <hooks>/")).count(), 3, "{records:?}");
    assert_eq!(records.iter().filter(|line| line.starts_with("create <git>/")).count(), 3, "{records:?}");
    assert!(before.settings.is_empty() && plan.settings.len() == 6);
}
