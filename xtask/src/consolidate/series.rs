//! Headings that count: "Step 3", "Phase 2: speed", "4) Heat", "2.1 Oil", "Option B".

use std::collections::BTreeMap;

use super::guide::plain;
use crate::markdown::Section;

/// What a heading counts, and where in the count it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Member {
    /// The words before the number in small letters, then the numbers before the last one: `step`, `2.`; empty for "4) Heat".
    name: String,
    number: u32,
}

/// Headings of one rank that count on, by their sections.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Series {
    /// The sections, as indices; two at least.
    pub(super) members: Vec<usize>,
    /// True where a word says what is counted. A bare number counts headings, whatever stands below them.
    pub(super) is_named: bool,
    /// True where that is a step: one is nothing without the others.
    pub(super) is_procedure: bool,
}

impl Member {
    fn is_named(&self) -> bool {
        self.name.starts_with(char::is_alphabetic)
    }

    /// True for a number below that of a chapter: "2.1 Oil".
    pub(super) fn is_of_chapter(&self) -> bool {
        self.name.starts_with(|c: char| c.is_ascii_digit())
    }
}

/// Words before a number: more are a sentence.
const LONGEST_NAME: usize = 3;
/// Digits of a number that counts: more are a year or a code.
const LONGEST_NUMBER: usize = 3;
/// A digit in a box: behind it, the sign that it is drawn as one (COMBINING ENCLOSING KEYCAP).
pub(super) const KEYCAP: char = '\u{20e3}';
/// Steps in languages that write the number behind the word.
const STEPS: &[&str] = &["step", "schritt", "étape", "paso", "passo", "шаг", "krok", "stap"];

/// The series among the headings of a text. One with a name may go on in the next chapter.
pub(super) fn of(sections: &[Section]) -> Vec<Series> {
    found(sections, true)
}

/// The series among headings that stand below one heading.
pub(super) fn of_siblings(sections: &[Section]) -> Vec<Series> {
    found(sections, false)
}

fn found(sections: &[Section], goes_on: bool) -> Vec<Series> {
    let mut all: Vec<Series> = Vec::new();
    // By rank and name: the series, its last number and what holds its last heading.
    let mut open: BTreeMap<(u8, String), (usize, u32, Option<usize>)> = BTreeMap::new();
    for (index, section) in sections.iter().enumerate() {
        let Some(member) = member(&section.text) else { continue };
        let is_named = member.is_named();
        let Member { name, number } = member;
        let is_procedure = STEPS.contains(&name.as_str());
        let key = (section.level, name);
        let leads_on = |&&(_, last, parent): &&(usize, u32, Option<usize>)| match parent == section.parent {
            true => last < number,
            false => goes_on && is_named && last + 1 == number,
        };
        let place = match open.get(&key).filter(leads_on) {
            Some(&(place, ..)) => place,
            None => {
                all.push(Series { members: Vec::new(), is_named, is_procedure });
                all.len() - 1
            }
        };
        all[place].members.push(index);
        open.insert(key, (place, number, section.parent));
    }
    all.retain(|series| series.members.len() > 1);
    all
}

/// What a heading counts, by its words without markup.
pub(super) fn member(heading: &str) -> Option<Member> {
    counted(heading).map(|(member, _)| member)
}

/// A heading's words behind a bare number that counts it; all of them where there is none.
pub(super) fn behind_count(heading: &str) -> &str {
    counted(heading).filter(|(member, _)| !member.is_named()).map_or(heading, |(_, behind)| behind)
}

fn counted(heading: &str) -> Option<(Member, &str)> {
    let mut rest = heading.trim_start_matches(|c: char| !c.is_alphanumeric());
    let mut name: Vec<String> = Vec::new();
    while rest.starts_with(char::is_alphabetic) {
        let end = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
        let (word, behind) = rest.split_at(end);
        if let Some(number) = letter(word, behind, !name.is_empty()) {
            let name = if name.is_empty() { "*".to_owned() } else { name.join(" ") };
            return Some((Member { name, number }, behind));
        }
        if name.len() == LONGEST_NAME {
            return None;
        }
        name.push(word.to_lowercase());
        rest = behind.trim_start_matches([' ', '\u{a0}', '-', '_', '#', '№']);
        if rest.len() == behind.len() {
            return None;
        }
    }
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
    let count = rest[..end].trim_end_matches('.');
    let numbers: Vec<&str> = count.split('.').collect();
    let is_number = |part: &&str| (1..=LONGEST_NUMBER).contains(&part.len());
    let behind = &rest[count.len()..];
    let is_alone = match name.is_empty() {
        true => is_marked(behind) || numbers.len() > 1 && is_above_words(behind),
        false => !behind.starts_with(char::is_alphanumeric),
    };
    if !is_alone || !numbers.iter().all(is_number) {
        return None;
    }
    let (last, above) = numbers.split_last()?;
    let above: String = above.iter().map(|number| format!("{number}.")).collect();
    Some((Member { name: [name.join(" "), above].concat(), number: last.parse().ok()? }, behind))
}

