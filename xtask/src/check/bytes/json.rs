//! JSON (RFC 8259): whether a text is one value, and no object has a name twice. As deep as it may be.
//!
//! Some files allow comments and commas before a closing bracket; the name says which.

use std::collections::BTreeSet;

use crate::repo::RepoPath;

/// A place that is wrong, and why.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mistake {
    pub(super) at: usize,
    pub(super) why: String,
}

/// True for a file that holds one JSON value.
pub(super) fn is_json(path: &RepoPath) -> bool {
    const ENDINGS: &[&str] = &[
        "json",
        "jsonc",
        "geojson",
        "topojson",
        "jsonld",
        "webmanifest",
        "har",
        "avsc",
        "ipynb",
        "code-workspace",
        "gltf",
        "sarif",
        "tfstate",
    ];
    const NAMES: &[&[u8]] = &[b"Pipfile.lock", b"composer.lock", b"deno.lock", b"flake.lock"];
    ENDINGS.contains(&path.extension().as_str()) || NAMES.contains(&path.file_name())
}

/// What a file's readers take beyond RFC 8259.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Dialect {
    /// Comments, and commas before a closing bracket.
    pub(super) comments: bool,
    /// `NaN` and `Infinity`, as Python's library writes and reads them.
    pub(super) odd_numbers: bool,
}

/// What may stand in a file of this name. A name is here where the documentation of its only reader, or the file that
/// this reader writes for a start, has comments in it.
pub(super) fn dialect(path: &RepoPath) -> Dialect {
    Dialect { comments: allows_comments(path), odd_numbers: path.extension() == "ipynb" }
}

fn allows_comments(path: &RepoPath) -> bool {
    let name = String::from_utf8_lossy(path.file_name()).to_lowercase();
    const FOLDERS: &[&[u8]] = &[b".vscode", b".devcontainer", b".zed", b".fleet"];
    const NAMES: &[&str] = &[
        ".babelrc.json",
        ".cspell.json",
        ".devcontainer.json",
        ".eslintrc.json",
        ".jshintrc.json",
        ".luarc.json",
        ".markdownlint.json",
        ".mocharc.json",
        ".oxfmtrc.json",
        ".oxlintrc.json",
        ".swcrc.json",
        "angular.json",
        "api-extractor.json",
        "asv.conf.json",
        "babel.config.json",
        "biome.json",
        "coc-settings.json",
        "coffeelint.json",
        "cspell.config.json",
        "cspell.json",
        "deno.json",
        "devcontainer.json",
        "dprint.json",
        "global.json",
        "keybindings.json",
        "knip.json",
        "language-configuration.json",
        "launchsettings.json",
        "local.settings.json",
        "nx.json",
        "pyrightconfig.json",
        "rush.json",
        "tsdoc.json",
        "tslint.json",
        "turbo.json",
        "typedoc.json",
        "wrangler.json",
    ];
    let parts: Vec<&[u8]> = path.parts().collect();
    // All settings of Rush lie in one folder.
    let is_of_rush = parts.windows(3).any(|three| three == [&b"common"[..], b"config", b"rush"]);
    matches!(path.extension().as_str(), "jsonc" | "code-workspace")
        || is_of_rush
        || parts.iter().any(|part| FOLDERS.contains(part))
        || NAMES.contains(&name.as_str())
        || name.contains("tsconfig")
        || ["jsconfig", "appsettings"].iter().any(|start| name.starts_with(start))
        || name.ends_with("-color-theme.json")
}

/// Reads one value and nothing after it.
pub(super) fn parse(text: &[u8], dialect: Dialect) -> Result<(), Mistake> {
    if let Err(error) = std::str::from_utf8(text) {
        return Err(Mistake {
            at: error.valid_up_to(),
            why: "JSON is written in UTF-8, and this is not".into(),
        });
    }
    let mut reader = Reader { text, at: 0, dialect };
    reader.document()
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    dialect: Dialect,
}

/// A bracket that is open; of an object, the names it has.
enum Open<'a> {
    List,
    Object(BTreeSet<std::borrow::Cow<'a, [u8]>>),
}

impl<'a> Reader<'a> {
    fn document(&mut self) -> Result<(), Mistake> {
        let mut open: Vec<Open<'a>> = Vec::new();
        self.space()?;
        loop {
            // Here a value begins.
            match self.peek() {
                Some(b'[') => {
                    self.at += 1;
                    self.space()?;
                    if !self.takes(b']') {
                        open.push(Open::List);
                        continue;
                    }
                }
                Some(b'{') => {
                    self.at += 1;
                    self.space()?;
                    if !self.takes(b'}') {
                        let mut names = BTreeSet::new();
                        self.name(&mut names)?;
                        open.push(Open::Object(names));
                        continue;
                    }
                }
                _ => self.scalar()?,
            }
            if self.close(&mut open)? {
                return Ok(());
            }
        }
    }

