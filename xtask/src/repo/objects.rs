//! The object database of a repository: its objects by name, without the settings and refs that come with opening a
//! repository once more.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, Once, PoisonError};

use anyhow::{Context, Result};

use super::BlobId;
use super::loose::Loose;

/// Objects, loose and in packs, those of alternates too. Clones read through one handle, one after the other; threads
/// that read much open their own.
#[derive(Clone)]
pub(super) struct Objects(Arc<Readers>);

struct Readers {
    /// All objects.
    stored: git2::Odb<'static>,
    /// Small blobs that are in no pack yet.
    loose: Option<Mutex<Loose>>,
}

/// The content of a blob.
pub(super) enum Content<'a> {
    Own(Vec<u8>),
    Stored(git2::OdbObject<'a>),
}

impl Content<'_> {
    /// Its bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Self::Own(bytes) => bytes,
            Self::Stored(object) => object.data(),
        }
    }

    /// Its bytes, for good.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        match self {
            Self::Own(bytes) => bytes,
            Self::Stored(object) => object.data().to_vec(),
        }
    }
}

impl Objects {
    /// Opens the objects below the git directory that all worktrees share, and those in further folders; `None` where its
    /// path is no UTF-8, which this call of libgit2 cannot take.
    pub(super) fn open(common_dir: &Path, lent: &[PathBuf]) -> Result<Option<Self>> {
        let folder = common_dir.join("objects");
        let Some(name) = folder.to_str() else { return Ok(None) };
        let stored = git2::Odb::new().context("open the objects of the repository")?;
        stored.add_disk_alternate(name).context("open the objects of the repository")?;
        lent.iter().try_for_each(|folder| super::open::lent::add(&stored, folder))?;
        Ok(Some(Self(Arc::new(Readers { stored, loose: Loose::open(&folder).map(Mutex::new) }))))
    }

    /// From now on hashes no object that is read to see that it is what its name says: as in git itself, but for `fsck`,
    /// zlib's check sum tells damage.
    pub(super) fn hash_none() {
        // libgit2 writes the setting without a lock.
        static TOLD: Once = Once::new();
        TOLD.call_once(|| git2::opts::strict_hash_verification(false));
    }

    /// Keeps little of the packs in memory.
    ///
    /// # Safety
    /// No other thread may use libgit2 yet.
    pub(super) unsafe fn read_lightly() {
        const WINDOW: usize = 1 << 20;
        // SAFETY: no thread reads these numbers meanwhile, as the caller promises.
        let set = unsafe {
            git2::opts::set_mwindow_size(WINDOW)
                .and_then(|()| git2::opts::set_mwindow_mapped_limit(4 * WINDOW))
        };
        // Without them the same is read, in more memory.
        drop(set);
    }

    /// An object's bytes.
    ///
    /// # Errors
    /// It is not there, or is damaged.
    pub(super) fn read(&self, id: git2::Oid) -> Result<git2::OdbObject<'_>> {
        Ok(self.0.stored.read(id)?)
    }

    /// The content of a blob.
    ///
    /// # Errors
    /// It is not there, or is damaged.
    pub(super) fn blob(&self, id: &BlobId) -> Result<Content<'_>> {
        let loose = self.0.loose.as_ref().and_then(|loose| {
            // What a thread left that ended is written over anyway.
            loose.lock().unwrap_or_else(PoisonError::into_inner).blob(id.as_str())
        });
        if let Some(content) = loose {
            return Ok(Content::Own(content));
        }
        let stored = self.read(git2::Oid::from_str(id.as_str())?);
        stored.map(Content::Stored).with_context(|| format!("read blob {id}"))
    }

    /// How many bytes a blob has.
    ///
    /// # Errors
    /// It is not there.
    pub(super) fn size(&self, id: &BlobId) -> Result<u64> {
        Ok(self.0.stored.read_header(git2::Oid::from_str(id.as_str())?)?.0 as u64)
    }
}
