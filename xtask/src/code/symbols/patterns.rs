//! Symbols of brace languages by pattern, over text without comments and strings.

use std::sync::LazyLock;

use regex::Regex;

use super::{ReadBy, Symbol, SymbolKind};
use crate::code::mask::{Language, mask};

macro_rules! pattern {
    ($text:expr) => {{
        static PATTERN: LazyLock<Regex> =
            LazyLock::new(|| Regex::new($text).expect("a fixed pattern that a test compiles"));
        &*PATTERN
    }};
}

pub(super) fn rust(text: &str) -> Vec<Symbol> {
    let code = Code::of(text, Language::Rust);
    let functions = pattern!(
        r#"(?m)^[ \t]*(?:pub(?:\([^)\n]*\))?\s+)?(?:default\s+)?(?:const\s+)?(?:async\s+)?(?:unsafe\s+)?(?:extern\s+)?fn\s+(?P<name>(?:r#)?\w+)"#
    );
    let types = pattern!(
        r"(?m)^[ \t]*(?:pub(?:\([^)\n]*\))?\s+)?(?:unsafe\s+)?(?:auto\s+)?(?:struct|enum|union|trait|type)\s+(?P<name>\w+)"
    );
    let macros = pattern!(r"(?m)^[ \t]*(?:pub\s+)?macro(?:_rules!)?\s+(?P<name>\w+)");
    let blocks = pattern!(r"(?m)^[ \t]*(?:default\s+)?(?:unsafe\s+)?impl\b(?P<head>[^{;]*)\{");
    let traits =
        pattern!(r"(?m)^[ \t]*(?:pub(?:\([^)\n]*\))?\s+)?(?:unsafe\s+)?trait\s+(?P<name>\w+)[^{;]*\{");
    let mut owners: Vec<Owner> = Vec::new();
    for found in blocks.captures_iter(&code.masked) {
        if let (Some(whole), Some(name)) = (found.get(0), self_type(&found["head"])) {
            owners.push(code.owner(whole.end() - 1, name));
        }
    }
    for found in traits.captures_iter(&code.masked) {
        if let Some(whole) = found.get(0) {
            owners.push(code.owner(whole.end() - 1, found["name"].to_owned()));
        }
    }
    let mut symbols = code.collect(functions, SymbolKind::Function, &owners, "::");
    symbols.retain(|symbol| symbol.kind == SymbolKind::Method || !symbol.name.is_empty());
    let associated = code.collect(types, SymbolKind::Type, &owners, "::");
    // An associated type belongs to its block and is no type of its own.
    symbols.extend(associated.into_iter().filter(|symbol| symbol.kind == SymbolKind::Type));
    symbols.extend(code.collect(macros, SymbolKind::Macro, &[], ""));
    symbols
}

/// `<T> Trait for Type<T> where …` gives `Type`.
fn self_type(head: &str) -> Option<String> {
    let head = head.split(" where ").next().unwrap_or(head);
    let target = match head.rfind(" for ") {
        Some(place) => &head[place + 5..],
        None => skip_generics(head.trim_start()),
    };
    let mut target = target.trim();
    if let Some(behind) = target.strip_prefix('&') {
        // `&'a mut Type`: the mark of the lifetime is blanked, its name is not.
        target = behind.trim_start();
        while let Some((word, rest)) = target.split_once(' ') {
            if word.is_empty() || !word.chars().all(|letter| letter.is_alphanumeric() || letter == '_') {
                break;
            }
            target = rest.trim_start();
        }
    }
    let target = target.trim_start_matches("dyn ");
    let path: String =
        target.chars().take_while(|letter| letter.is_alphanumeric() || "_:".contains(*letter)).collect();
    let name = path.trim_end_matches(':').rsplit("::").next().unwrap_or_default().to_owned();
    (!name.is_empty()).then_some(name)
}

fn skip_generics(head: &str) -> &str {
    if !head.starts_with('<') {
        return head;
    }
    let mut depth = 0usize;
    let mut before = ' ';
    for (at, letter) in head.char_indices() {
        match letter {
            '<' => depth += 1,
            // `->` closes nothing.
            '>' if before != '-' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return head[at + 1..].trim_start();
        }
        before = letter;
    }
    ""
}

