//! The patch is one that git takes, and does what applying does.

use super::sandbox::{Sandbox, rich, rich_set};
use crate::change::similarity::similarity_percent;
use crate::change::{ChangeSet, Place, apply, dry_run};

/// Lets git apply the patch to one repository and the set to its twin, and compares.
pub(super) fn assert_patch_is_the_change(sandbox: &Sandbox, twin: &Sandbox, set: &ChangeSet) {
    let patch = dry_run(sandbox.repo(), set).unwrap();
    let git = sandbox.repo().git();
    let shown = String::from_utf8_lossy(&patch).into_owned();
    if !patch.is_empty() {
        git.answer_to(&["apply", "--check", "--whitespace=nowarn", "-"], &patch, &[0]).expect(&shown);
        git.answer_to(&["apply", "--whitespace=nowarn", "-"], &patch, &[0]).expect(&shown);
    }
    apply(twin.repo(), set).unwrap();
    let files = |sandbox: &Sandbox| {
        let mut state = sandbox.state();
        // git knows no empty folders, and of a mode only the executable bit.
        state.retain(|_, (mode, content)| {
            *mode &= 0o100;
            content.is_some()
        });
        state
    };
    assert_eq!(files(sandbox), files(twin), "{shown}");
}

fn in_the_work_tree(set: &ChangeSet) -> ChangeSet {
    let mut only = ChangeSet::new("test");
    for edit in set.edits() {
        let record = edit.record();
        if record.root == crate::change::Root::WorkTree {
            only.add(edit.clone());
        }
    }
    only
}

