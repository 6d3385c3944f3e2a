//! Expressions of workflows: `${{ github.sha }}`, `if: always()`.
//!
//! <https://docs.github.com/actions/reference/workflows-and-actions/expressions> says what they are made of; the names
//! of functions and contexts count in any case. Where it is vague (numbers, what a dot may follow) more is taken than
//! the host takes.

/// The functions that the host knows.
const FUNCTIONS: &[&str] = &[
    "always",
    "cancelled",
    "case",
    "contains",
    "endswith",
    "failure",
    "format",
    "fromjson",
    "hashfiles",
    "join",
    "startswith",
    "success",
    "tojson",
];

/// The names that stand for something by themselves.
const CONTEXTS: &[&str] = &[
    "env", "false", "github", "infinity", "inputs", "job", "jobs", "matrix", "nan", "needs", "null",
    "runner", "secrets", "steps", "strategy", "true", "vars",
];

/// More brackets in brackets than anybody writes.
const DEEPEST: usize = 200;

/// What is wrong with the expressions of a text; `None` where nothing is.
pub(super) fn mistake_in(text: &str) -> Option<String> {
    let mut rest = text;
    while let Some(start) = rest.find("${{") {
        let Some(end) = end_of(&rest[start + 3..]) else {
            return Some("an expression `${{` is not closed by `}}`".to_owned());
        };
        if let Some(mistake) = mistake(&rest[start + 3..start + 3 + end]) {
            return Some(mistake);
        }
        rest = &rest[start + 3 + end + 2..];
    }
    None
}

/// Where `}}` closes an expression; between quotes it closes none.
fn end_of(rest: &str) -> Option<usize> {
    let mut is_quoted = false;
    let bytes = rest.as_bytes();
    (0..bytes.len()).find(|&at| {
        is_quoted ^= bytes[at] == b'\'';
        !is_quoted && bytes[at..].starts_with(b"}}")
    })
}

/// What is wrong with an expression.
pub(super) fn mistake(expression: &str) -> Option<String> {
    if expression.trim().is_empty() {
        return Some("the expression is empty".to_owned());
    }
    let mut reader = Reader { text: expression.as_bytes(), at: 0 };
    let read = reader.operation(0).and_then(|()| match reader.peek() {
        None => Ok(()),
        Some(_) => Err(reader.unexpected()),
    });
    read.err()
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
}

type Read = Result<(), String>;

impl Reader<'_> {
    /// The next byte that is no blank.
    fn peek(&mut self) -> Option<u8> {
        while self.text.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
        self.text.get(self.at).copied()
    }

    fn takes(&mut self, wanted: &[u8]) -> bool {
        self.peek();
        let is_there = self.text[self.at..].starts_with(wanted);
        self.at += if is_there { wanted.len() } else { 0 };
        is_there
    }

    fn unexpected(&mut self) -> String {
        match self.peek() {
            None => "the expression ends too early".to_owned(),
            Some(byte) if byte.is_ascii_graphic() => {
                format!("`{}` is not expected in an expression", char::from(byte))
            }
            Some(_) => "a letter stands in an expression that has no meaning there".to_owned(),
        }
    }

    /// Values with operators between them; their order of precedence changes nothing about what may stand.
    fn operation(&mut self, depth: usize) -> Read {
        loop {
            while self.peek() == Some(b'!') && !self.text[self.at..].starts_with(b"!=") {
                self.at += 1;
            }
            self.value(depth)?;
            const OPERATORS: &[&[u8]] = &[b"&&", b"||", b"==", b"!=", b"<=", b">=", b"<", b">"];
            if !OPERATORS.iter().any(|operator| self.takes(operator)) {
                return Ok(());
            }
        }
    }

    fn value(&mut self, depth: usize) -> Read {
        match self.peek() {
            // What is nested so deeply is not judged.
            _ if depth > DEEPEST => {
                self.at = self.text.len();
                return Ok(());
            }
            Some(b'(') => {
                self.at += 1;
                self.operation(depth + 1)?;
                self.closing(b")")?;
            }
            Some(b'\'') => self.string()?,
            Some(byte) if byte.is_ascii_alphabetic() || byte == b'_' => self.named(depth)?,
            Some(b'0'..=b'9' | b'-' | b'+' | b'.') => return self.number(),
            _ => return Err(self.unexpected()),
        }
        self.members(depth)
    }

    /// A context, or a call of a function.
    fn named(&mut self, depth: usize) -> Read {
        let name = self.name();
        let known = name.to_ascii_lowercase();
        if !self.takes(b"(") {
            return match CONTEXTS.contains(&known.as_str()) {
                true => Ok(()),
                false => Err(format!("an expression has no `{name}`")),
            };
        }
        if !FUNCTIONS.contains(&known.as_str()) {
            return Err(format!("an expression has no function `{name}()`"));
        }
        if self.takes(b")") {
            return Ok(());
        }
        self.operation(depth + 1)?;
        while self.takes(b",") {
            self.operation(depth + 1)?;
        }
        self.closing(b")")
    }

    /// `.name`, `.*`, `[…]`, as many as there are.
    fn members(&mut self, depth: usize) -> Read {
        loop {
            if self.takes(b".") {
                if !self.takes(b"*") && self.peek().is_none_or(|byte| !is_letter(byte)) {
                    return Err("a name is missing behind a dot of an expression".to_owned());
                }
                self.name();
            } else if self.takes(b"[") {
                if !self.takes(b"*") {
                    self.operation(depth + 1)?;
                }
                self.closing(b"]")?;
            } else {
                return Ok(());
            }
        }
    }

    fn closing(&mut self, bracket: &[u8]) -> Read {
        if self.takes(bracket) { Ok(()) } else { Err(self.unexpected()) }
    }

    fn name(&mut self) -> String {
        let length = self.text[self.at..].iter().take_while(|&&byte| is_letter(byte)).count();
        self.at += length;
        String::from_utf8_lossy(&self.text[self.at - length..self.at]).into_owned()
    }

    /// Two quotes stand for one.
    fn string(&mut self) -> Read {
        loop {
            self.at += 1;
            match memchr::memchr(b'\'', &self.text[self.at..]) {
                None => return Err("a text in an expression is not closed".to_owned()),
                Some(length) => self.at += length + 1,
            }
            if self.text.get(self.at) != Some(&b'\'') {
                return Ok(());
            }
        }
    }

    fn number(&mut self) -> Read {
        let is_of_number = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'+');
        let length = self.text[self.at..].iter().take_while(is_of_number).count();
        let is_number = self.text[self.at..self.at + length].iter().any(u8::is_ascii_alphanumeric);
        if !is_number {
            return Err(self.unexpected());
        }
        self.at += length;
        Ok(())
    }
}

fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}
