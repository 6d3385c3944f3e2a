//! Compares sources with what holds them now.

use super::follow::Followed;
use super::held::{self, Held, Stock};
use super::runs::{self, Runs};
use super::{Conservation, Item, ItemKind, KindCount, Outputs, SourceConservation, Text};

/// Characters of a lost thing that are shown.
const SHOWN: usize = 120;

/// Compares what sources held with what guides and archive hold.
pub fn compare(sources: &[Text<'_>], outputs: &Outputs<'_>) -> Conservation {
    let mut followed = Followed::default();
    let mut stock = |texts: &[Text<'_>]| {
        let mut stock = Stock::default();
        for text in texts {
            let held = held::of(text.path, text.text);
            if let Some(moved) = outputs.moved {
                moved.add(&mut followed, &held);
            }
            stock.add(held);
        }
        stock
    };
    let (guides, archive) = (stock(outputs.guides), stock(outputs.archive));
    let follows = |kind: ItemKind, words: &str| {
        outputs.moved.is_some_and(|moved| moved.is_kept(&followed, kind, words))
    };
    let runs: Runs =
        outputs.guides.iter().chain(outputs.archive).flat_map(|text| runs::of(text.text)).collect();
    let (mut all, mut kept) = (Runs::new(), 0);
    let mut results = Vec::with_capacity(sources.len());
    for source in sources {
        let own = runs::of(source.text);
        kept += own.iter().filter(|run| runs.contains(run) && !all.contains(*run)).count();
        let held = held::of(source.path, source.text);
        let text_kept = runs::share(own.intersection(&runs).count(), own.len());
        results.push(SourceConservation { text_kept, ..one(source, &held, (&guides, &archive), &follows) });
        all.extend(own);
    }
    let sources = results;
    Conservation {
        blocks: sources.iter().map(|source| source.blocks).sum(),
        in_guide: sources.iter().map(|source| source.in_guide).sum(),
        lost: sources.iter().map(|source| source.lost.len()).sum(),
        text_kept: runs::share(kept, all.len()),
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
            if matches!(kind, ItemKind::Block | ItemKind::CodeBlock) {
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
