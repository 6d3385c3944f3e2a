//! One view of files for every check: the work tree, the index, a commit, or the result of a trial merge.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow, bail};

use super::git::Git;
use super::objects::Objects;
use super::{BlobId, Repo, RepoPath, Staged, tree_records};
use crate::parallel;

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntryKind {
    /// A plain file.
    File,
    /// A file with the executable bit.
    Executable,
    /// A symbolic link; its content is where it points. It is never followed.
    Symlink,
    /// A commit of another repository; it has no content here.
    Submodule,
}

/// One entry of a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it is.
    pub kind: EntryKind,
    /// git's name for the content; `None` in the work tree, where it is known only by reading.
    pub id: Option<BlobId>,
    /// False for a file that git does not track (work tree only).
    pub tracked: bool,
}

/// What the file system says of a file: while that stays, so does its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp([i64; 7]);

impl Stamp {
    fn of(meta: &std::fs::Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        let times = [meta.mtime(), meta.mtime_nsec(), meta.ctime(), meta.ctime_nsec()];
        let [modified, modified_nsec, changed, changed_nsec] = times;
        // Numbers that are only compared: nothing is lost where a bit becomes a sign.
        let numbers = [meta.size(), meta.ino(), meta.dev()].map(u64::cast_signed);
        let [size, inode, device] = numbers;
        Self([modified, modified_nsec, changed, changed_nsec, size, inode, device])
    }

    /// The numbers as bytes, to be kept.
    pub fn to_bytes(self) -> Vec<u8> {
        self.0.iter().flat_map(|number| number.to_le_bytes()).collect()
    }

    /// True when the file changed last more than a second before `moment` (seconds, as the file system counts): what
    /// changes it later has another time.
    pub fn is_settled(self, moment: i64) -> bool {
        let [modified, _, changed, ..] = self.0;
        modified.max(changed) < moment - 1
    }
}

/// The files of one state of a repository, sorted by path.
#[derive(Clone, Debug)]
pub struct Tree {
    entries: BTreeMap<RepoPath, Entry>,
    /// Tracked files that a sparse checkout leaves out.
    left_out: Arc<BTreeMap<RepoPath, Entry>>,
    reader: Arc<Reader>,
}

enum Reader {
    Files(PathBuf),
    Objects(Objects),
    Children(Git),
    Memory(BTreeMap<RepoPath, Vec<u8>>),
    /// Contents that differ from another tree, or were read already.
    Overlay(Arc<Reader>, BTreeMap<RepoPath, Vec<u8>>),
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Reader::Files(_) => "Files",
            Reader::Objects(_) => "Objects",
            Reader::Children(_) => "Children",
            Reader::Memory(_) => "Memory",
            Reader::Overlay(..) => "Overlay",
        })
    }
}

impl Tree {
    /// The work tree: tracked files that are there, and untracked ones that are not ignored.
    ///
    /// # Errors
    /// The repository is bare, or git cannot list it.
    pub fn of_work_tree(repo: &Repo) -> Result<Self> {
        let git = repo.git();
        // git walks through all folders for them, and takes longer than all the rest.
        let list = || git.read(&["ls-files", "-z", "--others", "--exclude-standard"]);
        let (untracked, tracked) = parallel::both(list, || Self::of_tracked_files(repo));
        let (untracked, mut tree) = (untracked?, tracked?);
        let root = repo.require_work_tree()?;
        for path in records(&untracked).map(RepoPath::from_bytes) {
            // A folder with a repository of its own ends in a slash: another's property.
            if path.as_bytes().ends_with(b"/") {
                continue;
            }
            if let Some(kind) = kind_on_disk(&path.under(root))? {
                tree.entries.entry(path).or_insert(Entry { kind, id: None, tracked: false });
            }
        }
        Ok(tree)
    }

