//! Makes many three-way merges of contents with one child: each is a file of its own in three trees, and git's own
//! merge of those trees says which conflict. No path is in one tree and missing in another side's, so that nothing
//! can be taken for a rename.

use std::collections::BTreeSet;
use std::fmt::Write;

use anyhow::{Context, Result};

use super::super::chain::{Content, FileMerge};
use super::steps::merge_all;
use super::threads::map_two;
use crate::process::Cancel;
use crate::repo::RepoPath;
use crate::repo::git::Git;

/// Merges from which a second child is worth its start.
const MANY: usize = 64;

/// Those of `merges` that conflict.
pub(super) fn conflicting(
    git: &Git,
    merges: BTreeSet<FileMerge>,
    cancel: &Cancel,
) -> Result<BTreeSet<FileMerge>> {
    let merges: Vec<FileMerge> = merges.into_iter().collect();
    let size = if merges.len() < MANY { MANY } else { merges.len().div_ceil(2) };
    let parts: Vec<(usize, &[FileMerge])> = merges.chunks(size).enumerate().collect();
    let answers = map_two(&parts, cancel, |(number, part)| merged_together(git, *number, part))?;
    let conflicts = answers.into_iter().flatten();
    Ok(merges
        .iter()
        .zip(conflicts)
        .filter(|(_, conflicts)| *conflicts)
        .map(|(merge, _)| merge.clone())
        .collect())
}

/// For each merge, whether it conflicts.
fn merged_together(git: &Git, number: usize, merges: &[FileMerge]) -> Result<Vec<bool>> {
    let names = ["base", "fork", "upstream"].map(|side| format!("refs/xtask/{number}/{side}"));
    let [base, fork, upstream] = &names;
    let stream = commit(base, merges.iter().map(|merge| merge.base.as_ref()))
        + &commit(fork, merges.iter().map(|merge| Some(&merge.fork)))
        + &commit(upstream, merges.iter().map(|merge| Some(&merge.upstream)));
    // A pack, not a loose object each.
    let args = ["-c", "fastimport.unpackLimit=1", "fast-import", "--quiet", "--force"];
    git.answer_to(&args, stream.as_bytes(), &[0]).context("lay out the contents to merge")?;
    let answers = merge_all(git, &[format!("{base} -- {fork} {upstream}")])?;
    let (_, merged) = answers.first().context("git made no merge")?;
    let conflicts = |place: usize| merged.stages.contains_key(&RepoPath::from(place.to_string().as_str()));
    Ok((0..merges.len()).map(conflicts).collect())
}

/// A commit for `git fast-import` that holds the contents under their numbers.
fn commit<'a>(name: &str, contents: impl Iterator<Item = Option<&'a Content>>) -> String {
    let mut stream = format!("commit {name}\ncommitter xtask <xtask> 0 +0000\ndata 0\n");
    for (place, content) in contents.enumerate() {
        if let Some(Content { mode, id }) = content {
            let _ = writeln!(stream, "M {mode} {id} {place}");
        }
    }
    stream.push('\n');
    stream
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upstream::testing::{History, Place};

    #[test]
    fn many_contents_are_merged_at_once_and_each_keeps_its_own_outcome() {
        let place = Place::new();
        let folder = place.repository("r", &["--bare"], &History::default());
        let git = Git::new(&folder, None);
        let content = |text: &str, mode: &str| {
            let args = ["hash-object", "-w", "--stdin"];
            let answer = git.answer_to(&args, text.as_bytes(), &[0]).unwrap();
            Content { mode: mode.to_owned(), id: String::from_utf8(answer.stdout).unwrap().trim().to_owned() }
        };
        let plain = |text: &str| content(text, "100644");
        let lines = |first: &str, last: &str| format!("{first}\n2\n3\n4\n5\n6\n7\n{last}\n");
        let base = || plain(&lines("1", "8"));
        let merge =
            |base: Option<Content>, fork: Content, upstream: Content| FileMerge { base, fork, upstream };
        let cases = [
            (merge(Some(base()), plain(&lines("one", "8")), plain(&lines("1", "eight"))), false),
            (merge(Some(base()), plain(&lines("one", "8")), plain(&lines("uno", "8"))), true),
            (merge(Some(base()), content(&lines("one", "8"), "100755"), plain(&lines("1", "last"))), false),
            (merge(None, plain("mine\n"), plain("theirs\n")), true),
            (merge(Some(plain("\0a")), plain("\0b"), plain("\0c")), true),
        ];
        let expected: BTreeSet<FileMerge> =
            cases.iter().filter(|(_, conflicts)| *conflicts).map(|(merge, _)| merge.clone()).collect();
        // More than one child's worth, with the same outcome for each.
        let more = (0..MANY).map(|number| {
            merge(
                Some(base()),
                plain(&lines(&format!("f{number}"), "8")),
                plain(&lines("1", &format!("u{number}"))),
            )
        });
        let all = cases.iter().map(|(merge, _)| merge.clone()).chain(more).collect();
        assert_eq!(conflicting(&git, all, &Cancel::default()).unwrap(), expected);
    }
}
