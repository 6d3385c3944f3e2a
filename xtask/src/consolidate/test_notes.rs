//! Notes for tests.

use super::gather;
use super::note::Note;
use crate::repo::BlobId;

/// A note of this text, as if it had been read.
pub(super) fn note(path: &str, text: &str) -> Note {
    let blob = BlobId::parse(&"00".repeat(20)).expect("forty digits");
    gather::note(&path.into(), blob, text.to_owned())
}
