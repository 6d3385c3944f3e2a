//! Cuts a text into words, lines and sections.
//!
//! Only four shapes of line are known (heading, underline of a heading, code fence, blank), so that Markdown,
//! reStructuredText and plain text are read alike and at the speed of a scan. A cut in the wrong place costs
//! a few words of a passage, never a passage.

use crate::fnv;

/// A text as numbers: what a comparison needs, without the text.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    /// A hash of each word: lower case, each run of digits folded into one `0`.
    pub(super) words: Vec<u32>,
    /// The word at which each line begins; one more entry at the end.
    pub(super) line_starts: Vec<u32>,
    /// The line at which each section begins, from 0; the first is 0.
    pub(super) sections: Vec<u32>,
    /// Fenced code blocks as first and last line, fences included.
    pub(super) fences: Vec<(u32, u32)>,
}

impl Tokens {
    pub(super) fn of(text: &str) -> Self {
        let mut tokens = Self { sections: vec![0], ..Self::default() };
        tokens.words.reserve(text.len() / 6);
        let mut outline = Outline::default();
        for (number, line) in text.split('\n').enumerate() {
            let number = u32::try_from(number).unwrap_or(u32::MAX);
            outline.take(number, line, &mut tokens);
            tokens.line_starts.push(tokens.count());
            push_words(line, &mut tokens.words);
        }
        outline.finish(&mut tokens);
        tokens.line_starts.push(tokens.count());
        tokens
    }

    pub(super) fn count(&self) -> u32 {
        u32::try_from(self.words.len()).unwrap_or(u32::MAX)
    }

    pub(super) fn lines(&self) -> u32 {
        u32::try_from(self.line_starts.len()).unwrap_or(u32::MAX) - 1
    }

    /// The words of a line.
    pub(super) fn words_of(&self, line: u32) -> std::ops::Range<usize> {
        self.line_starts[line as usize] as usize..self.line_starts[line as usize + 1] as usize
    }

    /// The line that holds a word.
    pub(super) fn line_of(&self, word: u32) -> u32 {
        let after = self.line_starts.partition_point(|&start| start <= word);
        // Lines without words share a start with the line after them: the last of them holds the word.
        u32::try_from(after).unwrap_or(u32::MAX) - 1
    }

    /// The number of the section that holds a line.
    pub(super) fn section_of(&self, line: u32) -> usize {
        self.sections.partition_point(|&start| start <= line) - 1
    }

    /// The lines of a section.
    pub(super) fn lines_of_section(&self, section: usize) -> std::ops::Range<u32> {
        let end = self.sections.get(section + 1).copied().unwrap_or_else(|| self.lines());
        self.sections[section]..end
    }
}

#[derive(Default)]
struct Outline<'t> {
    /// The character and the length of the fence that is open, and the line where it opened.
    open: Option<(u8, usize, u32)>,
    /// The line before, where it is text.
    previous: &'t str,
}

impl<'t> Outline<'t> {
    fn take(&mut self, number: u32, line: &'t str, tokens: &mut Tokens) {
        let body = line.trim_ascii();
        let is_underline = !self.previous.is_empty() && is_underline(body.as_bytes());
        let fence = fence_of(body.as_bytes()).filter(|_| !(is_underline && underlines(self.previous, body)));
        match (self.open, fence) {
            (Some((mark, length, start)), Some((closing, closing_length)))
                if mark == closing && closing_length >= length && body.len() == closing_length =>
            {
                tokens.fences.push((start, number));
                self.open = None;
            }
            (None, Some((mark, length))) => self.open = Some((mark, length, number)),
            (None, None) if is_heading(body.as_bytes()) => tokens.begin_section(number),
            (None, None) if is_underline => {
                tokens.begin_section(number - 1);
            }
            _ => {}
        }
        let is_text = self.open.is_none() && fence.is_none();
        self.previous = if is_text { body } else { "" };
    }

    /// A fence that is never closed runs to the end.
    fn finish(&mut self, tokens: &mut Tokens) {
        if let Some((_, _, start)) = self.open {
            tokens.fences.push((start, u32::try_from(tokens.line_starts.len()).unwrap_or(u32::MAX) - 1));
        }
    }
}

impl Tokens {
    fn begin_section(&mut self, line: u32) {
        if self.sections.last().is_none_or(|&last| last < line) {
            self.sections.push(line);
        }
    }
}

fn fence_of(body: &[u8]) -> Option<(u8, usize)> {
    let &mark = body.first().filter(|&&byte| byte == b'`' || byte == b'~')?;
    let length = body.iter().take_while(|&&byte| byte == mark).count();
    // A backtick later in the line makes it a code span.
    let is_span = mark == b'`' && body[length..].contains(&b'`');
    (length >= 3 && !is_span).then_some((mark, length))
}

fn is_heading(body: &[u8]) -> bool {
    let level = body.iter().take_while(|&&byte| byte == b'#').count();
    (1..=6).contains(&level) && body.get(level).is_none_or(|byte| byte.is_ascii_whitespace())
}

