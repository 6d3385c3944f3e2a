//! Links and imports of the next commit, on the smallest tree that can answer.
//!
//! A commit that takes nothing away (no path, no heading, no Python name) can break its own files alone. Their links
//! and imports are looked up in a tree of those files and of all whose names they mention. With fewer files more may
//! seem broken, never less: so when that tree is clean, so is the whole; else the whole tree is asked, against HEAD.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use super::checks::Switches;
use super::gather::{Changed, Input, is_file};
use super::{Finding, Request, references};
use crate::check::bytes::{Content, excuses};
use crate::check::{self, Explained, Found};
use crate::links::percent_decoded;
use crate::markdown::{self, Format};
use crate::repo::{Blobs, CommitId, Entry, EntryKind, History, IndexEntry, RepoPath, Tree};
use crate::report::Level;

/// Files that say where Python modules are found.
const SETTINGS: &[&[u8]] =
    &[b"pyproject.toml", b"setup.py", b"setup.cfg", b"tox.ini", b"pytest.ini", b"conftest.py"];

/// The checks that need more than one file.
const CHECKS: &[&str] =
    &["broken-link", "broken-anchor", "broken-import", "path-anchor", "broken-call", "stale-reference"];

/// How often names that files mention are followed before the whole tree is asked.
const ROUNDS: usize = 12;

pub(super) fn judge(request: &Request<'_>, input: &Input, switches: &Switches) -> Result<Vec<Finding>> {
    if !CHECKS.iter().any(|id| switches.is_on(id)) {
        return Ok(Vec::new());
    }
    let blobs = Blobs::of(request.repo)?;
    let links = switches.is_on("broken-link") || switches.is_on("broken-anchor");
    let python =
        switches.is_on("broken-import") || switches.is_on("path-anchor") || switches.is_on("broken-call");
    let sources: Vec<&Changed> = input
        .changes
        .iter()
        .filter(|changed| changed.file().is_some())
        .filter(|changed| (links && is_markdown(&changed.path)) || (python && is_python(&changed.path)))
        .collect();
    // Two sides that each hold together may not do so as one.
    let mut texts: Texts = BTreeMap::new();
    let may_break = input.parents.len() > 1 || takes_away(&blobs, input, &mut texts)?;
    if !may_break {
        if sources.is_empty() {
            return Ok(Vec::new());
        }
        let small = small_tree(request, &blobs, &sources, texts)?;
        if let Some(tree) = small
            && of_sources(run(request, (&tree, None), None)?, &sources, &tree).is_empty()
        {
            return Ok(Vec::new());
        }
    }
    let history = history(request, input)?;
    let tree = Tree::of_staged(request.repo, request.staged)?;
    let known = input.parents.first().map(|tip| (tip, &history));
    let mut found = whole(request, input, (&tree, known))?;
    if switches.is_on("stale-reference") {
        found.extend(references::broken(request.repo, input, (&tree, &history))?);
    }
    found.retain(|found| !is_excused(&tree, found));
    let told = |found: &Found| {
        let path = RepoPath::from(found.path.as_str());
        switches.judges(found.check, &path)
            // What was broken before is told of the files that the commit touches.
            && (found.level == Level::Deny
                || found.check == "stale-reference"
                || sources.iter().any(|changed| changed.path == path))
    };
    Ok(found.into_iter().filter(told).map(finding).collect())
}

fn finding(found: Found) -> Finding {
    Finding {
        level: found.level,
        path: Some(found.path),
        line: Some(found.line),
        check: found.check.to_owned(),
        new: found.new,
        message: found.message,
        hint: found.hint.or_else(|| found.mend.map(str::to_owned)),
    }
}

fn is_markdown(path: &RepoPath) -> bool {
    Format::of_extension(&path.extension()) == Some(Format::Markdown)
}

fn is_python(path: &RepoPath) -> bool {
    matches!(path.extension().as_str(), "py" | "pyi")
}

fn of_sources(found: Vec<Found>, sources: &[&Changed], tree: &Tree) -> Vec<Found> {
    let is_source = |found: &Found| sources.iter().any(|changed| changed.path.display() == found.path);
    found.into_iter().filter(|found| is_source(found) && !is_excused(tree, found)).collect()
}

