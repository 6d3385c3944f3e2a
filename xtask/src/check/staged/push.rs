//! Judges what a push would bring: the files that differ from what the other side has, what the pushed commit breaks in
//! all others, and every content on the way.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use anyhow::Result;

use super::checks::Switches;
use super::files::{File, Judge};
use super::gather;
use super::size::{HINT, Limits, no_pointer, too_large};
use super::{Finding, Judged, OTHER_FILES, not_judged, options, wider};
use crate::check::CheckId;
use crate::check::bytes::{Content, Secrets, excuses, is_excused};
use crate::config::HookConfig;
use crate::repo::{BlobId, Blobs, CommitId, Repo, RepoPath, Staged, tree_records};

const REWRITE: &str = "rewrite the commits before you push them (`git rebase -i`); what is pushed is out";

/// So many commits of the other side a push is compared with; a branch that merged from it many times has more.
const EDGES: usize = 8;

/// One line that git gives to `pre-push`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// The ref here; `(delete)` when it is deleted there.
    pub local_ref: String,
    /// What is pushed; `None` for a deletion.
    pub local: Option<CommitId>,
    /// The ref there.
    pub remote_ref: String,
    /// What the other side has; `None` for a new ref.
    pub remote: Option<CommitId>,
}

/// Reads what git writes to the hook's standard input.
///
/// # Errors
/// A line is not of git's form.
pub fn updates(input: &str) -> Result<Vec<Update>> {
    let mut updates = Vec::new();
    for line in input.lines().filter(|line| !line.trim().is_empty()) {
        let fields: Vec<&str> = line.split(' ').collect();
        let [local_ref, local, remote_ref, remote] = fields[..] else {
            anyhow::bail!("read what git says of the push: `{}`", line.escape_debug());
        };
        let id = |text: &str| CommitId::parse(text).filter(|id| id.as_str().bytes().any(|byte| byte != b'0'));
        updates.push(Update {
            local_ref: local_ref.to_owned(),
            local: id(local),
            remote_ref: remote_ref.to_owned(),
            remote: id(remote),
        });
    }
    Ok(updates)
}

/// Judges a push to `remote`. Deleted refs bring nothing; of a new one counts what no ref of the remote has. Git's
/// attributes are those of the index: older git programs know no others without a work tree.
///
/// # Errors
/// A setting names no check, or git cannot be asked.
pub fn judge_push(
    (repo, staged): (&Repo, &Staged),
    (config, skip): (&HookConfig, &[String]),
    remote: &str,
    updates: &[Update],
) -> Result<Judged> {
    let switches = Switches::of(config, skip, &[])?;
    let secrets = Secrets::new();
    let options = options(config, false);
    let blobs = Blobs::of(repo)?;
    let (mut checked, mut findings) = (0, Vec::new());
    for update in updates {
        let Some(local) = &update.local else { continue };
        if let Some(blob) = blob_of(repo, local)? {
            checked += 1;
            findings.extend(judge_bare(
                &blobs,
                (&switches, &secrets),
                update,
                (&blob, Limits::most(config)),
            )?);
            continue;
        }
        let range = Range::of(repo, remote, local, update.remote.as_ref())?;
        let brought = range.brought(repo, local)?;
        checked += brought.len();
        let files = brought.iter().map(|one| one.path.clone()).collect();
        let marker_sizes = gather::marker_sizes((repo, staged), &files, &switches)?;
        let judge = Judge::of(&switches, options, &marker_sizes, &secrets);
        let sizes = Sizes::of(&range, config, staged.under_lfs(repo, &files)?);
        for one in &brought {
            findings.extend(judge_content(&blobs, &judge, one)?);
            if switches.judges(CheckId::LargeFile, &one.path) {
                findings.extend(sizes.judge((repo, &blobs), one)?);
            }
        }
        if let Some(commit) = range.commit(repo, local)? {
            let edges = range.edges(repo)?;
            let found = wider::pushed(repo, &switches, &commit, &edges[..edges.len().min(EDGES)]);
            findings.extend(found.or_else(|error| not_judged(repo, OTHER_FILES, error))?);
        }
    }
    Ok(Judged::of(checked, findings))
}

/// The content that a tag names by itself, without a commit around it.
fn blob_of(repo: &Repo, id: &CommitId) -> Result<Option<BlobId>> {
    let named = format!("{id}^{{}}\n");
    let format = "--batch-check=%(objecttype) %(objectname)";
    let answer = repo.git().answer_to(&["cat-file", format], named.as_bytes(), &[0])?;
    let answer = String::from_utf8_lossy(&answer.stdout).into_owned();
    Ok(answer.trim_end().strip_prefix("blob ").and_then(BlobId::parse))
}