    /// The tracked files of the work tree that are there.
    ///
    /// # Errors
    /// As [`Tree::of_work_tree`].
    pub fn of_tracked_files(repo: &Repo) -> Result<Self> {
        let root = repo.require_work_tree()?.to_owned();
        let (mut entries, mut left_out) = (BTreeMap::new(), BTreeMap::new());
        let mut folders = RealFolders::default();
        for (path, Listed { entry, is_left_out }) in staged(&repo.git())? {
            let kind = match folders.holds(&root, &path)? {
                true => kind_on_disk(&path.under(&root))?,
                false => None,
            };
            match kind {
                Some(kind) => drop(entries.insert(path, Entry { kind, id: None, tracked: true })),
                None if is_left_out => drop(left_out.insert(path, entry)),
                None => {}
            }
        }
        Ok(Self { left_out: Arc::new(left_out), ..Self::of(entries, Reader::Files(root)) })
    }

    fn of(entries: BTreeMap<RepoPath, Entry>, reader: Reader) -> Self {
        Self { entries, left_out: Arc::default(), reader: Arc::new(reader) }
    }

    /// The index: what the next commit holds. Conflicted paths count with the fork's side.
    ///
    /// # Errors
    /// git cannot read the index.
    pub fn of_index(repo: &Repo) -> Result<Self> {
        let listed = staged(&repo.git())?;
        let entries = listed.into_iter().map(|(path, listed)| (path, listed.entry)).collect();
        Ok(Self::of(entries, object_reader(repo)?))
    }

    /// What the next commit holds, by an index that was read already.
    ///
    /// # Errors
    /// The index is damaged, or the objects cannot be opened.
    pub fn of_staged(repo: &Repo, staged: &Staged) -> Result<Self> {
        let mut entries = Vec::new();
        staged.each(|entry| {
            let state = Entry { kind: entry.kind(), id: entry.blob(), tracked: true };
            entries.push((RepoPath::from_bytes(entry.path), state));
        })?;
        Self::of_entries(repo, entries)
    }

    /// A tree of chosen entries, whose contents the repository holds.
    ///
    /// # Errors
    /// The objects cannot be opened.
    pub fn of_entries(repo: &Repo, entries: impl IntoIterator<Item = (RepoPath, Entry)>) -> Result<Self> {
        Ok(Self::of(entries.into_iter().collect(), object_reader(repo)?))
    }

    /// The tree of a commit, or a tree by its id.
    ///
    /// # Errors
    /// `revision` names no tree, or an object is missing.
    pub fn of_revision(repo: &Repo, revision: &str) -> Result<Self> {
        let git = repo.git();
        let wanted = format!("{revision}^{{tree}}");
        let id = git.line(&["rev-parse", "--verify", "--end-of-options", &wanted])?;
        let id = id.lines().last().unwrap_or_default().to_owned();
        let listing = git.read(&["ls-tree", "-r", "-z", "--full-tree", &id])?;
        let mut entries = BTreeMap::new();
        for record in tree_records(&listing) {
            let record = record?;
            let entry =
                Entry { kind: kind_of_mode(record.mode), id: BlobId::parse(record.id), tracked: true };
            entries.insert(RepoPath::from_bytes(record.path), entry);
        }
        Ok(Self::of(entries, object_reader(repo)?))
    }

    /// A tree of files that stand nowhere yet: what a change would leave, or the input of a test.
    pub fn in_memory(files: impl IntoIterator<Item = (RepoPath, EntryKind, Vec<u8>)>) -> Self {
        let (mut entries, mut contents) = (BTreeMap::new(), BTreeMap::new());
        for (path, kind, content) in files {
            entries.insert(path.clone(), Entry { kind, id: None, tracked: true });
            contents.insert(path, content);
        }
        Self::of(entries, Reader::Memory(contents))
    }

    /// This tree with some files changed: `None` takes a file away.
    pub fn overlaid(self, changes: BTreeMap<RepoPath, Option<(EntryKind, Vec<u8>)>>) -> Self {
        let (mut entries, mut contents) = (self.entries, BTreeMap::new());
        for (path, change) in changes {
            match change {
                None => drop(entries.remove(&path)),
                Some((kind, content)) => {
                    entries.insert(path.clone(), Entry { kind, id: None, tracked: true });
                    contents.insert(path, content);
                }
            }
        }
        let reader = Arc::new(Reader::Overlay(self.reader, contents));
        Self { entries, left_out: self.left_out, reader }
    }

