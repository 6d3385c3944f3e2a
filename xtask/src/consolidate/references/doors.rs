//! Paths behind a symbolic link or in a submodule, that stands or once stood.

use std::collections::{BTreeMap, BTreeSet};

use super::files::{Places, folder_gone, gone};
use super::index::places;
use super::told::Told;
use super::{Known, Named, What, reference};
use crate::consolidate::note::Note;
use crate::consolidate::result::{Reference, ReferenceClass, ReferenceKind};
use crate::repo::RepoPath;

/// A path may lead through this many links, as on Linux.
const MOST: usize = 40;

/// What a path is, or was before it was removed, that others may lie behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::consolidate) enum Door {
    /// A symbolic link, with where it leads; `None` is outside, the root, or not known.
    Link(Option<RepoPath>),
    Submodule,
    /// A plain file: nothing lies behind it.
    Wall,
}

/// Links and submodules of the tree, and what those that are gone were.
pub(in crate::consolidate) type Doors = BTreeMap<RepoPath, Door>;

/// Where a path leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// To this path: itself, or what it is behind links that stand.
    To(RepoPath),
    /// Out of what the tree shows: behind a link to elsewhere, or in a submodule.
    Outside,
    /// Behind a link that is gone, which led to this path.
    Formerly { door: RepoPath, to: RepoPath },
    /// Into a submodule that stands, behind a link or another place of it that is gone.
    Inside { door: RepoPath, to: RepoPath },
    /// Behind a link or submodule that is gone, and nobody knows what was there.
    Lost { door: RepoPath },
}

/// Follows a path through the links on its way.
pub(super) fn way(place: &RepoPath, known: &Known<'_>) -> Way {
    let mut to = place.clone();
    let mut first_gone: Option<RepoPath> = None;
    for _ in 0..MOST {
        let Some((door, what)) = door_before(&to, known.doors) else {
            return match first_gone {
                Some(door) => Way::Formerly { door, to },
                None => Way::To(to),
            };
        };
        let is_standing = known.paths.contains(&door);
        if !is_standing {
            first_gone.get_or_insert_with(|| door.clone());
        }
        let moved = known.history.moved_to(&door).map(|rename| &rename.to);
        let next = match (what, moved.filter(|to| !is_standing && known.paths.contains(to))) {
            (_, Some(moved)) => moved,
            (Door::Link(Some(target)), None) => target,
            _ => {
                return match first_gone {
                    Some(first) if is_standing => Way::Inside { door: first, to },
                    Some(first) => Way::Lost { door: first },
                    None => Way::Outside,
                };
            }
        };
        to = next.join(&to.as_bytes()[door.as_bytes().len() + 1..]);
    }
    Way::Outside
}

/// The first link or submodule on the way to a path.
fn door_before<'d>(path: &RepoPath, doors: &'d Doors) -> Option<(RepoPath, &'d Door)> {
    let mut found = None;
    let mut folder = path.parent();
    while let Some(at) = folder {
        folder = at.parent();
        if let Some(door) = doors.get(&at).filter(|door| **door != Door::Wall) {
            found = Some((at, door));
        }
    }
    found
}

/// What is said of a path behind a link or submodule that is gone; `None` where only the rest of the path tells.
pub(super) fn dead_behind(
    named: &Named,
    notes: &[Note],
    known: &Known<'_>,
    all: &Places<'_>,
    way: &Way,
) -> Option<Option<Reference>> {
    let (door, to) = match way {
        Way::To(_) | Way::Outside => return None,
        Way::Formerly { door, to } | Way::Inside { door, to } => (door, Some(to)),
        Way::Lost { door } => (door, None),
    };
    if named.told >= Told::Gone {
        return Some(None);
    }
    let moved = known.history.moved_to(door).filter(|rename| known.paths.contains(&rename.to));
    let change = moved.map(|rename| &rename.change).or_else(|| known.history.ended(door));
    let commit = change.map(|change| change.commit.as_str().to_owned());
    if let Some(to) = to {
        let is_inside = matches!(way, Way::Inside { .. });
        if is_inside || all.now.paths.contains(to) || all.now.has_folder(to) {
            return Some(Some(reference(named, notes, ReferenceClass::Moved, Some(to.clone()), commit)));
        }
        if all.past.paths.contains(to) {
            return Some(gone(named, notes, known, to));
        }
        if all.past.has_folder(to) {
            return Some(folder_gone(named, notes, known, all, to));
        }
        if to.parent().is_some_and(|folder| all.folders.contains(&folder)) {
            return None;
        }
    }
    Some(Some(reference(named, notes, ReferenceClass::Removed, None, commit)))
}

