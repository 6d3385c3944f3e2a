//! git's histogram diff of one text against many versions of it. The base's lines are numbered and their places noted
//! once, and a version's lines are looked up where it differs from the version before. The steps are git's own (the
//! algorithm is that of JGit's `HistogramDiff`; changes are moved as `xdl_change_compact` in `xdiff/xdiffi.c` moves
//! them), so that the same changes come out. Knows no repository.

use std::collections::HashMap;
use std::ops::Range;

use super::three_way::{Script, lines};

/// What stands more often than this in a part of the base is no anchor.
const MOST: u32 = 64;

/// The number of a line that the base does not have.
const UNKNOWN: u32 = u32::MAX;

/// A text with which others are compared.
pub(super) struct Base<'a> {
    lines: Vec<&'a [u8]>,
    by_line: HashMap<&'a [u8], u32>,
    /// Equal lines have one number.
    numbers: Vec<u32>,
    /// The places of each number, one number after the other.
    places: Vec<u32>,
    /// Where each number's places begin.
    starts: Vec<u32>,
    /// Where each line stands in `places`.
    ranks: Vec<u32>,
}

/// A version of the text; the next is read by what it changes.
#[derive(Default)]
pub(super) struct Version {
    text: Vec<u8>,
    /// Where each line ends.
    ends: Vec<usize>,
    /// The base's numbers of its lines.
    numbers: Vec<u32>,
}

impl Version {
    /// Turns into another version of the text.
    pub(super) fn turn_into(&mut self, text: &[u8], base: &Base<'_>) {
        let head = common_head(&self.text, text);
        let most = self.text.len().min(text.len()) - head;
        let tail = common_tail(&self.text, text).min(most);
        let ended = self.ends.len() - usize::from(!self.text.is_empty() && !self.text.ends_with(b"\n"));
        let kept = self.ends[..ended].partition_point(|&end| end <= head);
        // A line begins where the one before it ends, which has to be in the common tail too.
        let tail_start = self.text.len() - tail;
        let joint = self.ends[..ended].partition_point(|&end| end <= tail_start);
        let start = if kept == 0 { 0 } else { self.ends[kept - 1] };
        let (first_after, stop) = match joint + 1 < self.ends.len() {
            true => (joint + 1, text.len() - (self.text.len() - self.ends[joint])),
            false => (self.ends.len(), text.len()),
        };
        let mut end = start;
        let middle: Vec<(usize, u32)> = lines(&text[start..stop])
            .map(|line| {
                end += line.len();
                (end, base.by_line.get(line).copied().unwrap_or(UNKNOWN))
            })
            .collect();
        for end in &mut self.ends[first_after..] {
            *end = text.len() - (self.text.len() - *end);
        }
        self.ends.splice(kept..first_after, middle.iter().map(|(end, _)| *end));
        self.numbers.splice(kept..first_after, middle.iter().map(|(_, number)| *number));
        self.text.clear();
        self.text.extend_from_slice(text);
    }

    fn lines(&self) -> Vec<&[u8]> {
        let starts = std::iter::once(&0).chain(&self.ends);
        starts.zip(&self.ends).map(|(&start, &end)| &self.text[start..end]).collect()
    }
}

/// Bytes that are compared at once.
const BLOCK: usize = 1 << 10;

fn common_head(one: &[u8], other: &[u8]) -> usize {
    let blocks = one.chunks_exact(BLOCK).zip(other.chunks_exact(BLOCK));
    let whole = blocks.take_while(|(one, other)| one == other).count() * BLOCK;
    let bytes = one[whole..].iter().zip(&other[whole..]);
    whole + bytes.take_while(|(one, other)| one == other).count()
}

fn common_tail(one: &[u8], other: &[u8]) -> usize {
    let blocks = one.rchunks_exact(BLOCK).zip(other.rchunks_exact(BLOCK));
    let whole = blocks.take_while(|(one, other)| one == other).count() * BLOCK;
    let bytes = one[..one.len() - whole].iter().rev().zip(other[..other.len() - whole].iter().rev());
    whole + bytes.take_while(|(one, other)| one == other).count()
}

/// Lines of the base and of the version that are still to be compared.
#[derive(Clone)]
struct Area {
    old: Range<usize>,
    new: Range<usize>,
}

/// What an area is split at.
enum Anchor {
    Lines(Area),
    /// The two have no line in common.
    None,
    /// They have, but none that is rare enough: git turns to another algorithm.
    TooCommon,
}

