//! Claims that what no commit held was never there: of data, of folders, and of what commands must find.

use std::collections::BTreeSet;

use super::files::{CODE, Places};
use super::paths::is_absolute;
use super::told::Told;
use super::{IN_FOLDER, Known, Named, What, is_folder, reference};
use crate::consolidate::note::Note;
use crate::consolidate::result::{Reference, ReferenceClass};
use crate::repo::RepoPath;

/// A claim that what no commit held was never there, where nothing is said of it and its place would show it.
pub(super) fn never_was(
    named: &Named,
    notes: &[Note],
    known: &Known<'_>,
    all: &Places<'_>,
    places: &[RepoPath],
) -> Option<Reference> {
    if named.told != Told::Nothing {
        return None;
    }
    let is_missed = match named.what {
        What::Input => is_missed_by_a_command(named, known, all, places),
        What::Entered => is_missed_where_entered(named, all, places),
        What::Data if is_folder(named) => is_missed_folder(named, known, all, places),
        _ => is_missed_data(named, known, all, places),
    };
    is_missed.then(|| reference(named, notes, ReferenceClass::NeverExisted, None, None))
}

/// True for a file which a command must find: one whose name no file bears, in a folder that is there.
fn is_missed_by_a_command(named: &Named, known: &Known<'_>, all: &Places<'_>, places: &[RepoPath]) -> bool {
    !is_absolute(&named.target)
        && all.now.count_of_name(&named.target) == 0
        && all.past.count_of_name(&named.target) == 0
        && places.iter().any(|place| place.parent().is_none_or(|folder| all.now.has_folder(&folder)))
        && !places.iter().any(|place| has_template(place, known.paths))
}

/// True for a folder which a reader is to enter: one in a folder that is there, which no program makes or fills.
fn is_missed_where_entered(named: &Named, all: &Places<'_>, places: &[RepoPath]) -> bool {
    let inner = named.target.trim_end_matches('/');
    inner.contains('/')
        && !inner.split('/').any(|part| MADE.contains(&part.to_lowercase().as_str()))
        && !all.now.has_folder_ending_so(inner)
        && places.iter().filter_map(RepoPath::parent).any(|folder| all.now.has_folder(&folder))
}

/// True for a data file beside others with its ending, in a folder that people fill by hand. What a program writes lies
/// beside others too (`runtime/state.json`).
fn is_missed_data(named: &Named, known: &Known<'_>, all: &Places<'_>, places: &[RepoPath]) -> bool {
    let name = named.target.rsplit_once('/').map(|(_, name)| name);
    let Some((_, ending)) = name.and_then(|name| name.rsplit_once('.')) else { return false };
    let ending = format!(".{ending}");
    let is_alike = |path: &RepoPath| path.as_bytes().ends_with(ending.as_bytes());
    let is_by_hand = named.target.split('/').any(|part| FILLED_BY_HAND.contains(&part));
    let is_dated = named.target.bytes().filter(u8::is_ascii_digit).count() >= DIGITS_OF_A_DATE;
    is_by_hand
        && !is_dated
        && all.now.count_of_name(&named.target) == 0
        && places.iter().any(|place| lies_beside(place, all, is_alike))
        && !places.iter().any(|place| has_template(place, known.paths))
}

/// True where the folder of a place holds such a file itself.
fn lies_beside(place: &RepoPath, all: &Places<'_>, is_such: impl Fn(&RepoPath) -> bool) -> bool {
    place.parent().is_some_and(|folder| {
        all.now.below(&folder).any(|path| path.parent().as_ref() == Some(&folder) && is_such(path))
    })
}

/// Folders whose files people write.
const FILLED_BY_HAND: &[&str] = &[
    "config",
    "configs",
    "conf",
    "schema",
    "schemas",
    "fixtures",
    "locales",
    "i18n",
    "translations",
    "templates",
    "docs",
    "doc",
    ".github",
];

/// True for a folder in a folder of code, that no program makes for itself.
fn is_missed_folder(named: &Named, known: &Known<'_>, all: &Places<'_>, places: &[RepoPath]) -> bool {
    let inner = named.target.trim_end_matches('/');
    let name = inner.rsplit('/').next().unwrap_or(inner);
    let is_code = |path: &RepoPath| CODE.contains(&path.extension().as_str());
    inner.contains('/')
        && !name.starts_with(['.', '_'])
        && !MADE.contains(&name.to_lowercase().as_str())
        && !all.now.has_folder_ending_so(name)
        && places.iter().any(|place| lies_beside(place, all, is_code) || is_of_a_numbered_series(place, all))
        && !places.iter().any(|place| known.ignored.perhaps.contains(&place.join(IN_FOLDER)))
}

/// True for `docs/06-tests` beside `docs/05-code` and `docs/07-data`: people number what they write.
fn is_of_a_numbered_series(place: &RepoPath, all: &Places<'_>) -> bool {
    let is_numbered = |name: &[u8]| {
        let figures = name.iter().take_while(|byte| byte.is_ascii_digit()).count();
        (1..=3).contains(&figures) && matches!(name.get(figures), Some(b'-' | b'_'))
    };
    let Some(folder) = place.parent().filter(|_| is_numbered(place.file_name())) else { return false };
    let start = folder.as_bytes().len() + 1;
    let names =
        all.now.below(&folder).filter_map(|path| path.as_bytes()[start..].split(|byte| *byte == b'/').next());
    names.filter(|name| is_numbered(name)).collect::<BTreeSet<_>>().len() > 1
}

/// Folders that programs make.
const MADE: &[&str] = &[
    "data",
    "logs",
    "log",
    "output",
    "outputs",
    "out",
    "build",
    "dist",
    "cache",
    "tmp",
    "temp",
    "uploads",
    "results",
    "reports",
    "node_modules",
    "venv",
    "target",
    "models",
    "coverage",
    "static",
    "media",
    "checkpoints",
    "generated",
    "backups",
    "artifacts",
    "bin",
    "obj",
    "screenshots",
];

/// So many digits in a name are a date, or the number of a run.
const DIGITS_OF_A_DATE: usize = 6;

/// True for `settings.yaml` beside `settings.yaml.example` or `settings.example.yaml`: users make it for themselves.
pub(super) fn has_template(place: &RepoPath, paths: &BTreeSet<RepoPath>) -> bool {
    let bytes = place.as_bytes();
    let dot = bytes.iter().rposition(|&byte| byte == b'.').filter(|dot| !bytes[*dot..].contains(&b'/'));
    let (stem, ending) = bytes.split_at(dot.unwrap_or(bytes.len()));
    [&b".example"[..], b".sample", b".template", b".dist"].into_iter().any(|mark| {
        let forms = [[bytes, mark, b""].concat(), [stem, mark, ending].concat()];
        forms.iter().any(|form| paths.contains(&RepoPath::from_bytes(form)))
    })
}
