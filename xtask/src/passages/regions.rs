//! From seeds to regions: seeds of two sections that lie close together on both sides.

use super::Tuning;
use super::compare;
use super::seeds::{GRAM, Seed, Weighed};

/// A stretch of words on both sides, with the seeds in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Region {
    /// First and last word of each side.
    pub(super) a: (u32, u32),
    pub(super) b: (u32, u32),
    /// The sections that hold it.
    pub(super) sections: (usize, usize),
    /// The weight of the words that seeds cover, of the side that has less.
    pub(super) mass: u32,
    /// Whether it says enough by itself.
    pub(super) strong: bool,
}

/// The regions of two texts, from the seeds they share; weak ones are marked, hopeless ones left out.
pub(super) fn of_pair(
    a: compare::Side<'_>,
    b: compare::Side<'_>,
    seeds: &[Seed],
    tuning: &Tuning,
) -> Vec<Region> {
    let mut placed: Vec<((usize, usize), (u32, u32))> = seeds
        .iter()
        .map(|seed| {
            let sections = (section_of(a.text, seed.at.0), section_of(b.text, seed.at.1));
            (sections, seed.at)
        })
        .collect();
    placed.sort_unstable();
    let mut regions = Vec::new();
    for group in placed.chunk_by(|one, other| one.0 == other.0) {
        let points: Vec<(u32, u32)> = group.iter().map(|&(_, at)| at).collect();
        for cluster in clusters(points, tuning.gap) {
            let side_a = Measure::of(a, cluster.iter().map(|point| point.0));
            let side_b = Measure::of(b, cluster.iter().map(|point| point.1));
            let mass = side_a.mass.min(side_b.mass);
            let density = side_a.density.min(side_b.density);
            if side_a.is_boilerplate || side_b.is_boilerplate || mass < tuning.weak_mass {
                continue;
            }
            regions.push(Region {
                a: side_a.span,
                b: side_b.span,
                sections: group[0].0,
                mass,
                strong: mass >= tuning.strong_mass && density >= tuning.density,
            });
        }
    }
    regions
}

fn section_of(text: &Weighed, word: u32) -> usize {
    text.tokens.section_of(text.tokens.line_of(word))
}

/// Splits points wherever a gap opens on either side.
fn clusters(points: Vec<(u32, u32)>, gap: u32) -> Vec<Vec<(u32, u32)>> {
    // A text with many repetitions could split for ever in small steps; what is left then stays one cluster.
    const ROUNDS: usize = 8;
    let mut now = vec![points];
    let mut quiet = 0;
    for round in 0..ROUNDS {
        let count = now.len();
        let mut next = Vec::with_capacity(now.len());
        for mut cluster in now.drain(..) {
            let side = |point: &(u32, u32)| if round % 2 == 0 { point.0 } else { point.1 };
            cluster.sort_unstable_by_key(|point| (side(point), *point));
            next.extend(cluster.chunk_by(|one, other| side(other) - side(one) <= gap).map(<[_]>::to_vec));
        }
        quiet = if next.len() == count { quiet + 1 } else { 0 };
        now = next;
        // Neither side had a gap left.
        if quiet == 2 {
            break;
        }
    }
    now
}

/// One side of a cluster.
struct Measure {
    span: (u32, u32),
    mass: u32,
    density: f64,
    is_boilerplate: bool,
}

impl Measure {
    fn of(side: compare::Side<'_>, starts: impl Iterator<Item = u32>) -> Self {
        let mut starts: Vec<u32> = starts.collect();
        starts.sort_unstable();
        starts.dedup();
        let (first, last) = (starts[0], starts[starts.len() - 1] + GRAM as u32 - 1);
        let (mut covered, mut mass, mut next, mut own) = (0, 0, first, 0);
        for &start in &starts {
            for word in start.max(next)..start + GRAM as u32 {
                covered += 1;
                if !side.is_common(word) {
                    own += 1;
                    mass += u32::from(side.text.weights[word as usize]);
                }
            }
            next = next.max(start + GRAM as u32);
        }
        let common = (first..=last).filter(|&word| side.is_common(word)).count();
        let density = f64::from(covered) / f64::from(last - first + 1);
        Self { span: (first, last), mass, density, is_boilerplate: common > own }
    }
}
