//! Blanks comments and strings of brace languages, so that patterns meet code only.
//!
//! Every byte keeps its place: what is blanked becomes spaces, line ends stay.

/// What a language's comments and strings look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    Rust,
    JavaScript,
    Go,
    C,
}

/// The text with comments and the content of strings replaced by spaces.
pub(super) fn mask(text: &str, language: Language) -> String {
    let mut masker = Masker { bytes: text.as_bytes(), out: text.as_bytes().to_vec(), at: 0, language };
    masker.run();
    // Only whole letters were replaced, each byte by a space.
    String::from_utf8(masker.out)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// The text with comments and the content of strings replaced by spaces; `None` for a language whose comments and
/// strings are not known, told by the ending of its files, and for Python that cannot be parsed.
pub fn code_alone(text: &str, extension: &str) -> Option<String> {
    let language = match extension {
        "py" | "pyi" => return super::python::code_alone(text),
        "rs" => Language::Rust,
        "js" | "mjs" | "cjs" | "jsx" | "ts" | "mts" | "cts" | "tsx" => Language::JavaScript,
        "go" => Language::Go,
        "c" | "h" | "cc" | "cpp" | "cxx" | "hpp" | "java" | "cs" => Language::C,
        _ => return None,
    };
    Some(mask(text, language))
}

struct Masker<'a> {
    bytes: &'a [u8],
    out: Vec<u8>,
    at: usize,
    language: Language,
}

impl Masker<'_> {
    fn run(&mut self) {
        while self.at < self.bytes.len() {
            let length = self.hidden_length(&self.bytes[self.at..]);
            if length == 0 {
                self.at += 1;
            } else {
                self.blank((self.at + length).min(self.bytes.len()));
            }
        }
    }

    /// The length of the comment or string that starts here; 0 when it is code.
    fn hidden_length(&self, rest: &[u8]) -> usize {
        let (rust, script) = (self.language == Language::Rust, self.language == Language::JavaScript);
        match rest[0] {
            b'/' if rest.starts_with(b"//") => line_length(rest),
            b'/' if rest.starts_with(b"/*") => comment_length(rest, rust),
            b'/' if script && self.may_start_regex() => regex_length(rest),
            b'r' | b'b' if rust => self.raw_string_length(rest),
            b'"' => quoted_length(rest, b'"', rust),
            b'\'' => self.apostrophe_length(rest),
            b'`' if script => template_length(rest, 0),
            b'`' if self.language == Language::Go => raw_length(rest),
            _ => 0,
        }
    }

    fn blank(&mut self, end: usize) {
        for byte in &mut self.out[self.at..end] {
            if !matches!(byte, b'\n' | b'\r') {
                *byte = b' ';
            }
        }
        self.at = end;
    }

    /// `r"…"`, `r#"…"#`, `br"…"`: only where the letter starts a word.
    fn raw_string_length(&self, rest: &[u8]) -> usize {
        let inside_word = self.at > 0 && is_word(self.bytes[self.at - 1]);
        let after = rest.strip_prefix(b"b").unwrap_or(rest);
        let Some(raw) = after.strip_prefix(b"r") else { return 0 };
        let hashes = raw.iter().take_while(|&&byte| byte == b'#').count();
        if inside_word || raw.get(hashes) != Some(&b'"') {
            return 0;
        }
        let closing: Vec<u8> = std::iter::once(b'"').chain(std::iter::repeat_n(b'#', hashes)).collect();
        let body = hashes + 1;
        let opening = rest.len() - raw.len() + body;
        match raw[body..].windows(closing.len()).position(|window| window == closing) {
            Some(place) => opening + place + closing.len(),
            None => rest.len(),
        }
    }

    /// A character in Rust, C and Go; a string in JavaScript; in Rust also the mark of a lifetime.
    fn apostrophe_length(&self, rest: &[u8]) -> usize {
        if self.language == Language::JavaScript {
            return quoted_length(rest, b'\'', false);
        }
        if rest.get(1) == Some(&b'\\') {
            return quoted_length(rest, b'\'', false);
        }
        // One letter of up to four bytes, then the closing mark.
        let closing = rest.iter().skip(2).take(4).position(|&byte| byte == b'\'');
        closing.map_or(1, |place| place + 3)
    }

    /// A slash starts a regular expression where no value stands before it.
    fn may_start_regex(&self) -> bool {
        let before = self.out[..self.at].trim_ascii_end();
        match before.last() {
            None => true,
            Some(last) if is_word(*last) => {
                let word = before.iter().rev().take_while(|&&byte| is_word(byte)).count();
                matches!(&before[before.len() - word..], b"return" | b"typeof" | b"case" | b"in" | b"of")
            }
            Some(last) => !matches!(last, b')' | b']' | b'}'),
        }
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || byte >= 0x80
}

