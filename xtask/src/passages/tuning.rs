//! The thresholds, found by scoring planted overlaps of corpora of four kinds; none is exact, all are stable
//! over a wide range.

/// Where something begins to count. Weights are counted in 255ths of the weight of a word that stands in one text.
#[derive(Clone, Debug, PartialEq)]
pub struct Tuning {
    /// Texts that are imagined to hold none of the words, so that a handful of texts has weights too.
    pub prior_texts: f64,
    /// The least weight of a seed's four words.
    pub seed_mass: u32,
    /// Words between two seeds that may still belong to one region.
    pub gap: u32,
    /// The least weight of a region between linked texts.
    pub weak_mass: u32,
    /// The least weight of a region between strangers.
    pub strong_mass: u32,
    /// The least share of a region's words that seeds cover, between strangers.
    pub density: f64,
    /// Texts that share this much of the lighter one's weight are linked.
    pub linked_share: f64,
    /// The share of a line's weight (of 255) that the other side must hold for the line to belong to a passage.
    pub line_share: u8,
    /// Lines in a row that a passage may grow over although the other side lacks them.
    pub missed_lines: u32,
    /// A section of which this much is shared is taken as a whole.
    pub whole_section: f64,
    /// Fewest words of a run that is reported as boilerplate.
    pub boilerplate_words: u32,
}

impl Default for Tuning {
    fn default() -> Self {
        Self {
            prior_texts: 40.0,
            seed_mass: 120,
            gap: 40,
            weak_mass: 400,
            strong_mass: 1300,
            density: 0.28,
            linked_share: 0.3,
            line_share: 130,
            missed_lines: 2,
            whole_section: 0.75,
            boilerplate_words: 12,
        }
    }
}

impl Tuning {
    /// A run of words that stands in more texts than this is boilerplate.
    pub(super) fn spread_limit(&self, texts: usize) -> u32 {
        u32::try_from(texts * 3 / 100).unwrap_or(u32::MAX).clamp(4, 12)
    }
}
