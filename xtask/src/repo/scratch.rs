//! A throwaway repository that borrows the objects of others: what a trial merge writes lands here,
//! and nothing that the borrowed repositories configure (merge drivers, filters, replacements, a
//! promisor to fetch from) is in force.

#![allow(clippy::disallowed_methods, reason = "`repo` reads git directories; the throwaway one is its own")]

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::git::Git;
use super::{BlobId, CommitId, Repo, throwaway};

/// The throwaway repository; its folder goes with it.
pub struct Scratch {
    folder: tempfile::TempDir,
    git: Git,
    /// Commits whose parents are not here.
    cut_off: BTreeSet<String>,
}

/// Settings outside the repository that could change an answer, switched off.
const ALONE: &[(&str, &str)] = &[
    ("GIT_CONFIG_GLOBAL", "/dev/null"),
    ("GIT_CONFIG_NOSYSTEM", "1"),
    ("GIT_ATTR_NOSYSTEM", "1"),
    (NO_REPLACE, "1"),
];

const NO_REPLACE: &str = "GIT_NO_REPLACE_OBJECTS";

impl Scratch {
    /// Makes a bare repository that sees the objects of all `lenders`, their own alternates included.
    ///
    /// A commit counts as cut off (shallow) when every lender that holds it has it cut off.
    ///
    /// # Errors
    /// The lenders name their objects by different hashes, or the folder cannot be written.
    pub fn over(lenders: &[&Repo]) -> Result<Self> {
        let folder = throwaway::folder().context("make a folder")?;
        let format = common_format(lenders)?;
        let root = folder.path();
        for part in ["objects/info", "objects/pack", "refs"] {
            std::fs::create_dir_all(root.join(part)).context("make a throwaway repository")?;
        }
        std::fs::write(root.join("HEAD"), "ref: refs/heads/none\n")?;
        std::fs::write(root.join("config"), config(&format))?;
        std::fs::write(root.join("objects/info/alternates"), alternates(lenders))?;
        let cut_off = cut_off(lenders)?;
        if !cut_off.is_empty() {
            let lines: Vec<&str> = cut_off.iter().map(String::as_str).collect();
            std::fs::write(root.join("shallow"), lines.join("\n") + "\n")?;
        }
        let git =
            ALONE.iter().fold(Git::new(root, None), |git, (name, value)| git.with_variable(name, value));
        Ok(Self { folder, git, cut_off })
    }

    /// The git program, pointed here. It reads no configuration but its own.
    pub fn git(&self) -> &Git {
        &self.git
    }

    /// The same git, for which each of `missing`, contents that are not here, has a stand-in: a binary content that is
    /// like no other. Names stay as they are, so that only what git would read is another.
    ///
    /// # Errors
    /// The stand-ins cannot be written.
    pub fn git_with_stand_ins(&self, missing: &BTreeSet<BlobId>) -> Result<Git> {
        let mut stream = Vec::new();
        for (mark, id) in missing.iter().enumerate() {
            let mark = mark + 1;
            let content = format!("\0{id}\n");
            stream.extend(format!("blob\nmark :{mark}\ndata {}\n{content}\n", content.len()).into_bytes());
            stream.extend(format!("get-mark :{mark}\n").into_bytes());
        }
        let written =
            self.git.answer_to(&["fast-import", "--quiet"], &stream, &[0]).context("write stand-ins")?;
        let written = String::from_utf8_lossy(&written.stdout);
        let refs = missing.iter().zip(written.lines());
        let refs: String = refs.map(|(id, name)| format!("{name} refs/replace/{id}\n")).collect();
        std::fs::write(self.git_dir().join("packed-refs"), format!("# pack-refs with: sorted \n{refs}"))?;
        let alone = ALONE.iter().filter(|(name, _)| *name != NO_REPLACE);
        Ok(alone.fold(Git::new(self.git_dir(), None), |git, (name, value)| git.with_variable(name, value)))
    }

    /// libgit2's handle on the same objects; `None` where it cannot read them (SHA-256 names).
    pub fn library(&self) -> Option<git2::Repository> {
        git2::Repository::open(self.git_dir()).ok()
    }