/// The paths that are gone, that something named would lie behind, and of which nobody has said what they were.
pub(in crate::consolidate) fn unknown_doors(
    named: &[Named],
    notes: &[Note],
    known: &Known<'_>,
) -> BTreeSet<RepoPath> {
    let mut found = BTreeSet::new();
    for one in named.iter().filter(|one| one.kind == ReferenceKind::File) {
        let wanted = match &one.what {
            What::Link(wanted) => vec![wanted.clone()],
            _ => places(&notes[one.note].path, &one.target),
        };
        for place in wanted.into_iter().filter(|place| !known.paths.contains(place)) {
            let to = match way(&place, known) {
                Way::To(to) | Way::Formerly { to, .. } | Way::Inside { to, .. } => to,
                Way::Outside | Way::Lost { .. } => continue,
            };
            let mut folder = to.parent();
            while let Some(at) = folder {
                folder = at.parent();
                if known.gone.contains(&at) && !known.doors.contains_key(&at) {
                    found.insert(at);
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::{Ignored, Past, Sightings, dead, gone, named};
    use super::*;
    use crate::consolidate::test_notes::note;
    use crate::repo::{Change, CommitId, History, PathHistory};

    fn removed_by(digit: char) -> PathHistory {
        let commit = CommitId::parse(&digit.to_string().repeat(40)).expect("forty digits");
        let change = Change { commit, date: "2025-01-01T00:00:00Z".to_owned() };
        PathHistory { first: change.clone(), last: change.clone(), removed: Some(change), commits: 1 }
    }

    /// What is said of a path where `kept/`, `gone/`, links and submodules stand or once stood.
    fn told(target: &str) -> String {
        let link = |to: &str| Door::Link(Some(to.into()));
        let doors: Doors = [
            ("now/link", link("kept")),
            ("now/out", Door::Link(None)),
            ("now/sub", Door::Submodule),
            ("now/circle", link("now/circle")),
            ("was/link", link("kept")),
            ("was/of-gone", link("gone")),
            ("was/twice", link("was/link")),
            ("was/to-sub", link("now/sub")),
            ("was/out", Door::Link(None)),
            ("was/sub", Door::Submodule),
            ("was/file", Door::Wall),
        ]
        .map(|(path, door)| (path.into(), door))
        .into();
        let standing = doors.keys().filter(|path| path.as_bytes().starts_with(b"now/")).cloned();
        let paths: BTreeSet<RepoPath> = standing.chain(["kept/aa.md", "n.md"].map(RepoPath::from)).collect();
        let mut history = History::default();
        for path in doors.keys().filter(|path| path.as_bytes().starts_with(b"was/")) {
            history.paths.insert(path.clone(), removed_by('a'));
        }
        history.paths.insert("gone/aa.md".into(), removed_by('b'));
        let gone = gone(&paths, &history);
        let known = Known {
            paths: &paths,
            gone: &gone,
            history: &history,
            doors: &doors,
            ignored: &Ignored::default(),
            commands: &BTreeMap::new(),
            sightings: &Sightings::default(),
            past: &Past::new(),
            is_past_known: true,
        };
        let notes = [note("n.md", &format!("See `{target}`"))];
        match &dead(&named(0, &notes[0]), &notes, &known)[..] {
            [] => "nothing".to_owned(),
            [one] => {
                let to = one.moved_to.as_ref().map(|to| format!(" {to}")).unwrap_or_default();
                let by =
                    one.commit.as_ref().map(|commit| format!(" by {}", &commit[..1])).unwrap_or_default();
                format!("{:?}{to}{by}", one.class)
            }
            more => format!("{more:?}"),
        }
    }

    #[test]
    fn what_lay_behind_a_link_or_in_a_submodule_goes_with_it() {
        let cases = [
            ("now/link/aa.md", "nothing"),
            ("now/link/xx.md", "NeverExisted"),
            ("now/out/xx.md", "nothing"),
            ("now/sub/xx.md", "nothing"),
            ("now/circle/xx.md", "nothing"),
            ("was/link/aa.md", "Moved kept/aa.md by a"),
            ("was/link/xx.md", "nothing"),
            ("was/twice/aa.md", "Moved kept/aa.md by a"),
            ("was/of-gone/aa.md", "Removed by b"),
            ("was/to-sub/xx.md", "Moved now/sub/xx.md by a"),
            ("was/out/xx.md", "Removed by a"),
            ("was/out/deep/xx.md", "Removed by a"),
            ("was/sub/xx.md", "Removed by a"),
            ("was/file/xx.md", "nothing"),
        ];
        for (target, expected) in cases {
            assert_eq!(told(target), expected, "{target}");
        }
    }
}
