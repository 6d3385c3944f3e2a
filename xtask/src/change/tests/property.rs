//! Random trees and random sets: undone to the byte, a no-op the second time, the same through git.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::diff::assert_patch_is_the_change;
use super::sandbox::Sandbox;
use crate::change::{ChangeSet, Disk, Edit, Mode, Place, Which, apply, undo};

#[derive(Clone, Debug)]
struct File {
    content: Vec<u8>,
    mode: u32,
}

#[derive(Clone, Copy, Debug)]
enum Fate {
    Stay,
    Replace,
    Move,
    MoveAndChange,
    MoveAndRefill,
    Remove,
}

#[derive(Clone, Debug)]
struct Case {
    files: Vec<(String, File, Fate, Vec<u8>, Mode)>,
    created: Vec<(String, Vec<u8>, Mode)>,
}

fn content() -> impl Strategy<Value = Vec<u8>> {
    let line = prop_oneof![
        Just(b"one\n".to_vec()),
        Just(b"two\r\n".to_vec()),
        Just(b"\n".to_vec()),
        Just(b"no end".to_vec()),
        Just(b"nul \0\n".to_vec()),
        Just(b"latin \xe4\n".to_vec()),
        "[a-c]{0,3}\n".prop_map(String::into_bytes),
    ];
    prop::collection::vec(line, 0..12).prop_map(|lines| lines.concat())
}

fn mode() -> impl Strategy<Value = Mode> {
    prop_oneof![Just(Mode::Keep), Just(Mode::Plain), Just(Mode::Executable)]
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        Just(Fate::Stay),
        Just(Fate::Replace),
        Just(Fate::Move),
        Just(Fate::MoveAndChange),
        Just(Fate::MoveAndRefill),
        Just(Fate::Remove),
    ]
}

fn case() -> impl Strategy<Value = Case> {
    let folder = prop_oneof![Just(""), Just("notes/"), Just("notes/deep/er/"), Just("a b/"), Just("ü/")];
    let file = (content(), prop_oneof![Just(0o644_u32), Just(0o755), Just(0o600), Just(0o700)])
        .prop_map(|(content, mode)| File { content, mode });
    let files = prop::collection::vec((folder.clone(), file, fate(), content(), mode()), 0..8);
    let created = prop::collection::vec((folder, content(), mode()), 0..4);
    (files, created).prop_map(|(files, created)| Case {
        files: files
            .into_iter()
            .enumerate()
            .map(|(n, (folder, file, fate, new, mode))| (format!("{folder}old{n}.md"), file, fate, new, mode))
            .collect(),
        created: created
            .into_iter()
            .enumerate()
            .map(|(n, (folder, new, mode))| (format!("{folder}new{n}.md"), new, mode))
            .collect(),
    })
}

fn build(case: &Case) -> Sandbox {
    let sandbox = Sandbox::new();
    for (path, file, ..) in &case.files {
        sandbox.write_mode(path, &file.content, file.mode);
    }
    sandbox
}

fn plan(case: &Case, sandbox: &Sandbox) -> ChangeSet {
    let disk = Disk::of(sandbox.repo()).unwrap();
    let mut set = ChangeSet::new("test");
    for (number, (path, _, fate, new, mode)) in case.files.iter().enumerate() {
        let at = Place::from(path.as_str());
        let planned = disk.read(&at).unwrap().unwrap().planned();
        let to = Place::from(format!("moved/{}/{number}.md", number % 2).as_str());
        let (new, mode) = (new.clone(), *mode);
        match fate {
            Fate::Stay => {}
            Fate::Replace => set.add(Edit::Replace { at, planned, content: new, mode }),
            Fate::Move => set.add(Edit::Move { from: at, to, planned, content: None, mode }),
            Fate::MoveAndChange => set.add(Edit::Move { from: at, to, planned, content: Some(new), mode }),
            Fate::MoveAndRefill => {
                set.add(Edit::Move { from: at.clone(), to, planned, content: None, mode: Mode::Keep });
                set.add(Edit::Create { at, content: new, mode });
            }
            Fate::Remove => set.add(Edit::Remove { at, planned }),
        }
    }
    for (path, content, mode) in &case.created {
        set.add(Edit::Create { at: path.as_str().into(), content: content.clone(), mode: *mode });
    }
    set
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_sets_are_undone_idempotent_and_equal_to_their_patch(case in case()) {
        let sandbox = build(&case);
        let set = plan(&case, &sandbox);
        let before = sandbox.state();
        let applied = apply(sandbox.repo(), &set).unwrap();
        let after = sandbox.state();
        prop_assert!(!apply(sandbox.repo(), &set).unwrap().applied);
        prop_assert_eq!(&sandbox.state(), &after);
        if applied.applied {
            let back = undo(sandbox.repo(), Which::Last).unwrap().unwrap();
            assert_patch_is_the_change(&build_state(&sandbox), &sandbox, &back);
            prop_assert_eq!(sandbox.state(), before);
        }
        let (one, two) = (build(&case), build(&case));
        assert_patch_is_the_change(&one, &two, &set);
    }
}

/// A second repository with the same files.
fn build_state(sandbox: &Sandbox) -> Sandbox {
    let twin = Sandbox::new();
    for (path, (mode, content)) in sandbox.state() {
        if let Some(content) = content {
            twin.write_mode(path.to_str().unwrap(), &content, mode);
        }
    }
    twin
}
