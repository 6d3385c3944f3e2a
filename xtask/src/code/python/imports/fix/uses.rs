//! The text around an import statement, and the uses of what it binds.

use std::collections::BTreeSet;

use ruff_python_ast::token::{Token, TokenKind, Tokens};
use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{self as ast, Expr, Stmt};
use ruff_text_size::Ranged;

use super::TextEdit;
use crate::code::python::imports::facts::offsets;
use crate::code::python::syntax::{bound_by_pattern, dotted};

/// One parsed file.
pub(super) struct File<'a> {
    pub(super) text: &'a str,
    pub(super) body: &'a [Stmt],
    pub(super) tokens: &'a Tokens,
    /// Names that other files take from here.
    pub(super) kept: &'a BTreeSet<String>,
}

impl<'a> File<'a> {
    pub(super) fn tokens_in(&self, start: usize, end: usize) -> impl Iterator<Item = &'a Token> {
        let tokens: &'a [Token] = self.tokens;
        let from = tokens.partition_point(|token| token.range().start().to_usize() < start);
        tokens[from..].iter().take_while(move |token| token.range().end().to_usize() <= end)
    }

    /// Where the next statement may be written, and what is to stand before it: a line end with the
    /// indentation, or a semicolon where lines are shared.
    pub(super) fn next_statement(&self, (start, end): (usize, usize)) -> (usize, String) {
        let line_start = self.text[..start].rfind(['\n', '\r']).map_or(0, |place| place + 1);
        let before = &self.text[line_start..start];
        let after = self.text[end..].split(['\n', '\r']).next().unwrap_or_default();
        let is_alone = before.chars().all(|letter| matches!(letter, ' ' | '\t' | '\u{c}'));
        if is_alone && (after.trim_start().is_empty() || after.trim_start().starts_with('#')) {
            // A comment at the end of the line stays with its statement.
            (end + after.len(), format!("{}{before}", self.line_end()))
        } else {
            (end, "; ".to_owned())
        }
    }

    fn line_end(&self) -> &'static str {
        match self.text.find(['\n', '\r']) {
            Some(place) if self.text[place..].starts_with("\r\n") => "\r\n",
            Some(place) if self.text[place..].starts_with('\r') => "\r",
            _ => "\n",
        }
    }

    /// The place behind the comma that follows, if nothing but space and comments stands before it.
    pub(super) fn comma_after(&self, end: usize) -> Option<usize> {
        let tokens: &[Token] = self.tokens;
        let from = tokens.partition_point(|token| token.range().start().to_usize() < end);
        let next = tokens[from..].iter().find(|token| !token.kind().is_trivia())?;
        (next.kind() == TokenKind::Comma).then(|| next.range().end().to_usize())
    }

    pub(super) fn has_comment(&self, start: usize, end: usize) -> bool {
        self.tokens_in(start, end).any(|token| token.kind() == TokenKind::Comment)
    }

    fn is_blank(&self, start: usize, end: usize) -> bool {
        self.text[start..end].chars().all(|letter| letter.is_whitespace() || letter == '\\')
    }

    /// Spaces and tabs behind a place.
    pub(super) fn skip_blanks(&self, place: usize) -> usize {
        place + self.text[place..].bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
    }

    /// The whole line, when nothing else stands on it.
    pub(super) fn whole_line(&self, start: usize, end: usize) -> Option<(usize, usize)> {
        let line_start = self.text[..start].rfind(['\n', '\r'])? + 1;
        let blank_end = self.skip_blanks(end);
        let rest = &self.text[blank_end..];
        let ends = if rest.starts_with("\r\n") { 2 } else { usize::from(rest.starts_with(['\n', '\r'])) };
        (ends > 0 && self.is_blank(line_start, start)).then_some((line_start, blank_end + ends))
    }

    /// The edits that give every use of a name another one; `None` where that may change what the file means.
    ///
    /// `binding` is the range of the name in its import.
    pub(super) fn rename_uses(&self, old: &str, new: &str, binding: (usize, usize)) -> Option<Vec<TextEdit>> {
        let mut uses = Uses { name: old, loads: Vec::new(), bindings: 0, new, new_is_taken: false };
        self.body.iter().for_each(|statement| uses.visit_stmt(statement));
        let is_in_text = self.tokens.iter().any(|token| {
            let kind = token.kind();
            let is_string =
                matches!(kind, TokenKind::String | TokenKind::FStringMiddle | TokenKind::TStringMiddle);
            is_string && has_word(&self.text[token.range()], old)
        });
        // One binding is the import's own. A name in a string may be an annotation or an entry of `__all__`.
        if uses.bindings > 1 || uses.new_is_taken || is_in_text || self.kept.contains(old) {
            return None;
        }
        let edits = uses.loads.into_iter().filter(|range| *range != binding);
        Some(edits.map(|range| TextEdit { range, text: new.to_owned() }).collect())
    }

    /// The edits for `import a.b.c` used as `a.b.c.x`.
    ///
    /// # Errors
    /// The first part is bound or used otherwise, so that changing the import would leave a use behind.
    pub(super) fn rename_module_uses(&self, old: &str, new: &str) -> Result<Vec<TextEdit>, String> {
        let top = old.split('.').next().unwrap_or_default();
        let mut uses = ModuleUses { old, found: Vec::new(), others: 0, top };
        self.body.iter().for_each(|statement| uses.visit_stmt(statement));
        let mut names = Uses { name: top, loads: Vec::new(), bindings: 0, new: "", new_is_taken: false };
        self.body.iter().for_each(|statement| names.visit_stmt(statement));
        let keeps_top = new.split('.').next() == Some(top);
        if !keeps_top && (names.bindings > 1 || uses.others > 0) {
            return Err(format!("`{top}` is used for more than `{old}`"));
        }
        Ok(uses.found.into_iter().map(|range| TextEdit { range, text: new.to_owned() }).collect())
    }
}