    /// True when history ends at a depth.
    pub fn is_shallow(&self) -> bool {
        !self.cut_off.is_empty()
    }

    /// True for a commit whose parents are not here: what it changed cannot be known.
    pub fn is_cut_off(&self, commit: &CommitId) -> bool {
        self.cut_off.contains(commit.as_str())
    }

    /// The git directory.
    pub fn git_dir(&self) -> &Path {
        self.folder.path()
    }
}

fn config(format: &str) -> String {
    let sha1 = "[core]\n\trepositoryformatversion = 0\n\tbare = true\n";
    match format {
        "sha1" => sha1.to_owned(),
        other => format!("{}[extensions]\n\tobjectformat = {other}\n", sha1.replace("= 0", "= 1")),
    }
}

fn common_format(lenders: &[&Repo]) -> Result<String> {
    let mut formats = BTreeSet::new();
    for lender in lenders {
        // libgit2 reads no other format.
        formats.insert(match lender.library() {
            Some(_) => "sha1".to_owned(),
            None => lender.git().line(&["rev-parse", "--show-object-format"])?,
        });
    }
    match formats.into_iter().collect::<Vec<_>>().as_slice() {
        [] => Ok("sha1".to_owned()),
        [format] => Ok(format.clone()),
        several => bail!("the repositories name objects by different hashes ({})", several.join(", ")),
    }
}

/// The alternates file; a path with a line break is quoted as git's C strings are.
fn alternates(lenders: &[&Repo]) -> Vec<u8> {
    let places: BTreeSet<PathBuf> =
        lenders.iter().map(|lender| lender.common_dir().join("objects")).collect();
    let mut lines = Vec::new();
    for place in places {
        lines.extend(quoted(place.as_os_str()));
        lines.push(b'\n');
    }
    lines
}

fn quoted(path: &OsStr) -> Vec<u8> {
    let bytes = path.as_bytes();
    if !bytes.contains(&b'\n') && bytes.first() != Some(&b'"') {
        return bytes.to_vec();
    }
    let mut text = vec![b'"'];
    for &byte in bytes {
        match byte {
            b'\n' => text.extend(b"\\n"),
            b'"' | b'\\' => text.extend([b'\\', byte]),
            _ => text.push(byte),
        }
    }
    text.push(b'"');
    text
}

/// Commits without their parents. A lender that is not shallow and holds one has its whole history.
fn cut_off(lenders: &[&Repo]) -> Result<BTreeSet<String>> {
    let mut cut = BTreeSet::new();
    let mut whole = Vec::new();
    for lender in lenders {
        match std::fs::read_to_string(lender.common_dir().join("shallow")) {
            Ok(text) => cut.extend(text.lines().map(str::to_owned).filter(|line| !line.is_empty())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => whole.push(lender),
            Err(error) => return Err(error).context("read where history is cut off"),
        }
    }
    for lender in whole {
        let asked: String = cut.iter().map(|id| format!("{id}\n")).collect();
        if asked.is_empty() {
            break;
        }
        let answer = lender.git().answer_to(&["cat-file", "--batch-check"], asked.as_bytes(), &[0])?;
        for line in String::from_utf8_lossy(&answer.stdout).lines() {
            if let Some((id, "commit")) =
                line.split_once(' ').map(|(id, rest)| (id, rest.split(' ').next().unwrap_or("")))
            {
                cut.remove(id);
            }
        }
    }
    Ok(cut)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_with_a_line_break_is_quoted() {
        assert_eq!(quoted(OsStr::new("/a/b \"c\"")), b"/a/b \"c\"".to_vec());
        assert_eq!(quoted(OsStr::new("/a\n\"b")), b"\"/a\\n\\\"b\"".to_vec());
    }

    #[test]
    fn object_format_is_named_only_where_it_is_not_the_first_one() {
        insta::assert_snapshot!(config("sha1"), @r"
        [core]
        	repositoryformatversion = 0
        	bare = true
        ");
        assert!(config("sha256").contains("repositoryformatversion = 1"));
        assert!(config("sha256").contains("objectformat = sha256"));
    }
}