/// True when a comment on the line, or above it, excuses the finding and says why.
fn is_excused(tree: &Tree, found: &Found) -> bool {
    let path = RepoPath::from(found.path.as_str());
    let Ok(bytes) = tree.read(&path) else { return false };
    excuses(&Content::of(&bytes)).iter().any(|excuse| {
        excuse.reason.is_some()
            && (excuse.covers == found.line || excuse.line == found.line)
            && excuse.checks.iter().any(|name| name == found.check)
    })
}

/// What this commit moves and takes away; empty where it does neither.
fn history(request: &Request<'_>, input: &Input) -> Result<History> {
    match input.parents.first() {
        Some(head) if input.changes.iter().any(|changed| changed.after.is_none()) => {
            request.staged.history(head)
        }
        _ => Ok(History::default()),
    }
}

/// What this commit does, on top of which one.
type Known<'a> = Option<(&'a CommitId, &'a History)>;

fn run(request: &Request<'_>, trees: (&Tree, Option<&Tree>), history: Known<'_>) -> Result<Vec<Found>> {
    let (tree, base) = trees;
    let asked = check::Request { repo: request.repo, tree, base, history: Explained::By(history) };
    Ok(check::run(&asked)?.findings)
}

/// The whole tree against each parent: only what is broken against all of them is new.
fn whole(request: &Request<'_>, input: &Input, (tree, history): (&Tree, Known<'_>)) -> Result<Vec<Found>> {
    let mut found: Option<Vec<Found>> = None;
    for parent in &input.parents {
        let base = Tree::of_revision(request.repo, parent.as_str())?;
        let against = run(request, (tree, Some(&base)), history)?;
        found = Some(match found {
            None => against,
            Some(before) => before
                .into_iter()
                .map(|mut one| {
                    let old = against.iter().find(|other| {
                        !other.new
                            && other.path == one.path
                            && other.line == one.line
                            && other.check == one.check
                    });
                    if let Some(old) = old {
                        (one.new, one.level) = (false, old.level);
                    }
                    one
                })
                .collect(),
        });
    }
    match found {
        Some(found) => Ok(found),
        None => run(request, (tree, Some(&Tree::in_memory([]))), history),
    }
}

/// What changed files hold now.
type Texts = BTreeMap<RepoPath, Vec<u8>>;

/// True when the commit removes a path, a heading's anchor or a Python name that others may use. Keeps what it reads
/// of the files as they will be.
fn takes_away(blobs: &Blobs, input: &Input, texts: &mut Texts) -> Result<bool> {
    for changed in &input.changes {
        let Some(before) = changed.before.iter().flatten().next() else { continue };
        let Some(after) = &changed.after else { return Ok(true) };
        if is_file(before) != is_file(after) || (after.kind == EntryKind::Symlink && before != after) {
            return Ok(true);
        }
        let (markdown, python) = (is_markdown(&changed.path), is_python(&changed.path));
        if !(markdown || python) || !is_file(after) {
            continue;
        }
        let (old, new) = (blobs.read(&before.id)?, blobs.read(&after.id)?);
        let lost = if markdown {
            !has_same_headings(&old, &new) && !anchors(&old).is_subset(&anchors(&new))
        } else {
            !new.starts_with(&old) && !names(&old).is_subset(&names(&new))
        };
        texts.insert(changed.path.clone(), new);
        if lost {
            return Ok(true);
        }
    }
    Ok(false)
}

/// True when all lines that may make, begin or hide a heading or another anchor are the same, so that none is lost.
fn has_same_headings(old: &[u8], new: &[u8]) -> bool {
    let (old, new) = (shaping_lines(old), shaping_lines(new));
    old.is_some() && old == new
}

/// Those lines; `None` for a text with headings that are underlined, which are paragraphs until their end.
fn shaping_lines(bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let mut found = Vec::new();
    let mut previous: &[u8] = b"";
    for line in bytes.split(|&byte| byte == b'\n') {
        let words = line.trim_ascii();
        let is_line_of = |sign: u8| !words.is_empty() && words.iter().all(|&byte| byte == sign);
        if is_line_of(b'=') || (is_line_of(b'-') && !previous.is_empty()) {
            return None;
        }
        let is_fence = words.starts_with(b"```") || words.starts_with(b"~~~") || is_line_of(b'-');
        if is_fence || memchr::memchr2(b'#', b'<', line).is_some() {
            found.push(line);
        }
        previous = words;
    }
    Some(found)
}