pub(super) fn javascript(text: &str) -> Vec<Symbol> {
    let code = Code::of(text, Language::JavaScript);
    let functions = pattern!(
        r"(?m)^[ \t]*(?:export\s+)?(?:default\s+)?(?:declare\s+)?(?:async\s+)?function\b\s*\*?\s*(?P<name>[\w$]+)"
    );
    let arrows = pattern!(
        r"(?m)^(?:export\s+)?(?:const|let|var)\s+(?P<name>[\w$]+)\s*(?::[^=\n]+)?=\s*(?:async\s*)?(?:function\b|\([^()]*\)\s*(?::[^=\n]+)?=>|[\w$]+\s*=>)"
    );
    let classes = pattern!(
        r"(?m)^[ \t]*(?:export\s+)?(?:default\s+)?(?:declare\s+)?(?:abstract\s+)?class\s+(?P<name>[\w$]+)"
    );
    let types = pattern!(
        r"(?m)^[ \t]*(?:export\s+)?(?:default\s+)?(?:declare\s+)?(?:const\s+)?(?:interface|enum|type)\s+(?P<name>[\w$]+)\s*(?:<[^=\n]*>)?\s*(?:=|\{|extends\b)"
    );
    let methods = pattern!(
        r"(?m)^[ \t]+(?:(?:public|private|protected|static|readonly|override|async|get|set|abstract)\s+)*\*?\s*(?P<name>#?[\w$]+)\s*(?:<[^()\n]*>)?\([^{};]*\)\s*(?::[^{};]+)?\{"
    );
    let mut owners = Vec::new();
    for found in classes.captures_iter(&code.masked) {
        let Some(whole) = found.get(0) else { continue };
        if let Some(open) = code.masked[whole.end()..].find('{') {
            owners.push(code.owner(whole.end() + open, found["name"].to_owned()));
        }
    }
    let mut symbols = code.collect(functions, SymbolKind::Function, &[], "");
    symbols.extend(code.collect(arrows, SymbolKind::Function, &[], ""));
    symbols.extend(code.collect(classes, SymbolKind::Class, &[], ""));
    symbols.extend(code.collect(types, SymbolKind::Type, &[], ""));
    let keywords = ["if", "for", "while", "switch", "catch", "function", "return", "with"];
    let methods = code.collect(methods, SymbolKind::Function, &owners, ".");
    symbols.extend(methods.into_iter().filter(|symbol| {
        let name = symbol.name.rsplit('.').next().unwrap_or_default();
        symbol.kind == SymbolKind::Method && !keywords.contains(&name)
    }));
    symbols
}

pub(super) fn go(text: &str) -> Vec<Symbol> {
    let code = Code::of(text, Language::Go);
    let functions = pattern!(r"(?m)^func\s+(?P<name>\w+)\s*[\[(]");
    let methods = pattern!(r"(?m)^func\s*\(\s*(?:\w+\s+)?\*?\s*(?P<owner>\w+)[^)\n]*\)\s*(?P<name>\w+)\s*\(");
    let types = pattern!(r"(?m)^type\s+(?P<name>\w+)\b");
    let grouped = pattern!(r"(?m)^\t(?P<name>\w+)(?:\[[^\]\n]*\])?\s+(?:struct|interface)\s*\{");
    let mut symbols = code.collect(functions, SymbolKind::Function, &[], "");
    symbols.extend(code.collect(methods, SymbolKind::Method, &[], "."));
    symbols.extend(code.collect(types, SymbolKind::Type, &[], ""));
    symbols.extend(code.collect(grouped, SymbolKind::Type, &[], ""));
    symbols
}

pub(super) fn c(text: &str) -> Vec<Symbol> {
    let code = Code::of(text, Language::C);
    let functions = pattern!(
        r"(?m)^(?:[A-Za-z_][\w:<>,&*~]*[ \t\n*&]+)+(?P<name>(?:[A-Za-z_]\w*::)*~?[A-Za-z_]\w*)\s*\([^;{}()]*(?:\([^;{}()]*\)[^;{}()]*)*\)\s*(?:const\s*)?(?:noexcept\s*)?\{"
    );
    // Before the brace stand the declarations of the parameters, whose names alone are in parentheses.
    let old_functions = pattern!(
        r"(?m)^(?:[A-Za-z_][\w:<>,&*~]*[ \t\n*&]+)+(?P<name>[A-Za-z_]\w*)\s*\(\s*\w+(?:\s*,\s*\w+)*\s*\)\s*\n(?:\s*[A-Za-z_][^;{}=#]*;)+\s*\{"
    );
    let types =
        pattern!(r"(?m)^(?:typedef\s+)?(?:struct|enum(?:\s+class)?|union)\s+(?P<name>\w+)[^;{}()=]*\{");
    let classes = pattern!(r"(?m)^class\s+(?P<name>\w+)[^;{}()=]*\{");
    let aliases = pattern!(r"(?m)^typedef\s+[^;{}]*?\b(?P<name>\w+)\s*;");
    let macros = pattern!(r"(?m)^[ \t]*#[ \t]*define[ \t]+(?P<name>\w+)\(");
    let mut symbols = code.collect(functions, SymbolKind::Function, &[], "");
    symbols.extend(code.collect(old_functions, SymbolKind::Function, &[], ""));
    symbols.retain(|symbol| {
        !matches!(symbol.name.as_str(), "if" | "for" | "while" | "switch" | "return" | "sizeof")
    });
    symbols.extend(code.collect(types, SymbolKind::Type, &[], ""));
    symbols.extend(code.collect(classes, SymbolKind::Class, &[], ""));
    symbols.extend(code.collect(aliases, SymbolKind::Type, &[], ""));
    let macros = code.collect(macros, SymbolKind::Macro, &[], "");
    symbols
        .extend(macros.into_iter().map(|symbol| Symbol { end_line: code.continued(symbol.line), ..symbol }));
    symbols
}

