//! Anchors that have another name because the words of their headings changed: links to them are led along.

use std::collections::BTreeMap;

use super::destinations::{inside, split};
use super::{Edit, splice};
use crate::links::address::{Address, encode_fragment};
use crate::markdown::{DestinationEdit, Format, parse, readable, written_destination};
use crate::repo::RepoPath;

/// Old names of anchors, and what each is called now.
pub type Renamed = BTreeMap<String, String>;

/// The anchors of a Markdown text that an edit gave another name. The edit changed words alone: the text has as many
/// anchors as before, in the same order.
pub fn renamed_anchors(before: &[u8], after: &[u8]) -> Renamed {
    let names = |bytes| {
        let anchors = parse(&readable(bytes), Format::Markdown).anchors;
        anchors.into_iter().map(|anchor| anchor.name).collect::<Vec<String>>()
    };
    let (before, after) = (names(before), names(after));
    if before.len() != after.len() {
        return Renamed::new();
    }
    before.into_iter().zip(after).filter(|(old, new)| old != new).collect()
}

/// The Markdown text at `path` with its links to such anchors led along, and how many there were; `None` where it has
/// none. `renamed` is by the places where files stand by now, and so is what the text links to.
pub fn follow_renamed(
    path: &RepoPath,
    bytes: &[u8],
    renamed: &BTreeMap<RepoPath, Renamed>,
) -> Option<(Vec<u8>, usize)> {
    let text = readable(bytes);
    let is_named = |name: &String| text.contains(name.as_str()) || text.contains(&encode_fragment(name));
    if !renamed.values().flat_map(Renamed::keys).any(is_named) {
        return None;
    }
    let parsed = parse(&text, Format::Markdown);
    let mut edits: Vec<Edit> = Vec::new();
    for (destination, place, _) in parsed.destinations() {
        let Address::Local(local) = Address::parse(destination) else { continue };
        let (named, _) = split(destination);
        let target = if named.is_empty() { Some(path.clone()) } else { inside(path, named).flatten() };
        let new = target
            .and_then(|target| renamed.get(&target))
            .zip(local.fragment)
            .and_then(|(names, fragment)| names.get(&fragment));
        let (Some(new), Some(mark)) = (new, destination.find('#')) else { continue };
        let to = format!("{}#{}", &destination[..mark], encode_fragment(new));
        let edit = DestinationEdit { place: place.clone(), to };
        edits.push((place.range.clone(), written_destination(&text, &edit).into_bytes()));
    }
    let count = edits.len();
    (count > 0).then(|| (splice::splice(bytes, edits), count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_follow_the_words_of_a_heading() {
        let before = b"# A\n## see `notes/x.md`\n## see `notes/x.md`\n";
        let after = b"# A\n## see `docs/y.md`\n## see `docs/y.md`\n";
        let renamed = renamed_anchors(before, after);
        let names = [("see-notesxmd", "see-docsymd"), ("see-notesxmd-1", "see-docsymd-1")];
        assert_eq!(renamed, names.map(|(old, new)| (old.to_owned(), new.to_owned())).into());
        let renamed = BTreeMap::from([(RepoPath::from("docs/a.md"), renamed)]);
        let follow = |path: &str, text: &str| {
            let found = follow_renamed(&path.into(), text.as_bytes(), &renamed);
            found.map(|(bytes, _)| String::from_utf8(bytes).unwrap())
        };
        assert_eq!(
            follow("docs/a.md", "[1](#see-notesxmd) [2][r] [a](#a)\n\n[r]: <#see-notesxmd-1> \"T\"\n")
                .unwrap(),
            "[1](#see-docsymd) [2][r] [a](#a)\n\n[r]: <#see-docsymd-1> \"T\"\n"
        );
        assert_eq!(
            follow("b.md", "[1](docs/a.md?x#see-notesxmd) [b](#see-notesxmd)").unwrap(),
            "[1](docs/a.md?x#see-docsymd) [b](#see-notesxmd)"
        );
        assert_eq!(follow("docs/b.md", "[1](#see-notesxmd)"), None);
        assert_eq!(renamed_anchors(before, b"# A\n"), Renamed::new());
    }
}
