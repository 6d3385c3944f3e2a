//! How much of the notes stands in two of them or more.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::note::Note;

/// Bytes of blocks that stand in two notes or more, over the bytes of all notes.
///
/// Blocks are paragraphs, tables, code blocks and headings; blanks and line breaks do not count when they
/// are compared.
pub(super) fn overlap_share(notes: &[Note]) -> f64 {
    // For each block, by a hash of its words: the first note that holds it, its bytes so far, and whether another note
    // holds it too.
    let mut seen: HashMap<u64, (usize, usize, bool)> = HashMap::new();
    for (number, note) in notes.iter().enumerate() {
        for block in note.parsed.blocks.iter().filter(|block| block.kind.is_leaf()) {
            let text = &note.text[block.range.clone()];
            if !text.contains(char::is_alphanumeric) {
                continue;
            }
            let mut words = DefaultHasher::new();
            text.split_whitespace().for_each(|word| word.hash(&mut words));
            let entry = seen.entry(words.finish()).or_insert((number, 0, false));
            entry.1 += text.len();
            entry.2 |= entry.0 != number;
        }
    }
    #[expect(clippy::disallowed_methods, reason = "a sum, whatever the order")]
    let shared: usize = seen.values().filter(|(_, _, twice)| *twice).map(|(_, bytes, _)| bytes).sum();
    let all: usize = notes.iter().map(|note| note.text.len()).sum();
    if all == 0 { 0.0 } else { shared as f64 / all as f64 }
}