fn anchors(bytes: &[u8]) -> BTreeSet<String> {
    let parsed = markdown::parse(&markdown::decode(bytes).0, Format::Markdown);
    let named = parsed.anchors.iter().map(|anchor| anchor.name.clone());
    named.chain(parsed.sections.iter().map(|section| section.slug.clone())).collect()
}

/// Names that the top of a Python file and its classes bind, too many rather than too few, but no local ones; and the
/// words by which functions say what they take.
pub(super) fn names(bytes: &[u8]) -> BTreeSet<Vec<u8>> {
    let mut names = BTreeSet::new();
    let (mut in_function, mut in_brackets) = (false, false);
    let mut signature: Vec<u8> = Vec::new();
    for line in bytes.split(|&byte| byte == b'\n') {
        let start = line.trim_ascii_start();
        if start.is_empty() || start.starts_with(b"#") {
            continue;
        }
        if start.len() == line.len() && !start.starts_with(b")") {
            in_function = begins_function(start);
        }
        let is_indented = start.len() < line.len();
        if (begins_function(start) && !(in_function && is_indented)) || !signature.is_empty() {
            signature.extend_from_slice(line.trim_ascii());
            if signature.ends_with(b":") {
                names.insert(std::mem::take(&mut signature));
            }
        }
        if in_brackets {
            names.extend(words(line).map(<[u8]>::to_vec));
            in_brackets = !line.contains(&b')');
        } else if !(in_function && is_indented) {
            names.extend(bound(start).into_iter().flat_map(words).map(<[u8]>::to_vec));
            in_brackets = opens_imports(start);
        }
    }
    names
}

fn begins_function(line: &[u8]) -> bool {
    line.starts_with(b"def ") || line.starts_with(b"async def ")
}

/// The part of a line that binds names, if it binds any.
fn bound(line: &[u8]) -> Option<&[u8]> {
    if begins_function(line) || line.starts_with(b"class ") {
        return Some(&line[..line.iter().position(|byte| b"(:".contains(byte)).unwrap_or(line.len())]);
    }
    if [&b"import "[..], b"from ", b"for ", b"with "].iter().any(|word| line.starts_with(word)) {
        return Some(line);
    }
    let left = &line[..memchr::memchr(b'=', line)?];
    let is_target = |byte: &u8| byte.is_ascii_alphanumeric() || b"_ ,.*:[]|".contains(byte) || *byte >= 128;
    left.iter().all(is_target).then_some(left)
}

/// True for an import whose names go on in the next lines.
fn opens_imports(line: &[u8]) -> bool {
    line.starts_with(b"from ") && line.contains(&b'(') && !line.contains(&b')')
}

/// False for words of running text. A destination that is taken for one only means that the whole tree is asked.
fn may_be_destination(word: &[u8], before: u8) -> bool {
    let inside = word.strip_suffix(b".").unwrap_or(word);
    !before.is_ascii_whitespace() || inside.iter().any(|byte| b"./%:".contains(byte))
}

fn words(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes
        .split(|byte| !(byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 128))
        .filter(|word| word.first().is_some_and(|byte| !byte.is_ascii_digit()))
}

/// The changed files and all that they may lead to; `None` when names lead on and on.
fn small_tree(
    request: &Request<'_>,
    blobs: &Blobs,
    sources: &[&Changed],
    mut texts: Texts,
) -> Result<Option<Tree>> {
    let mut wanted = Wanted::default();
    let mut known = BTreeMap::new();
    for changed in sources {
        let Some(state) = changed.file() else { continue };
        let text = match texts.remove(&changed.path) {
            Some(text) => text,
            None => blobs.read(&state.id)?,
        };
        wanted.read(&changed.path, &text);
        known.insert(changed.path.clone(), Some((state.kind, text)));
    }
    let mut entries: Vec<(RepoPath, Entry)> = Vec::new();
    let mut taken: BTreeSet<RepoPath> = known.keys().cloned().collect();
    for _ in 0..ROUNDS {
        let mut more: Vec<(RepoPath, Entry)> = Vec::new();
        let mut folder: Vec<u8> = Vec::new();
        request.staged.each(|entry| {
            if wanted.takes(&entry, &mut folder) {
                let path = RepoPath::from_bytes(entry.path);
                if let (false, Some(id)) = (taken.contains(&path), entry.blob()) {
                    more.push((path, entry_of(entry.kind(), &id)));
                }
            }
        })?;
        let before = wanted.modules.len();
        for (path, entry) in more {
            if let Some(id) = entry.id.as_ref().filter(|_| is_python(&path) && wanted.has_python) {
                wanted.read(&path, &blobs.read(id)?);
            }
            taken.insert(path.clone());
            entries.push((path, entry));
        }
        if wanted.modules.len() == before {
            return Ok(Some(Tree::of_entries(request.repo, entries)?.overlaid(known)));
        }
    }
    Ok(None)
}