/// Judges a content that is no file: it has no name and no lines to keep in order, but it may hold a secret.
fn judge_bare(
    blobs: &Blobs,
    (switches, secrets): (&Switches, &Secrets),
    update: &Update,
    (id, most): (&BlobId, u64),
) -> Result<Vec<Finding>> {
    let path = RepoPath::from(update.local_ref.as_str());
    let keys = (switches.judges(CheckId::PrivateKey, &path), switches.judges(CheckId::Token, &path));
    let found = secrets.find(&blobs.read(id)?, keys).into_iter();
    let mut findings: Vec<Finding> = found
        .map(|fault| Finding::of(fault.check, &path, fault.message).at(fault.line.unwrap_or(1)))
        .collect();
    let size = blobs.size(id)?;
    if size > most && switches.judges(CheckId::LargeFile, &path) {
        findings.push(Finding::of(CheckId::LargeFile, &path, too_large((0, size), most)).hint(HINT));
    }
    Ok(findings)
}

/// The names of a remote, which may be given by its address. There are none where no refs of it are known.
fn names_of(repo: &Repo, remote: &str) -> Result<BTreeSet<String>> {
    let args = ["config", "-z", "--get-regexp", r"^remote\..*\.(push)?url$"];
    let answer = repo.git().answer_to(&args, &[], &[0, 1])?;
    let answer = String::from_utf8_lossy(&answer.stdout).into_owned();
    let has_address =
        answer.split('\0').filter_map(|entry| entry.split_once('\n')).filter_map(|(key, address)| {
            let name = key.strip_prefix("remote.")?.rsplit_once('.')?.0;
            (address == remote).then(|| name.to_owned())
        });
    let named = repo.remotes()?.into_iter().filter(|name| name == remote);
    Ok(named.chain(has_address).collect())
}

/// The commits that the other side does not have.
struct Range {
    /// Arguments of `git rev-list`.
    args: Vec<String>,
    edges: OnceCell<Vec<CommitId>>,
}

impl Range {
    fn of(repo: &Repo, remote: &str, local: &CommitId, has: Option<&CommitId>) -> Result<Self> {
        let mut args = vec![local.to_string(), "--not".to_owned()];
        let is_known = |id: &CommitId| -> Result<bool> {
            let answer = repo.git().answer_to(&["cat-file", "-e", &format!("{id}^{{commit}}")], &[], &[])?;
            Ok(answer.code == Some(0))
        };
        // What somebody else pushed and nobody fetched yet is not known here.
        if let Some(has) = has
            && is_known(has)?
        {
            args.push(has.to_string());
        }
        for name in names_of(repo, remote)? {
            args.push(format!("--remotes={}", name.replace(['*', '?', '['], "?")));
        }
        Ok(Self { args, edges: OnceCell::new() })
    }

    /// The commit that is pushed, unless the other side has it, or it is no commit.
    fn commit(&self, repo: &Repo, local: &CommitId) -> Result<Option<CommitId>> {
        let peeled = format!("{local}^{{commit}}");
        let answer = repo.git().answer_to(&["rev-parse", "--verify", "-q", &peeled], &[], &[0, 1, 128])?;
        let Some(commit) = CommitId::parse(String::from_utf8_lossy(&answer.stdout).trim()) else {
            return Ok(None);
        };
        let mut args: Vec<&str> = vec!["rev-list", "-n", "1"];
        args.extend(self.args.iter().map(String::as_str));
        Ok((!repo.git().read(&args)?.is_empty()).then_some(commit))
    }

    /// The commits that the other side has and that the new ones descend from, the newest first; git is asked once.
    fn edges(&self, repo: &Repo) -> Result<&[CommitId]> {
        if let Some(edges) = self.edges.get() {
            return Ok(edges);
        }
        let mut args: Vec<&str> = vec!["rev-list", "--boundary"];
        args.extend(self.args.iter().map(String::as_str));
        let listing = repo.git().read(&args)?;
        let listing = String::from_utf8_lossy(&listing).into_owned();
        let edges = listing.lines().filter_map(|line| CommitId::parse(line.strip_prefix('-')?)).collect();
        Ok(self.edges.get_or_init(|| edges))
    }

    /// What the pushed commit holds of what the push brings, at each of its paths; and what stood there on the way.
    fn brought(&self, repo: &Repo, local: &CommitId) -> Result<Vec<Brought>> {
        let contents = self.contents(repo)?;
        if contents.is_empty() {
            return Ok(Vec::new());
        }
        let new: BTreeSet<&BlobId> = contents.iter().map(|(_, id)| id).collect();
        let tree = format!("{local}^{{tree}}");
        let listing = repo.git().read(&["ls-tree", "-r", "-z", "--full-tree", &tree])?;
        let mut brought = Vec::new();
        for record in tree_records(&listing) {
            let record = record?;
            // Links hold no content of their own.
            let id = BlobId::parse(record.id).filter(|id| record.mode != "120000" && new.contains(id));
            let path = RepoPath::from_bytes(record.path);
            brought.extend(id.map(|id| Brought { path, id, is_at_tip: true }));
        }
        let held: BTreeSet<BlobId> = brought.iter().map(|one| one.id.clone()).collect();
        let gone = contents.into_iter().filter(|(_, id)| !held.contains(id));
        brought.extend(gone.map(|(path, id)| Brought { path, id, is_at_tip: false }));
        Ok(brought)
    }

