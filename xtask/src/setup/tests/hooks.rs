use crate::change::{Edit, FileState, Mode, Place};
use crate::config::GitHook;
use crate::setup::hooks::{HookFile, Outcome, Style, install, is_installed, uninstall};
use crate::setup::script::{Before, Home, Script, place_in};

const STYLE: Style = Style { home: Home::Beside, alias: false, force: false };

fn file(script: Option<(&[u8], u32)>) -> HookFile {
    HookFile {
        hook: GitHook::PreCommit,
        place: Place::hook("pre-commit"),
        state: script.map(|(bytes, mode)| FileState { bytes: bytes.to_vec(), mode }),
        link: None,
        kept: None,
        free: Place::hook("pre-commit.before-xtask"),
        no_file: None,
    }
}

fn content(outcome: &Outcome) -> Vec<u8> {
    let Outcome::Edits(edits, _) = outcome else { panic!("{outcome:?}") };
    match edits.last().unwrap() {
        Edit::Create { content, .. } | Edit::Replace { content, .. } => content.clone(),
        other => panic!("{other:?}"),
    }
}

fn installed(script: Option<(&[u8], u32)>) -> HookFile {
    let text = content(&install(&file(script), STYLE).unwrap());
    file(Some((&text, 0o755)))
}

#[test]
fn scripts_for_each_hook_and_place() {
    let mut text = String::new();
    for hook in GitHook::ALL {
        for before in [Before::Nothing, Before::Shell, Before::Moved("NAME.before-xtask")] {
            let script = Script { hook, home: Home::Beside, alias: false, before };
            text.push_str(&format!("== {} {before:?}\n{}\n", hook.name(), script.body()));
        }
    }
    let script = Script { hook: GitHook::PreCommit, home: Home::Asked, alias: true, before: Before::Nothing };
    text.push_str(&format!("== asked, alias\n{}", script.body()));
    insta::assert_snapshot!(text);
}

#[test]
fn a_block_is_about_ten_lines() {
    for hook in GitHook::ALL {
        for before in [Before::Nothing, Before::Shell, Before::Moved("x")] {
            let script = Script { hook, home: Home::Beside, alias: true, before };
            assert!(script.body().lines().count() <= 14, "{}", script.body());
        }
    }
}

#[test]
fn only_what_a_posix_shell_reads_takes_a_block() {
    let taken: [&[u8]; 6] = [
        b"#!/bin/sh\n",
        b"#!/usr/bin/env bash\nset -e\n",
        b"#! /bin/dash -e\n",
        b"#!/usr/bin/env -S zsh -f\n",
        b"#!/usr/local/bin/ksh\nx",
        b"#!/bin/sh\n\xff not UTF-8\n",
    ];
    for script in taken {
        let first = script.iter().position(|&byte| byte == b'\n').unwrap() + 1;
        assert_eq!(place_in(script), Some(first), "{}", String::from_utf8_lossy(script));
    }
    let others: [&[u8]; 8] = [
        b"",
        b"echo no first line\n",
        b"#!/usr/bin/env python3\n",
        b"#!/usr/bin/fish\n",
        b"#!/bin/csh\n",
        b"#!/bin/sh",
        b"#!/bin/sh\r\necho\r\n",
        b"#!/bin/sh\n\0\n",
    ];
    for script in others {
        assert_eq!(place_in(script), None, "{}", String::from_utf8_lossy(script));
    }
}

#[test]
fn installing_twice_changes_nothing_the_second_time() {
    for script in [None, Some((&b"#!/bin/sh\nexit 0\n"[..], 0o755))] {
        assert_eq!(install(&installed(script), STYLE).unwrap(), Outcome::Unchanged, "{script:?}");
    }
}

