//! What a message and a push are judged by.

use super::*;

#[test]
fn message_is_judged_as_git_keeps_it() {
    let sandbox = Sandbox::hooked();
    let judge = |text: &str| {
        sandbox.write("message", text);
        sandbox.output(["hook", "commit-msg", "message"]).status.code()
    };
    let long = "x".repeat(73);
    assert_eq!(judge("short\n"), Some(0));
    assert_eq!(judge(&format!("{long}\n")), Some(1));
    assert_eq!(judge(&format!("\n\n# {long}\nshort\n\nbody {long}\n")), Some(0));
    assert_eq!(judge(&format!("fixup! {long}\n")), Some(0));
    assert_eq!(judge(&format!("Merge branch '{long}'\n")), Some(0));
    assert_eq!(judge(&format!("Merge {long} into it\n")), Some(1), "git writes no such line");
    assert_eq!(judge("\n# only comments\n"), Some(0), "git refuses it itself");
    assert_eq!(judge(&format!("short\n# {} >8 {}\n{long}\n", "-".repeat(24), "-".repeat(24))), Some(0));
    sandbox.write("xtask.toml", "[hook]\nconventional = true\n");
    assert_eq!(judge("feat(hook)!: reads the index\n"), Some(0));
    assert_eq!(judge("reads the index\n"), Some(1));
    assert_eq!(judge("feat: \n"), Some(1));
    assert_eq!(judge("feature: x\n"), Some(1));
    assert_eq!(judge("Feat: upper and lower case mean the same\n"), Some(0));
    let output = sandbox.run(&["commit", "-q", "--allow-empty", "-m", "not conventional"]);
    assert!(!output.status.success());
    assert!(sandbox.run(&["commit", "-q", "--allow-empty", "-m", "fix: it"]).status.success());
}

#[test]
fn message_is_cleaned_as_the_settings_say() {
    let sandbox = Sandbox::hooked();
    let long = "x".repeat(73);
    let commit = |text: &str, args: &[&str]| {
        sandbox.write(".git/text", text);
        sandbox.write(".git/editor", "cat .git/text \"$1\" > \"$1.new\"; mv \"$1.new\" \"$1\"\n");
        let mut all: Vec<&str> = vec!["-c", "core.editor=sh .git/editor"];
        all.extend(args);
        all.extend(["commit", "-q", "--allow-empty"]);
        sandbox.run(&all).status.success()
    };
    let commented = format!("# {long}\nshort\n");
    assert!(commit(&commented, &[]), "git takes the comment out");
    assert!(!commit(&commented, &["-c", "commit.cleanup=whitespace"]), "the comment is the subject");
    assert!(!commit(&commented, &["-c", "commit.cleanup=scissors"]), "the comment is the subject");
    assert!(commit("short\n", &["-c", "commit.cleanup=scissors"]), "below the scissors nothing counts");
    assert!(commit(&commented.replace('#', ";"), &["-c", "core.commentChar=;"]));
    assert!(!commit(&commented, &["-c", "core.commentChar=;"]));
    sandbox.write(".git/text", &commented);
    let by_file = ["-c", "commit.cleanup=strip", "commit", "-q", "--allow-empty", "-F", ".git/text"];
    assert!(sandbox.run(&by_file).status.success(), "taken out without an editor too");
}

#[test]
fn push_is_judged_by_what_the_other_side_lacks() {
    let sandbox = Sandbox::hooked();
    let bare = sandbox.root().parent().unwrap().join("bare.git");
    sandbox.git(&["init", "-q", "--bare", &bare.display().to_string()]);
    sandbox.git(&["remote", "add", "origin", &bare.display().to_string()]);
    let push = |refs: &[&str]| {
        let mut args = vec!["push", "-q", "origin"];
        args.extend(refs);
        let output = sandbox.run(&args);
        let said = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&said).into_owned())
    };
    assert!(push(&["main"]).0);
    sandbox.write("t.py", format!("T = '{}'\n", token()));
    sandbox.git(&["add", "."]);
    sandbox.run(&["commit", "-q", "--no-verify", "-m", "secret"]);
    sandbox.git(&["rm", "-q", "t.py"]);
    assert!(sandbox.try_commit(&[]).0);
    let (done, said) = push(&["main"]);
    assert!(!done && said.contains("t.py:1: ") && said.contains("[token]"), "{said}");
    assert!(!push(&["main:refs/heads/new"]).0, "a new branch brings it as well");
    sandbox.git(&["reset", "-q", "--hard", "HEAD~2"]);
    sandbox.write("fine.txt", "fine\n");
    sandbox.git(&["add", "."]);
    assert!(sandbox.try_commit(&[]).0);
    assert!(push(&["main", "main:refs/heads/new"]).0);
    assert!(push(&[":refs/heads/new"]).0, "a deletion brings nothing");
    sandbox.write("blank.txt", "blank \n");
    sandbox.git(&["add", "."]);
    sandbox.run(&["commit", "-q", "--no-verify", "-m", "blank"]);
    sandbox.git(&["push", "-q", "--no-verify", "origin", "main"]);
    let by_address = sandbox.run(&["push", "-q", &bare.display().to_string(), "main:refs/heads/again"]);
    assert!(by_address.status.success(), "the address is that of a remote which has it already");
}

