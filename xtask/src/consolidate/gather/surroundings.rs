//! What the other files of the repository say of the notes, and of what the notes name.

use std::collections::BTreeSet;

use super::Gathered;
use crate::consolidate::mentions::{self, Inbound, Mention, Names};
use crate::consolidate::navigation::{self, Navigation};
use crate::consolidate::note::Note;
use crate::consolidate::references::{Shown, Sightings};
use crate::consolidate::scope::Scope;
use crate::links::Sites;
use crate::markdown::Format;
use crate::parallel;
use crate::repo::{EntryKind, RepoPath, Tree};
use crate::report::ReportMarker;

/// Larger files are data.
pub(super) const LARGEST: usize = 1 << 20;

/// Endings of files that may name notes.
const NAMING: &[&str] = &[
    "rs", "py", "js", "ts", "tsx", "jsx", "mjs", "cjs", "go", "java", "kt", "rb", "php", "c", "h", "cc",
    "cpp", "hpp", "cs", "swift", "scala", "sh", "bash", "zsh", "ps1", "toml", "yml", "yaml", "json", "cfg",
    "ini", "html", "css", "lua", "ex", "exs", "in", "mk", "cmake", "gradle", "nix", "tf", "sql", "r", "jl",
    "ipynb", "md", "markdown", "mdx", "rst", "txt", "",
];

/// Endings of files that define and call nothing: pictures, archives, data, what programs wrote.
const NO_CODE: &[&str] = &[
    "png", "jpg", "jpeg", "gif", "webp", "ico", "bmp", "svg", "pdf", "zip", "gz", "tgz", "tar", "xz", "bz2",
    "zst", "7z", "whl", "jar", "so", "dll", "exe", "dylib", "a", "o", "bin", "dat", "db", "sqlite",
    "sqlite3", "mp3", "mp4", "wav", "ogg", "webm", "mov", "ttf", "otf", "woff", "woff2", "eot", "parquet",
    "npy", "npz", "pkl", "pt", "onnx", "h5", "csv", "tsv", "jsonl", "ndjson", "log", "lock", "map", "patch",
    "diff", "po", "pot", "docx", "xlsx", "pptx", "odt", "bak", "orig", "snap",
];

/// Which notes the notes themselves name.
pub(super) fn inbound_of_notes(notes: &[Note]) -> (Names, Inbound) {
    let paths: Vec<RepoPath> = notes.iter().map(|note| note.path.clone()).collect();
    let names = Names::of(&paths);
    let mut inbound = Inbound::new(notes.len());
    let mentions = parallel::map(notes, |note| mentions::find(&note.text));
    for (number, (note, mentions)) in notes.iter().zip(mentions).enumerate() {
        inbound.take_note(&names, number, &note.path, &mentions);
    }
    (names, inbound)
}

/// A file that is no note, and what it is asked for.
struct Other<'a> {
    path: &'a RepoPath,
    names_notes: bool,
    is_site_file: bool,
    is_code: bool,
}

/// What such a file says.
#[derive(Default)]
struct Said {
    shown: Shown,
    site: Option<String>,
    mentions: Vec<Mention>,
}

/// Looks through the other files for names of notes.
pub(super) fn read(
    tree: &Tree,
    scope: &Scope,
    sites: &Sites,
    gathered: &mut Gathered,
    sightings: &mut Sightings,
) {
    let (names, mut inbound) = inbound_of_notes(&gathered.notes);
    let others = others(tree, scope, &gathered.notes);
    let said = parallel::map(&others, |other| other.read(tree, sightings).unwrap_or_default());
    let mut navigation = Navigation::default();
    for (other, said) in others.iter().zip(said) {
        sightings.take(other.path, said.shown);
        if let Some(text) = &said.site {
            navigation.take(other.path, text);
        }
        inbound.take_file(&names, other.path, &said.mentions);
    }
    for note in &mut gathered.notes {
        // Which of the pages in their folders the others build is told by more than a list.
        let builder = || sites.builder(&note.path).filter(|file| !navigation::is_site_file(file));
        if let Some(file) = navigation.names(&note.path).or_else(builder) {
            note.protected = Some(format!("`{file}` makes it a page of a site"));
        }
    }
    gathered.inbound = inbound;
}

fn others<'a>(tree: &'a Tree, scope: &Scope, notes: &[Note]) -> Vec<Other<'a>> {
    let noted: BTreeSet<&RepoPath> = notes.iter().map(|note| &note.path).collect();
    let files =
        tree.entries().filter(|(_, entry)| matches!(entry.kind, EntryKind::File | EntryKind::Executable));
    let others = files.map(|(path, _)| Other {
        path,
        names_notes: NAMING.contains(&path.extension().as_str())
            && !noted.contains(path)
            && !scope.is_archived(path)
            && *path != scope.report,
        is_site_file: navigation::is_site_file(path),
        is_code: is_code(path),
    });
    others.filter(|other| other.names_notes || other.is_site_file || other.is_code).collect()
}

impl Other<'_> {
    /// `None` for what says nothing.
    fn read(&self, tree: &Tree, sightings: &Sightings) -> Option<Said> {
        // What cannot be read names nothing; whether it should be readable is not this room's question.
        let bytes = tree.read(self.path).ok()?;
        if bytes.len() > LARGEST || bytes.contains(&0) {
            return None;
        }
        let text = String::from_utf8_lossy(&bytes);
        // What this tool writes says nothing about who needs a note.
        if ReportMarker::parse(&text).is_some() {
            return None;
        }
        Some(Said {
            shown: if self.is_code { sightings.look(self.path, &text) } else { Shown::default() },
            mentions: if self.names_notes { mentions::find(&text) } else { Vec::new() },
            site: self.is_site_file.then(|| text.into_owned()),
        })
    }
}

/// True for what may define or call the names in notes; what other texts say of them proves nothing.
fn is_code(path: &RepoPath) -> bool {
    // Of a language that nobody here knows a word shows no less: it stands where it is defined or called.
    let extension = path.extension();
    let is_known = NAMING.contains(&extension.as_str());
    (is_known || !NO_CODE.contains(&extension.to_lowercase().as_str()))
        && Format::of_extension(&extension).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_what_is_no_prose_and_no_data() {
        for path in ["a.py", "a.nim", "a.gd", "a.azl", "a.unknown", "Makefile"] {
            assert!(is_code(&path.into()), "{path}");
        }
        for path in ["a.md", "a.rst", "a.txt", "a.PNG", "a.csv", "a.lock", "a.log"] {
            assert!(!is_code(&path.into()), "{path}");
        }
    }
}