impl<'a> Base<'a> {
    pub(super) fn of(text: &'a [u8]) -> Self {
        let lines: Vec<&[u8]> = lines(text).collect();
        let mut by_line: HashMap<&[u8], u32> = HashMap::with_capacity(lines.len());
        let mut starts = vec![0];
        let mut numbers = Vec::with_capacity(lines.len());
        for line in &lines {
            let next = by_line.len() as u32;
            let number = *by_line.entry(line).or_insert(next);
            if number == next {
                starts.push(0);
            }
            starts[number as usize + 1] += 1;
            numbers.push(number);
        }
        for number in 1..starts.len() {
            starts[number] += starts[number - 1];
        }
        let mut next = starts.clone();
        let (mut places, mut ranks) = (vec![0; lines.len()], vec![0; lines.len()]);
        for (place, &number) in numbers.iter().enumerate() {
            let rank = &mut next[number as usize];
            places[*rank as usize] = place as u32;
            ranks[place] = *rank;
            *rank += 1;
        }
        Self { lines, by_line, numbers, places, starts, ranks }
    }

    /// What makes the version of the base; `None` where git does not go by the histogram alone.
    pub(super) fn script<'t>(&'t self, version: &'t Version) -> Option<Script<'t>> {
        let lines = version.lines();
        let mut old = Marked::new(&self.numbers, &self.lines);
        let mut new = Marked::new(&version.numbers, &lines);
        let mut areas = vec![Area { old: 0..old.length(), new: 0..new.length() }];
        while let Some(area) = areas.pop() {
            match self.anchor(&version.numbers, &area) {
                Anchor::TooCommon => return None,
                Anchor::None => {
                    old.changed[area.old].fill(true);
                    new.changed[area.new].fill(true);
                }
                Anchor::Lines(anchor) => {
                    areas.push(Area {
                        old: area.old.start..anchor.old.start,
                        new: area.new.start..anchor.new.start,
                    });
                    areas.push(Area { old: anchor.old.end..area.old.end, new: anchor.new.end..area.new.end });
                }
            }
        }
        compact(&mut old, &new);
        compact(&mut new, &old);
        Some(Script::of([&old.changed, &new.changed], [&self.lines, &lines]))
    }

    /// The common lines of which the rarest is rarest, of these the longest run, of these the first.
    fn anchor(&self, version: &[u32], area: &Area) -> Anchor {
        let Area { old, new } = area;
        if old.is_empty() || new.is_empty() {
            return Anchor::None;
        }
        let mut best = Area { old: 0..0, new: 0..0 };
        let mut rarest = MOST + 1;
        let mut have_common = false;
        let mut next = new.start;
        while next < new.end {
            let line = next;
            next += 1;
            let places = self.places_in(version[line], old, rarest);
            have_common |= !places.is_empty();
            // Also where they are too many: all of them are as many.
            let often = places.len() as u32;
            if often > rarest {
                continue;
            }
            let mut reached = 0;
            for place in places.iter().map(|&place| place as usize) {
                if place < reached {
                    continue;
                }
                let (run, count) = self.run(version, area, (place, line), often);
                reached = run.old.end;
                next = next.max(run.new.end);
                // git compares the places of the first and the last line, so that one line is no longer than none.
                let is_longer = run.old.len() - 1 > best.old.len().saturating_sub(1);
                if is_longer || count < rarest {
                    (best, rarest) = (run, count);
                }
            }
        }
        match () {
            () if have_common && rarest > MOST => Anchor::TooCommon,
            () if best.old.is_empty() => Anchor::None,
            () => Anchor::Lines(best),
        }
    }

    /// Where a line stands in a part of the base, at most one place more than `most`.
    fn places_in(&self, number: u32, part: &Range<usize>, most: u32) -> &[u32] {
        if number == UNKNOWN {
            return &[];
        }
        let number = number as usize;
        let all = &self.places[self.starts[number] as usize..self.starts[number + 1] as usize];
        let all = &all[all.partition_point(|&place| (place as usize) < part.start)..];
        let inside = all.iter().take(most as usize + 1).take_while(|&&place| (place as usize) < part.end);
        &all[..inside.count()]
    }

    /// The common run around a line of either, and how often its rarest line stands in the area.
    fn run(&self, version: &[u32], area: &Area, (place, line): (usize, usize), often: u32) -> (Area, u32) {
        let mut count = often;
        let (mut old, mut new) = (place..place + 1, line..line + 1);
        while old.start > area.old.start
            && new.start > area.new.start
            && self.numbers[old.start - 1] == version[new.start - 1]
        {
            old.start -= 1;
            new.start -= 1;
            count = self.count_to(old.start, &area.old, count);
        }
        while old.end < area.old.end && new.end < area.new.end && self.numbers[old.end] == version[new.end] {
            count = self.count_to(old.end, &area.old, count);
            old.end += 1;
            new.end += 1;
        }
        (Area { old, new }, count)
    }