    /// Every content that the push brings, with one of its paths: git names no more.
    fn contents(&self, repo: &Repo) -> Result<Vec<(RepoPath, BlobId)>> {
        let mut args: Vec<&str> = vec!["rev-list", "--objects"];
        args.extend(self.args.iter().map(String::as_str));
        let listing = repo.git().read(&args)?;
        let mut named = Vec::new();
        for line in listing.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
            let Some(space) = memchr::memchr(b' ', line) else { continue };
            let (id, path) = (String::from_utf8_lossy(&line[..space]), &line[space + 1..]);
            if let (Some(id), false) = (BlobId::parse(&id), path.is_empty()) {
                named.push((RepoPath::from_bytes(path), id));
            }
        }
        // Folders are named like files: git says which are which.
        let input: String = named.iter().map(|(_, id)| format!("{id}\n")).collect();
        if input.is_empty() {
            return Ok(Vec::new());
        }
        let kinds =
            repo.git().answer_to(&["cat-file", "--batch-check=%(objecttype)"], input.as_bytes(), &[0])?;
        let kinds = String::from_utf8_lossy(&kinds.stdout).into_owned();
        Ok(named
            .into_iter()
            .zip(kinds.lines())
            .filter(|(_, kind)| *kind == "blob")
            .map(|(named, _)| named)
            .collect())
    }
}

/// A content that a push brings.
struct Brought {
    path: RepoPath,
    id: BlobId,
    /// False for what stood there in a commit before the pushed one alone.
    is_at_tip: bool,
}

/// How large the files are that a push brings, against what the other side has of them.
struct Sizes<'a> {
    range: &'a Range,
    most: u64,
    /// Paths whose content lies with Git LFS.
    elsewhere: BTreeSet<RepoPath>,
}

impl<'a> Sizes<'a> {
    fn of(range: &'a Range, config: &HookConfig, elsewhere: BTreeSet<RepoPath>) -> Self {
        Self { range, most: Limits::most(config), elsewhere }
    }

    fn judge(&self, (repo, blobs): (&Repo, &Blobs), one: &Brought) -> Result<Option<Finding>> {
        let Brought { path, id, is_at_tip } = one;
        let size = blobs.size(id)?;
        if self.elsewhere.contains(path) && *is_at_tip {
            return Ok(no_pointer(path, &blobs.read(id)?));
        }
        if size <= self.most {
            return Ok(None);
        }
        let before = self.before(repo, path)?;
        // What was too large there already stands in its history.
        if before > self.most {
            return Ok(None);
        }
        let message = too_large((before, size), self.most);
        Ok(Some(if *is_at_tip {
            Finding::of(CheckId::LargeFile, path, message).hint(HINT)
        } else {
            let message = format!("{message}, in a commit before the last (blob {})", id.short());
            Finding::of(CheckId::LargeFile, path, message).hint(REWRITE)
        }))
    }

    /// The largest that the file is in the commits that the new ones descend from.
    fn before(&self, repo: &Repo, path: &RepoPath) -> Result<u64> {
        // git reads one name a line.
        if path.as_bytes().contains(&b'\n') {
            return Ok(0);
        }
        let mut input = Vec::new();
        for edge in self.range.edges(repo)? {
            input.extend_from_slice(format!("{edge}:").as_bytes());
            input.extend_from_slice(path.as_bytes());
            input.push(b'\n');
        }
        if input.is_empty() {
            return Ok(0);
        }
        let answer = repo.git().answer_to(&["cat-file", "--batch-check=%(objectsize)"], &input, &[0])?;
        let sizes = String::from_utf8_lossy(&answer.stdout).into_owned();
        Ok(sizes.lines().filter_map(|line| line.parse().ok()).max().unwrap_or(0))
    }
}

/// Of what the pushed commit holds all is judged; of what stood there on the way only what must never leave.
fn judge_content(blobs: &Blobs, judge: &Judge<'_>, one: &Brought) -> Result<Vec<Finding>> {
    let Brought { path, id, is_at_tip } = one;
    let bytes = blobs.read(id)?;
    if *is_at_tip {
        let file = File {
            path,
            kind: crate::repo::EntryKind::File,
            bytes: &bytes,
            before: &Vec::new,
            is_put_away: false,
        };
        let mut findings = judge.judge(&file);
        findings.retain(|finding| finding.check != CheckId::Debug);
        return Ok(findings);
    }
    let keys =
        (judge.switches.judges(CheckId::PrivateKey, path), judge.switches.judges(CheckId::Token, path));
    let excuses = excuses(&Content::of(&bytes));
    let found = judge
        .secrets
        .find(&bytes, keys)
        .into_iter()
        .filter(|fault| !fault.line.is_some_and(|line| is_excused(&excuses, fault.check, line)));
    Ok(found
        .map(|fault| {
            let message = format!("{}, in a commit before the last (blob {})", fault.message, id.short());
            Finding::of(fault.check, path, message).at(fault.line.unwrap_or(1)).hint(REWRITE)
        })
        .collect())
}