/// Code in braces whose functions belong to a type.
struct Owner {
    from: usize,
    to: usize,
    name: String,
}

struct Code {
    masked: String,
    starts: Vec<usize>,
    /// For each opening brace the place of its partner, by place.
    partners: Vec<(usize, usize)>,
}

impl Code {
    fn of(text: &str, language: Language) -> Self {
        let masked = mask(text, language);
        let starts = std::iter::once(0)
            .chain(masked.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1))
            .collect();
        let partners = partners(masked.as_bytes());
        Self { masked, starts, partners }
    }

    fn line(&self, place: usize) -> usize {
        self.starts.partition_point(|&start| start <= place)
    }

    fn owner(&self, open: usize, name: String) -> Owner {
        Owner { from: open, to: self.partner(open), name }
    }

    fn partner(&self, open: usize) -> usize {
        let found = self.partners.binary_search_by_key(&open, |(open, _)| *open);
        found.map_or(self.masked.len(), |at| self.partners[at].1)
    }

    /// The end of what starts at `place`: its first `;`, or the partner of its first brace.
    fn end(&self, place: usize) -> usize {
        let mut round = 0i32;
        for (offset, byte) in self.masked.as_bytes()[place..].iter().enumerate() {
            match byte {
                b'(' | b'[' => round += 1,
                b')' | b']' => round -= 1,
                b';' if round <= 0 => return place + offset,
                b'{' if round <= 0 => return self.partner(place + offset),
                _ => {}
            }
        }
        place
    }

    /// The last line of a macro whose lines end in a backslash.
    fn continued(&self, line: usize) -> usize {
        let mut line = line;
        while let (Some(&from), Some(&to)) = (self.starts.get(line - 1), self.starts.get(line)) {
            if !self.masked[from..to].trim_end().ends_with('\\') {
                break;
            }
            line += 1;
        }
        line
    }

    fn collect(&self, pattern: &Regex, kind: SymbolKind, owners: &[Owner], between: &str) -> Vec<Symbol> {
        let mut found = Vec::new();
        for captures in pattern.captures_iter(&self.masked) {
            let (Some(whole), Some(name)) = (captures.get(0), captures.name("name")) else { continue };
            // A pattern that reaches the brace knows better than the name where the body begins.
            let head = if whole.as_str().ends_with('{') { whole.end() - 1 } else { name.end() };
            let inside = owners.iter().filter(|owner| owner.from < name.start() && name.start() < owner.to);
            let owner = inside.max_by_key(|owner| owner.from).map(|owner| owner.name.as_str());
            let owner = owner.or_else(|| captures.name("owner").map(|owner| owner.as_str()));
            let (full, kind) = match owner {
                Some(owner) => (format!("{owner}{between}{}", name.as_str()), SymbolKind::Method),
                None => (name.as_str().to_owned(), kind),
            };
            found.push(Symbol {
                line: self.line(name.start()),
                end_line: self.line(self.end(head)),
                name: full,
                kind,
                read_by: ReadBy::Pattern,
            });
        }
        found
    }
}

fn partners(bytes: &[u8]) -> Vec<(usize, usize)> {
    let (mut open, mut partners) = (Vec::new(), Vec::new());
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'{' => open.push(at),
            b'}' => partners.extend(open.pop().map(|from| (from, at))),
            _ => {}
        }
    }
    partners.sort_unstable();
    partners
}
