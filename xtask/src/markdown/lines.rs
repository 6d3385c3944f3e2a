//! Bytes and lines of a text.

use std::ops::Range;

/// Where each line of a text begins. A line ends with its `\n`, as git and editors count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineIndex {
    /// The first byte of every line.
    starts: Vec<usize>,
    length: usize,
}

impl LineIndex {
    /// Finds the lines of a text.
    pub fn new(text: &str) -> Self {
        let mut starts = Vec::with_capacity(text.len() / 32 + 1);
        starts.push(0);
        starts.extend(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1));
        Self { starts, length: text.len() }
    }

    /// The line of a byte, from 1; a byte behind the end lies on the last line.
    pub fn line(&self, byte: usize) -> usize {
        self.starts.partition_point(|&start| start <= byte).max(1)
    }

    /// Like [`LineIndex::line`], quicker where `near` is a line shortly before it.
    pub(super) fn line_after(&self, byte: usize, near: usize) -> usize {
        let after = |line: usize| self.starts.get(line).is_none_or(|&start| start > byte);
        if near == 0 || self.starts.get(near - 1).is_none_or(|&start| start > byte) {
            return self.line(byte);
        }
        (near..near + 8).find(|&line| after(line)).unwrap_or_else(|| self.line(byte))
    }

    /// First and last line of a range; an empty range has the line it stands on.
    pub fn lines(&self, range: &Range<usize>) -> (usize, usize) {
        (self.line(range.start), self.line(range.end.saturating_sub(1).max(range.start)))
    }

    /// The bytes of a line with its end; empty for a line that is not there.
    pub fn range(&self, line: usize) -> Range<usize> {
        let start = |line: usize| self.starts.get(line).copied().unwrap_or(self.length);
        match line {
            0 => 0..0,
            line => start(line - 1)..start(line),
        }
    }

    /// How many lines there are; what follows the last `\n` counts when it is not empty.
    pub fn count(&self) -> usize {
        match self.starts.last() {
            Some(&last) if last < self.length => self.starts.len(),
            Some(_) => self.starts.len() - 1,
            None => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_with_their_line_feed() {
        let index = LineIndex::new("a\r\nb\n\nc");
        assert_eq!(index.count(), 4);
        let lines: Vec<usize> = (0..9).map(|byte| index.line(byte)).collect();
        assert_eq!(lines, [1, 1, 1, 2, 2, 3, 4, 4, 4]);
        assert_eq!((index.range(1), index.range(4), index.range(5)), (0..3, 6..7, 7..7));
        assert_eq!(
            (index.lines(&(0..3)), index.lines(&(3..7)), index.lines(&(3..3))),
            ((1, 1), (2, 4), (2, 2))
        );
    }

    #[test]
    fn empty_text_has_no_line_but_its_bytes_are_on_line_one() {
        let index = LineIndex::new("");
        assert_eq!((index.count(), index.line(0), index.range(1)), (0, 1, 0..0));
        assert_eq!(LineIndex::new("a\n").count(), 1);
    }
}
