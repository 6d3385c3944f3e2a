//! Functions of Rust files by pattern: names with their modules, and the lines that they take up.
//!
//! What macros make has no place of its own and is not found.

use std::sync::LazyLock;

use regex::Regex;

use super::mask::{Language, mask};

/// A function with a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RustFunction {
    /// Its name behind those of the modules and functions around it in its file: `tests::works`.
    pub path: String,
    /// The line of its name, from 1.
    pub line: usize,
    /// The line on which its body ends.
    pub end: usize,
}

impl RustFunction {
    /// Its name alone.
    pub fn name(&self) -> &str {
        self.path.rsplit("::").next().unwrap_or(&self.path)
    }
}

static OPENING: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\b(fn|mod)\s+(?:r#)?(\w+)").expect("a fixed pattern that a test compiles"));

/// All functions of a file, in their order.
pub fn rust_functions(text: &str) -> Vec<RustFunction> {
    let masked = mask(text, Language::Rust);
    let ends = line_ends(&masked);
    let line_of = |at: usize| ends.partition_point(|&end| end < at) + 1;
    // Names of what is open, and where it closes.
    let mut around: Vec<(&str, usize)> = Vec::new();
    let mut functions = Vec::new();
    let blocks = blocks(&masked);
    for found in OPENING.captures_iter(&masked) {
        let (Some(word), Some(name)) = (found.get(1), found.get(2)) else { continue };
        let Some(close) = body(&masked, name.end(), &blocks) else { continue };
        around.retain(|&(_, end)| end > name.start());
        around.push((name.as_str(), close));
        if word.as_str() == "fn" {
            let names: Vec<&str> = around.iter().map(|(name, _)| *name).collect();
            let path = names.join("::");
            functions.push(RustFunction { path, line: line_of(name.start()), end: line_of(close) });
        }
    }
    functions
}

/// The innermost function that a line stands in.
pub fn function_at(functions: &[RustFunction], line: usize) -> Option<&RustFunction> {
    functions.iter().rev().find(|function| (function.line..=function.end).contains(&line))
}

fn line_ends(text: &str) -> Vec<usize> {
    text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at).collect()
}

/// By the place of each opening brace, in order, the place of the one that closes it.
fn blocks(masked: &str) -> Vec<(usize, usize)> {
    let (mut open, mut blocks) = (Vec::new(), Vec::new());
    for (at, byte) in masked.bytes().enumerate() {
        match byte {
            b'{' => open.push(at),
            b'}' => blocks.extend(open.pop().map(|start| (start, at))),
            _ => {}
        }
    }
    blocks.sort_unstable();
    blocks
}

/// Where the body behind a name closes; `None`: it has none, as in a trait.
fn body(masked: &str, from: usize, blocks: &[(usize, usize)]) -> Option<usize> {
    let mut depth = 0_usize;
    let stop = masked[from..].bytes().position(|byte| {
        match byte {
            b'(' | b'[' => depth += 1,
            b')' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && matches!(byte, b'{' | b';' | b'}')
    })?;
    let at = blocks.binary_search_by_key(&(from + stop), |&(start, _)| start).ok()?;
    Some(blocks[at].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "fn a(x: [u8; 2]) -> u8 {
    x[0]
}
trait T { fn none(&self); fn some(&self) { } }
// fn not() {}
mod tests {
    #[test]
    async fn works() {
        let s = \"}\";
        fn helper() { panic!(\"{\") }
        helper()
    }
}
fn r#try() {}
";

    #[test]
    fn functions_have_the_names_around_them_and_their_lines() {
        let functions = rust_functions(TEXT);
        let told: Vec<(&str, usize, usize)> =
            functions.iter().map(|function| (function.path.as_str(), function.line, function.end)).collect();
        let expected = [
            ("a", 1, 3),
            ("some", 4, 4),
            ("tests::works", 8, 12),
            ("tests::works::helper", 10, 10),
            ("try", 14, 14),
        ];
        assert_eq!(told, expected);
        assert_eq!(functions[2].name(), "works");
    }

    #[test]
    fn line_stands_in_the_innermost_function() {
        let functions = rust_functions(TEXT);
        let path = |line| function_at(&functions, line).map(|function| function.path.as_str());
        let expected =
            [Some("a"), None, Some("tests::works"), Some("tests::works::helper"), Some("tests::works")];
        assert_eq!([2, 6, 9, 10, 11].map(path), expected);
    }

    #[test]
    fn text_without_an_end_is_no_end() {
        assert_eq!(rust_functions("fn a("), []);
        assert_eq!(rust_functions("} fn a() {\n}").len(), 1);
    }
}
