//! Which paths git ignores.

use std::collections::BTreeSet;

use anyhow::{Context, Result};

use crate::repo::{EntryKind, Repo, RepoPath, Tree};

/// `check-ignore` knows no literal pathspecs, but takes its input literally behind `./`.
const ASK: &[&str] = &[
    "--no-literal-pathspecs",
    "-c",
    "core.excludesFile=/dev/null",
    "check-ignore",
    "--no-index",
    "--verbose",
    "-z",
    "--stdin",
];

/// Those of `paths` that the repository's own ignore rules cover, as a file or as a folder. Rules of the user's
/// own (`core.excludesFile`) do not count: they differ from machine to machine. A bare repository has no rules.
///
/// # Errors
/// git cannot be asked.
pub fn ignored(repo: &Repo, tree: &Tree, paths: &[RepoPath]) -> Result<BTreeSet<RepoPath>> {
    if repo.work_tree().is_none() {
        return Ok(BTreeSet::new());
    }
    // git gives up on the whole list at the first path that lies in a submodule or behind a symbolic link.
    let asked: Vec<&RepoPath> = paths.iter().filter(|path| can_be_asked(tree, path)).collect();
    if asked.is_empty() {
        return Ok(BTreeSet::new());
    }
    let mut input = Vec::new();
    for path in &asked {
        for end in [&b"\0"[..], b"/\0"] {
            input.extend_from_slice(b"./");
            input.extend_from_slice(path.as_bytes());
            input.extend_from_slice(end);
        }
    }
    let answer = repo.git().answer_to(ASK, &input, &[0, 1]).context("ask git what it ignores")?;
    let plain =
        |path: RepoPath| RepoPath::from_bytes(path.as_bytes().strip_suffix(b"/").unwrap_or(path.as_bytes()));
    let named: BTreeSet<RepoPath> =
        covered(&answer.stdout).into_iter().map(|(path, _)| plain(path)).collect();
    Ok(asked.into_iter().filter(|path| named.contains(path)).cloned().collect())
}

/// What `check-ignore --verbose -z` answers for paths that were asked for behind `./`: each path that a rule covers, and
/// the rule (file, line, pattern). An empty rule, as an empty line of a file with CRLF is one, covers for git each path
/// that ends with a slash, and none here; `!rule` covers none.
pub fn covered(answer: &[u8]) -> Vec<(RepoPath, Vec<u8>)> {
    let fields: Vec<&[u8]> = answer.split(|&byte| byte == 0).collect();
    let covers = |rule: &[u8]| !rule.trim_ascii().is_empty() && !rule.starts_with(b"!");
    let records = fields.chunks_exact(4).filter(|record| covers(record[2]));
    let path = |record: &[&[u8]]| RepoPath::from_bytes(record[3].strip_prefix(b"./").unwrap_or(record[3]));
    records.map(|record| (path(record), record[..3].join(&0))).collect()
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
        assert_eq!(found, [":(top)z.log", "a.log", "build", "build/x/y.md", "n/a b\n.log"]);
        assert!(ignored(&repo, &tree, &[]).unwrap().is_empty());

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
