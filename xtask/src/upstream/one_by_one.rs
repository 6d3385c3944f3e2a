//! Upstream's commits that the fork took over one by one: a few are picks, but who passes over next to nothing has
//! followed. Knows no repository.

use super::reach::{Reach, Taken, bulks, held_before, last_before, line_share};

/// Telling places looked back at for whether the fork took over nearly all of them one by one.
const CLOSE: usize = 12;
/// Places that it takes at least.
const FEWEST: usize = 3;
/// Of so many telling places since the last import one is taken over at least: who passes over more has picked.
const MOST_PASSED: usize = 10;

/// Moves the end to the last place around which nearly all was taken over; `None` where there is none.
pub(super) fn followed_on(sequence: &[Taken], found: Reach, last_time: i64) -> Option<Reach> {
    let told: Vec<usize> =
        (found.place + 1..sequence.len()).filter(|&place| sequence[place].lines > 0).collect();
    let stretch = |end: usize| &told[(end + 1).saturating_sub(CLOSE)..=end];
    let mut held = 0;
    let held_until: Vec<usize> = told
        .iter()
        .map(|&place| {
            held += usize::from(sequence[place].is_held());
            held
        })
        .collect();
    let is_end = |end: &usize| {
        sequence[told[*end]].is_held()
            && held_until[*end] * MOST_PASSED > *end
            && is_close(sequence, stretch(*end))
    };
    let end = (0..told.len()).rev().find(is_end)?;
    let place = told[end];
    Some(Reach {
        place,
        window: (
            held_before(sequence, place),
            found.window.1.max(place).min(last_before(sequence, last_time).max(place)),
        ),
        before: line_share(&sequence[stretch(end)[0]..=place]),
        after: line_share(&sequence[place + 1..]),
        bulk: None,
        confidence: 0.75,
    })
}

/// Whether nearly all of some places is held.
fn is_close(sequence: &[Taken], places: &[usize]) -> bool {
    let all = || places.iter().map(|&place| &sequence[place]);
    let held = all().filter(|one| one.is_held()).count();
    let (taken, weight) = (all().map(Taken::taken).sum::<f64>(), all().map(Taken::weight).sum::<f64>());
    held >= FEWEST && held * 2 >= places.len() && taken * 2.0 >= weight
}

/// Whether certain commits of the fork brought more of a stretch than picks: one of them much at once, or all of them
/// nearly everything.
pub(super) fn is_brought(stretch: &[Taken], by: impl Fn(usize) -> bool) -> bool {
    let is_by = |place: &&usize| stretch[**place].bringer().is_some_and(&by);
    let told: Vec<usize> = (0..stretch.len()).filter(|&place| stretch[place].lines > 0).collect();
    let at_once = bulks(stretch).iter().any(|(commit, bulk)| by(*commit) && bulk.is_many());
    at_once || (told.iter().filter(is_by).count() >= FEWEST && is_close(stretch, &told))
}

#[cfg(test)]
mod tests {
    use super::super::reach::reach;
    use super::super::reach::tests::brought;
    use super::*;

    const ALL: i64 = i64::MAX;

    #[test]
    fn what_is_taken_over_one_by_one_behind_a_sync_is_followed_where_next_to_nothing_is_passed_over() {
        let behind = |one_by_one: &[usize]| {
            let mut places: Vec<(usize, usize)> = [vec![(9, 1); 10], vec![(9, 2); 10]].concat();
            places.extend(one_by_one.iter().enumerate().map(|(place, &held)| (held, 100 + place)));
            places.extend([(0, 0); 30]);
            let found = reach(&brought(&places), ALL).unwrap();
            assert!((found.window.0..=found.window.1).contains(&found.place), "{found:?}");
            found.place
        };
        assert_eq!(behind(&[9, 9, 0, 9, 9, 9, 0, 9]), 27);
        assert_eq!(behind(&[9, 0, 0, 9, 0, 0, 9, 0, 0, 9]), 19, "picks");
        assert_eq!(behind(&[9, 9]), 19, "two tell nothing");
        // A branch that nobody took over lies between.
        assert_eq!(behind(&[[0; 40].as_slice(), &[9; 9]].concat()), 68);
        assert_eq!(behind(&[[0; 200].as_slice(), &[9; 9]].concat()), 19, "picks of what is far ahead");
    }

    #[test]
    fn later_commits_brought_a_stretch_where_one_had_much_of_it_or_all_had_nearly_everything() {
        let is_by_later = |places: &[(usize, usize)]| is_brought(&brought(places), |by| by < 10);
        assert!(is_by_later(&[(9, 5), (0, 0), (9, 5), (0, 0), (0, 0), (0, 0), (9, 5)]));
        assert!(is_by_later(&[(9, 5), (9, 4), (0, 0), (9, 3)]));
        assert!(!is_by_later(&[(9, 5), (0, 0), (9, 4), (0, 0), (0, 0), (0, 0), (9, 3)]), "picks");
        assert!(!is_by_later(&[(9, 15), (9, 15), (9, 15), (9, 5)]), "an earlier one");
    }
}
