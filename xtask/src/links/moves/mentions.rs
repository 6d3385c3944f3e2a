//! Paths of moving files in running text, code, configuration: rewritten where they can mean nothing else.
//!
//! A mention is exact when it names the file from the root, or from the folder it stands in, and no other file
//! that is there. A file name alone, a part of a path, a path below an unknown folder are left and said.

use std::ops::Range;

use serde::Serialize;

use super::candidates::Found;
use super::destinations::Leading;
use super::{Edit, Left, NewPlace, Rewriter, Standing, is_markdown, letters, relative_path};
use crate::links::{encode_path, percent_decoded};
use crate::repo::RepoPath;

/// Why a mention was not rewritten.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum LeftReason {
    /// It is a file name without a folder.
    NameAlone,
    /// It is the end of a path.
    PartOfPath,
    /// It stands behind something else: an address, a folder of another place.
    LongerPath,
    /// From the root it means one file, from its folder another.
    TwoFiles,
    /// The new path has letters that the old one had not: it may need quoting here.
    NeedsQuoting,
    /// It stands in a file that is no text.
    Binary,
}

impl LeftReason {
    /// The reason in words that follow the mention.
    pub fn phrase(self) -> &'static str {
        match self {
            Self::NameAlone => "is a file name without a folder",
            Self::PartOfPath => "is only the end of a path",
            Self::LongerPath => "stands in a longer path or an address",
            Self::TwoFiles => "may mean two files",
            Self::NeedsQuoting => "may need quoting under its new name",
            Self::Binary => "stands in a file that is no text",
        }
    }
}

/// What was found in a text.
#[derive(Default)]
pub(super) struct Mentions {
    pub(super) edits: Vec<Edit>,
    pub(super) left: Vec<Left>,
}

/// How a path is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    FromFolder,
    FromRoot,
}

/// A mention of a moving file.
struct Mention<'r> {
    /// The path in the text, without `./`, a leading slash or a variable.
    range: Range<usize>,
    /// The file that moves.
    path: &'r RepoPath,
    style: Style,
}

enum Judged<'r> {
    Exact(Mention<'r>),
    Left(Range<usize>, &'r RepoPath, LeftReason),
    /// It means no file that moves.
    Other,
}

/// A mention that can mean nothing else than a file that moves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exact {
    /// Its bytes.
    pub range: Range<usize>,
    /// The line, from 1.
    pub line: usize,
    /// The file.
    pub means: RepoPath,
}

/// The exact mentions outside of `taken`.
pub(super) fn exact(
    rewriter: &Rewriter<'_>,
    at: Standing<'_>,
    bytes: &[u8],
    taken: &[Range<usize>],
) -> Vec<Exact> {
    let mut mentions = Vec::new();
    let mut from = 0;
    while let Some(found) = rewriter.candidates.find(bytes, from) {
        from = found.range.end;
        if taken.iter().any(|range| range.start < found.range.end && found.range.start < range.end) {
            continue;
        }
        if let Judged::Exact(mention) = judge(rewriter, at, bytes, &found) {
            let line = letters::line_of(bytes, mention.range.start);
            mentions.push(Exact { range: mention.range, line, means: mention.path.clone() });
        }
    }
    mentions
}

/// The mentions outside of `taken`. What stands in the words of a link that leads to the file is not left to anybody.
pub(super) fn find(
    rewriter: &Rewriter<'_>,
    at: Standing<'_>,
    bytes: &[u8],
    (taken, leading): (&[Range<usize>], &[Leading]),
) -> Mentions {
    let mut mentions = Mentions::default();
    let mut from = 0;
    while let Some(found) = rewriter.candidates.find(bytes, from) {
        from = found.range.end;
        if taken.iter().any(|range| range.start < found.range.end && found.range.start < range.end) {
            continue;
        }
        let answer = |range: &Range<usize>, path: &RepoPath| {
            let is_of = |link: &&Leading| {
                link.range.start <= range.start && range.end <= link.range.end && link.file == *path
            };
            leading.iter().find(is_of).map(|link| &link.to)
        };
        let (range, path, why) = match judge(rewriter, at, bytes, &found) {
            Judged::Other => continue,
            Judged::Left(range, path, why) => (range, path, why),
            Judged::Exact(mention) => {
                let answer = answer(&mention.range, mention.path);
                match replace(rewriter, at, bytes, &mention, (found.encoded, answer)) {
                    Ok(edit) => {
                        from = edit.0.end.max(from);
                        mentions.edits.push(edit);
                        continue;
                    }
                    Err(why) => (mention.range, mention.path, why),
                }
            }
        };
        if answer(&range, path).is_some() {
            continue;
        }
        let text = String::from_utf8_lossy(&bytes[range.clone()]).into_owned();
        let line = letters::line_of(bytes, range.start);
        mentions.left.push(Left { line, text, means: path.clone(), why });
    }
    mentions
}

