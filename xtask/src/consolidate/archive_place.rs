//! Where a note lies once it was put away.

use std::collections::{BTreeMap, BTreeSet};

use super::scope;
use crate::config::ArchiveLayout;
use crate::markdown;
use crate::repo::RepoPath;

/// Places in archives, none given twice.
pub(super) struct Places {
    layout: Option<ArchiveLayout>,
    /// Archive folders that are there.
    folders: BTreeSet<RepoPath>,
    /// Archive folders that are not used: git ignores what is put there.
    ignored: BTreeSet<RepoPath>,
    /// Taken paths, folded: two names that differ in case alone are one file on some disks.
    taken: BTreeSet<Vec<u8>>,
    /// Folders in archives by their folded names, as they are spelled.
    spelled: BTreeMap<Vec<u8>, RepoPath>,
}

/// What a new archive folder is called: the first name that git does not ignore.
const NAMES: [&str; 3] = ["archive", "archived", "attic"];

/// The folders that notes may be archived in, of which git is asked whether it ignores what is put there.
pub(super) fn folders<'p>(
    paths: &BTreeSet<RepoPath>,
    notes: impl Iterator<Item = &'p RepoPath>,
) -> BTreeSet<RepoPath> {
    let tops: BTreeSet<RepoPath> = notes.map(top_of).collect();
    let new = tops.iter().flat_map(|top| NAMES.map(|name| top.join(name.as_bytes())));
    paths.iter().filter_map(scope::archive_folder_of).chain(new).collect()
}

/// The top folder that holds a note, or would hold it once it is archived.
fn top_of(path: &RepoPath) -> RepoPath {
    let top = path.parent().and_then(|folder| folder.parts().next().map(RepoPath::from_bytes));
    top.unwrap_or_else(|| RepoPath::from("notes"))
}

impl Places {
    /// `paths` are taken; archive folders among them are used, but for the `ignored` ones.
    pub(super) fn new(
        layout: Option<ArchiveLayout>,
        paths: &BTreeSet<RepoPath>,
        ignored: BTreeSet<RepoPath>,
    ) -> Self {
        let mut folders: BTreeSet<RepoPath> = paths.iter().filter_map(scope::archive_folder_of).collect();
        folders.retain(|folder| !ignored.contains(folder));
        let taken = paths.iter().map(RepoPath::folded).collect();
        let mut places = Self { layout, folders, ignored, taken, spelled: BTreeMap::new() };
        for path in paths.iter().filter(|path| scope::archive_folder_of(path).is_some()) {
            places.spell(path);
        }
        places
    }

    /// Keeps a place from being given.
    pub(super) fn take(&mut self, place: &RepoPath) {
        self.taken.insert(place.folded());
    }

    /// Remembers how the folders of a path are spelled.
    fn spell(&mut self, path: &RepoPath) {
        let mut folder = path.parent();
        while let Some(name) = folder {
            folder = name.parent();
            self.spelled.entry(name.folded()).or_insert(name);
        }
    }

    /// The path in folders that are spelled as they are already.
    fn as_spelled(&self, wanted: &RepoPath) -> RepoPath {
        let mut folder = wanted.parent();
        while let Some(name) = folder {
            if let Some(known) = self.spelled.get(&name.folded()) {
                let rest = &wanted.as_bytes()[name.as_bytes().len() + 1..];
                return known.join(rest);
            }
            folder = name.parent();
        }
        wanted.clone()
    }

    /// A free place: in the archive of its own folder or of the next one above, else in a new one of its top folder;
    /// an archive beside or below is for other notes. `year` is that of the note's
    /// last change; where it is not known, the layout by year is flat.
    pub(super) fn place(&mut self, path: &RepoPath, topic: &str, year: Option<&str>) -> RepoPath {
        let top = top_of(path);
        let rest = match path.parent() {
            Some(_) => path.as_bytes()[top.as_bytes().len() + 1..].to_vec(),
            None => path.as_bytes().to_vec(),
        };
        let own = path.parent().unwrap_or_else(|| top.clone());
        let known = self.folders.iter().filter_map(|folder| Some((folder.parent()?, folder)));
        let above = known.filter(|(parent, folder)| own.is_within(parent) && folder.is_within(&top));
        let nearest = above.max_by_key(|(parent, _)| parent.parts().count());
        let (folder, rest) = match nearest {
            Some((parent, folder)) if parent != top => {
                (folder.clone(), path.as_bytes()[parent.as_bytes().len() + 1..].to_vec())
            }
            Some((_, folder)) => (folder.clone(), rest),
            None => (self.new_folder(&top), rest),
        };
        let name = path.file_name();
        let wanted = match (self.layout, markdown::slug(topic), year) {
            (None, ..) => folder.join(&rest),
            (Some(ArchiveLayout::Topic), topic, _) if !topic.is_empty() => {
                folder.join(topic.as_bytes()).join(name)
            }
            (Some(ArchiveLayout::Year), _, Some(year)) => folder.join(year.as_bytes()).join(name),
            (Some(_), ..) => folder.join(name),
        };
        let place = self.free(self.as_spelled(&wanted));
        self.take(&place);
        self.spell(&place);
        place
    }