    /// This tree, of whose files some were read already: they are not read again.
    pub fn holding(self, contents: BTreeMap<RepoPath, Vec<u8>>) -> Self {
        let reader = Arc::new(Reader::Overlay(self.reader, contents));
        Self { entries: self.entries, left_out: self.left_out, reader }
    }

    /// All entries, sorted by path.
    pub fn entries(&self) -> impl Iterator<Item = (&RepoPath, &Entry)> {
        self.entries.iter()
    }

    /// Tracked files of the work tree that a sparse checkout leaves out, as the index holds them; they are no entries.
    pub fn left_out(&self) -> &BTreeMap<RepoPath, Entry> {
        &self.left_out
    }

    /// True for such a file, or a folder that holds one.
    pub fn leaves_out(&self, path: &RepoPath) -> bool {
        self.left_out.contains_key(path) || has_folder(&self.left_out, path)
    }

    /// The entry at a path.
    pub fn get(&self, path: &RepoPath) -> Option<&Entry> {
        self.entries.get(path)
    }

    /// True for a folder that holds at least one entry.
    pub fn has_folder(&self, folder: &RepoPath) -> bool {
        has_folder(&self.entries, folder)
    }

    /// What the file system says of a plain file; `None` for what stands in no file.
    pub fn stamp(&self, path: &RepoPath) -> Option<Stamp> {
        self.get(path)?;
        self.reader.stamp(path)
    }

    /// The bytes of a file, or where a symbolic link points.
    ///
    /// # Errors
    /// The path is no file of this tree, or cannot be read.
    pub fn read(&self, path: &RepoPath) -> Result<Vec<u8>> {
        let entry = self.get(path).ok_or_else(|| anyhow!("`{path}` is not in the tree"))?;
        if entry.kind == EntryKind::Submodule {
            bail!("`{path}` is a submodule");
        }
        self.reader.read(path, entry)
    }
}

impl Reader {
    fn stamp(&self, path: &RepoPath) -> Option<Stamp> {
        match self {
            Reader::Files(root) => {
                let meta = path.under(root).symlink_metadata().ok()?;
                meta.is_file().then(|| Stamp::of(&meta))
            }
            Reader::Overlay(below, contents) if !contents.contains_key(path) => below.stamp(path),
            _ => None,
        }
    }

    fn read(&self, path: &RepoPath, entry: &Entry) -> Result<Vec<u8>> {
        let context = || format!("read `{path}`");
        match self {
            Reader::Files(root) => read_file(&path.under(root), entry.kind).with_context(context),
            Reader::Objects(objects) => {
                let id = entry.id.as_ref().with_context(context)?;
                Ok(objects.blob(id).with_context(context)?.into_bytes())
            }
            Reader::Children(git) => {
                let id = entry.id.as_ref().with_context(context)?;
                git.read(&["cat-file", "blob", id.as_str()]).with_context(context)
            }
            Reader::Memory(contents) => contents.get(path).cloned().with_context(context),
            Reader::Overlay(below, contents) => match contents.get(path) {
                Some(content) => Ok(content.clone()),
                None => below.read(path, entry),
            },
        }
    }
}

fn has_folder(entries: &BTreeMap<RepoPath, Entry>, folder: &RepoPath) -> bool {
    let start = folder.join(b"");
    let next = entries.range(start.clone()..).next();
    next.is_some_and(|(path, _)| path.as_bytes().starts_with(start.as_bytes()))
}

fn object_reader(repo: &Repo) -> Result<Reader> {
    Ok(match repo.objects()? {
        Some(objects) => Reader::Objects(objects),
        None => Reader::Children(repo.git()),
    })
}

/// An entry of the index.
struct Listed {
    entry: Entry,
    /// Whether a sparse checkout leaves it out.
    is_left_out: bool,
}