fn line_length(rest: &[u8]) -> usize {
    rest.iter().position(|&byte| byte == b'\n').unwrap_or(rest.len())
}

fn comment_length(rest: &[u8], nests: bool) -> usize {
    let mut depth = 0usize;
    let mut at = 0;
    while at < rest.len() {
        if rest[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else if rest[at..].starts_with(b"/*") && (depth == 0 || nests) {
            depth += 1;
            at += 2;
        } else {
            at += 1;
        }
    }
    rest.len()
}

/// Length with both quotes; a string that may not hold a line end stops there.
fn quoted_length(rest: &[u8], quote: u8, many_lines: bool) -> usize {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            b'\\' => at += 1,
            b'\n' if !many_lines => return at,
            byte if byte == quote => return at + 1,
            _ => {}
        }
        at += 1;
    }
    rest.len()
}

fn regex_length(rest: &[u8]) -> usize {
    let mut in_class = false;
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            b'\\' => at += 1,
            b'\n' => return 0,
            b'[' => in_class = true,
            b']' => in_class = false,
            b'/' if !in_class => return at + 1,
            _ => {}
        }
        at += 1;
    }
    0
}

/// A raw string of Go: a backslash means nothing.
fn raw_length(rest: &[u8]) -> usize {
    rest.iter().skip(1).position(|&byte| byte == b'`').map_or(rest.len(), |place| place + 2)
}

/// Templates inside of templates are followed so far: each costs a part of the stack.
const DEEPEST: usize = 32;

/// A template of JavaScript with the templates inside its `${…}`.
fn template_length(rest: &[u8], depth: usize) -> usize {
    let mut at = 1;
    let mut braces = 0usize;
    while at < rest.len() {
        match rest[at] {
            b'\\' => at += 1,
            b'$' if braces == 0 && rest.get(at + 1) == Some(&b'{') => {
                braces = 1;
                at += 1;
            }
            b'{' if braces > 0 => braces += 1,
            b'}' if braces > 0 => braces -= 1,
            b'`' if braces > 0 && depth < DEEPEST => at += template_length(&rest[at..], depth + 1) - 1,
            b'`' => return at + 1,
            _ => {}
        }
        at += 1;
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_and_comments_become_spaces_and_nothing_moves() {
        let cases: &[(Language, &str, &str)] = &[
            (Language::Rust, "a(\"{\") // }", "a(   )     "),
            (Language::Rust, "fn f<'a>(x: &'a str) {'{'}", "fn f< a>(x: & a str) {   }"),
            (Language::Rust, "r#\"a\"{\"# b", "         b"),
            (Language::Rust, "/* a /* b */ { */ c", "                  c"),
            (Language::Rust, "for x in b { r }", "for x in b { r }"),
            (Language::C, "c = '\\''; /* } */ d", "c =     ;         d"),
            (Language::JavaScript, "x = /[\"/]/g; y = a / b;", "x =       g; y = a / b;"),
            (Language::JavaScript, "`${a}\n{` + 'é'", "     \n   +"),
            (Language::Go, "`a\\` {", "     {"),
            (Language::JavaScript, "`${`}`}` }", "         }"),
        ];
        for (language, text, expected) in cases {
            let masked = mask(text, *language);
            assert_eq!(masked.len(), text.len(), "{text}");
            assert_eq!(masked.trim_end(), expected.trim_end(), "{text}");
        }
    }

    #[test]
    fn unclosed_everything_ends_at_the_end() {
        for text in ["\"", "/*", "r#\"", "'", "`", "'\\", "/[", "b", "r#", "é'é"] {
            for language in [Language::Rust, Language::JavaScript, Language::Go, Language::C] {
                assert_eq!(mask(text, language).len(), text.len(), "{text}");
            }
        }
    }
}