    /// How often the line at a place stands in a part of the base, or `most` if that is less.
    fn count_to(&self, place: usize, part: &Range<usize>, most: u32) -> u32 {
        if most <= 1 {
            return most;
        }
        let number = self.numbers[place] as usize;
        let rank = self.ranks[place] as usize;
        let before = self.places[self.starts[number] as usize..rank].iter().rev();
        let after = self.places[rank + 1..self.starts[number + 1] as usize].iter();
        let before = before.take_while(|&&place| place as usize >= part.start).take(most as usize);
        let after = after.take_while(|&&place| (place as usize) < part.end).take(most as usize);
        most.min((1 + before.count() + after.count()) as u32)
    }
}

/// A text's lines, and which of them changed.
struct Marked<'t> {
    numbers: &'t [u32],
    lines: &'t [&'t [u8]],
    /// One more than there are lines, which never changes.
    changed: Vec<bool>,
}

impl<'t> Marked<'t> {
    fn new(numbers: &'t [u32], lines: &'t [&'t [u8]]) -> Self {
        Self { numbers, lines, changed: vec![false; lines.len() + 1] }
    }

    fn length(&self) -> usize {
        self.lines.len()
    }

    fn are_same(&self, one: usize, other: usize) -> bool {
        self.numbers[one] == self.numbers[other]
            && (self.numbers[one] != UNKNOWN || self.lines[one] == self.lines[other])
    }

    /// Moves changed lines down by one where the text stays the same, up to the next ones, which they join.
    fn slide_down(&mut self, group: &mut Range<usize>) -> bool {
        let slides = group.end < self.length() && self.are_same(group.start, group.end);
        if slides {
            self.changed[group.start] = false;
            self.changed[group.end] = true;
            group.start += 1;
            group.end = self.end_of(group.end + 1);
        }
        slides
    }

    /// The same, up.
    fn slide_up(&mut self, group: &mut Range<usize>) -> bool {
        let slides = group.start > 0 && self.are_same(group.start - 1, group.end - 1);
        if slides {
            self.changed[group.start - 1] = true;
            self.changed[group.end - 1] = false;
            group.end -= 1;
            group.start = self.start_of(group.start - 1);
        }
        slides
    }

    /// Goes to the changed lines before the next line that stays; there may be none of them.
    fn go_on(&self, group: &mut Range<usize>) -> bool {
        let goes = group.end < self.length();
        if goes {
            *group = group.end + 1..self.end_of(group.end + 1);
        }
        goes
    }

    /// The same, back.
    fn go_back(&self, group: &mut Range<usize>) -> bool {
        let goes = group.start > 0;
        if goes {
            *group = self.start_of(group.start - 1)..group.start - 1;
        }
        goes
    }

    /// The end of changed lines that begin or go on at a place.
    fn end_of(&self, place: usize) -> usize {
        place + self.changed[place..].iter().take_while(|changed| **changed).count()
    }

    fn start_of(&self, place: usize) -> usize {
        place - self.changed[..place].iter().rev().take_while(|changed| **changed).count()
    }
}

/// Moves each group of changed lines as far down as it goes, or to the last place where the other text changed too.
fn compact(text: &mut Marked<'_>, other: &Marked<'_>) {
    let (mut group, mut across) = (0..text.end_of(0), 0..other.end_of(0));
    loop {
        if !group.is_empty() {
            let meets = loop {
                let size = group.len();
                while text.slide_up(&mut group) {
                    other.go_back(&mut across);
                }
                let highest = group.end;
                let mut meets = !across.is_empty();
                while text.slide_down(&mut group) {
                    other.go_on(&mut across);
                    meets |= !across.is_empty();
                }
                // It may have joined others, with which it goes farther.
                if group.len() == size {
                    break meets && group.end != highest;
                }
            };
            while meets && across.is_empty() && text.slide_up(&mut group) {
                other.go_back(&mut across);
            }
        }
        if !text.go_on(&mut group) {
            return;
        }
        other.go_on(&mut across);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_that_is_reached_by_another_is_numbered_as_if_it_were_the_first() {
        let base = Base::of(b"a\nb\nc\nd\n");
        let texts: [&[u8]; 14] = [
            b"a\nb\nc\nd\n",
            b"a\nx\nc\nd\n",
            b"",
            b"a",
            b"a\n",
            b"a\na",
            b"a\na\na\n",
            b"a\na\n",
            b"b\na\na\n",
            b"b\nxa\na\n",
            b"b\na",
            b"bb\na\n",
            b"bb\na\nd\nd",
            b"b\na\nd\nd",
        ];
        for from in texts {
            for to in texts {
                let (mut reached, mut first) = (Version::default(), Version::default());
                reached.turn_into(from, &base);
                reached.turn_into(to, &base);
                first.turn_into(to, &base);
                assert_eq!(
                    (&reached.ends, &reached.numbers),
                    (&first.ends, &first.numbers),
                    "{from:?} {to:?}"
                );
                assert_eq!(reached.lines(), lines(to).collect::<Vec<_>>());
            }
        }
    }
}