/// The index's entries; of a conflicted path the fork's side (stage 2), else the first there is.
fn staged(git: &Git) -> Result<BTreeMap<RepoPath, Listed>> {
    let listing = git.read(&["ls-files", "-z", "-t", "--stage"])?;
    let mut entries: BTreeMap<RepoPath, Listed> = BTreeMap::new();
    for record in records(&listing) {
        let (meta, path) = split_once(record, b'\t').context("read `git ls-files`")?;
        let meta = String::from_utf8_lossy(meta).into_owned();
        let fields: Vec<&str> = meta.split(' ').collect();
        let [tag, mode, id, stage] = fields[..] else { bail!("read `git ls-files`: `{meta}`") };
        let entry = Entry { kind: kind_of_mode(mode), id: BlobId::parse(id), tracked: true };
        let (path, listed) = (RepoPath::from_bytes(path), Listed { entry, is_left_out: tag == "S" });
        if stage == "2" {
            entries.insert(path, listed);
        } else {
            entries.entry(path).or_insert(listed);
        }
    }
    Ok(entries)
}

fn kind_of_mode(mode: &str) -> EntryKind {
    match mode {
        "100755" => EntryKind::Executable,
        "120000" => EntryKind::Symlink,
        "160000" => EntryKind::Submodule,
        _ => EntryKind::File,
    }
}

/// `None` for what is gone or is no file (a pipe, a device).
fn kind_on_disk(path: &std::path::Path) -> Result<Option<EntryKind>> {
    use std::os::unix::fs::PermissionsExt;
    let Some(meta) = on_disk(path)? else { return Ok(None) };
    Ok(if meta.is_symlink() {
        Some(EntryKind::Symlink)
    } else if meta.is_dir() {
        Some(EntryKind::Submodule)
    } else if meta.is_file() {
        let executable = meta.permissions().mode() & 0o111 != 0;
        Some(if executable { EntryKind::Executable } else { EntryKind::File })
    } else {
        None
    })
}

/// What stands at a place, links not followed; `None` where nothing does. What may not be looked at is not gone.
fn on_disk(path: &std::path::Path) -> Result<Option<std::fs::Metadata>> {
    use std::io::ErrorKind::{NotADirectory, NotFound};
    match path.symlink_metadata() {
        Ok(meta) => Ok(Some(meta)),
        Err(error) if matches!(error.kind(), NotFound | NotADirectory) => Ok(None),
        Err(error) => Err(error).with_context(|| format!("look at {}", path.display())),
    }
}

/// Folders of the work tree by whether they and all above them are folders: for git, too, what lies behind a link is
/// not there, though the index may name it.
#[derive(Default)]
struct RealFolders(BTreeMap<RepoPath, bool>);

impl RealFolders {
    /// True for a path with no link on the way to it.
    fn holds(&mut self, root: &std::path::Path, path: &RepoPath) -> Result<bool> {
        let Some(folder) = path.parent() else { return Ok(true) };
        if let Some(&known) = self.0.get(&folder) {
            return Ok(known);
        }
        let is_real =
            self.holds(root, &folder)? && on_disk(&folder.under(root))?.is_some_and(|meta| meta.is_dir());
        self.0.insert(folder, is_real);
        Ok(is_real)
    }
}

#[allow(clippy::disallowed_methods, reason = "`repo` reads files")]
fn read_file(path: &std::path::Path, kind: EntryKind) -> Result<Vec<u8>> {
    use std::os::unix::ffi::OsStringExt;
    if kind == EntryKind::Symlink {
        return Ok(std::fs::read_link(path)?.into_os_string().into_vec());
    }
    Ok(std::fs::read(path)?)
}

fn records(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|&byte| byte == 0).filter(|record| !record.is_empty())
}

fn split_once(bytes: &[u8], at: u8) -> Option<(&[u8], &[u8])> {
    let place = bytes.iter().position(|&byte| byte == at)?;
    Some((&bytes[..place], &bytes[place + 1..]))
}
