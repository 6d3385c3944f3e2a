//! Functions, classes and types of a source file with their lines: Python by parser, others by pattern.
//!
//! Knows one file at a time; whether anything uses a symbol is not its business.

mod patterns;
mod python;
#[cfg(test)]
mod tests;

use serde::Serialize;

use crate::repo::RepoPath;

/// What a symbol is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum SymbolKind {
    /// A free function.
    Function,
    /// A function of a class, type or trait.
    Method,
    /// A class.
    Class,
    /// A struct, enum, union, trait, interface or type alias.
    Type,
    /// A macro.
    Macro,
}

/// How a symbol was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum ReadBy {
    /// By a parser: exact.
    Parser,
    /// By a pattern: good for counting and finding, not a proof.
    Pattern,
}

/// One symbol of a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Symbol {
    /// The line of its name, from 1; decorators and comments above do not count.
    pub line: usize,
    /// The last line of its body.
    pub end_line: usize,
    /// `name`; a method as `Class.name` (in Rust `Type::name`).
    pub name: String,
    /// What it is.
    pub kind: SymbolKind,
    /// How it was found.
    pub read_by: ReadBy,
}

/// The symbols of a file in the order of its lines; empty for a language that is not known here.
///
/// Python, Rust, JavaScript, TypeScript, Go, C and C++ are known, by the ending of the file's name.
pub fn symbols(path: &RepoPath, text: &str) -> Vec<Symbol> {
    let mut symbols = match path.extension().as_str() {
        "py" | "pyi" => python::symbols(text),
        "rs" => patterns::rust(text),
        "js" | "jsx" | "mjs" | "cjs" | "ts" | "tsx" | "mts" | "cts" => patterns::javascript(text),
        "go" => patterns::go(text),
        "c" | "h" | "cc" | "cpp" | "cxx" | "hpp" | "hh" | "hxx" => patterns::c(text),
        _ => Vec::new(),
    };
    symbols.sort();
    symbols.dedup();
    symbols
}
