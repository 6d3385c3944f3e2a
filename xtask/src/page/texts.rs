//! The lines of shared passages, for the view of two notes side by side.

use std::collections::BTreeMap;

use super::data::{Data, Notes, Overlap, Part};

/// Lines shown of a passage.
const MOST_LINES: usize = 80;
/// Bytes of all passages together, so that a page over thousands of notes still opens at once.
const MOST_BYTES: usize = 3_000_000;

/// Adds the lines of passages, the strongest overlaps first, as far as they fit.
pub(super) fn fill(data: &mut Data, read: impl Fn(&str) -> Option<Vec<u8>>) {
    let Part::Done(notes) = &mut data.result.consolidation else { return };
    let mut notes_read = NotesRead::of(notes, read);
    let mut left = MOST_BYTES;
    for pair in &mut notes.overlaps {
        if !fill_pair(pair, &mut notes_read, &mut left) {
            return;
        }
    }
}

/// False when the room for texts is used up.
fn fill_pair(
    pair: &mut Overlap,
    notes: &mut NotesRead<impl Fn(&str) -> Option<Vec<u8>>>,
    left: &mut usize,
) -> bool {
    for passage in &mut pair.shared {
        let (Some(a), Some(b)) =
            (notes.lines(&pair.a, passage.a_lines), notes.lines(&pair.b, passage.b_lines))
        else {
            continue;
        };
        let bytes: usize = a.iter().chain(&b).map(String::len).sum();
        if bytes > *left {
            return false;
        }
        *left -= bytes;
        passage.texts = Some([a, b]);
    }
    true
}

/// Notes whose bytes are still those that were analysed.
struct NotesRead<F> {
    bytes: BTreeMap<String, u64>,
    texts: BTreeMap<String, Option<Vec<String>>>,
    read: F,
}

impl<F: Fn(&str) -> Option<Vec<u8>>> NotesRead<F> {
    fn of(notes: &Notes, read: F) -> Self {
        let bytes = notes.notes.iter().map(|note| (note.path.clone(), note.bytes)).collect();
        Self { bytes, texts: BTreeMap::new(), read }
    }

    /// Lines `first..=last`, counted from 1; `None` for a note that changed since.
    fn lines(&mut self, path: &str, [first, last]: [usize; 2]) -> Option<Vec<String>> {
        let Self { bytes, texts, read } = self;
        let text = texts.entry(path.to_owned()).or_insert_with(|| {
            let now = read(path)?;
            (bytes.get(path) == Some(&(now.len() as u64)))
                .then(|| String::from_utf8_lossy(&now).lines().map(str::to_owned).collect())
        });
        let lines = text.as_ref()?.get(first.checked_sub(1)?..last)?;
        Some(lines.iter().take(MOST_LINES).cloned().collect())
    }
}
