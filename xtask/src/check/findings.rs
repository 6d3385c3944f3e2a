//! Says what is broken, as people want to read it.

use super::Found;
use super::gather::{Facts, Fate};
use crate::code::python::calls::BrokenCall;
use crate::code::python::imports::{AnchorKind, MovedAnchor, Unresolved};
use crate::links::{BrokenLink, Reason, relative_destination};
use crate::repo::CommitId;
use crate::report::Level;

/// What mends imports and anchors.
const FIX_IMPORTS: &str = "xtask validate imports --fix";

/// All that is broken, in no order.
pub(super) fn of(facts: &Facts) -> Vec<Found> {
    let links = facts.links.links.iter().map(|link| broken_link(link, facts));
    // Behind a guard a failing import is often meant; `validate imports` lists those.
    let imports = facts.imports.unresolved.iter().filter(|import| import.guard.is_none());
    let imports = imports.map(broken_import).chain(facts.imports.anchors.iter().map(path_anchor));
    links.chain(imports).chain(facts.calls.iter().map(broken_call)).collect()
}

fn broken_link(link: &BrokenLink, facts: &Facts) -> Found {
    let check = if link.reason == Reason::AnchorMissing { "broken-anchor" } else { "broken-link" };
    let message = format!("link to `{}` {}", link.target.escape_debug(), link.reason.phrase());
    let mut found = Found::new(check, (link.path.display().into_owned(), link.line), &link.target, message);
    // These work on the built site.
    if matches!(link.reason, Reason::BuiltPage | Reason::Empty) {
        found.level = Level::Warn;
    }
    let mut suggestion = link.suggestion.clone();
    match link.wanted.as_ref().and_then(|wanted| facts.fates.get(wanted)) {
        Some(Fate::Moved(rename)) => {
            suggestion = Some(relative_destination(&link.path, &rename.to, fragment(&link.target)));
            found.blame("moved", &rename.change.commit);
        }
        Some(Fate::Removed(commit)) => found.blame("removed", commit),
        None => {}
    }
    found.hint = suggestion.map(|to| format!("write `{}`", to.escape_debug()));
    found
}

fn fragment(target: &str) -> Option<&str> {
    target.split_once('#').map(|(_, fragment)| fragment)
}

fn broken_import(import: &Unresolved) -> Found {
    let statement = import.statement_text();
    let message = format!("`{statement}`: {}", import.reason.phrase());
    let place = (import.path.display().into_owned(), import.line);
    let mut found = Found::new("broken-import", place, &statement, message);
    if let Some(suggestion) = &import.suggestion {
        found.hint = Some(format!("write `{}`", suggestion.text));
        found.mend = Some(FIX_IMPORTS);
        if let Some(commit) = suggestion.commit.as_deref().and_then(CommitId::parse) {
            found.blame("moved", &commit);
        }
    }
    found
}

fn path_anchor(anchor: &MovedAnchor) -> Found {
    let message = match anchor.kind {
        AnchorKind::SysPath => format!("`{}` no longer leads to what the script imports", anchor.now),
        AnchorKind::OwnFolder => "the script imports from the folder that it stood in".to_owned(),
    };
    let place = (anchor.path.display().into_owned(), anchor.line);
    let mut found = Found::new("path-anchor", place, &anchor.now, message);
    found.hint = Some(match anchor.kind {
        AnchorKind::SysPath => format!("write `{}`", anchor.needed),
        AnchorKind::OwnFolder => format!("add `{}` above it", anchor.needed),
    });
    found.mend = Some(FIX_IMPORTS);
    if let Some(commit) = anchor.commit.as_deref().and_then(CommitId::parse) {
        found.blame("moved", &commit);
    }
    found
}

fn broken_call(call: &BrokenCall) -> Found {
    let message = format!("`{}` {}", call.callee, call.problem);
    let place = (call.path.display().into_owned(), call.line);
    let mut found = Found::new("broken-call", place, &message.clone(), message);
    found.hint.clone_from(&call.suggestion);
    found.commit.clone_from(&call.commit);
    found
}

impl Found {
    /// Names the commit that did it; of what is not committed yet there is none.
    fn blame(&mut self, what: &str, commit: &CommitId) {
        if commit.is_uncommitted() {
            self.message.push_str(&format!(" ({what}, not committed yet)"));
        } else {
            self.message.push_str(&format!(" ({what} in {})", commit.short()));
            self.commit = Some(commit.to_string());
        }
    }
}
