//! Compares sources with what holds them now.

use super::follow::Followed;
use super::held::{self, Held, Stock};
use super::runs::{self, Runs};
use super::{Conservation, Item, ItemKind, KindCount, Outputs, SourceConservation, Text};

/// Characters of a lost thing that are shown.
const SHOWN: usize = 120;

/// A text, taken apart.
struct Read {
    held: Held,
    runs: Runs,
}

/// Compares what sources held with what guides and archive hold.
pub fn compare(sources: &[Text<'_>], outputs: &Outputs<'_>) -> Conservation {
    let read = |text: &Text<'_>| Read { held: held::of(text.path, text.text), runs: runs::of(text.text) };
    let own: Vec<Read> = sources.iter().map(read).collect();
    // An original in the archive is its source: it is taken apart once.
    let as_source = |text: &Text<'_>| sources.iter().position(|source| source.is_same(text));
    let others: Vec<Result<usize, Read>> =
        outputs.archive.iter().map(|text| as_source(text).ok_or_else(|| read(text))).collect();
    let archive: Vec<&Read> =
        others.iter().map(|other| other.as_ref().map_or_else(|read| read, |&number| &own[number])).collect();
    let guides: Vec<Read> = outputs.guides.iter().map(read).collect();
    let mut followed = Followed::default();
    if let Some(moved) = outputs.moved {
        let ends = guides.iter().chain(archive.iter().copied());
        ends.for_each(|end| moved.add(&mut followed, &end.held));
    }
    let (mut in_guides, mut in_archive) = (Stock::default(), Stock::default());
    guides.iter().for_each(|read| in_guides.add(&read.held));
    archive.iter().for_each(|read| in_archive.add(&read.held));
    let follows = |kind: ItemKind, words: &str| {
        outputs.moved.is_some_and(|moved| moved.is_kept(&followed, kind, words))
    };
    let ends = guides.iter().chain(archive.iter().copied());
    let runs = runs::sorted(ends.flat_map(|end| &end.runs).copied().collect());
    let stands = |run: &&u64| runs.binary_search(run).is_ok();
    let mut results = Vec::with_capacity(sources.len());
    for (source, read) in sources.iter().zip(&own) {
        let text_kept = runs::share(read.runs.iter().filter(stands).count(), read.runs.len());
        results.push(SourceConservation {
            text_kept,
            ..one(source, &read.held, (&in_guides, &in_archive), &follows)
        });
    }
    let all = runs::sorted(own.iter().flat_map(|read| &read.runs).copied().collect());
    let sources = results;
    Conservation {
        blocks: sources.iter().map(|source| source.blocks).sum(),
        in_guide: sources.iter().map(|source| source.in_guide).sum(),
        lost: sources.iter().map(|source| source.lost.len()).sum(),
        text_kept: runs::share(all.iter().filter(stands).count(), all.len()),
        sources,
    }
}

fn one(
    source: &Text<'_>,
    held: &Held,
    (guides, archive): (&Stock, &Stock),
    follows: &impl Fn(ItemKind, &str) -> bool,
) -> SourceConservation {
    let mut result = SourceConservation {
        path: source.path.clone(),
        blocks: 0,
        in_guide: 0,
        only_in_archive: Vec::new(),
        lost: Vec::new(),
        kinds: Vec::new(),
        text_kept: None,
    };
    for (&kind, all) in held {
        let mut kept = 0;
        for (words, &line) in all {
            let in_archive = archive.has(kind, words);
            let in_guide = guides.has(kind, words) || (!in_archive && follows(kind, words));
            kept += usize::from(in_guide || in_archive);
            if kind.is_counted() {
                result.blocks += 1;
                result.in_guide += usize::from(in_guide);
            }
            let item = || Item { line, kind, text: shortened(words) };
            match (in_guide, in_archive) {
                (true, _) => {}
                (false, true) => result.only_in_archive.push(item()),
                (false, false) => result.lost.push(item()),
            }
        }
        result.kinds.push(KindCount { kind, before: all.len(), kept });
    }
    result.only_in_archive.sort();
    result.lost.sort();
    result
}

fn shortened(words: &str) -> String {
    let line = super::super::plan_words::one_line(words);
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