    /// What follows a value: closing brackets, then a comma and the next one. True at the end of the text.
    fn close(&mut self, open: &mut Vec<Open<'a>>) -> Result<bool, Mistake> {
        loop {
            self.space()?;
            let Some(innermost) = open.last_mut() else {
                return match self.peek() {
                    None => Ok(true),
                    Some(_) => self.fail("something follows the value"),
                };
            };
            let end = if matches!(innermost, Open::List) { b']' } else { b'}' };
            if self.takes(end) {
                open.pop();
                continue;
            }
            let comma = self.at;
            if !self.takes(b',') {
                let wanted = if end == b']' { "`,` or `]`" } else { "`,` or `}`" };
                return self.fail(&format!("{wanted} is expected"));
            }
            self.space()?;
            if self.peek() == Some(end) {
                if self.dialect.comments {
                    continue;
                }
                self.at = comma;
                return self.fail("a comma stands before the closing bracket");
            }
            if let Open::Object(names) = innermost {
                self.name(names)?;
            }
            return Ok(false);
        }
    }

    fn name(&mut self, names: &mut BTreeSet<std::borrow::Cow<'a, [u8]>>) -> Result<(), Mistake> {
        let start = self.at;
        if self.peek() != Some(b'"') {
            return self.fail("a name in double quotes is expected");
        }
        self.string()?;
        let raw = &self.text[start..self.at];
        let name = match raw.contains(&b'\\') {
            // The library undoes the escapes; it takes what was read as a string above.
            true => serde_json::from_slice::<String>(raw)
                .map_or(std::borrow::Cow::Borrowed(raw), |name| format!("\"{name}\"").into_bytes().into()),
            false => std::borrow::Cow::Borrowed(raw),
        };
        if !names.insert(name) {
            self.at = start;
            return self.fail("the object has this name twice");
        }
        self.space()?;
        if !self.takes(b':') {
            return self.fail("`:` is expected");
        }
        self.space()
    }

    fn scalar(&mut self) -> Result<(), Mistake> {
        match self.peek() {
            Some(b'"') => self.string(),
            Some(b'-') if self.dialect.odd_numbers && self.text[self.at..].starts_with(b"-Infinity") => {
                self.at += b"-Infinity".len();
                Ok(())
            }
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b'a'..=b'z' | b'I' | b'N') => {
                let word: usize =
                    self.text[self.at..].iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
                let is_value = match &self.text[self.at..self.at + word] {
                    b"true" | b"false" | b"null" => true,
                    b"NaN" | b"Infinity" => self.dialect.odd_numbers,
                    _ => false,
                };
                if !is_value {
                    return self.fail("a value is expected");
                }
                self.at += word;
                Ok(())
            }
            Some(_) => self.fail("a value is expected"),
            None => self.fail("the text ends where a value is expected"),
        }
    }

    fn string(&mut self) -> Result<(), Mistake> {
        let start = self.at;
        self.at += 1;
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\\') => {
                    let four = |reader: &Self| {
                        reader
                            .text
                            .get(reader.at + 2..reader.at + 6)
                            .is_some_and(|d| d.iter().all(u8::is_ascii_hexdigit))
                    };
                    match self.text.get(self.at + 1) {
                        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 2,
                        Some(b'u') if four(self) => self.at += 6,
                        _ => return self.fail("there is no such escape"),
                    }
                }
                Some(0..=31) if self.peek() != Some(b'\n') => {
                    return self.fail("a control character stands in a string");
                }
                Some(b'\n') | None => {
                    self.at = start;
                    return self.fail("the string is not closed on its line");
                }
                Some(_) => self.at += 1,
            }
        }
    }

    fn number(&mut self) -> Result<(), Mistake> {
        let start = self.at;
        self.takes(b'-');
        let whole = self.digits();
        let leading_zero = whole > 1 && self.text[self.at - whole] == b'0';
        let mut sound = whole > 0 && !leading_zero;
        if self.takes(b'.') {
            sound &= self.digits() > 0;
        }
        if self.takes(b'e') || self.takes(b'E') {
            let _ = self.takes(b'+') || self.takes(b'-');
            sound &= self.digits() > 0;
        }
        if sound {
            return Ok(());
        }
        self.at = start;
        self.fail("this is no number of JSON")
    }

    fn digits(&mut self) -> usize {
        let count = self.text[self.at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += count;
        count
    }

    fn space(&mut self) -> Result<(), Mistake> {
        loop {
            match self.peek() {
                Some(b' ' | b'\t' | b'\n' | b'\r') => self.at += 1,
                Some(b'/') if self.dialect.comments => {
                    let rest = &self.text[self.at..];
                    let length = match rest.get(1) {
                        Some(b'/') => memchr::memchr(b'\n', rest).unwrap_or(rest.len()),
                        Some(b'*') => match memchr::memmem::find(&rest[2..], b"*/") {
                            Some(end) => end + 4,
                            None => return self.fail("the comment is not closed"),
                        },
                        _ => return self.fail("a value is expected"),
                    };
                    self.at += length;
                }
                Some(b'/') => return self.fail("comments are not allowed in this file"),
                _ => return Ok(()),
            }
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn takes(&mut self, byte: u8) -> bool {
        let is_there = self.peek() == Some(byte);
        self.at += usize::from(is_there);
        is_there
    }

    fn fail<T>(&self, why: &str) -> Result<T, Mistake> {
        Err(Mistake { at: self.at, why: why.to_owned() })
    }
}