/// A heading, with its markup, without the number that only counts it: "**4. Heat**", "📝 4) Heat".
pub(super) fn uncounted(heading: &str) -> String {
    let at = heading.find(char::is_alphanumeric).unwrap_or(heading.len());
    let (before, counted) = heading.split_at(at);
    let rest = counted.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let rest = match rest.len() == counted.len() {
        true => rest.trim_start_matches(|c: char| c.is_ascii_uppercase()),
        false => rest,
    };
    let rest = rest.trim_start_matches(['\u{fe0f}', KEYCAP, '.', ')', ':']).trim_start();
    let is_counted = member(&plain(heading)).is_some_and(|member| !member.is_named());
    if is_counted && !rest.is_empty() { format!("{before}{rest}") } else { heading.to_owned() }
}

/// True behind a number that counts: "4) Heat", "4. Heat"; not in "4-minute test".
fn is_marked(behind: &str) -> bool {
    let sign = behind.trim_start_matches('\u{fe0f}');
    let rest = sign.strip_prefix(KEYCAP).or_else(|| behind.strip_prefix(['.', ')', ':']));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace))
}

/// True behind the number of "2.1 Oil", not behind that of "1.5 kbps".
fn is_above_words(behind: &str) -> bool {
    let rest = behind.trim_start();
    rest.len() < behind.len() && rest.starts_with(|c: char| !c.is_lowercase())
}

/// The place of a letter that counts: `B` of "Option B: two probes" and of "B. Two probes".
fn letter(word: &str, behind: &str, is_named: bool) -> Option<u32> {
    let mut characters = word.chars();
    let letter = characters.next().filter(char::is_ascii_uppercase)?;
    let ends = behind.is_empty() || behind.starts_with([':', '.', ')', ' ', '-', '—', '–']);
    let is_marked = behind.starts_with([':', '.', ')']);
    let counts = characters.next().is_none() && if is_named { ends } else { is_marked };
    counts.then(|| u32::from(letter) - u32::from('A'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown::{Format, parse};

    fn series(text: &str) -> Vec<Vec<String>> {
        let parsed = parse(text, Format::Markdown);
        let name = |&index: &usize| parsed.sections[index].text.clone();
        of(&parsed.sections).iter().map(|series| series.members.iter().map(name).collect()).collect()
    }

    #[test]
    fn headings_count_in_many_ways() {
        let counted = [
            ("Step 3: start", "step", 3),
            ("✅ Step 3", "step", 3),
            ("Phase 2", "phase", 2),
            ("4) Heat", "", 4),
            ("7) `kw_results`", "", 7),
            ("12. Oil", "", 12),
            ("2.1 Oil", "2.", 1),
            ("Issue #61: the probe", "issue", 61),
            ("Use Case 2 — heat", "use case", 2),
            ("1\u{fe0f}\u{20e3} Setup", "", 1),
            ("Option B: two probes", "option", 1),
            ("B. Two probes", "*", 1),
            ("Шаг 2: тепло", "шаг", 2),
        ];
        for (heading, name, number) in counted {
            let expected = Member { name: name.to_owned(), number };
            assert_eq!(member(heading), Some(expected), "{heading}");
        }
        let others = ["5-Minute Test", "20 baths", "2025-10-31", "A bath", "Heat", "1.5 kbps"];
        for heading in others {
            assert_eq!(member(heading), None, "{heading}");
        }
    }

    #[test]
    fn a_series_counts_on_below_one_heading_and_a_procedure_in_the_next_chapter() {
        let text = "# Bath\n\n## A\n\n### Step 1\n\n### Step 2\n\n### 1. Oil\n\n### 2. Soap\n\n## B\n\n### Step 3\n\n### 3. Salt\n";
        let expected: [&[&str]; 2] = [&["Step 1", "Step 2", "Step 3"], &["1. Oil", "2. Soap"]];
        assert_eq!(series(text), expected);
        let twice = "# Bath\n\n## Step 1\n\n## Step 2\n\n## Step 1\n";
        assert_eq!(series(twice), [["Step 1", "Step 2"]], "the second one begins anew");
    }

    #[test]
    fn a_heading_without_its_number_keeps_what_stands_before() {
        let uncounted = |heading: &str| super::uncounted(heading);
        assert_eq!(uncounted("**4. Heat**"), "**Heat**");
        assert_eq!(uncounted("📝 4) Heat"), "📝 Heat");
        assert_eq!(uncounted("2.1 Oil"), "Oil");
        assert_eq!(uncounted("1\u{fe0f}\u{20e3} Oil"), "Oil");
        assert_eq!(uncounted("B. Oil"), "Oil");
        for kept in ["Step 4: Heat", "4.", "20 baths", "Heat"] {
            assert_eq!(uncounted(kept), kept);
        }
    }
}
