//! Where files name notes: who links to a note, and who reads it.

use std::collections::{BTreeMap, BTreeSet};

use super::note::Note;
use super::scope;
use crate::markdown::Format;
use crate::repo::RepoPath;

/// A name of a note in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mention {
    /// The line, from 1.
    pub(super) line: usize,
    /// The path as it is written.
    pub(super) path: String,
    /// Whether it stands in quotation marks outside a comment, as a program's file names do.
    pub(super) is_string: bool,
    /// Whether it stands in a comment, as far as its line tells.
    pub(super) is_comment: bool,
}

/// Endings of notes, each with its dot.
const ENDINGS: &[&str] = &[".mdx", ".markdown", ".md", ".rst", ".txt"];

/// All names of notes in a text.
pub(super) fn find(text: &str) -> Vec<Mention> {
    let mut found = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        if !line.contains('.') {
            continue;
        }
        let mut from = 0;
        while let Some((start, end)) = next_name(line, from) {
            from = end;
            let before = line[..start].trim_start();
            let is_comment = ["#", "//", "*", "--", ";", "<!--"].iter().any(|mark| before.starts_with(mark));
            let is_quoted = before.ends_with(['"', '\'', '`']) && line[end..].starts_with(['"', '\'', '`']);
            let path = line[start..end].to_owned();
            found.push(Mention { line: number, path, is_string: is_quoted && !is_comment, is_comment });
        }
    }
    found
}

/// The next run of path characters that ends like a note.
fn next_name(line: &str, from: usize) -> Option<(usize, usize)> {
    let is_part = |character: char| character.is_alphanumeric() || "._-/+@~%".contains(character);
    let mut at = from;
    while at < line.len() {
        let dot = at + line[at..].find('.')?;
        let ending = ENDINGS.iter().find(|ending| {
            let rest = &line[dot..];
            rest.is_char_boundary(ending.len().min(rest.len()))
                && rest.len() >= ending.len()
                && rest[..ending.len()].eq_ignore_ascii_case(ending)
                && !rest[ending.len()..].starts_with(|next: char| next.is_alphanumeric() || next == '_')
        });
        let Some(ending) = ending else {
            at = dot + 1;
            continue;
        };
        let start = line[from..dot].rfind(|character| !is_part(character)).map_or(from, |place| {
            from + place + line[from + place..].chars().next().map_or(1, char::len_utf8)
        });
        if start < dot {
            return Some((start, dot + ending.len()));
        }
        at = dot + 1;
    }
    None
}

/// Finds notes by the names that people write.
pub(super) struct Names {
    by_path: BTreeMap<Vec<u8>, usize>,
    by_file_name: BTreeMap<Vec<u8>, Vec<usize>>,
    paths: Vec<RepoPath>,
}

impl Names {
    pub(super) fn of(paths: &[RepoPath]) -> Self {
        let mut by_file_name: BTreeMap<Vec<u8>, Vec<usize>> = BTreeMap::new();
        for (number, path) in paths.iter().enumerate() {
            by_file_name.entry(path.file_name().to_vec()).or_default().push(number);
        }
        let by_path =
            paths.iter().enumerate().map(|(number, path)| (path.as_bytes().to_vec(), number)).collect();
        Self { by_path, by_file_name, paths: paths.to_vec() }
    }

    /// The note that a name in the file `from` means: beside it, from the root, or the only one whose path ends so.
    pub(super) fn resolve(&self, from: &RepoPath, name: &str) -> Option<usize> {
        let beside = RepoPath::resolve(from.parent().as_ref(), name.as_bytes());
        let from_root = RepoPath::resolve(None, name.as_bytes());
        for path in [beside, from_root.clone()].into_iter().flatten() {
            if let Some(&number) = self.by_path.get(path.as_bytes()) {
                return Some(number);
            }
        }
        let wanted = from_root?;
        if let Some(&number) = within_host(name).and_then(|path| self.by_path.get(path.as_bytes())) {
            return Some(number);
        }
        let holders = self.by_file_name.get(wanted.file_name())?;
        let ends_so = |number: &&usize| {
            let path = self.paths[**number].as_bytes();
            path.strip_suffix(wanted.as_bytes())
                .is_some_and(|start| start.is_empty() || start.ends_with(b"/"))
        };
        let mut fitting = holders.iter().filter(ends_so);
        match (fitting.next(), fitting.next()) {
            (Some(&only), None) => Some(only),
            _ => None,
        }
    }
}

/// The path in `//host/owner/name/blob/main/docs/x.md`. Whose repository it is the address alone does not tell, but that
/// another has a note in the same folder by the same name is rare; names at the root that all have are left out.
fn within_host(name: &str) -> Option<&str> {
    const OF_ALL: &[&str] =
        &["readme", "changelog", "contributing", "license", "security", "code_of_conduct"];
    let address = name.strip_prefix("//")?;
    let marks = ["/blob/", "/tree/", "/raw/", "/src/branch/"];
    let (_, behind) = marks.iter().find_map(|mark| address.split_once(mark))?;
    let (_, path) = behind.split_once('/')?;
    let stem = path.split('.').next().unwrap_or_default().to_lowercase();
    (path.contains('/') || !OF_ALL.contains(&stem.as_str())).then_some(path)
}