#[test]
fn git_applies_the_patch_of_every_kind_of_edit() {
    let (sandbox, twin) = (rich(), rich());
    let set = in_the_work_tree(&rich_set());
    insta::assert_snapshot!(String::from_utf8(dry_run(sandbox.repo(), &set).unwrap()).unwrap(), @"
    diff --git a/a.md b/a.md
    index 4cb29ea38f70d7c61b2a3a25b02e3bdf44905402..f04eb265ebd74fba2cddf0a6adf2a6a7f81c87aa 100644
    --- a/a.md
    +++ b/a.md
    @@ -1,3 +1,3 @@
     one
    -two
    +2
     three
    diff --git a/archive/guide.md b/archive/guide.md
    new file mode 100644
    index 0000000000000000000000000000000000000000..a28dd6c0dffb4d6a8d719c3ef65c136b58df04d1
    --- /dev/null
    +++ b/archive/guide.md
    @@ -0,0 +1 @@
    +an old guide
    diff --git a/kept/note.md b/archive/note.md
    similarity index 50%
    rename from kept/note.md
    rename to archive/note.md
    index f98585722413e2775399bf49fd987a837d5aad5a..596e356913cd3f58009483d991e4bf13e626fe6f 100644
    --- a/kept/note.md
    +++ b/archive/note.md
    @@ -1,6 +1,4 @@
     line 1
     line 2
     line 3
    -line 4
    -line 5
    -line 6
    +end
    diff --git a/deep/x/y/old.md b/archive/old.md
    similarity index 100%
    rename from deep/x/y/old.md
    rename to archive/old.md
    diff --git a/empty/first.md b/empty/first.md
    new file mode 100644
    index 0000000000000000000000000000000000000000..60b11c244aef6b051bf5a95918f7f14920b22782
    --- /dev/null
    +++ b/empty/first.md
    @@ -0,0 +1 @@
    +in a folder that was empty
    diff --git a/gone/only.md b/gone/only.md
    deleted file mode 100644
    index cefda995cd6122b0572e4f5568d64764879b8852..0000000000000000000000000000000000000000
    --- a/gone/only.md
    +++ /dev/null
    @@ -1 +0,0 @@
    -to be removed
    diff --git a/guide.md b/guide.md
    index a28dd6c0dffb4d6a8d719c3ef65c136b58df04d1..93825192146e449e9fde81db4b05d5c9df6cc582 100644
    --- a/guide.md
    +++ b/guide.md
    @@ -1 +1 @@
    -an old guide
    +a new guide
    diff --git a/image.bin b/image.bin
    index 0f49c4ae77b43dff338093c78e009676e7e308ba..fe27c79b599af8540adbd04a9c22a2736b7606c5 100644
    GIT binary patch
    literal 6
    QcmV+h0Qvs_Z**v7at3t*BLDyZ

    literal 9
    TcmV+k0QUa?0Rm!aZeenH2(SW)

    diff --git a/new/folder/file.md b/new/folder/file.md
    new file mode 100644
    index 0000000000000000000000000000000000000000..3e757656cf36eca53338e520d134963a44f793f8
    --- /dev/null
    +++ b/new/folder/file.md
    @@ -0,0 +1 @@
    +new
    diff --git a/private.md b/private.md
    index d97c5eada5d8c52079031eef0107a4430a9617c5..939db12a03f7ecaa77a65b8ab0819964b2dbb4f6 100644
    --- a/private.md
    +++ b/private.md
    @@ -1 +1 @@
    -secret
    +other secret
    diff --git a/run.sh b/run.sh
    index 58542da58ee46398affa2ff5c345e7e400c6fd1f..77bfbb0742e004579dff8888eaaddab2a5375751 100755
    --- a/run.sh
    +++ b/run.sh
    @@ -1,2 +1,2 @@
     #!/bin/sh
    -echo 1
    +echo 2
    diff --git a/tool.sh b/tool.sh
    old mode 100644
    new mode 100755
    ");
    assert_patch_is_the_change(&sandbox, &twin, &set);
}

#[test]
fn edits_outside_the_work_tree_are_comments() {
    let sandbox = Sandbox::with(&[(".git/hooks/pre-commit", "#!/bin/sh\n")]);
    let mut set = ChangeSet::new("test");
    set.replace(Place::hook("pre-commit"), &b"#!/bin/sh\n"[..], "#!/bin/sh\nxtask hook\n");
    set.create(Place::tool("bin/xtask"), b"\0\x01".to_vec());
    set.create("a", "x\n");
    insta::assert_snapshot!(String::from_utf8(dry_run(sandbox.repo(), &set).unwrap()).unwrap(), @"
    diff --git a/a b/a
    new file mode 100644
    index 0000000000000000000000000000000000000000..587be6b4c3f93f93c489c0111bba5596147a26cb
    --- /dev/null
    +++ b/a
    @@ -0,0 +1 @@
    +x
    # diff --git a/.git/hooks/pre-commit b/.git/hooks/pre-commit
    # index 1a2485251c33a70432394c93fb89330ef214bfc9..8055ca9c5e21171a3c082b06bcd7325140f7b01f 100644
    # --- a/.git/hooks/pre-commit
    # +++ b/.git/hooks/pre-commit
    # @@ -1 +1,2 @@
    #  #!/bin/sh
    # +xtask hook
    # +.git/xtask/bin/xtask: binary, 2 bytes, mode 100644
    ");
    let twin = Sandbox::with(&[(".git/hooks/pre-commit", "#!/bin/sh\n")]);
    let patch = dry_run(sandbox.repo(), &set).unwrap();
    sandbox.repo().git().answer_to(&["apply", "-"], &patch, &[0]).unwrap();
    assert_eq!(sandbox.read("a"), b"x\n");
    assert!(!twin.at("a").exists());
}

#[test]
fn hostile_names_and_contents_survive_the_patch() {
    let names = [
        "a b/c d.md",
        "ta\tb",
        "quo\"te",
        "back\\slash",
        "ünï.md",
        "a|b`c",
        "--- a",
        "b/ b/x",
        "x => y",
        "new\nline",
    ];
    let contents: [(&[u8], &[u8]); 8] = [
        (b"one\ntwo", b"one\ntwo\n"),
        (b"one\n", b"one"),
        (b"", b"x"),
        (b"x\r\ny\r\n", b"x\r\nz\r\n"),
        (b"\xef\xbb\xbfbom\n", b"\xef\xbb\xbfboom\n"),
        (b"latin \xe4\n", b"latin \xf6\n"),
        (b"a\0b", b"a\0c\n"),
        (b"-- \n+++ b/x\n@@ -1 +1 @@\n", b"diff --git a/x b/x\n--- a/x\n"),
    ];
    for name in names {
        let (sandbox, twin) = (Sandbox::new(), Sandbox::new());
        let mut set = ChangeSet::new("test");
        for (number, (before, after)) in contents.iter().enumerate() {
            let path = format!("{number}{name}");
            for side in [&sandbox, &twin] {
                side.write(&path, before);
                side.write(format!("m{path}"), before);
                side.write(format!("r{path}"), before);
            }
            set.replace(path.as_str(), *before, *after);
            set.remove(format!("r{path}").as_str(), *before);
            if !name.contains('\n') {
                set.create(format!("c{path}").as_str(), *after);
                set.move_with(format!("m{path}").as_str(), format!("to/{path}").as_str(), *before, *after);
            }
        }
        assert_patch_is_the_change(&sandbox, &twin, &set);
    }
}

#[test]
fn names_that_are_no_utf8_survive_the_patch() {
    use crate::repo::RepoPath;
    use std::os::unix::ffi::OsStrExt;
    let name = |start: &str| RepoPath::from_bytes(&[start.as_bytes(), b"\xff \xe4.md"].concat());
    let (sandbox, twin) = (Sandbox::new(), Sandbox::new());
    for side in [&sandbox, &twin] {
        for start in ["replaced", "moved", "removed"] {
            side.write(std::ffi::OsStr::from_bytes(name(start).as_bytes()), b"old\n");
        }
    }
    let mut set = ChangeSet::new("test");
    let old = &b"old\n"[..];
    set.replace(name("replaced"), old, "new\n");
    set.move_file(name("moved"), name("to/there"), old);
    set.remove(name("removed"), old);
    set.create(name("created"), "new\n");
    assert_patch_is_the_change(&sandbox, &twin, &set);
}

#[test]
fn a_file_in_the_place_of_a_moved_one_and_a_circle_survive_the_patch() {
    let files = [("a", "1\n"), ("b", "2\n"), ("c", "3\n"), ("d", "4\n")];
    let (sandbox, twin) = (Sandbox::with(&files), Sandbox::with(&files));
    let mut set = ChangeSet::new("test");
    set.move_file("a", "b", &b"1\n"[..]);
    set.move_file("b", "a", &b"2\n"[..]);
    set.move_file("c", "archive/c", &b"3\n"[..]);
    set.create("c", "new\n");
    set.move_file("d", "e", &b"4\n"[..]);
    assert_patch_is_the_change(&sandbox, &twin, &set);
}

#[test]
fn a_file_that_is_moved_and_made_again_as_it_was_has_no_section_of_its_own() {
    let files = [("a", ""), ("b", "x")];
    let (sandbox, twin) = (Sandbox::with(&files), Sandbox::with(&files));
    let mut set = ChangeSet::new("test");
    set.move_file("a", "c", &b""[..]);
    set.create("a", "");
    set.replace("b", &b"x"[..], "y");
    assert_patch_is_the_change(&sandbox, &twin, &set);
}

#[test]
fn the_similarity_of_a_rename_is_the_one_that_git_gives() {
    let long: String = (0..200).map(|n| format!("line {n}\n")).collect();
    let cases: [(String, String); 6] = [
        (long.clone(), long.replace("line 1", "other 1")),
        (long.clone(), long[..long.len() / 2].to_owned()),
        (long.clone(), format!("{long}{long}end without a line")),
        (long.replace('\n', "\r\n"), long.replace("line 7", "x")),
        ("x".repeat(1000), "x".repeat(900)),
        (format!("{}\n\0{long}", "y".repeat(200)), format!("{}\n\0{}", "y".repeat(200), &long[100..])),
    ];
    for (before, after) in cases {
        let sandbox = Sandbox::with(&[("old", &before)]);
        sandbox.commit();
        std::fs::rename(sandbox.at("old"), sandbox.at("new")).unwrap();
        sandbox.write("new", after.as_bytes());
        sandbox.git(&["add", "-A"]);
        let shown = sandbox.git(&["diff", "--cached", "-M1%", "HEAD"]);
        let wanted = format!("similarity index {}%", similarity_percent(before.as_bytes(), after.as_bytes()));
        let shown = String::from_utf8_lossy(&shown);
        assert_eq!(shown.lines().nth(1), Some(wanted.as_str()));
    }
}
