//! Compares sources with what holds them now.

use super::held::{self, Held, Stock};
use super::{Conservation, Item, ItemKind, KindCount, Outputs, SourceConservation, Text};

/// Characters of a lost thing that are shown.
const SHOWN: usize = 120;

/// Compares what sources held with what guides and archive hold.
pub fn compare(sources: &[Text<'_>], outputs: &Outputs<'_>) -> Conservation {
    let stock = |texts: &[Text<'_>]| {
        let mut stock = Stock::default();
        texts.iter().for_each(|text| stock.add(held::of(text.path, text.text)));
        stock
    };
    let (guides, archive) = (stock(outputs.guides), stock(outputs.archive));
    let sources: Vec<SourceConservation> = sources
        .iter()
        .map(|source| one(source, &held::of(source.path, source.text), &guides, &archive))
        .collect();
    Conservation {
        blocks: sources.iter().map(|source| source.blocks).sum(),
        in_guide: sources.iter().map(|source| source.in_guide).sum(),
        lost: sources.iter().map(|source| source.lost.len()).sum(),
        sources,
    }
}

fn one(source: &Text<'_>, held: &Held, guides: &Stock, archive: &Stock) -> SourceConservation {
    let mut result = SourceConservation {
        path: source.path.clone(),
        blocks: 0,
        in_guide: 0,
        only_in_archive: Vec::new(),
        lost: Vec::new(),
        kinds: Vec::new(),
    };
    for (&kind, all) in held {
        let mut kept = 0;
        for (words, &line) in all {
            let in_guide = guides.has(kind, words);
            let in_archive = archive.has(kind, words);
            kept += usize::from(in_guide || in_archive);
            if kind == ItemKind::Block {
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
