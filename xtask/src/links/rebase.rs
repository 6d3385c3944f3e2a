//! Destinations whose text moves to another file.

use super::address::{Address, encode_path};
use super::lookup::{Walked, walk};
use crate::repo::RepoPath;

/// True for a destination that leads inside the repository, or to an anchor of its own file.
pub fn is_local(destination: &str) -> bool {
    matches!(Address::parse(destination), Address::Local(_) | Address::Empty)
}

/// Where a destination points that stands in `from`: the path from the root, and what stands behind `#`. The path is
/// `from` itself for `#fragment`; `None` for what is no path inside the repository. Nothing is looked up.
pub fn pointed_at(from: &RepoPath, destination: &str) -> Option<(RepoPath, Option<String>)> {
    let Address::Local(local) = Address::parse(destination) else { return None };
    if local.path.is_empty() {
        return Some((from.clone(), local.fragment));
    }
    match walk(from.parent().as_ref(), &local.path) {
        Walked::Inside(parts) if !parts.is_empty() => {
            Some((RepoPath::from_bytes(&parts.join(&b'/')), local.fragment))
        }
        _ => None,
    }
}

/// A destination of `from` as `to` has to write it to lead to the same place; `None` where it can stay as it is: a
/// host, a path from the root, or two files of one folder. A fragment alone is given the path of `from`.
pub fn rebased(destination: &str, from: &RepoPath, to: &RepoPath) -> Option<String> {
    let Address::Local(local) = Address::parse(destination) else { return None };
    if local.path.is_empty() {
        let bare = from != to && local.fragment.is_some();
        return bare.then(|| super::relative_destination(to, from, None) + destination.trim());
    }
    if local.path.first() == Some(&b'/') || from.parent() == to.parent() {
        return None;
    }
    let text = destination.trim();
    let behind = text.find(['?', '#']).map_or("", |at| &text[at..]);
    let (above, parts) = match walk(from.parent().as_ref(), &local.path) {
        Walked::Inside(parts) => (0, parts),
        Walked::Above(above, parts) => (above, parts),
    };
    let mut path = climb(to, above, &parts);
    if local.path.ends_with(b"/") && !path.ends_with('/') {
        path.push('/');
    }
    Some(path + behind)
}

/// The relative path from the folder of `to` to a place `above` folders over the root and down `parts`.
fn climb(to: &RepoPath, above: usize, parts: &[Vec<u8>]) -> String {
    let folder = to.parent();
    let folders: Vec<&[u8]> = folder.iter().flat_map(RepoPath::parts).collect();
    let shared = match above {
        0 => folders.iter().zip(parts).take_while(|(a, b)| **a == b.as_slice()).count(),
        _ => 0,
    };
    // What is named keeps its name, unless it is the folder itself.
    let shared = if shared == parts.len() && shared > 0 { shared - 1 } else { shared };
    let mut steps: Vec<&[u8]> = vec![b".."; folders.len() - shared + above];
    steps.extend(parts[shared..].iter().map(Vec::as_slice));
    if steps.is_empty() {
        return "./".to_owned();
    }
    let path = encode_path(&steps.join(&b'/'));
    if path.split('/').next().is_some_and(|first| first.contains(':')) { format!("./{path}") } else { path }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn destinations_are_written_for_their_new_place() {
        let cases = [
            ("b.md", "notes/a.md", "docs/guides/g.md", Some("../../notes/b.md")),
            ("b.md#x", "notes/a.md", "notes/g.md", None),
            ("../src/x.py?plain=1#L3", "notes/a.md", "docs/guides/g.md", Some("../../src/x.py?plain=1#L3")),
            ("#here", "notes/a.md", "docs/g.md", Some("../notes/a.md#here")),
            ("#here", "notes/a.md", "notes/g.md", Some("a.md#here")),
            ("https://a.b/c", "notes/a.md", "docs/g.md", None),
            ("/src/x.py", "notes/a.md", "docs/g.md", None),
            ("../../issues", "a.md", "docs/guides/g.md", Some("../../../../issues")),
            ("..", "notes/a.md", "g.md", Some("./")),
            ("img/", "notes/a.md", "g.md", Some("notes/img/")),
            ("a%20b.md", "notes/a.md", "g.md", Some("notes/a%20b.md")),
            ("", "notes/a.md", "g.md", None),
            ("{{ base }}/x", "notes/a.md", "g.md", None),
        ];
        for (destination, from, to, expected) in cases {
            assert_eq!(
                rebased(destination, &from.into(), &to.into()).as_deref(),
                expected,
                "{destination} {from} {to}"
            );
        }
    }

    #[test]
    fn a_rebased_destination_points_where_it_pointed() {
        let places = ["a.md", "n/a.md", "n/m/a.md", "docs/guides/g.md"];
        for destination in ["b.md", "./x/y.md#z", "../up.md", "#f", "n/b.md", "m", "a:b.md"] {
            for from in places {
                for to in places {
                    let (from, to) = (RepoPath::from(from), RepoPath::from(to));
                    let Some(before) = pointed_at(&from, destination) else { continue };
                    let written = rebased(destination, &from, &to).unwrap_or_else(|| destination.to_owned());
                    assert_eq!(
                        pointed_at(&to, &written),
                        Some(before),
                        "{destination} {from} {to} {written}"
                    );
                }
            }
        }
    }
}
