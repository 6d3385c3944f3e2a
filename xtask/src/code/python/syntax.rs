//! One parse of one file, safe for hostile input: any nesting ends in an answer, not in a full stack.

use ruff_python_ast::token::TokenKind;
use ruff_python_ast::{self as ast, Expr, ModModule, Stmt};
use ruff_python_parser::{Mode, ParseOptions, Parsed, parse_unchecked};
use ruff_text_size::{Ranged, TextSize};
use serde::Serialize;

use crate::pack::pack_fields;
use crate::repo::RepoPath;

/// Deeper than this no Python compiles (CPython stops at 200 brackets, 100 indents and a few thousand operators).
const DEEPEST: usize = 2_000;

/// Stack for a walk over a tree of that depth, unoptimised.
const ROOM: usize = 64 * 1024 * 1024;

/// A file that could not be read as Python.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Unparsed {
    /// The file.
    pub path: RepoPath,
    /// The line of the first error, from 1; `None` when the bytes are no text.
    pub line: Option<usize>,
    /// What is wrong with it.
    pub message: String,
}

pack_fields!(Unparsed { path, line, message });

/// Parses `text` and hands the tree to `look`; the tree lives no longer, since trees are large.
///
/// # Errors
/// The line and message of the first syntax error.
pub(crate) fn with_module<T>(
    text: &str,
    look: impl FnOnce(&Parsed<ModModule>) -> T,
) -> Result<T, (usize, String)> {
    with_room(|| {
        if text.len() > 256 * 1024 && is_too_deep(lexed(text)) {
            return Err((1, "is nested too deeply".to_owned()));
        }
        let parsed = parse_unchecked(text, ParseOptions::from(Mode::Module));
        let Some(parsed) = parsed.try_into_module() else {
            return Err((1, "is no module".to_owned()));
        };
        if is_too_deep(parsed.tokens().iter().map(|token| token.kind())) {
            // Dropping the tree would recurse as deep as the tree goes.
            std::mem::forget(parsed);
            return Err((1, "is nested too deeply".to_owned()));
        }
        match parsed.errors().first() {
            Some(error) => Err((Lines::of(text).line(error.location.start()), error.error.to_string())),
            None => Ok(look(&parsed)),
        }
    })
}

/// The text with comments and strings replaced by spaces; `None` when it cannot be parsed.
pub(crate) fn code_alone(text: &str) -> Option<String> {
    let hidden = |kind| {
        use TokenKind as Kind;
        matches!(kind, Kind::Comment | Kind::String | Kind::FStringMiddle | Kind::TStringMiddle)
    };
    with_module(text, |parsed| {
        let mut bytes = text.as_bytes().to_vec();
        for token in parsed.tokens().iter().filter(|token| hidden(token.kind())) {
            let place = usize::from(token.start())..usize::from(token.end());
            bytes[place].iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
        }
        String::from_utf8_lossy(&bytes).into_owned()
    })
    .ok()
}

/// Runs `work` with a stack that is large enough for any tree that [`with_module`] lets through. Who reads many files
/// asks once for all of them: each stack is mapped, touched and given back.
pub(crate) fn with_room<T>(work: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(ROOM / 2, ROOM, work)
}

fn lexed(text: &str) -> impl Iterator<Item = TokenKind> {
    let mut lexer = ruff_python_parser::lexer::lex(text, Mode::Module);
    std::iter::from_fn(move || Some(lexer.next_token()).filter(|kind| *kind != TokenKind::EndOfFile))
}

/// Bounds the depth of the tree from above: brackets, and between commas every token that is no literal.
fn is_too_deep(kinds: impl Iterator<Item = TokenKind>) -> bool {
    let mut levels: Vec<usize> = vec![0];
    let mut total = 0;
    for kind in kinds {
        match kind {
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace | TokenKind::Indent => {
                levels.push(1);
                total += 1;
            }
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace | TokenKind::Dedent => {
                if levels.len() > 1 {
                    total -= levels.pop().unwrap_or_default();
                }
            }
            TokenKind::Comma | TokenKind::Newline | TokenKind::Semi => {
                if let Some(level) = levels.last_mut() {
                    total -= *level;
                    *level = 0;
                }
            }
            TokenKind::Comment | TokenKind::NonLogicalNewline | TokenKind::String => {}
            _ => {
                if let Some(level) = levels.last_mut() {
                    *level += 1;
                    total += 1;
                }
            }
        }
        if total > DEEPEST {
            return true;
        }
    }
    false
}

