//! A change set as a patch that `git apply` takes: renames as renames, modes, binary files, quoted names.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};

use super::binary;
use super::edit::{Edit, Place, Root};
use super::guard::{After, Content, FileChange, Prepared};
use super::names::quoted;
use super::roots::Roots;
use super::similarity::similarity_percent;
use crate::repo::git::Git;
use crate::repo::{Repo, is_binary};

/// Names contents as the repository does, for the `index` lines of binary patches.
pub(super) struct ObjectIds {
    /// Set where the repository does not use SHA-1.
    git: Option<Git>,
}

impl ObjectIds {
    pub(super) fn of(repo: &Repo) -> Result<Self> {
        let format = repo.git().line(&["rev-parse", "--show-object-format"])?;
        Ok(Self { git: (format != "sha1").then(|| repo.git()) })
    }

    fn id(&self, bytes: &[u8]) -> Result<String> {
        match &self.git {
            None => Ok(super::ContentId::of(bytes).as_str().to_owned()),
            Some(git) => {
                let answer = git.answer_to(&["hash-object", "-t", "blob", "--stdin"], bytes, &[0])?;
                Ok(String::from_utf8_lossy(&answer.stdout).trim().to_owned())
            }
        }
    }
}

/// One side of a file in the patch.
struct Side<'a> {
    path: &'a [u8],
    bytes: &'a [u8],
    executable: bool,
}

/// The patch; edits outside the work tree stand in it as comments, since `git apply` does not take them.
pub(super) fn render(roots: &Roots, ids: &ObjectIds, prepared: &Prepared<'_>) -> Result<Vec<u8>> {
    let changes: BTreeMap<&Place, &FileChange<'_>> =
        prepared.changes.iter().map(|change| (&change.place, change)).collect();
    let origins = renames(prepared, &changes);
    let renamed: BTreeSet<&Place> = origins.values().copied().collect();
    let mut out = Vec::new();
    for change in &prepared.changes {
        if renamed.contains(&change.place) {
            continue;
        }
        let from = origins.get(&change.place).map(|&from| changes[from]);
        let section = section(roots, ids, &changes, change, from)
            .with_context(|| format!("show the change of `{}`", change.place))?;
        out.extend(section);
    }
    Ok(out)
}

/// Where plain moves came from, by where they go. Others are shown as what happens to each path.
fn renames<'a>(
    prepared: &Prepared<'a>,
    changes: &BTreeMap<&Place, &FileChange<'_>>,
) -> BTreeMap<&'a Place, &'a Place> {
    let mut origins = BTreeMap::new();
    for &edit in &prepared.pending {
        if let Edit::Move { from, to, .. } = edit
            && changes[from].after.is_none()
            && changes[to].before.is_none()
        {
            origins.insert(to, from);
        }
    }
    origins
}

fn section(
    roots: &Roots,
    ids: &ObjectIds,
    changes: &BTreeMap<&Place, &FileChange<'_>>,
    change: &FileChange<'_>,
    from: Option<&FileChange<'_>>,
) -> Result<Vec<u8>> {
    let origin = from.unwrap_or(change);
    let names = [label(roots, &origin.place)?, label(roots, &change.place)?];
    let old = origin.before.as_ref().map(|found| Side {
        path: &names[0],
        bytes: &found.state.bytes,
        executable: super::edit::is_executable(found.state.mode),
    });
    let new = match &change.after {
        None => None,
        Some(After { content, executable, .. }) => {
            let bytes = match content {
                Content::Bytes(bytes) => *bytes,
                Content::Moved(place) => {
                    &changes[place].before.as_ref().context("a moved file is there")?.state.bytes
                }
            };
            Some(Side { path: &names[1], bytes, executable: *executable })
        }
    };
    if change.place.root == Root::WorkTree {
        return patch(ids, old.as_ref(), new.as_ref());
    }
    Ok(as_comment(&outside(ids, old.as_ref(), new.as_ref())?))
}

/// The path as a person sees it from the top of the work tree.
fn label(roots: &Roots, place: &Place) -> Result<Vec<u8>> {
    if place.root == Root::WorkTree {
        return Ok(place.path.as_bytes().to_vec());
    }
    Ok(roots.seen_from_top(place)?.unwrap_or_else(|| place.to_string().into_bytes()))
}

fn outside(ids: &ObjectIds, old: Option<&Side<'_>>, new: Option<&Side<'_>>) -> Result<Vec<u8>> {
    let sides = [old, new];
    if !sides.iter().flatten().any(|side| is_binary(side.bytes)) {
        return patch(ids, old, new);
    }
    let mut out = Vec::new();
    for (side, verb) in [(old, "-"), (new, "+")] {
        let Some(side) = side else { continue };
        out.extend(verb.as_bytes());
        out.extend(quoted("", side.path));
        out.extend(format!(": binary, {} bytes, mode {}\n", side.bytes.len(), mode(side)).as_bytes());
    }
    Ok(out)
}