/// Who names which note.
#[derive(Debug, Default)]
pub(super) struct Inbound {
    /// For each note the other notes that name it.
    pub(super) from_notes: Vec<BTreeSet<usize>>,
    /// For each note the other files that name it, with the first line.
    pub(super) from_files: Vec<BTreeMap<RepoPath, usize>>,
    /// For each note where a program reads it.
    pub(super) read_by: Vec<Option<(RepoPath, usize)>>,
    /// For each note where something that is carried out or compared with the files names it: a script, a list of the
    /// files that must be there.
    pub(super) needed_by: Vec<Option<(RepoPath, usize)>>,
}

/// True for Markdown and plain text, but for the one text that builds.
fn is_prose(path: &RepoPath) -> bool {
    Format::of_extension(&path.extension()).is_some() && path.file_name() != b"CMakeLists.txt"
}

impl Inbound {
    pub(super) fn new(notes: usize) -> Self {
        Self {
            from_notes: vec![BTreeSet::new(); notes],
            from_files: vec![BTreeMap::new(); notes],
            read_by: vec![None; notes],
            needed_by: vec![None; notes],
        }
    }

    /// Takes what a note says.
    pub(super) fn take_note(&mut self, names: &Names, number: usize, path: &RepoPath, mentions: &[Mention]) {
        for mention in mentions {
            if let Some(named) = names.resolve(path, &mention.path).filter(|&named| named != number) {
                self.from_notes[named].insert(number);
                if scope::is_manifest(path) {
                    self.needed_by[named].get_or_insert((path.clone(), mention.line));
                }
            }
        }
    }

    /// Takes links to pages of a site: the note, and the source of the page.
    pub(super) fn take_pages(&mut self, notes: &[Note], pages: &[(RepoPath, RepoPath)]) {
        let numbers: BTreeMap<&RepoPath, usize> =
            notes.iter().enumerate().map(|(number, note)| (&note.path, number)).collect();
        for (from, to) in pages {
            let Some(&named) = numbers.get(to).filter(|_| from != to) else { continue };
            match numbers.get(from) {
                Some(&number) => drop(self.from_notes[named].insert(number)),
                None => drop(self.from_files[named].entry(from.clone()).or_insert(1)),
            }
        }
    }

    /// Takes what a file that is no note says; in configuration every name counts as read, in prose none does: what
    /// names a note there is told where it went, unless it instructs a program.
    pub(super) fn take_file(&mut self, names: &Names, path: &RepoPath, mentions: &[Mention]) {
        let is_configuration =
            matches!(path.extension().as_str(), "toml" | "yml" | "yaml" | "json" | "cfg" | "ini")
                || path.stem() == b"MANIFEST";
        let may_read = !is_prose(path) || scope::instructs_programs(path);
        for mention in mentions {
            let Some(named) = names.resolve(path, &mention.path) else { continue };
            self.from_files[named].entry(path.clone()).or_insert(mention.line);
            if may_read && !mention.is_comment || scope::is_manifest(path) {
                self.needed_by[named].get_or_insert((path.clone(), mention.line));
            }
            if (mention.is_string && may_read || is_configuration) && self.read_by[named].is_none() {
                self.read_by[named] = Some((path.clone(), mention.line));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_prose_mentions_is_not_read() {
        let names = Names::of(&["docs/b.md".into()]);
        let cases = [
            ("old_stuff/README.md", "- See also: `docs/b.md`", false),
            (".cursor/plans/x.md", "`docs/b.md`", false),
            ("logs/x.txt", "'docs/b.md'", false),
            ("CLAUDE.md", "Read `docs/b.md` first.", true),
            ("app/AGENTS.md", "Read `docs/b.md` first.", true),
            (".github/help.md", "`docs/b.md`", true),
            (".cursorrules", "`docs/b.md`", true),
            ("app/main.py", "open('docs/b.md')", true),
            ("app/main.py", "# see docs/b.md", false),
            ("CMakeLists.txt", "configure(\"docs/b.md\")", true),
            ("mkdocs.yml", "  - docs/b.md", true),
        ];
        for (path, text, expected) in cases {
            let mut inbound = Inbound::new(1);
            inbound.take_file(&names, &path.into(), &find(text));
            assert_eq!(inbound.read_by[0].is_some(), expected, "{path}");
            assert_eq!(inbound.from_files[0].len(), 1, "{path} names it");
        }
    }

    #[test]
    fn what_scripts_and_manifests_name_is_needed_and_what_comments_name_is_not() {
        let names = Names::of(&["b.md".into()]);
        let cases = [
            ("pack.sh", "cp b.md dist/", true),
            ("pack.sh", "# as in b.md", false),
            ("src/lib.rs", "//! See b.md.", false),
            ("tools/PACK_MANIFEST.md", "- `b.md`", true),
            ("tools/README.md", "- `b.md`", false),
        ];
        for (path, text, expected) in cases {
            let mut inbound = Inbound::new(1);
            inbound.take_file(&names, &path.into(), &find(text));
            assert_eq!(inbound.needed_by[0].is_some(), expected, "{path}: {text}");
        }
        let mut inbound = Inbound::new(2);
        inbound.take_note(&names, 1, &"MANIFEST.md".into(), &find("- b.md"));
        assert_eq!(inbound.needed_by[0], Some(("MANIFEST.md".into(), 1)));
    }
}