/// The statements inside a compound statement of the same scope.
pub(crate) fn blocks(statement: &Stmt) -> Vec<&[Stmt]> {
    match statement {
        Stmt::If(branch) => {
            let rest = branch.elif_else_clauses.iter().map(|clause| &clause.body[..]);
            std::iter::once(&branch.body[..]).chain(rest).collect()
        }
        Stmt::Try(attempt) => {
            let handlers = attempt.handlers.iter().map(|handler| {
                let ast::ExceptHandler::ExceptHandler(handler) = handler;
                &handler.body[..]
            });
            // What the body binds is what counts; a handler binds a stand-in first, so that the body wins.
            handlers.chain([&attempt.body[..], &attempt.orelse[..], &attempt.finalbody[..]]).collect()
        }
        Stmt::With(with) => vec![&with.body],
        Stmt::For(repeat) => vec![&repeat.body, &repeat.orelse],
        Stmt::While(repeat) => vec![&repeat.body, &repeat.orelse],
        Stmt::Match(choice) => choice.cases.iter().map(|case| &case.body[..]).collect(),
        _ => Vec::new(),
    }
}

/// The name that a pattern of a `match` binds by itself, its parts aside.
pub(crate) fn bound_by_pattern(pattern: &ast::Pattern) -> Option<&ast::Identifier> {
    match pattern {
        ast::Pattern::MatchAs(found) => found.name.as_ref(),
        ast::Pattern::MatchStar(found) => found.name.as_ref(),
        ast::Pattern::MatchMapping(found) => found.rest.as_ref(),
        _ => None,
    }
}

/// `a.b.c` as text; `None` for anything that is no plain chain of names.
pub(crate) fn dotted(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Name(name) => Some(name.id.as_str().to_owned()),
        Expr::Attribute(attribute) => {
            let mut text = dotted(&attribute.value)?;
            text.push('.');
            text.push_str(&attribute.attr);
            Some(text)
        }
        _ => None,
    }
}

/// Line numbers of a text, by its line ends (`\n`, `\r\n`, `\r`).
pub(crate) struct Lines(Vec<u32>);

impl Lines {
    pub(crate) fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            if bytes[at] == b'\n' || bytes.get(at + 1) != Some(&b'\n') {
                starts.push(u32::try_from(at + 1).unwrap_or(u32::MAX));
            }
        }
        Self(starts)
    }

    /// The line of a place, from 1.
    pub(crate) fn line(&self, place: TextSize) -> usize {
        self.0.partition_point(|&start| start <= place.to_u32())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(text: &str) -> Result<usize, (usize, String)> {
        with_module(text, |parsed| parsed.syntax().body.len())
    }

    #[test]
    fn hostile_nesting_is_refused_not_overflowed() {
        let deep = 300_000;
        let cases = [
            "(".repeat(deep),
            "-".repeat(deep) + "1",
            "not ".repeat(deep) + "x",
            "a".to_owned() + &".b".repeat(deep),
            "a".to_owned() + &"+b".repeat(deep),
            "lambda: ".repeat(deep) + "1",
            "x if y else ".repeat(deep) + "z",
            "[".repeat(deep) + &"]".repeat(deep),
            "f(".repeat(5_000) + &")".repeat(5_000),
        ];
        for text in cases {
            assert!(outcome(&text).is_err(), "{}", &text[..20]);
        }
    }

    #[test]
    fn wide_data_is_not_deep() {
        let text = format!("data = [{}]\n", "('a', -1, x.y + 2), ".repeat(50_000));
        assert_eq!(outcome(&text), Ok(1));
        let text = "name = 1\n".repeat(50_000);
        assert_eq!(outcome(&text), Ok(50_000));
    }

    #[test]
    fn syntax_error_has_its_line_whatever_the_line_ends() {
        for text in ["a = 1\nb = (\n", "a = 1\r\nb = )\r\n", "a = 1\rb = )\r"] {
            let (line, _) = outcome(text).unwrap_err();
            assert!(line >= 2, "{text:?} {line}");
        }
    }
}