    fn new_folder(&self, top: &RepoPath) -> RepoPath {
        let mut folders = NAMES.iter().map(|name| top.join(name.as_bytes()));
        let seen = folders.find(|folder| !self.ignored.contains(folder));
        seen.unwrap_or_else(|| top.join(NAMES[0].as_bytes()))
    }

    fn free(&self, wanted: RepoPath) -> RepoPath {
        if !self.taken.contains(&wanted.folded()) {
            return wanted;
        }
        let (stem, name) = (wanted.stem(), wanted.file_name());
        let ending = &name[stem.len()..];
        let numbered = |number: usize| {
            let name = [stem, format!("-{number}").as_bytes(), ending].concat();
            match wanted.parent() {
                Some(folder) => folder.join(&name),
                None => RepoPath::from_bytes(&name),
            }
        };
        let free = (2..).map(numbered).find(|place| !self.taken.contains(&place.folded()));
        free.unwrap_or_else(|| wanted.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layouts_put_notes_where_they_say_and_never_two_in_one_place() {
        let there = ["notes/x.md", "doc/old/attic/y.md", "notes/archive/taken.tar.md"];
        let cases = [
            (None, "notes/sub/x.md", "notes/archive/sub/x.md"),
            (None, "x.md", "notes/archive/x.md"),
            (None, "docs/a/x.md", "docs/archive/a/x.md"),
            (None, "doc/x.md", "doc/archive/x.md"),
            (None, "doc/old/x.md", "doc/old/attic/x.md"),
            (None, "doc/old/sub/x.md", "doc/old/attic/sub/x.md"),
            (None, "doc/older/x.md", "doc/archive/older/x.md"),
            (None, "notes/taken.tar.md", "notes/archive/taken.tar-2.md"),
            (Some(ArchiveLayout::Flat), "notes/sub/x.md", "notes/archive/x.md"),
            (Some(ArchiveLayout::Topic), "notes/sub/x.md", "notes/archive/audio-codec/x.md"),
            (Some(ArchiveLayout::Year), "notes/sub/x.md", "notes/archive/2025/x.md"),
        ];
        for (layout, path, expected) in cases {
            let there = there.iter().map(|path| (*path).into()).collect();
            let mut places = Places::new(layout, &there, BTreeSet::new());
            let place = places.place(&path.into(), "audio, codec", Some("2025"));
            assert_eq!(place.to_string(), expected, "{layout:?} {path}");
        }
        let mut places = Places::new(Some(ArchiveLayout::Flat), &BTreeSet::new(), BTreeSet::new());
        let given: Vec<String> = ["notes/a/x.md", "notes/b/x.md", "notes/c/x"]
            .iter()
            .map(|path| places.place(&(*path).into(), "", None).to_string())
            .collect();
        assert_eq!(given, ["notes/archive/x.md", "notes/archive/x-2.md", "notes/archive/x"]);
        let mut places = Places::new(None, &BTreeSet::new(), BTreeSet::new());
        let given: Vec<String> =
            ["docs/Parts/a.md", "docs/parts/b.md", "docs/PARTS/in/A.md", "docs/parts/A.md"]
                .iter()
                .map(|path| places.place(&(*path).into(), "", None).to_string())
                .collect();
        let expected = ["Parts/a.md", "Parts/b.md", "Parts/in/A.md", "Parts/A-2.md"];
        assert_eq!(given, expected.map(|path| format!("docs/archive/{path}")));
    }

    #[test]
    fn a_folder_that_git_ignores_is_not_used() {
        let there: BTreeSet<RepoPath> = ["notes/sub/archive/x.md".into(), "docs/a.md".into()].into();
        let asked = folders(&there, ["docs/a.md".into(), "b.md".into()].iter());
        let asked: Vec<String> = asked.iter().map(RepoPath::to_string).collect();
        let expected = ["docs/archive", "docs/archived", "docs/attic", "notes/archive", "notes/archived"];
        assert_eq!(asked[..5], expected);
        assert_eq!(asked[5..], ["notes/attic", "notes/sub/archive"]);
        let place = |ignored: &[&str], path: &str| {
            let ignored = ignored.iter().map(|folder| (*folder).into()).collect();
            Places::new(None, &there, ignored).place(&path.into(), "", None).to_string()
        };
        assert_eq!(place(&["docs/archive"], "docs/a.md"), "docs/archived/a.md");
        assert_eq!(place(&["notes/sub/archive"], "notes/sub/y.md"), "notes/archive/sub/y.md");
        let all = ["docs/archive", "docs/archived", "docs/attic"];
        assert_eq!(place(&all, "docs/a.md"), "docs/archive/a.md", "there is no other place");
    }
}