fn entry_of(kind: EntryKind, id: &crate::repo::BlobId) -> Entry {
    Entry { kind, id: Some(id.clone()), tracked: true }
}

/// What the files taken so far mention.
#[derive(Default)]
struct Wanted {
    /// Names that links may mean, in lower case.
    files: Folded,
    /// Names that imports may mean.
    modules: BTreeSet<Vec<u8>>,
    /// Folders of Python files taken.
    packages: BTreeSet<Vec<u8>>,
    has_python: bool,
}

/// Names in lower case, asked a hundred thousand times: most are told apart by their length.
#[derive(Default)]
struct Folded {
    names: BTreeSet<Vec<u8>>,
    lengths: BTreeSet<usize>,
}

impl Folded {
    fn insert(&mut self, name: &[u8]) {
        self.lengths.insert(name.len());
        self.names.insert(name.to_ascii_lowercase());
    }

    fn contains(&self, name: &[u8]) -> bool {
        self.lengths.contains(&name.len()) && self.names.contains(&name.to_ascii_lowercase())
    }
}

impl Wanted {
    fn read(&mut self, path: &RepoPath, bytes: &[u8]) {
        if is_python(path) {
            self.has_python = true;
            let mut in_brackets = false;
            for line in bytes.split(|&byte| byte == b'\n') {
                let start = line.trim_ascii_start();
                let imports = memchr::memmem::find(line, b"import").is_some() || start.starts_with(b"from ");
                if imports || in_brackets {
                    self.modules.extend(words(line).map(<[u8]>::to_vec));
                    in_brackets = if in_brackets { !line.contains(&b')') } else { opens_imports(start) };
                }
            }
            let mut folder = path.parent();
            while let Some(here) = folder {
                folder = here.parent();
                self.packages.insert(here.as_bytes().to_vec());
            }
            return;
        }
        let cut = |byte: &u8| byte.is_ascii_whitespace() || b"()<>\"'`[]|{}=,;#?".contains(byte);
        let mut at = 0_usize;
        for word in bytes.split(cut) {
            let before = at.checked_sub(1).map_or(b' ', |before| bytes[before]);
            at += word.len() + 1;
            if word.is_empty() || !may_be_destination(word, before) {
                continue;
            }
            let decoded = percent_decoded(word);
            let decoded = decoded.strip_suffix(b"/").unwrap_or(&decoded);
            if let Some(name) =
                decoded.split(|&byte| byte == b'/').next_back().filter(|name| !name.is_empty())
            {
                self.files.insert(name);
            }
        }
    }

    /// True for an entry that a name may mean: the file, or the first file of a folder of that name.
    fn takes(&self, entry: &IndexEntry<'_>, folder: &mut Vec<u8>) -> bool {
        let (parent, name) = match memchr::memrchr(b'/', entry.path) {
            Some(slash) => (&entry.path[..slash], &entry.path[slash + 1..]),
            None => (&b""[..], entry.path),
        };
        let is_first = folder != parent;
        if is_first {
            folder.clear();
            folder.extend_from_slice(parent);
        }
        if entry.kind() == EntryKind::Symlink || self.files.contains(name) {
            return true;
        }
        if is_first && parent.split(|&byte| byte == b'/').any(|part| self.files.contains(part)) {
            return true;
        }
        if !self.has_python {
            return false;
        }
        if SETTINGS.contains(&name) {
            return true;
        }
        let Some(stem) = name.strip_suffix(b".py").or_else(|| name.strip_suffix(b".pyi")) else {
            return false;
        };
        let folder_name = parent.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
        match stem {
            b"__init__" => self.modules.contains(folder_name) || self.packages.contains(parent),
            stem => {
                self.modules.contains(stem)
                    || (is_first
                        && parent.split(|&byte| byte == b'/').any(|part| self.modules.contains(part)))
            }
        }
    }
}