/// Says what a name means where it stands.
fn judge<'r>(rewriter: &'r Rewriter<'_>, at: Standing<'_>, bytes: &[u8], found: &Found) -> Judged<'r> {
    let end = found.range.end;
    if goes_on(bytes, end) {
        return Judged::Other;
    }
    let start = token_start(bytes, found.range.start);
    let token = &bytes[start..end];
    let name = if found.encoded { percent_decoded(token) } else { token.to_vec() };
    let stripped = name.strip_prefix(b"./").unwrap_or(&name);
    let cut = name.len() - stripped.len();
    let is_there = |path: Option<RepoPath>| path.filter(|path| rewriter.tree.get(path).is_some());
    let rooted = stripped.starts_with(b"/");
    let from_folder = is_there(RepoPath::resolve(at.from.parent().as_ref(), stripped)).filter(|_| !rooted);
    // A slash at the beginning is the root of the repository only where files of the repository are named so.
    let from_root =
        is_there(RepoPath::resolve(None, stripped)).filter(|_| !rooted || names_from_root(at.from));
    let range = start + cut + usize::from(rooted)..end;
    let exact = |path: &RepoPath, style| match rewriter.moves.get_key_value(path) {
        Some((path, _)) => Judged::Exact(Mention { range: range.clone(), path, style }),
        None => Judged::Other,
    };
    match (from_folder, from_root) {
        (Some(one), Some(other)) if one != other => {
            let moving = [&one, &other].into_iter().find_map(|path| rewriter.moves.get_key_value(path));
            moving.map_or(Judged::Other, |(path, _)| Judged::Left(range, path, LeftReason::TwoFiles))
        }
        (Some(_), Some(path)) if name_is_path(stripped, &path) => exact(&path, Style::FromRoot),
        (Some(path), _) => exact(&path, Style::FromFolder),
        // From another folder a bare name may be said of any file of that name.
        (None, Some(path)) if !stripped.contains(&b'/') && !is_only_one(rewriter, &path) => {
            left(rewriter, &path, range, LeftReason::NameAlone)
        }
        (None, Some(path)) => exact(&path, Style::FromRoot),
        (None, None) => judge_unresolved(rewriter, at, bytes, found, start),
    }
}

fn left<'r>(rewriter: &'r Rewriter<'_>, path: &RepoPath, range: Range<usize>, why: LeftReason) -> Judged<'r> {
    match rewriter.moves.get_key_value(path) {
        Some((path, _)) => Judged::Left(range, path, why),
        None => Judged::Other,
    }
}

/// A name whose path as it stands leads to nothing: behind a variable, with blanks, or in part.
fn judge_unresolved<'r>(
    rewriter: &'r Rewriter<'_>,
    at: Standing<'_>,
    bytes: &[u8],
    found: &Found,
    start: usize,
) -> Judged<'r> {
    let end = found.range.end;
    let candidates: Vec<&RepoPath> = rewriter.candidates.named(&found.name).collect();
    let written = |path: &RepoPath| match found.encoded {
        true => encode_path(path.as_bytes()).into_bytes(),
        false => path.as_bytes().to_vec(),
    };
    // The longest first: `a/b/c.md` rather than `b/c.md`.
    let mut forms: Vec<(Vec<u8>, &RepoPath, Style)> = Vec::new();
    for &path in &candidates {
        forms.push((written(path), path, Style::FromRoot));
        forms.push((relative_path(at.from, path), path, Style::FromFolder));
    }
    forms.sort_by(|one, other| other.0.len().cmp(&one.0.len()).then_with(|| one.0.cmp(&other.0)));
    for (form, path, style) in &forms {
        let Some(begin) = end.checked_sub(form.len()).filter(|_| bytes[..end].ends_with(form)) else {
            continue;
        };
        let has_folder = form.contains(&b'/');
        match what_is_before(bytes, begin) {
            // With blanks in the name it is no single token; without a folder it is only a name.
            Before::Nothing if has_folder || *style == Style::FromFolder => {
                return Judged::Exact(Mention { range: begin..end, path, style: *style });
            }
            Before::Variable if has_folder && *style == Style::FromRoot => {
                return Judged::Exact(Mention { range: begin..end, path, style: *style });
            }
            Before::Path if has_folder && *style == Style::FromRoot => {
                return Judged::Left(start.min(begin)..end, path, LeftReason::LongerPath);
            }
            _ => {}
        }
    }
    let token = &bytes[start..end];
    let ends_so =
        |path: &&RepoPath| written(path).strip_suffix(token).is_some_and(|rest| rest.ends_with(b"/"));
    match candidates.into_iter().find(ends_so) {
        Some(path) if token.contains(&b'/') => Judged::Left(start..end, path, LeftReason::PartOfPath),
        Some(path) => Judged::Left(start..end, path, LeftReason::NameAlone),
        None => Judged::Other,
    }
}

