//! The contents of blobs by their names.

use anyhow::{Context, Result, anyhow, bail};

use super::git::Git;
use super::objects::Objects;
use super::{BlobId, Repo};

/// Contents that one call of the git program brings along at most, where libgit2 cannot read.
const BATCH: usize = 200;

/// How many bytes git looks at to tell text from data (`FIRST_FEW_BYTES` of its xdiff-interface.c).
const LOOKED_AT: usize = 8000;

/// True for contents that git takes for data: a NUL byte stands among the first 8,000.
pub fn is_binary(bytes: &[u8]) -> bool {
    bytes[..bytes.len().min(LOOKED_AT)].contains(&0)
}

/// Reads blobs. It can be sent to a thread; each thread has its own.
pub struct Blobs {
    reader: Reader,
}

enum Reader {
    Objects(Objects),
    Children(Git),
}

impl Blobs {
    /// The objects of a repository, through the handle that it keeps.
    ///
    /// # Errors
    /// They cannot be opened.
    pub fn of(repo: &Repo) -> Result<Self> {
        Ok(Self::by(repo, repo.objects()?))
    }

    /// The objects of a repository through a handle of its own, for a thread that does not wait for others.
    ///
    /// # Errors
    /// As [`Blobs::of`].
    pub fn apart(repo: &Repo) -> Result<Self> {
        Ok(Self::by(repo, repo.objects_apart()?))
    }

    fn by(repo: &Repo, objects: Option<Objects>) -> Self {
        Self { reader: objects.map_or_else(|| Reader::Children(repo.git()), Reader::Objects) }
    }

    /// How many bytes a blob has, without reading it.
    ///
    /// # Errors
    /// There is no such object.
    pub fn size(&self, id: &BlobId) -> Result<u64> {
        match &self.reader {
            Reader::Objects(objects) => objects.size(id),
            Reader::Children(git) => Ok(git.line(&["cat-file", "-s", id.as_str()])?.parse()?),
        }
    }

    /// The content of one blob.
    ///
    /// # Errors
    /// There is no such object.
    pub fn read(&self, id: &BlobId) -> Result<Vec<u8>> {
        match &self.reader {
            Reader::Objects(objects) => Ok(objects.blob(id)?.into_bytes()),
            Reader::Children(git) => git.read(&["cat-file", "blob", id.as_str()]),
        }
    }

    /// Calls `visit` with the number and the content of each blob, in the order of `ids`.
    ///
    /// # Errors
    /// An object is missing.
    pub fn each(&self, ids: &[&BlobId], mut visit: impl FnMut(usize, &[u8])) -> Result<()> {
        match &self.reader {
            Reader::Objects(objects) => {
                for (number, id) in ids.iter().enumerate() {
                    visit(number, objects.blob(id)?.bytes());
                }
            }
            Reader::Children(git) => {
                for (batch, ids) in ids.chunks(BATCH).enumerate() {
                    let input: String = ids.iter().map(|id| format!("{id}\n")).collect();
                    let answer = git.answer_to(&["cat-file", "--batch"], input.as_bytes(), &[0])?;
                    split_batch(&answer.stdout, |number, content| visit(batch * BATCH + number, content))?;
                }
            }
        }
        Ok(())
    }
}

/// Reads `<id> blob <size>`, a line end, the content and one more line end, as often as they come.
fn split_batch(mut rest: &[u8], mut visit: impl FnMut(usize, &[u8])) -> Result<()> {
    let mut number = 0;
    while !rest.is_empty() {
        let end = memchr::memchr(b'\n', rest).context("read `git cat-file`")?;
        let head = String::from_utf8_lossy(&rest[..end]).into_owned();
        let Some((_, size)) = head.rsplit_once(" blob ") else { bail!("read `git cat-file`: {head}") };
        let size: usize = size.parse().with_context(|| format!("read `git cat-file`: {head}"))?;
        let content = rest
            .get(end + 1..end + 1 + size)
            .ok_or_else(|| anyhow!("read `git cat-file`: it ended before its content"))?;
        visit(number, content);
        number += 1;
        rest = rest.get(end + 2 + size..).unwrap_or_default();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nul_makes_a_file_binary_only_near_its_start() {
        assert!(is_binary(b"a\0"));
        assert!(!is_binary(b"text"));
        let mut late = vec![b'a'; 8000];
        late.push(0);
        assert!(!is_binary(&late));
    }
}