#[test]
fn uninstalling_gives_the_script_back_byte_for_byte() {
    for script in
        [&b"#!/bin/sh\nexit 0\n"[..], b"#!/bin/sh\n", b"#!/bin/bash\nno line end", b"#!/bin/sh\n\n\n"]
    {
        let after = uninstall(&installed(Some((script, 0o755))), false).unwrap();
        assert_eq!(content(&after), script);
    }
    let Outcome::Edits(edits, _) = uninstall(&installed(None), false).unwrap() else { panic!() };
    assert!(matches!(edits[..], [Edit::Remove { .. }]), "{edits:?}");
}

#[test]
fn a_program_is_moved_aside_and_comes_back_with_its_mode() {
    let script = &b"#!/usr/bin/env python3\nprint()\n"[..];
    let Outcome::Edits(edits, _) = install(&file(Some((script, 0o744))), STYLE).unwrap() else { panic!() };
    assert!(
        matches!(&edits[..], [Edit::Move { to, .. }, Edit::Create { .. }] if *to == Place::hook("pre-commit.before-xtask"))
    );
    let Edit::Create { content: text, .. } = &edits[1] else { panic!() };
    let mut with = file(Some((text, 0o755)));
    let kept = FileState { bytes: script.to_vec(), mode: 0o744 };
    with.kept = Some((Place::hook("pre-commit.before-xtask"), kept));
    assert_eq!(install(&with, STYLE).unwrap(), Outcome::Unchanged);
    let Outcome::Edits(edits, _) = uninstall(&with, false).unwrap() else { panic!() };
    assert!(matches!(&edits[..],
        [Edit::Replace { content, mode: Mode::Exact(0o744), .. }, Edit::Remove { .. }] if content == script));
}

#[test]
fn lines_that_the_user_added_to_our_file_stay_and_still_call_what_was_moved() {
    let script = &b"#!/usr/bin/env python3\n"[..];
    let text = content(&install(&file(Some((script, 0o755))), STYLE).unwrap());
    let mut with = file(Some((&[text.as_slice(), b"mine\n"].concat(), 0o755)));
    let kept = FileState { bytes: script.to_vec(), mode: 0o755 };
    with.kept = Some((Place::hook("pre-commit.before-xtask"), kept));
    let rest = content(&uninstall(&with, false).unwrap());
    assert_eq!(rest, b"#!/bin/sh\n\"${0%/*}/pre-commit.before-xtask\" \"$@\" || exit\nmine\n");
}

#[test]
fn what_git_would_not_run_is_not_made_to_run() {
    let Outcome::Edits(edits, _) = install(&file(Some((b"#!/bin/sh\nexit 1\n", 0o644))), STYLE).unwrap()
    else {
        panic!()
    };
    assert!(matches!(edits[0], Edit::Move { mode: Mode::Keep, .. }), "{edits:?}");
}

#[test]
fn an_edited_block_is_left_unless_it_is_given_up() {
    let text = content(&install(&file(None), STYLE).unwrap());
    let edited = String::from_utf8(text.clone()).unwrap().replace("|| exit", "|| true");
    let with = file(Some((edited.as_bytes(), 0o755)));
    assert!(matches!(install(&with, STYLE).unwrap(), Outcome::Skipped(_)));
    assert!(matches!(uninstall(&with, false).unwrap(), Outcome::Skipped(_)));
    assert_eq!(content(&install(&with, Style { force: true, ..STYLE }).unwrap()), text);
}

#[test]
fn a_link_is_left_alone_and_named() {
    let link = HookFile { link: Some("../../run".to_owned()), ..file(None) };
    let Outcome::Skipped(why) = install(&link, STYLE).unwrap() else { panic!() };
    assert!(why.contains("symbolic link to `../../run`"), "{why}");
    assert_eq!(uninstall(&link, true).unwrap(), Outcome::Unchanged);
}

#[test]
fn malformed_markers_stop_before_anything_is_planned() {
    let broken = file(Some((b"#!/bin/sh\n# xtask:begin id=pre-commit version=1 hash=0\n", 0o755)));
    let error = format!("{:#}", install(&broken, STYLE).unwrap_err());
    assert!(error.contains("line 2: the block `pre-commit` is not closed"), "{error}");
    assert!(!is_installed(&broken));
}