/// What stands before a path.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Nothing,
    /// `$ROOT/`, `${ROOT}/`, `$(root)/`, `{root}/`, `<root>/`.
    Variable,
    /// Another part of a path.
    Path,
    /// A letter: the path begins earlier.
    Letter,
}

fn what_is_before(bytes: &[u8], begin: usize) -> Before {
    let Some(last) = letters::before(bytes, begin) else { return Before::Nothing };
    if last != '/' {
        let is_part = letters::is_part(last) && last != '@' && !letters::is_unspaced(last);
        // A shell's value where none is set: `${NOTE:-docs/x.md}`.
        if "-=+?".contains(last) && letters::before(bytes, begin - 1) == Some(':') {
            return Before::Nothing;
        }
        return if is_part { Before::Letter } else { Before::Nothing };
    }
    let slash = begin - 1;
    match letters::before(bytes, slash) {
        Some('}' | ')' | '>' | '%') => Before::Variable,
        Some(letter) if letters::is_part(letter) => {
            let start = token_start(bytes, slash);
            let is_variable =
                letters::before(bytes, start) == Some('$') && !bytes[start..slash].contains(&b'/');
            if is_variable { Before::Variable } else { Before::Path }
        }
        _ => Before::Path,
    }
}

/// Where a run of path letters that ends at `end` begins; a leading `@` is no part of it.
pub(super) fn token_start(bytes: &[u8], end: usize) -> usize {
    let mut start = end;
    while let Some(letter) =
        letters::before(bytes, start).filter(|&letter| letters::is_part(letter) || letter == '/')
    {
        start -= letter.len_utf8();
    }
    while start < end && bytes[start] == b'@' {
        start += 1;
    }
    start
}

/// True when a name is the beginning of a longer one: `x.md` in `x.mdx`, `x.md.bak`, `x.md/y`.
pub(super) fn goes_on(bytes: &[u8], end: usize) -> bool {
    let Some(next) = letters::after(bytes, end) else { return false };
    let then = letters::after(bytes, end + next.len_utf8());
    match next {
        '.' | '-' | '+' | '/' => then.is_some_and(|letter| letter.is_alphanumeric() || letter == '_'),
        '~' | '_' => true,
        letter => letter.is_alphanumeric() && !letters::is_unspaced(letter),
    }
}

/// True when the path is written out from the root.
fn name_is_path(name: &[u8], path: &RepoPath) -> bool {
    name == path.as_bytes() && name.contains(&b'/')
}

fn names_from_root(path: &RepoPath) -> bool {
    is_markdown(path) || holds_patterns(path)
}

/// True for files that say what is done with others.
fn holds_patterns(path: &RepoPath) -> bool {
    matches!(path.file_name(), b"CODEOWNERS" | b".gitattributes" | b".gitignore")
}

fn is_only_one(rewriter: &Rewriter<'_>, path: &RepoPath) -> bool {
    let name = path.file_name();
    rewriter.tree.entries().filter(|(other, _)| other.file_name() == name).count() == 1
}

