//! The only place that may use the network, and only when the user said `--fetch`.

#![allow(clippy::disallowed_methods, reason = "the cache of an address is a folder of the tool's own")]

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::super::sides::without_secrets;
use crate::process::Progress;
use crate::repo::git::Git;
use crate::repo::{BlobId, Repo};

/// Seconds.
const DAY: i64 = 86_400;
/// A tracking ref of this age is told: upstream may have gone on since.
const STALE_DAYS: i64 = 14;

/// Only these ways of transport, whatever the configuration allows: this variable of git's beats every `protocol.*.allow`.
const TRANSPORT: (&str, &str) = ("GIT_ALLOW_PROTOCOL", "https:ssh:file");

/// Runs the user's `git fetch` for a remote.
pub(super) fn remote(repo: &Repo, name: &str, progress: &Progress) -> Result<()> {
    progress.step(format!("fetching from {name}"));
    let args =
        ["fetch", "--quiet", "--no-recurse-submodules", "--no-auto-maintenance", "--end-of-options", name];
    repo.git()
        .with_variable(TRANSPORT.0, TRANSPORT.1)
        .read(&args)
        .with_context(|| format!("fetch from `{name}`"))?;
    Ok(())
}

/// The bare cache of an address; filled or refreshed when `fetch` allows it, `None` when there is none yet.
pub(super) fn cached(repo: &Repo, address: &str, fetch: bool, progress: &Progress) -> Result<Option<Repo>> {
    let place = cache_folder(repo, address);
    if fetch {
        progress.step(format!("fetching {}", without_secrets(address)));
        fill(repo, &place, address).with_context(|| format!("fetch `{}`", without_secrets(address)))?;
    }
    if !place.join("HEAD").is_file() {
        return Ok(None);
    }
    Repo::open(&place).map(Some)
}

fn cache_folder(repo: &Repo, address: &str) -> PathBuf {
    let id = BlobId::of_content(address.as_bytes());
    repo.common_dir().join("xtask/upstream").join(format!("{}.git", &id.as_str()[..16]))
}

fn fill(repo: &Repo, place: &Path, address: &str) -> Result<()> {
    // Pointed at the cache from the start: `init` makes whatever `--git-dir` names.
    let git = Git::new(place, None).with_variable(TRANSPORT.0, TRANSPORT.1);
    let git_dir = repo.common_dir();
    let is_link = |folder: &Path| folder.symlink_metadata().is_ok_and(|meta| meta.is_symlink());
    let led_out = place.ancestors().take_while(|folder| *folder != git_dir).find(|folder| is_link(folder));
    if let Some(link) = led_out {
        bail!("`{}` is a link: nothing is fetched through it", link.display());
    }
    if !place.join("HEAD").is_file() {
        std::fs::create_dir_all(place).context("make a folder for the cache")?;
        let format = repo.git().line(&["rev-parse", "--show-object-format"])?;
        git.read(&["init", "--quiet", "--bare", "--template=", &format!("--object-format={format}")])?;
    }
    let args = [
        "fetch",
        "--quiet",
        "--prune",
        "--no-write-fetch-head",
        "--no-auto-maintenance",
        "--end-of-options",
        address,
        "+refs/heads/*:refs/heads/*",
        "+refs/tags/*:refs/tags/*",
    ];
    git.read(&args)?;
    let asked = git.line(&["ls-remote", "--symref", "--end-of-options", address, "HEAD"])?;
    let head = asked.lines().find_map(|line| line.strip_prefix("ref: ")?.strip_suffix("\tHEAD"));
    if let Some(head) = head {
        git.read(&["symbolic-ref", "HEAD", head])?;
    }
    Ok(())
}

/// Says on the side when a tracking ref has not been brought up to date for a fortnight.
pub(super) fn tell_age(repo: &Repo, name: &str, now: i64, progress: &Progress) -> Result<()> {
    let args = ["log", "--walk-reflogs", "-1", "--format=%gd", "--date=unix", name, "--"];
    let answer = repo.git().answer_to(&args, &[], &[0, 128])?;
    let text = String::from_utf8_lossy(&answer.stdout).into_owned();
    let moved =
        text.rsplit_once("@{").and_then(|(_, rest)| rest.trim().strip_suffix('}')?.parse::<i64>().ok());
    let fetched = repo.common_dir().join("FETCH_HEAD").metadata().ok().and_then(|meta| meta.modified().ok());
    let fetched = fetched
        .and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok())
        .and_then(|age| i64::try_from(age.as_secs()).ok());
    if let Some(newest) = moved.max(fetched) {
        let days = (now - newest) / DAY;
        if days >= STALE_DAYS {
            progress.note(format!("{name} was last brought up to date {days} days ago: `--fetch` renews it"));
        }
    }
    Ok(())
}
