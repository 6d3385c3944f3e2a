//! What a child wrote: its head, its tail, how much it was, and its lines as they come.

use std::collections::VecDeque;

/// Output of one stream, cut in the middle when it is long.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Captured {
    head: Vec<u8>,
    tail: VecDeque<u8>,
    total: u64,
    keep: usize,
}

impl Captured {
    /// Keeps `keep` bytes of the head and as many of the tail.
    pub(super) fn keeping(keep: usize) -> Self {
        Self { keep, ..Self::default() }
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.total += bytes.len() as u64;
        let into_head = bytes.len().min(self.keep - self.head.len());
        self.head.extend_from_slice(&bytes[..into_head]);
        let rest = &bytes[into_head..];
        let rest = &rest[rest.len().saturating_sub(self.keep)..];
        let over = (self.tail.len() + rest.len()).saturating_sub(self.keep);
        self.tail.drain(..over);
        self.tail.extend(rest);
    }

    /// How many bytes the child wrote in all.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// How many bytes were not kept.
    pub fn left_out(&self) -> u64 {
        self.total - (self.head.len() + self.tail.len()) as u64
    }

    /// All that was kept, as text; bytes that are no UTF-8 are replaced, a gap is named on a line of its own.
    pub fn text(&self) -> String {
        let tail: Vec<u8> = self.tail.iter().copied().collect();
        if self.left_out() == 0 {
            return String::from_utf8_lossy(&[self.head.as_slice(), &tail].concat()).into_owned();
        }
        let head = String::from_utf8_lossy(&self.head);
        let tail = String::from_utf8_lossy(&tail);
        format!("{head}\n[{} bytes left out]\n{tail}", self.left_out())
    }
}

/// Cuts a stream into lines; a line longer than the cap is cut, and its rest dropped.
#[derive(Debug)]
pub(super) struct Lines {
    pending: Vec<u8>,
    cap: usize,
    overlong: bool,
}

impl Lines {
    pub(super) fn capped(cap: usize) -> Self {
        Self { pending: Vec::new(), cap, overlong: false }
    }

    /// Takes the next bytes and hands on each line that is complete, without its line feed.
    pub(super) fn push(&mut self, bytes: &[u8], mut each: impl FnMut(&[u8])) {
        let mut rest = bytes;
        while let Some(end) = rest.iter().position(|&byte| byte == b'\n') {
            self.extend(&rest[..end]);
            each(&self.pending);
            self.pending.clear();
            self.overlong = false;
            rest = &rest[end + 1..];
        }
        self.extend(rest);
    }

    /// Hands on what stands after the last line feed, if anything does.
    pub(super) fn finish(&mut self, each: impl FnOnce(&[u8])) {
        if !self.pending.is_empty() {
            each(&self.pending);
            self.pending.clear();
        }
    }

    fn extend(&mut self, bytes: &[u8]) {
        if self.overlong {
            return;
        }
        let room = self.cap - self.pending.len();
        self.pending.extend_from_slice(&bytes[..bytes.len().min(room)]);
        self.overlong = bytes.len() > room;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn captured(keep: usize, pieces: &[&[u8]]) -> Captured {
        let mut captured = Captured::keeping(keep);
        pieces.iter().for_each(|piece| captured.push(piece));
        captured
    }

    #[test]
    fn short_output_is_kept_whole_however_it_was_cut() {
        for pieces in [&[&b"abcdef"[..]][..], &[b"ab", b"cdef"], &[b"a", b"b", b"c", b"d", b"e", b"f"]] {
            let captured = captured(3, pieces);
            assert_eq!((captured.text().as_str(), captured.left_out()), ("abcdef", 0));
        }
    }

    #[test]
    fn long_output_keeps_head_and_tail_and_names_the_gap() {
        for pieces in [&[&b"abcdefghij"[..]][..], &[b"abcde", b"fghij"], &[b"abcdefghi", b"j"]] {
            let captured = captured(2, pieces);
            assert_eq!(captured.text(), "ab\n[6 bytes left out]\nij");
            assert_eq!(captured.total(), 10);
        }
    }

    #[test]
    fn lines_come_whole_and_the_last_one_without_a_line_feed_too() {
        let mut lines = Lines::capped(4);
        let mut seen: Vec<String> = Vec::new();
        for piece in [&b"a"[..], b"b\n\ncdefgh", b"ij\nk"] {
            lines.push(piece, |line| seen.push(String::from_utf8_lossy(line).into_owned()));
        }
        lines.finish(|line| seen.push(String::from_utf8_lossy(line).into_owned()));
        assert_eq!(seen, ["ab", "", "cdef", "k"]);
    }
}
