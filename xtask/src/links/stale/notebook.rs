//! The sources of a notebook's code cells, as places in its text.

use std::ops::Range;

/// The parts of the file that are sources of code cells; nothing when the file is no JSON.
pub(super) fn code(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut reader = Reader { bytes, at: 0, sources: Vec::new() };
    match reader.notebook() {
        Some(()) => reader.sources,
        None => Vec::new(),
    }
}

/// Walks JSON without building it: only cells are looked into.
struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
    sources: Vec<Range<usize>>,
}

impl Reader<'_> {
    fn notebook(&mut self) -> Option<()> {
        self.object(|reader, key| match key {
            b"cells" => reader.array(Self::cell),
            _ => reader.skip(),
        })
    }

    fn cell(&mut self) -> Option<()> {
        let (mut is_code, mut source) = (false, None);
        self.object(|reader, key| {
            let start = reader.at;
            reader.skip()?;
            let value = start..reader.at;
            match key {
                b"cell_type" => is_code = reader.bytes[value].trim_ascii() == b"\"code\"",
                b"source" => source = Some(value),
                _ => {}
            }
            Some(())
        })?;
        self.sources.extend(source.filter(|_| is_code));
        Some(())
    }

    fn space(&mut self) {
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        self.space();
        (self.bytes.get(self.at) == Some(&byte)).then(|| self.at += 1)
    }

    fn object(&mut self, mut value: impl FnMut(&mut Self, &[u8]) -> Option<()>) -> Option<()> {
        self.take(b'{')?;
        if self.take(b'}').is_some() {
            return Some(());
        }
        loop {
            self.space();
            let start = self.at;
            self.string()?;
            let key = self.bytes[start + 1..self.at - 1].to_vec();
            self.take(b':')?;
            self.space();
            value(self, &key)?;
            if self.take(b',').is_none() {
                return self.take(b'}');
            }
        }
    }

    fn array(&mut self, mut item: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.take(b'[')?;
        if self.take(b']').is_some() {
            return Some(());
        }
        loop {
            self.space();
            item(self)?;
            if self.take(b',').is_none() {
                return self.take(b']');
            }
        }
    }

    fn string(&mut self) -> Option<()> {
        self.take(b'"')?;
        loop {
            match self.bytes.get(self.at)? {
                b'"' => break,
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
        self.take(b'"')
    }

    /// Goes past one value, however deep it is, by counting brackets outside strings.
    fn skip(&mut self) -> Option<()> {
        self.space();
        let mut depth = 0_usize;
        loop {
            match self.bytes.get(self.at)? {
                b'"' => self.string()?,
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' if depth == 0 => return Some(()),
                b'}' | b']' => {
                    depth -= 1;
                    self.at += 1;
                }
                b',' if depth == 0 => return Some(()),
                _ => self.at += 1,
            }
            if depth == 0 && matches!(self.bytes.get(self.at)?, b',' | b'}' | b']') {
                return Some(());
            }
        }
    }
}