#[test]
fn push_is_judged_by_the_size_of_what_it_brings() {
    let sandbox = Sandbox::hooked();
    let bare = sandbox.root().parent().unwrap().join("bare.git");
    sandbox.git(&["init", "-q", "--bare", &bare.display().to_string()]);
    sandbox.git(&["remote", "add", "origin", &bare.display().to_string()]);
    let commit = |kib: usize| {
        sandbox.write("big.bin", vec![0; kib * 1024]);
        sandbox.git(&["add", "."]);
        sandbox.run(&["commit", "-q", "--no-verify", "-m", "big"]);
    };
    let push = || {
        let output = sandbox.run(&["push", "-q", "origin", "main"]);
        String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
    };
    commit(400);
    assert_eq!(push(), "");
    commit(700);
    assert!(push().contains("the file grows from 400 to 700 KiB, past 500 KiB [large-file]"));
    sandbox.git(&["rm", "-q", "big.bin"]);
    sandbox.run(&["commit", "-q", "--no-verify", "-m", "gone"]);
    assert!(push().contains("in a commit before the last"), "it stays in history");
    sandbox.run(&["push", "-q", "--no-verify", "origin", "main~1:main"]);
    sandbox.git(&["reset", "-q", "--hard", "HEAD~1"]);
    commit(800);
    assert_eq!(push(), "", "it was too large there already");
}

#[test]
fn content_that_is_pushed_under_two_names_is_judged_by_both() {
    let sandbox = Sandbox::hooked();
    let bare = sandbox.root().parent().unwrap().join("bare.git");
    sandbox.git(&["init", "-q", "--bare", &bare.display().to_string()]);
    sandbox.git(&["remote", "add", "origin", &bare.display().to_string()]);
    sandbox.git(&["push", "-q", "origin", "main"]);
    sandbox.write("xtask.toml", "[hook.except]\ntrailing-blanks = [\"a/**\"]\n");
    sandbox.write("a/one.txt", "blank \n");
    sandbox.write("b/two.txt", "blank \n");
    sandbox.git(&["add", "."]);
    sandbox.git(&["commit", "-q", "--no-verify", "-m", "twice"]);
    let output = sandbox.run(&["push", "-q", "origin", "main"]);
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(!output.status.success() && said.contains("b/two.txt:1: ") && !said.contains("a/one"), "{said}");
}

#[test]
fn push_of_what_is_no_commit_is_judged_by_its_content() {
    let sandbox = Sandbox::hooked();
    let bare = sandbox.root().parent().unwrap().join("bare.git");
    sandbox.git(&["init", "-q", "--bare", &bare.display().to_string()]);
    sandbox.git(&["remote", "add", "origin", &bare.display().to_string()]);
    let push = |text: &str| {
        sandbox.write(".git/blob", text);
        let id = sandbox.git(&["hash-object", "-w", ".git/blob"]);
        sandbox.git(&["tag", "-f", "blob", id.trim()]);
        let output = sandbox.run(&["push", "-q", "-f", "origin", "refs/tags/blob"]);
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        (output.status.success(), checks_in(&said))
    };
    assert_eq!(push("no line end"), (true, vec![]));
    assert_eq!(push(&token()), (false, vec!["token".to_owned()]));
}

#[test]
fn push_of_a_content_that_lies_with_lfs_is_refused() {
    let sandbox = Sandbox::hooked();
    let bare = sandbox.root().parent().unwrap().join("bare.git");
    sandbox.git(&["init", "-q", "--bare", &bare.display().to_string()]);
    sandbox.git(&["remote", "add", "origin", &bare.display().to_string()]);
    let push = |text: &str| {
        sandbox.write("a.big", text);
        sandbox.git(&["add", "."]);
        sandbox.run(&["commit", "-q", "--no-verify", "-m", "big"]);
        let output = sandbox.run(&["push", "-q", "origin", "main"]);
        checks_in(&String::from_utf8_lossy(&[output.stdout, output.stderr].concat()))
    };
    sandbox.write(".gitattributes", "*.big filter=lfs diff=lfs merge=lfs -text\n");
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n";
    assert!(push(pointer).is_empty());
    assert_eq!(push("the content\n"), ["large-file"]);
}

#[test]
fn push_is_judged_by_what_its_last_commit_breaks() {
    let sandbox = Sandbox::hooked();
    let bare = sandbox.root().parent().unwrap().join("bare.git");
    sandbox.git(&["init", "-q", "--bare", &bare.display().to_string()]);
    sandbox.git(&["remote", "add", "origin", &bare.display().to_string()]);
    let unjudged = |path: &str, text: &str| {
        sandbox.write(path, text);
        sandbox.git(&["add", "."]);
        sandbox.run(&["commit", "-q", "--no-verify", "-m", "unjudged"]);
    };
    let push = |refs: &str| {
        let output = sandbox.run(&["push", "-q", "origin", refs]);
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        (output.status.success(), checks_in(&said))
    };
    unjudged("notes/old.md", "[x](long-gone.md)\n");
    assert_eq!(push("main"), (true, vec!["-broken-link".to_owned()]), "the other side has nothing yet");
    unjudged("notes/b.md", "[x](c.md)\n");
    let broken = (false, vec!["broken-link".to_owned()]);
    assert_eq!(push("main"), broken);
    assert_eq!(push("main:refs/heads/new"), broken);
    sandbox.git(&["tag", "old", "main~1"]);
    assert_eq!(push("old"), (true, vec![]), "the other side has it");
    unjudged("notes/c.md", "# C\n");
    assert_eq!(push("main"), (true, vec![]), "mended before the push; what was broken before is not told");
}
