//! Says what is broken, as people want to read it.

use super::gather::{Facts, Fate};
use super::{CheckId, Found};
use crate::code::python::calls::BrokenCall;
use crate::code::python::imports::{AnchorKind, MovedAnchor, Unresolved};
use crate::links::{BrokenLink, MovedPath, Reason, relative_destination};
use crate::repo::{CommitId, RepoPath};
use crate::report::{Finding, Level};

/// What mends imports and anchors.
const FIX_IMPORTS: &str = "xtask validate imports --fix";

/// All that is broken, in no order.
pub(super) fn of(facts: &Facts) -> Vec<Found> {
    let links = facts.links.links.iter().filter_map(|link| broken_link(link, facts));
    // Behind a guard a failing import is often meant; `validate imports` lists those.
    let imports = facts.imports.unresolved.iter().filter(|import| import.guard.is_none());
    let anchors = facts.imports.anchors.iter().map(path_anchor);
    let named = facts.named.iter().map(moved_path);
    let calls = facts.calls.iter().map(broken_call);
    let blocks = facts.blocks.iter().map(|(path, finding)| managed_block(path, finding));
    links.chain(imports.map(broken_import)).chain(anchors).chain(named).chain(blocks).chain(calls).collect()
}

/// A link that leads nowhere; `None` where the site that is built of the note makes it lead somewhere.
fn broken_link(link: &BrokenLink, facts: &Facts) -> Option<Found> {
    if facts.sites.make(link) {
        return None;
    }
    let is_built = facts.sites.build(&link.path);
    let check =
        if link.reason == Reason::AnchorMissing { CheckId::BrokenAnchor } else { CheckId::BrokenLink };
    let message = format!("link to `{}` {}", link.target.escape_debug(), link.reason.phrase());
    let mut found = Found::new(check, (link.path.clone(), link.line), &link.target, message);
    found.alias = match (link.reason, &link.wanted) {
        (Reason::AnchorMissing, _) => fragment(&link.target).map(|fragment| format!("#{fragment}")),
        (_, wanted) => wanted.as_ref().map(ToString::to_string),
    };
    // `[later]()` waits for its destination; a page of a site that is not seen here may be right.
    if matches!(link.reason, Reason::BuiltPage | Reason::Empty) {
        found.level = Level::Warn;
    }
    if is_built && may_be_of_the_site(link) {
        found.level = Level::Warn;
        found.message.push_str(", unless the site makes it");
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
    Some(found)
}

/// True for anchors, and for targets without an ending: a generator has names and labels of its own.
fn may_be_of_the_site(link: &BrokenLink) -> bool {
    let path = link.target.split(['#', '?']).next().unwrap_or_default();
    link.reason == Reason::AnchorMissing || !path.rsplit('/').next().unwrap_or_default().contains('.')
}

fn fragment(target: &str) -> Option<&str> {
    target.split_once('#').map(|(_, fragment)| fragment)
}

fn broken_import(import: &Unresolved) -> Found {
    let statement = import.statement_text();
    let message = format!("`{statement}`: {}", import.reason.phrase());
    let place = (import.path.clone(), import.line);
    let mut found = Found::new(CheckId::BrokenImport, place, &statement, message);
    if let Some(suggestion) = &import.suggestion {
        found.hint = Some(format!("write `{}`", suggestion.text));
        found.mend = Some(FIX_IMPORTS);
        if let Some(commit) = suggestion.commit.as_deref().and_then(CommitId::parse) {
            found.blame("moved", &commit);
        }
    }
    found
}

/// A part that the tool writes, and that somebody edited or cut.
fn managed_block(path: &RepoPath, finding: &Finding) -> Found {
    let place = (path.clone(), finding.line.unwrap_or(1));
    let found = Found::new(CheckId::ManagedBlock, place, &finding.message, finding.message.clone());
    Found { level: finding.level, hint: finding.hint.clone(), ..found }
}

fn path_anchor(anchor: &MovedAnchor) -> Found {
    let message = match anchor.kind {
        AnchorKind::SysPath => format!("`{}` no longer leads to what the script imports", anchor.now),
        AnchorKind::OwnFolder => "the script imports from the folder that it stood in".to_owned(),
    };
    let place = (anchor.path.clone(), anchor.line);
    let mut found = Found::new(CheckId::PathAnchor, place, &anchor.now, message);
    found.hint = Some(match anchor.kind {
        AnchorKind::SysPath => format!("write `{}`", anchor.needed),
        AnchorKind::OwnFolder => format!("add `{}` above it", anchor.needed),
    });
    found.mend = Some(FIX_IMPORTS);
    let commit = anchor.commit.as_deref().and_then(CommitId::parse);
    found.blame("moved", &commit.unwrap_or_else(CommitId::uncommitted));
    found
}

fn broken_call(call: &BrokenCall) -> Found {
    let message = call.phrase();
    let place = (call.path.clone(), call.line);
    let mut found = Found::new(CheckId::BrokenCall, place, &message.clone(), message);
    found.hint.clone_from(&call.suggestion);
    found.commit.clone_from(&call.commit);
    found
}

/// A path may be written for what it was: it is told, and denies nothing.
fn moved_path(named: &MovedPath) -> Found {
    let message = format!("names `{}`", named.old.escape_debug());
    let place = (named.path.clone(), named.line);
    let mut found = Found::new(CheckId::MovedPath, place, &named.old, message);
    found.level = Level::Warn;
    found.hint = Some(format!("write `{}`", named.new.escape_debug()));
    found.mend = Some("xtask validate imports --fix --references");
    let commit = named.commit.as_deref().and_then(CommitId::parse);
    found.blame("moved", &commit.unwrap_or_else(CommitId::uncommitted));
    found
}
