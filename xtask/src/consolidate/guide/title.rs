//! What a guide is called.

use super::super::archive::COMPLETED;
use super::super::{groups, role, sections, words};
use super::GuideRequest;
use super::matching;
use super::outline::Outline;
use super::prepare::Prepared;
use super::texts::plain;
use crate::report::Inline;

/// The guide's title, and whether the first source leads: the words of its title must hold those of the file's name.
pub(super) fn of(
    request: &GuideRequest<'_>,
    sources: &[Prepared<'_>],
    outlines: &[Outline],
) -> (String, bool) {
    if let (Some(first), Some(outline)) = (sources.first(), outlines.first())
        && let Some(title) = outline.title
        && holds_name(request, &first.parsed.sections[title].text)
    {
        let is_kept = first.source.archived.is_none();
        let heading = outline.sections[title].heading.clone();
        return match tells_of_work(request, &heading) && !is_kept {
            true => (of_name(request, sources), true),
            false => (heading, true),
        };
    }
    (of_name(request, sources), false)
}

/// The title of a guide that is one note's chapter.
pub(super) fn of_chapter(request: &GuideRequest<'_>, sources: &[Prepared<'_>], heading: String) -> String {
    match holds_name(request, &plain(&heading)) && !tells_of_work(request, &heading) {
        true => heading,
        false => of_name(request, sources),
    }
}

/// A title without the words at its end that say what kind of note it was ("Bath Control - Final Report").
pub(super) fn of_subject(heading: &str) -> &str {
    const KINDS: &[&str] = &["summary", "report"];
    const BEFORE: &[&str] = &[
        "executive",
        "final",
        "complete",
        "completion",
        "comprehensive",
        "delivery",
        "implementation",
        "update",
        "verification",
        "status",
    ];
    const LEAST: usize = 2;
    let is_mark = |c: char| !c.is_alphanumeric() && !matches!(c, ')' | '`' | ']' | '*' | '_');
    let cut = |text: &'_ str, names: &[&str]| -> Option<usize> {
        let text = text.trim_end_matches(is_mark);
        let start = text.rfind(char::is_whitespace)?;
        names.contains(&text[start..].trim().to_lowercase().as_str()).then_some(start)
    };
    let Some(mut end) = cut(heading, KINDS) else { return heading };
    while let Some(start) = cut(&heading[..end], BEFORE) {
        end = start;
    }
    let subject = heading[..end].trim_end_matches(is_mark);
    let is_whole = subject.matches(['`', '*', '_']).count() % 2 == 0
        && subject.matches('(').count() == subject.matches(')').count();
    let said = words::of_text(subject);
    // "Generate the Report" is about the report.
    let is_cut_off = said.last().is_some_and(|last| matching::EMPTY.contains(&last.as_str()));
    if is_whole && !is_cut_off && said.len() >= LEAST { subject } else { heading }
}

/// True for a title that says what was done rather than what there is; words of the guide's own name are its subject.
fn tells_of_work(request: &GuideRequest<'_>, heading: &str) -> bool {
    let title = plain(heading);
    let stem = words::of_text(&String::from_utf8_lossy(request.target.stem()));
    let rest: Vec<String> = words::of_text(&title).into_iter().filter(|word| !stem.contains(word)).collect();
    let is_completed = |at: usize| COMPLETED.contains(&rest[at].as_str()) && !role::is_adjective(&rest, at);
    role::date_in(&title).is_some()
        || sections::tells_of_a_day(&rest.join(" "))
        || (0..rest.len()).any(is_completed)
}

/// True for a title that holds the words of the guide's name.
fn holds_name(request: &GuideRequest<'_>, title: &str) -> bool {
    // A name in two humps is two words, and one in a file's name.
    let fold = |text: &str| -> Vec<String> {
        let words = words::of_text(text).into_iter().chain(words::of_text(&text.to_lowercase()));
        words.map(|word| words::singular(&word).to_owned()).collect()
    };
    let words = fold(title);
    let stem = String::from_utf8_lossy(request.target.stem());
    !words.is_empty() && fold(&stem).iter().all(|word| words.contains(word))
}

fn of_name(request: &GuideRequest<'_>, sources: &[Prepared<'_>]) -> String {
    let stem = String::from_utf8_lossy(request.target.stem()).into_owned();
    let titles = sources.iter().filter_map(|source| source.parsed.title.as_deref());
    Inline::plain(groups::title(&as_written(&stem, titles))).to_markdown()
}

/// A name whose words stand as titles write them where capitals are part of the word (`YouTube`, `API`).
fn as_written<'t>(name: &str, titles: impl Iterator<Item = &'t str>) -> String {
    let shouted = |title: &str| !title.chars().any(char::is_lowercase);
    let forms: Vec<&str> = titles
        .filter(|title| !shouted(title))
        .flat_map(|title| title.split(|character: char| !character.is_alphanumeric()))
        .filter(|word| word.chars().skip(1).any(char::is_uppercase) && !is_shouted_word(word))
        .collect();
    let written = |word: &str| forms.iter().copied().find(|form| form.to_lowercase() == word);
    let words: Vec<&str> =
        name.split(['-', '_']).map(|word| written(&word.to_lowercase()).unwrap_or(word)).collect();
    words.join(" ")
}

/// True for a word in capitals that is too long for an abbreviation.
fn is_shouted_word(word: &str) -> bool {
    word.chars().nth(5).is_some() && !word.chars().any(char::is_lowercase)
}
