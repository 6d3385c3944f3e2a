//! What to run for each way to go. The commands are tested by running them.

use super::model::{Analysis, Side};
use super::strategy::Way;

/// Where the commands are to run.
#[derive(Clone, Copy)]
pub(super) struct Ground {
    /// Whether files are checked out there.
    pub(super) has_work_tree: bool,
    /// Whether the fork's branch is the one that is checked out.
    pub(super) is_checked_out: bool,
    /// Whether git takes the short name of a side for something else: a tag goes before a branch.
    pub(super) full_names: bool,
}

/// The commands, in order.
pub(super) fn of(way: Way, analysis: &Analysis, ground: Ground) -> Vec<String> {
    let fork = &analysis.fork;
    let name = |side: &Side| name(side, ground.full_names);
    let upstream = name(&analysis.upstream);
    let range = format!("{upstream}..{}", name(fork));
    let mut all = Vec::new();
    if let Some(location) = &analysis.upstream.location {
        all.push(format!("git fetch {} {}", quoted(location), quoted(&analysis.upstream.name)));
    }
    if !matches!(way, Way::NothingToDo | Way::Contribute) {
        all.extend(checkout(fork, ground));
    }
    match way {
        Way::NothingToDo => all.clear(),
        Way::Contribute => all.extend([
            format!("git log --oneline --no-merges {range}"),
            format!("git diff --stat {upstream} {}", name(fork)),
            format!("git format-patch --output-directory ../patches {range}"),
        ]),
        Way::FastForward => all.push(format!("git merge --ff-only {upstream}")),
        Way::Merge => all.extend([
            format!("git merge --no-edit{} {upstream}", into(folder(analysis))),
            "git status --short".to_owned(),
        ]),
        Way::Rebase => all.push(format!("git rebase {upstream}")),
        Way::RecordSync => all.extend(record(analysis, &upstream)),
        Way::MergeInSteps => all.extend(steps(analysis, &upstream)),
        Way::Pick => all.extend(pick(analysis, &upstream)),
    }
    all
}

/// Puts the fork's commit into a work tree; nothing where it is there already.
fn checkout(fork: &Side, ground: Ground) -> Vec<String> {
    match fork.name.strip_prefix("refs/heads/") {
        _ if ground.is_checked_out => Vec::new(),
        _ if !ground.has_work_tree => {
            vec![
                format!("git worktree add --detach ../follow-upstream {}", fork.oid),
                "cd ../follow-upstream".to_owned(),
            ]
        }
        // git would take such a name for an option.
        Some(branch) if branch.starts_with('-') => vec![format!("git switch --detach {}", fork.oid)],
        Some(branch) => vec![format!("git switch {}", quoted(branch))],
        None => vec![format!("git switch --detach {}", fork.oid)],
    }
}

/// Tells history that the sync point's content is here already, then merges what is newer.
fn record(analysis: &Analysis, upstream: &str) -> Vec<String> {
    let unrelated = if analysis.merge_base.is_none() { " --allow-unrelated-histories" } else { "" };
    let sync = analysis.later_sync();
    let sync = sync.filter(|_| analysis.contained_at.is_none());
    let at = sync.map_or(upstream.to_owned(), |sync| sync.commit.to_string());
    let record = format!("git merge --strategy=ours{unrelated} -m \"record the sync with upstream\" {at}");
    let folder = sync.and_then(|sync| sync.folder.as_deref()).or(folder(analysis));
    let rest = format!("git merge --no-edit{} {upstream}", into(folder));
    if at == upstream { vec![record] } else { vec![record, rest] }
}

/// The folder in which the fork keeps upstream.
fn folder(analysis: &Analysis) -> Option<&str> {
    analysis.subtree.as_ref().map(|subtree| subtree.folder.as_str())
}

/// Has git merge into a folder, where there is one.
fn into(folder: Option<&str>) -> String {
    folder.map_or(String::new(), |folder| format!(" -X {}", quoted(&format!("subtree={folder}"))))
}

fn steps(analysis: &Analysis, upstream: &str) -> Vec<String> {
    let Some(prefix) = &analysis.clean_prefix else { return vec![format!("git merge --no-edit {upstream}")] };
    let mut all = Vec::new();
    all.extend(prefix.last.iter().map(|last| format!("git merge --no-edit {last}")));
    // Where no commit of the branch itself merges cleanly, the release that conflicts least is the first step.
    let easiest = prefix.easiest().filter(|_| prefix.last.is_none());
    all.extend(easiest.map(|step| format!("git merge --no-edit {}", step.commit)));
    if easiest.is_none_or(|step| step.clean) {
        // A tag beside upstream's branch does not lead to it, and the branch alone may be all that was fetched.
        let first_tag = prefix.steps.iter().find(|step| step.contained && !step.clean);
        let next =
            first_tag.map(|step| step.commit.to_string()).or(prefix.next.as_ref().map(ToString::to_string));
        all.extend(next.map(|next| format!("git merge --no-edit {next}")));
    }
    all.extend(["git status --short".to_owned(), format!("git merge --no-edit {upstream}")]);
    all
}

fn pick(analysis: &Analysis, upstream: &str) -> Vec<String> {
    let picks = analysis.upstream_commits.iter().flat_map(|commits| &commits.picks);
    let ids: Vec<&str> = picks.map(|id| id.as_str()).collect();
    if ids.is_empty() {
        return vec![format!("git log --oneline --no-merges {upstream}")];
    }
    vec![format!("git cherry-pick -x {}", ids.join(" ")), "git log --oneline -n 20".to_owned()]
}

/// A side as a command may name it: a branch or tag by its name, else by its id.
fn name(side: &Side, full: bool) -> String {
    match short(side) {
        Some(_) if full => quoted(&side.name),
        Some(short) => quoted(short),
        None => side.oid.to_string(),
    }
}

/// The short name of a branch or tag of this repository.
pub(super) fn short(side: &Side) -> Option<&str> {
    let starts = ["refs/heads/", "refs/remotes/", "refs/tags/"];
    starts.iter().find_map(|start| side.name.strip_prefix(start)).filter(|_| side.location.is_none())
}

/// A word as a POSIX shell takes it.
pub(super) fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:@%,=".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_leave_their_word() {
        assert_eq!(quoted("feature/x-1"), "feature/x-1");
        assert_eq!(quoted("a b"), "'a b'");
        assert_eq!(quoted("x';rm -rf ~;'"), r"'x'\'';rm -rf ~;'\'''");
        assert_eq!(quoted("$(id)"), "'$(id)'");
    }
    #[test]
    fn a_branch_is_switched_to_unless_it_is_checked_out() {
        let oid = crate::repo::CommitId::parse(&"1".repeat(40)).expect("an id");
        let side = |name: &str| Side {
            oid: oid.clone(),
            date: String::new(),
            name: name.to_owned(),
            remote: None,
            location: None,
        };
        let here = Ground { has_work_tree: true, is_checked_out: false, full_names: false };
        assert_eq!(checkout(&side("refs/heads/main"), here), ["git switch main"]);
        assert_eq!(checkout(&side("v1"), here), [format!("git switch --detach {oid}")]);
        assert!(checkout(&side("refs/heads/main"), Ground { is_checked_out: true, ..here }).is_empty());
    }
}