/// The bytes that stand for a mention afterwards; of one in the words of a link to its file, they follow the link, which
/// leads to `answer`.
fn replace(
    rewriter: &Rewriter<'_>,
    at: Standing<'_>,
    bytes: &[u8],
    mention: &Mention<'_>,
    (encoded, answer): (bool, Option<&RepoPath>),
) -> Result<Edit, LeftReason> {
    let place = &rewriter.moves[mention.path];
    let tail = Tail::behind(bytes, mention.range.end);
    let (to, anchor) = match &place.original {
        // What git or the host does with a file it does with its bytes, wherever what they say is read.
        Some(original) if holds_patterns(at.from) => (original, None),
        _ => {
            let is_guide = at.to == &place.path;
            let (to, anchor) = tail.led(place, is_guide && answer.is_none());
            // What a guide says of its sources is led on when it is known where each of their sections stands in it.
            (answer.filter(|_| tail.is_none() && !is_guide).unwrap_or(to), anchor)
        }
    };
    let path = match mention.style {
        Style::FromRoot => to.as_bytes().to_vec(),
        Style::FromFolder => relative_path(at.to, to),
    };
    let path = if encoded { encode_path(&path).into_bytes() } else { path };
    let old = &bytes[mention.range.clone()];
    if path.iter().any(|&byte| is_special(byte) && !old.contains(&byte)) {
        return Err(LeftReason::NeedsQuoting);
    }
    let mut range = mention.range.clone();
    // `./../x` would be right, and nobody writes it.
    if path.starts_with(b"../")
        && bytes[..range.start].ends_with(b"./")
        && !bytes[..range.start].ends_with(b"../")
    {
        range.start -= 2;
    }
    let mut with = path;
    if let Some(anchor) = anchor {
        range.end = tail.end;
        with.extend_from_slice(anchor.as_bytes());
    }
    Ok((range, with))
}

/// Letters that mean something to a shell, to YAML or to JSON.
fn is_special(byte: u8) -> bool {
    byte.is_ascii() && !byte.is_ascii_alphanumeric() && !b"._-+~%@/".contains(&byte)
}

/// What follows a path: an anchor, lines, or nothing.
struct Tail<'b> {
    /// The anchor without its `#`.
    anchor: Option<&'b str>,
    names_lines: bool,
    end: usize,
}

impl<'b> Tail<'b> {
    fn behind(bytes: &'b [u8], at: usize) -> Self {
        let rest = &bytes[at..];
        let none = Self { anchor: None, names_lines: false, end: at };
        let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_%".contains(byte) || !byte.is_ascii();
        match rest.first() {
            Some(b':') if rest.get(1).is_some_and(u8::is_ascii_digit) => {
                let length = rest.iter().take_while(|&&byte| byte.is_ascii_digit() || byte == b':').count();
                Self { anchor: None, names_lines: true, end: at + length }
            }
            Some(b'#') => {
                let length = rest[1..].iter().take_while(|byte| is_letter(byte)).count();
                let Ok(anchor) = std::str::from_utf8(&rest[1..=length]) else { return none };
                let names_lines = anchor
                    .strip_prefix('L')
                    .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
                let anchor = (length > 0 && !names_lines).then_some(anchor);
                Self { anchor, names_lines, end: at + 1 + length }
            }
            _ => none,
        }
    }

    /// True where nothing follows the path.
    fn is_none(&self) -> bool {
        self.anchor.is_none() && !self.names_lines
    }

    /// The file that is meant afterwards, and what is written behind it instead; `None`: what stands there stays.
    /// A guide that names its own source (`is_of_source`) means that source.
    fn led<'p>(&self, place: &'p NewPlace, is_of_source: bool) -> (&'p RepoPath, Option<String>) {
        let original = place.original.as_ref().filter(|original| *original != &place.path);
        let Some(original) = original else { return (&place.path, self.in_guide(place)) };
        // Lines are those of the original.
        if self.names_lines || is_of_source {
            return (original, None);
        }
        match (self.anchor, &place.anchors) {
            (Some(anchor), Some(anchors)) => match anchors.get(anchor) {
                Some((path, name)) => (path, Some(written_anchor(name.as_deref()))),
                None => (original, None),
            },
            _ => (&place.path, None),
        }
    }

    /// Lines and anchors that the guide does not have are left out.
    fn in_guide(&self, place: &NewPlace) -> Option<String> {
        let anchors = place.anchors.as_ref()?;
        let name = self
            .anchor
            .and_then(|anchor| anchors.get(anchor))
            .map(|(_, name)| written_anchor(name.as_deref()));
        (self.anchor.is_some() || self.names_lines).then(|| name.unwrap_or_default())
    }
}

fn written_anchor(name: Option<&str>) -> String {
    name.map_or_else(String::new, |name| format!("#{name}"))
}