fn has_word(text: &str, word: &str) -> bool {
    text.split(|letter: char| !letter.is_alphanumeric() && letter != '_').any(|found| found == word)
}

/// Loads and bindings of one name in a whole file.
struct Uses<'n> {
    name: &'n str,
    loads: Vec<(usize, usize)>,
    bindings: usize,
    new: &'n str,
    new_is_taken: bool,
}

impl Uses<'_> {
    fn bind(&mut self, name: &str) {
        self.bindings += usize::from(name == self.name);
        self.new_is_taken |= name == self.new;
    }
}

impl<'a> Visitor<'a> for Uses<'_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(function) => self.bind(&function.name),
            Stmt::ClassDef(class) => self.bind(&class.name),
            Stmt::Global(global) => global.names.iter().for_each(|name| self.bind(name)),
            Stmt::Nonlocal(nonlocal) => nonlocal.names.iter().for_each(|name| self.bind(name)),
            _ => {}
        }
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Expr::Name(name) = expression {
            self.new_is_taken |= name.id.as_str() == self.new;
            if name.id.as_str() == self.name {
                if name.ctx.is_load() {
                    self.loads.push(offsets(name.range));
                } else {
                    self.bindings += 1;
                }
            }
        }
        walk_expr(self, expression);
    }

    fn visit_alias(&mut self, alias: &'a ast::Alias) {
        match &alias.asname {
            Some(local) => self.bind(local),
            None => self.bind(alias.name.split('.').next().unwrap_or_default()),
        }
    }

    fn visit_parameter(&mut self, parameter: &'a ast::Parameter) {
        self.bind(&parameter.name);
        ast::visitor::walk_parameter(self, parameter);
    }

    fn visit_except_handler(&mut self, handler: &'a ast::ExceptHandler) {
        let ast::ExceptHandler::ExceptHandler(inner) = handler;
        inner.name.iter().for_each(|name| self.bind(name));
        ast::visitor::walk_except_handler(self, handler);
    }

    fn visit_pattern(&mut self, pattern: &'a ast::Pattern) {
        bound_by_pattern(pattern).into_iter().for_each(|name| self.bind(name));
        ast::visitor::walk_pattern(self, pattern);
    }

    fn visit_type_param(&mut self, parameter: &'a ast::TypeParam) {
        self.bind(parameter.name());
        ast::visitor::walk_type_param(self, parameter);
    }
}

/// Uses of a dotted module, and other uses of its first part.
struct ModuleUses<'n> {
    old: &'n str,
    found: Vec<(usize, usize)>,
    others: usize,
    top: &'n str,
}

impl<'a> Visitor<'a> for ModuleUses<'_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Name(_) | Expr::Attribute(_) if dotted(expression).as_deref() == Some(self.old) => {
                self.found.push(offsets(expression.range()));
                return;
            }
            Expr::Name(name) if name.id.as_str() == self.top => self.others += 1,
            _ => {}
        }
        walk_expr(self, expression);
    }
}