fn as_comment(text: &[u8]) -> Vec<u8> {
    text.split_inclusive(|&byte| byte == b'\n').flat_map(|line| [b"# ", line].concat()).collect()
}

fn patch(ids: &ObjectIds, old: Option<&Side<'_>>, new: Option<&Side<'_>>) -> Result<Vec<u8>> {
    let Some(any) = new.or(old) else { return Ok(Vec::new()) };
    if let (Some(old), Some(new)) = (old, new)
        && (old.path, old.bytes, old.executable) == (new.path, new.bytes, new.executable)
    {
        // A moved file and its successor may be equal; git takes no section that says nothing.
        return Ok(Vec::new());
    }
    let (old_path, new_path) = (old.unwrap_or(any).path, new.unwrap_or(any).path);
    let mut out = b"diff --git ".to_vec();
    out.extend(quoted("a/", old_path));
    out.push(b' ');
    out.extend(quoted("b/", new_path));
    out.push(b'\n');
    match (old, new) {
        (None, Some(new)) => out.extend(format!("new file mode {}\n", mode(new)).as_bytes()),
        (Some(old), None) => out.extend(format!("deleted file mode {}\n", mode(old)).as_bytes()),
        (Some(old), Some(new)) => head_of_change(&mut out, old, new),
        (None, None) => {}
    }
    let (old_bytes, new_bytes) = (old.map(|side| side.bytes), new.map(|side| side.bytes));
    if old_bytes == new_bytes {
        return Ok(out);
    }
    out.extend(index_line(ids, old, new)?);
    let (before, after) = (old_bytes.unwrap_or_default(), new_bytes.unwrap_or_default());
    if is_binary(before) || is_binary(after) {
        out.extend(binary::patch(before, after));
    } else if before != after {
        out.extend(file_line("--- ", old, "a/"));
        out.extend(file_line("+++ ", new, "b/"));
        out.extend(hunks(before, after)?);
    }
    Ok(out)
}

fn index_line(ids: &ObjectIds, old: Option<&Side<'_>>, new: Option<&Side<'_>>) -> Result<Vec<u8>> {
    let id = |side: Option<&Side<'_>>| match side {
        Some(side) => ids.id(side.bytes),
        None => Ok("0".repeat(if ids.git.is_some() { 64 } else { 40 })),
    };
    let mut line = format!("index {}..{}", id(old)?, id(new)?);
    if let (Some(old), Some(new)) = (old, new)
        && old.executable == new.executable
    {
        line.push_str(&format!(" {}", mode(new)));
    }
    line.push('\n');
    Ok(line.into_bytes())
}

fn head_of_change(out: &mut Vec<u8>, old: &Side<'_>, new: &Side<'_>) {
    if old.executable != new.executable {
        out.extend(format!("old mode {}\nnew mode {}\n", mode(old), mode(new)).as_bytes());
    }
    if old.path != new.path {
        let percent = similarity_percent(old.bytes, new.bytes);
        out.extend(format!("similarity index {percent}%\nrename from ").as_bytes());
        out.extend(quoted("", old.path));
        out.extend(b"\nrename to ");
        out.extend(quoted("", new.path));
        out.push(b'\n');
    }
}

fn file_line(start: &str, side: Option<&Side<'_>>, prefix: &str) -> Vec<u8> {
    let mut line = start.as_bytes().to_vec();
    match side {
        None => line.extend(b"/dev/null"),
        Some(side) => {
            let name = quoted(prefix, side.path);
            // git ends names that hold a blank with a tab, so that the name's end is plain.
            let blank = name.contains(&b' ');
            line.extend(name);
            if blank {
                line.push(b'\t');
            }
        }
    }
    line.push(b'\n');
    line
}

fn mode(side: &Side<'_>) -> &'static str {
    if side.executable { "100755" } else { "100644" }
}

/// The hunks alone; libgit2's own head of the patch knows neither name nor rename.
fn hunks(before: &[u8], after: &[u8]) -> Result<Vec<u8>> {
    let mut options = git2::DiffOptions::new();
    options.force_text(true).context_lines(3);
    let mut patch = git2::Patch::from_buffers(before, None, after, None, Some(&mut options))?;
    let text = patch.to_buf()?;
    let mut rest: &[u8] = &text;
    while !rest.starts_with(b"@@ ") {
        let end = rest.iter().position(|&byte| byte == b'\n').context("compare the two contents")?;
        rest = &rest[end + 1..];
    }
    Ok(rest.to_vec())
}