fn is_underline(body: &[u8]) -> bool {
    body.len() >= 3 && matches!(body[0], b'=' | b'-' | b'~') && body.iter().all(|&byte| byte == body[0])
}

/// True for tildes that underline a title of reStructuredText: at least as long as it, as that has to be. Three of them
/// open a fence.
fn underlines(title: &str, tildes: &str) -> bool {
    tildes.len() > 3 && tildes.len() >= title.chars().count()
}

/// Adds a hash for each word of a line. An address is none: two texts that link to one site need not say the same.
fn push_words(line: &str, words: &mut Vec<u32>) {
    let bytes = line.as_bytes();
    let mut word = Word::default();
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        match FOLD[byte as usize] {
            0 if word.last != 0 && bytes[at..].starts_with(b"://") => {
                word = Word::default();
                at += address_length(&bytes[at..]);
                continue;
            }
            0 => word.end(words),
            NOT_ASCII => {
                let Some(character) = line[at..].chars().next() else { break };
                word.take_character(character, words);
                at += character.len_utf8();
                continue;
            }
            folded => word.take(folded),
        }
        at += 1;
    }
    word.end(words);
}

/// How many bytes of a line belong to the address that goes on there.
fn address_length(rest: &[u8]) -> usize {
    let is_end = |byte: &u8| byte.is_ascii_whitespace() || b"<>()[]{}\"'`|".contains(byte);
    rest.iter().position(is_end).unwrap_or(rest.len())
}

const NOT_ASCII: u8 = 0xff;

/// What each byte counts as: 0 for a separator, lower case for letters, `0` for digits.
const FOLD: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let small = byte as u8;
        table[byte] = if small >= 0x80 {
            NOT_ASCII
        } else if small.is_ascii_digit() {
            b'0'
        } else if small.is_ascii_alphabetic() {
            small.to_ascii_lowercase()
        } else {
            0
        };
        byte += 1;
    }
    table
};

#[derive(Default)]
struct Word {
    hash: u64,
    /// The last byte taken; 0 before the first, so that a run of digits counts once.
    last: u8,
}

impl Word {
    fn take(&mut self, folded: u8) {
        if folded == b'0' && self.last == b'0' {
            return;
        }
        let hash = if self.last == 0 { fnv::START } else { self.hash };
        self.hash = fnv::step(hash, folded);
        self.last = folded;
    }

    fn take_character(&mut self, character: char, words: &mut Vec<u32>) {
        if !character.is_alphanumeric() {
            return self.end(words);
        }
        if stands_alone(character) {
            self.end(words);
        }
        for folded in character.to_lowercase() {
            let mut buffer = [0; 4];
            for &byte in folded.encode_utf8(&mut buffer).as_bytes() {
                self.take(byte);
            }
        }
        if stands_alone(character) {
            self.end(words);
        }
    }

    fn end(&mut self, words: &mut Vec<u32>) {
        if self.last != 0 {
            // The high half is the better mixed one.
            words.push((self.hash >> 32) as u32 ^ self.hash as u32);
            self.last = 0;
        }
    }
}

/// True where words are written without spaces, so that each character counts as one.
pub fn stands_alone(character: char) -> bool {
    matches!(u32::from(character),
        0x0e00..=0x0eff | 0x1000..=0x109f | 0x1780..=0x17ff | 0x3040..=0x30ff | 0x3400..=0x9fff
        | 0xf900..=0xfaff | 0x20000..=0x3ffff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_hold_no_words() {
        let words = |text: &str| Tokens::of(text).words;
        let plain = words("see the log (here) and there");
        assert_eq!(words("see the https://a.example/x-y/12#z log (here) and there"), plain);
        assert_eq!(
            words("see the log ([here](https://a.example/x_(y)) and there"),
            [&plain[..4], &words("y")[..], &plain[4..]].concat()
        );
        assert_eq!(words("see the log (here) and there <ssh://a.example>"), plain);
        assert_eq!(words("a :// b: c"), words("a b c"), "no scheme stands before it");
    }

    #[test]
    fn tildes_under_a_title_begin_a_section_and_others_a_fence() {
        let of = |text: &str| {
            let tokens = Tokens::of(text);
            (tokens.sections, tokens.fences)
        };
        assert_eq!(of("One\n===\n\nTwo\n~~~~\n\nwords\n"), (vec![0, 3], vec![]));
        assert_eq!(of("Such a title\n~~~~~~~~~~~~\n\nwords\n\nb\n~~~~\n"), (vec![0, 5], vec![]));
        assert_eq!(of("a\n\n~~~~\n# no\n~~~~\n"), (vec![0], vec![(2, 4)]));
        assert_eq!(of("For example:\n~~~\n# no\n~~~\n"), (vec![0], vec![(1, 3)]));
        assert_eq!(of("For example:\n~~~~\n# no\n~~~~\n"), (vec![0], vec![(1, 3)]));
    }
}
