//! Which paths git ignores.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};

use crate::repo::git::Git;
use crate::repo::{EntryKind, Repo, RepoPath, Tree};

/// `check-ignore` knows no literal pathspecs, but takes its input literally behind `./`. Each path is answered for, so
/// that it shows where git gave up.
const ASK: &[&str] = &[
    "--no-literal-pathspecs",
    "-c",
    "core.excludesFile=/dev/null",
    "check-ignore",
    "--no-index",
    "--verbose",
    "--non-matching",
    "-z",
    "--stdin",
];

/// Those of `paths` that may be there though they are not in the tree: the repository's own ignore rules cover them, as
/// a file or as a folder, or a sparse checkout leaves them out. A bare repository has no rules.
///
/// # Errors
/// git cannot be asked.
pub fn ignored(repo: &Repo, tree: &Tree, paths: &[RepoPath]) -> Result<BTreeSet<RepoPath>> {
    match repo.work_tree() {
        Some(_) => ignored_by(&repo.git(), tree, paths),
        None => Ok(BTreeSet::new()),
    }
}

/// Like [`ignored`], of git in a work tree.
///
/// # Errors
/// As [`ignored`].
pub fn ignored_by(git: &Git, tree: &Tree, paths: &[RepoPath]) -> Result<BTreeSet<RepoPath>> {
    let can_be_asked = paths.iter().filter(|path| can_be_asked(tree, path));
    let forms =
        can_be_asked.flat_map(|path| [path.clone(), RepoPath::from_bytes(&[path.as_bytes(), b"/"].concat())]);
    let asked: Vec<RepoPath> = forms.collect();
    let plain =
        |path: RepoPath| RepoPath::from_bytes(path.as_bytes().strip_suffix(b"/").unwrap_or(path.as_bytes()));
    let mut found: BTreeSet<RepoPath> = ignore_rules(git, &asked)?.into_keys().map(plain).collect();
    found.extend(paths.iter().filter(|path| tree.leaves_out(path)).cloned());
    Ok(found)
}

/// The ignore rule (file, line, pattern) that covers each path. Rules of the user's own (`core.excludesFile`) do not
/// count: they differ from machine to machine. What lies behind a symbolic link or in a submodule is covered where the
/// link is; `!rule` covers nothing.
///
/// # Errors
/// git cannot be asked.
pub fn ignore_rules(git: &Git, paths: &[RepoPath]) -> Result<BTreeMap<RepoPath, Vec<u8>>> {
    let mut rules = BTreeMap::new();
    // Each path, and what git is asked for it.
    let mut open: Vec<(&RepoPath, RepoPath)> = paths.iter().map(|path| (path, path.clone())).collect();
    while !open.is_empty() {
        let input: Vec<u8> =
            open.iter().flat_map(|(_, asked)| [b"./", asked.as_bytes(), b"\0"].concat()).collect();
        let answer = git.answer_to(ASK, &input, &[0, 1, 128]).context("ask git what it ignores")?;
        let answers = rules_of(&answer.stdout);
        let count = answers.len();
        for ((path, _), rule) in open.drain(..count.min(open.len())).zip(answers) {
            rules.extend(rule.map(|rule| (path.clone(), rule)));
        }
        // git gives up on the whole list at the first path that lies behind a link or in a submodule.
        let Some((_, stuck)) = open.first() else { break };
        let Some(folder) = stuck.parent() else { bail!("ask git what it ignores: {}", answer.stderr) };
        for (_, asked) in open.iter_mut().filter(|(_, asked)| asked.is_within(&folder)) {
            *asked = folder.clone();
        }
    }
    Ok(rules)
}

/// What `check-ignore --verbose -z` answers: for each path the rule that covers it. An empty rule, as an empty line of
/// a file with CRLF is one, covers for git each path that ends with a slash, and none here.
fn rules_of(answer: &[u8]) -> Vec<Option<Vec<u8>>> {
    let fields: Vec<&[u8]> = answer.split(|&byte| byte == 0).collect();
    let covers = |rule: &[u8]| !rule.trim_ascii().is_empty() && !rule.starts_with(b"!");
    let records = fields.chunks_exact(4);
    records.map(|record| covers(record[2]).then(|| record[..3].join(&0))).collect()
}

fn can_be_asked(tree: &Tree, path: &RepoPath) -> bool {
    let mut next = path.parent();
    while let Some(folder) = next {
        let kind = tree.get(&folder).map(|entry| entry.kind);
        if matches!(kind, Some(EntryKind::Submodule | EntryKind::Symlink)) {
            return false;
        }
        next = folder.parent();
    }
    path.parts().all(|part| !part.is_empty() && part != b".." && part != b"." && !part.contains(&0))
}

#[cfg(test)]
mod tests {
    use xshell::{Shell, cmd};

    use super::*;

    #[test]
    fn ignored_files_and_folders_are_told_and_odd_paths_end_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let shell = Shell::new().unwrap();
        shell.change_dir(folder.path());
        let git = cmd!(shell, "git init -q -b main").env("GIT_CONFIG_GLOBAL", "/dev/null");
        git.env_remove("GIT_DIR").env_remove("GIT_WORK_TREE").quiet().run().unwrap();
        shell.write_file(".gitignore", "*.log\nbuild/\n!keep.log\n").unwrap();
        shell.write_file("real/x.log", "").unwrap();
        std::os::unix::fs::symlink("real", folder.path().join("link")).unwrap();
        let repo = Repo::open(folder.path()).unwrap();
        let tree = Tree::of_work_tree(&repo).unwrap();
        let paths = [
            "a.log",
            "keep.log",
            "build",
            "build/x/y.md",
            "n/a b\n.log",
            "link/x.log",
            ":(top)z.log",
            "x.md",
        ];
        let paths: Vec<RepoPath> = paths.into_iter().map(RepoPath::from).collect();
        let found = ignored(&repo, &tree, &paths).unwrap();
        let found: Vec<String> = found.iter().map(RepoPath::to_string).collect();
        assert_eq!(found, [":(top)z.log", "a.log", "build", "build/x/y.md", r"n/a b\n.log"]);
        assert!(ignored(&repo, &tree, &[]).unwrap().is_empty());

        shell.write_file(".gitignore", "*.log\nlink\n").unwrap();
        let tree = Tree::of_work_tree(&repo).unwrap();
        let behind =
            ["deep/a.log", "link/x/y.md", "link/x/z.md", "link/w.md", "z.log", "z.md"].map(RepoPath::from);
        let found = ignored(&repo, &tree, &behind).unwrap();
        let found: Vec<String> = found.iter().map(RepoPath::to_string).collect();
        let expected = ["deep/a.log", "link/w.md", "link/x/y.md", "link/x/z.md", "z.log"];
        assert_eq!(found, expected, "a link that git ignores ends nothing, and hides what is behind it");

        shell.write_file(".gitignore", "*.log\r\n\r\nbuild/\r\n").unwrap();
        let found = ignored(&repo, &tree, &paths).unwrap();
        let found: Vec<String> = found.iter().map(RepoPath::to_string).collect();
        assert!(found.contains(&"a.log".to_owned()), "{found:?}");
        assert!(
            !found.contains(&"x.md".to_owned()),
            "an empty line of a file with CRLF covers nothing: {found:?}"
        );
    }
}
