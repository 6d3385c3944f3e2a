//! Whether two statements of one name speak of one thing.

use std::collections::{BTreeMap, BTreeSet};

use super::aims;
use super::contradict::contradict;
use super::notes::{
    are_numbered, are_of_one_kind, are_of_one_series, are_of_one_set, component, form_of, is_of_a_month,
    is_of_a_stage, tells_of_the_future, theme, version_of,
};
use super::requirements::{has_versions, is_part_of_a_machine, tells_of_needs};
use super::scope::holds_the_other;
use super::statements::{Form, Statement, split};
use super::value::{Bound, Value};
use super::vocabulary::{
    CONTRASTS, COUNTERPARTS, PLAIN_WORDS, TURNS, is_mark, is_of_looks, is_specific, names_a_suite,
};
use crate::consolidate::affinity::{Affinities, tells_of_a_day};
use crate::consolidate::note::Note;
use crate::consolidate::overlaps::Overlaps;
use crate::consolidate::words;

/// Affinity from which two notes are about one thing.
const NEAR: f64 = 0.2;
/// Likeness of the texts alone from which they are.
const LIKE: f64 = 0.2;

/// So many names with different values, and more than those that agree, make two notes sheets of two things.
const MANY_APART: usize = 3;

/// Share of headings that two notes have in common from which they are sheets of one form, and how many it takes.
const ONE_FORM: f64 = 0.4;
const FEW_HEADINGS: usize = 3;

/// What is known about all notes, to judge pairs of statements.
pub(super) struct Subjects<'n> {
    pub(super) notes: &'n [Note],
    pub(super) overlaps: &'n Overlaps,
    pub(super) affinities: &'n Affinities,
    pub(super) themes: Vec<BTreeSet<String>>,
    /// In how many notes' themes each word is.
    spread: BTreeMap<String, usize>,
    /// The headings of each note, without figures.
    forms: Vec<BTreeSet<String>>,
    /// The named statements of each section, by note and section.
    siblings: BTreeMap<(usize, Option<usize>), Vec<usize>>,
    statements: &'n [Statement],
    /// The values that each note gives to names, by name and column.
    given: BTreeMap<usize, BTreeMap<(&'n [String], &'n str), usize>>,
    /// The version in each note's path (`v1.8`), and whether it tells of what is to come.
    versions: Vec<Option<String>>,
    is_plan: Vec<bool>,
}

impl<'n> Subjects<'n> {
    pub(super) fn of(
        notes: &'n [Note],
        overlaps: &'n Overlaps,
        affinities: &'n Affinities,
        statements: &'n [Statement],
    ) -> Self {
        let themes: Vec<BTreeSet<String>> = notes.iter().map(theme).collect();
        let mut spread: BTreeMap<String, usize> = BTreeMap::new();
        for word in themes.iter().flatten() {
            *spread.entry(word.clone()).or_default() += 1;
        }
        let mut siblings: BTreeMap<(usize, Option<usize>), Vec<usize>> = BTreeMap::new();
        let named = |one: &Statement| one.form == Form::Named && !super::days::tells_of_a_day(one);
        let is_sibling = |one: &Statement| named(one) && !one.is_result;
        for (number, statement) in statements.iter().enumerate().filter(|(_, one)| is_sibling(one)) {
            siblings.entry((statement.note, statement.section)).or_default().push(number);
        }
        let mut given: BTreeMap<usize, BTreeMap<(&[String], &str), usize>> = BTreeMap::new();
        for (number, one) in statements.iter().enumerate().filter(|(_, one)| named(one)) {
            given.entry(one.note).or_default().entry((&one.key, &one.column)).or_insert(number);
        }
        let versions = notes.iter().map(|note| version_of(&note.path)).collect();
        let is_plan = notes.iter().map(tells_of_the_future).collect();
        let forms = notes.iter().map(form_of).collect();
        Self {
            notes,
            overlaps,
            affinities,
            themes,
            spread,
            forms,
            siblings,
            statements,
            given,
            versions,
            is_plan,
        }
    }

    /// True where two statements of one name surely speak of one thing.
    pub(super) fn are_one(&self, one: &Statement, other: &Statement) -> bool {
        if self.describe_different_things(one.note, other.note)
            || self.are_sheets_of_one_form(one.note, other.note)
            || self.are_of_different_versions(one.note, other.note)
            || self.tells_its_own_version(one)
            || self.tells_its_own_version(other)
            || self.are_of_different_endpoints(one, other)
            || self.is_of_an_example(one) != self.is_of_an_example(other)
            || (one.form == Form::Named && self.are_of_different_chips(one, other))
            || self.are_of_two_places(one, other)
            || holds_the_other(one, other)
            || (is_setting_of_a_mode(one, other) && self.have_names_of_their_own(one.note, other.note))
            || self.are_of_days(one, other)
            || (!one.form.names_its_subject() && self.is_of_a_legacy(one) != self.is_of_a_legacy(other))
            || (!one.form.names_its_subject()
                && (self.are_parts_of_a_series(one, other) || self.are_of_stages(one, other)))
        {
            return false;
        }
        let (here, there) = (self.headings(one), self.headings(other));
        if !one.form.names_its_subject()
            && self.stand_below_their_subjects([one.note, other.note], [&here, &there])
        {
            return false;
        }
        // What there is may miss what is aimed at.
        if one.value.is_bound() != other.value.is_bound()
            || aims::can_both_hold((one, &here), (other, &there))
        {
            return false;
        }
        // Two limits are two targets, whatever their headings call them.
        let are_goals = one.value.is_bound();
        // What is needed is the least, whatever its heading says.
        let may_differ = are_goals || one.form.names_its_subject();
        if !may_differ && contrast(&one.key, &here, &there) {
            return false;
        }
        if one.form == Form::Requirement && !may_be_one_need(one, [&here, &there])
            || is_part_of_a_machine(&one.key) && tells_of_needs(&here) != tells_of_needs(&there)
        {
            return false;
        }
        if self.stand_in_one_passage(one, other) {
            return true;
        }
        let turns = |words: &BTreeSet<String>| -> BTreeSet<String> {
            // What a section with a number lists is what there is, too.
            let counts = one.form != Form::Listed;
            let turns = |word: &&String| TURNS.contains(&word.as_str()) || counts && is_mark(word);
            words.iter().filter(turns).cloned().collect()
        };
        if turns(&here) != turns(&there) && !are_goals {
            return false;
        }
        let shared_theme = self.share_theme(one, other);
        let evidence = self.affinities.between(one.note, other.note);
        let near = evidence.score() >= NEAR || evidence.body >= LIKE || evidence.overlap > 0.0;
        if !one.form.names_its_subject() && self.is_plan[one.note] != self.is_plan[other.note] {
            return false;
        }
        match one.form {
            Form::Tests => self.same_suite(one, other) || (names_a_suite(&one.key) && (shared_theme || near)),
            // Each command has options of its own.
            Form::Option => false,
            Form::Requirement | Form::Listed => {
                component(&self.notes[one.note].path) == component(&self.notes[other.note].path)
            }
            Form::Declared => [one, other].iter().all(|one| component(&self.notes[one.note].path).is_none()),
            Form::Sentence => shared_theme || near || one.key.len() >= 5,
            Form::Named => self.name_one_thing(one, other, &here, &there, shared_theme, near),
        }
    }

    /// True for notes of which neither tells of another part, version or day than the other.
    pub(super) fn may_be_copies(&self, one: &Statement, other: &Statement) -> bool {
        one.value.is_bound() == other.value.is_bound()
            && !(self.are_parts_of_a_series(one, other)
                || self.are_of_stages(one, other)
                || self.are_of_different_versions(one.note, other.note)
                || self.are_of_different_endpoints(one, other)
                || self.is_of_an_example(one) != self.is_of_an_example(other)
                || self.are_of_days(one, other))
    }

    /// True for two notes that tell how things stood on a day each.
    fn are_of_days(&self, one: &Statement, other: &Statement) -> bool {
        [one, other].iter().all(|statement| {
            let note = &self.notes[statement.note];
            tells_of_a_day(note) || is_of_a_month(&note.path)
        })
    }

    /// True for two notes that tell of a stage of a work each, of a feature, or of one of several like things; what a note on a stage or of a set counts
    /// is its own, too.
    fn are_of_stages(&self, one: &Statement, other: &Statement) -> bool {
        let (a, b) = (&self.notes[one.note].path, &self.notes[other.note].path);
        let count = [a, b].iter().filter(|path| is_of_a_stage(path)).count();
        are_of_one_kind(a, b)
            || self.are_titled_apart(one, other)
            || count == 2
            || ((count == 1 || are_of_one_set(a, b)) && one.value.is_count())
    }

    /// True where each heading names what its own note is about and the other, on a part of the same, is not: "Savings of the move" in a note on
    /// a move, "Savings of the hybrid" in one on a hybrid.
    fn stand_below_their_subjects(&self, notes: [usize; 2], [here, there]: [&BTreeSet<String>; 2]) -> bool {
        let [a, b] = notes.map(|note| &self.themes[note]);
        a.intersection(b).next().is_some()
            && a.difference(b).any(|word| here.contains(word) && !there.contains(word))
            && b.difference(a).any(|word| there.contains(word) && !here.contains(word))
    }

    /// True for parts of a series, which speak of a subject each: of all of them where only figures part their names, of
    /// what one word, a table or a count of tests says where they are numbered.
    fn are_parts_of_a_series(&self, one: &Statement, other: &Statement) -> bool {
        let (a, b) = (&self.notes[one.note].path, &self.notes[other.note].path);
        let are_cells = one.row.is_some() && other.row.is_some();
        let is_general = one.form == Form::Tests || one.key.len() == 1 || are_cells;
        are_of_one_series(a, b) || (is_general && are_numbered(a, b))
    }

    fn name_one_thing(
        &self,
        one: &Statement,
        other: &Statement,
        here: &BTreeSet<String>,
        there: &BTreeSet<String>,
        shared_theme: bool,
        near: bool,
    ) -> bool {
        if is_setting_everywhere(one) && is_setting_everywhere(other) {
            return true;
        }
        let name_it = is_specific(&one.key) && name_it_themselves(&one.value, &other.value);
        if name_it && (matches!(one.value, Value::Version { .. }) || one.value.program().is_some()) {
            return component(&self.notes[one.note].path) == component(&self.notes[other.note].path);
        }
        if self.count_the_whole(one, other) {
            return true;
        }
        let (common, agreeing) = self.common_siblings(one, other);
        let is_about_key = [one, other]
            .iter()
            .any(|statement| one.key.iter().any(|word| self.themes[statement.note].contains(word)));
        // Most of what two notes on two things call alike differs.
        let differ = common > 0 && 2 * agreeing <= common;
        if differ && !is_about_key && self.are_on_two_subjects(one.note, other.note) {
            return false;
        }
        let local = |words: &BTreeSet<String>| -> BTreeSet<String> {
            words.iter().filter(|word| !PLAIN_WORDS.contains(&word.as_str())).cloned().collect()
        };
        let (here, there) = (local(here), local(there));
        // Two features aim at a figure of one name each, and a part at one of its own.
        let are_goals = one.value.is_bound() && other.value.is_bound();
        let are_of_two = are_goals && !is_about_key && self.have_names_of_their_own(one.note, other.note);
        if are_of_two && here.is_empty() != there.is_empty() {
            return false;
        }
        if common >= 2 && agreeing >= 1 && (shared_theme || near) {
            return true;
        }
        let shared_local = here.intersection(&there).next().is_some();
        let apart = !here.is_empty() && !there.is_empty() && !shared_local;
        if name_it {
            return shared_theme || near;
        }
        if apart && !(is_about_key && is_specific(&one.key)) {
            return false;
        }
        if are_of_two {
            return false;
        }
        if is_specific(&one.key) {
            shared_theme || near
        } else {
            (shared_theme && shared_local && !self.have_names_of_their_own(one.note, other.note))
                || (agreeing >= 1
                    && (shared_theme || shared_local)
                    && !self.have_names_of_their_own(one.note, other.note))
        }
    }

    /// True for counts of the whole project, as sections with figures tell them: "Database models: 21".
    fn count_the_whole(&self, one: &Statement, other: &Statement) -> bool {
        const OF_FIGURES: &[&str] = &["statistic", "stat", "metric", "number", "figure", "glance", "fact"];
        let is_sum = |statement: &Statement| {
            let is_count = matches!(&statement.value, Value::Number(number) if number.bound == Bound::Exact && !number.unit.is_measure());
            let note = &self.notes[statement.note];
            let headings = self.headings(statement);
            let tells_figures = OF_FIGURES.iter().any(|word| headings.contains(*word));
            is_count && tells_figures && !tells_of_a_day(note) && component(&note.path).is_none()
        };
        let starts = one.key.first().map_or("", String::as_str);
        let is_of_all = one.key.len() > 1 && !["total", "overall"].contains(&starts);
        // Two parts of a project have tables of their own.
        is_of_all && is_sum(one) && is_sum(other) && !self.are_on_two_subjects(one.note, other.note)
    }

    /// True for two sheets of one form, one thing each (two models, two machines): of the names that both give values to,
    /// most differ. Two notes on one thing mostly agree.
    fn describe_different_things(&self, one: usize, other: usize) -> bool {
        let (Some(here), Some(there)) = (self.given.get(&one), self.given.get(&other)) else { return false };
        let common = here.iter().filter_map(|(name, &number)| Some((number, *there.get(name)?)));
        let differs =
            |(a, b): (usize, usize)| contradict(&self.statements[a].value, &self.statements[b].value);
        // Lists of what a project is built with grow old as a whole.
        let is_version = |number: usize| matches!(self.statements[number].value, Value::Version { .. });
        let common = common.filter(|(a, b)| !(is_version(*a) && is_version(*b)));
        let (apart, alike): (Vec<bool>, Vec<bool>) = common.map(differs).partition(|&differs| differs);
        apart.len() >= MANY_APART && apart.len() > alike.len()
    }

    /// True where each note's name tells of something that the other's does not.
    fn have_names_of_their_own(&self, one: usize, other: usize) -> bool {
        let (a, b) = (&self.themes[one], &self.themes[other]);
        a.difference(b).next().is_some() && b.difference(a).next().is_some()
    }

    /// True where the names and titles of two notes tell of two things, and share no word: what each gives under a name
    /// that is in neither is of its own thing.
    fn are_on_two_subjects(&self, one: usize, other: usize) -> bool {
        let (a, b) = (&self.themes[one], &self.themes[other]);
        !a.is_empty() && !b.is_empty() && a.is_disjoint(b)
    }

    /// True for two notes written after one pattern, each about a thing of its own (two services, two audits): what the
    /// one says of its thing does not contradict what the other says of another.
    fn are_sheets_of_one_form(&self, one: usize, other: usize) -> bool {
        let (a, b) = (&self.forms[one], &self.forms[other]);
        if a.len().min(b.len()) < FEW_HEADINGS || !self.have_names_of_their_own(one, other) {
            return false;
        }
        let common = a.intersection(b).count();
        common as f64 >= ONE_FORM * (a.len() + b.len() - common) as f64
    }

    fn are_of_different_versions(&self, one: usize, other: usize) -> bool {
        let (one, other) = (&self.versions[one], &self.versions[other]);
        one.is_some() && other.is_some() && one != other
    }

    /// True below headings that name an address of an interface each, of which one takes what the other may not.
    fn are_of_different_endpoints(&self, one: &Statement, other: &Statement) -> bool {
        let (a, b) = (self.endpoint(one), self.endpoint(other));
        a != b
    }

    /// The address of an interface or the function in the heading above a statement: `GET /api/jobs`.
    fn endpoint(&self, statement: &Statement) -> Option<&str> {
        let section = &self.notes[statement.note].parsed.sections[statement.section?];
        let words = section.text.split_whitespace().map(|word| word.trim_matches(['`', '*', ':', '(', ')']));
        let words: Vec<&str> = words.filter(|word| word.len() > 1).collect();
        // A heading that is the name of a function, `list_pull_requests`, is one too.
        let alone = || words.first().filter(|word| words.len() == 1 && word.contains('_'));
        words.iter().find(|word| word.starts_with('/')).or_else(alone).copied()
    }

    fn is_of_an_example(&self, statement: &Statement) -> bool {
        let headings = self.headings(statement);
        ["example", "sample"].iter().any(|word| headings.contains(*word))
    }

    /// Words of the headings around a statement, but for the note's own title.
    pub(super) fn headings(&self, statement: &Statement) -> BTreeSet<String> {
        let sections = &self.notes[statement.note].parsed.sections;
        let mut words = BTreeSet::new();
        let mut next = statement.section;
        while let Some(index) = next {
            let section = &sections[index];
            if section.level > 1 {
                words.extend(split(without_number(&section.text)));
            }
            next = section.parent;
        }
        words
    }

    fn share_theme(&self, one: &Statement, other: &Statement) -> bool {
        let (a, b) = (&self.themes[one.note], &self.themes[other.note]);
        let rare = |word: &&String| self.spread[*word] <= (self.notes.len() / 3).max(8);
        let of_key = |words: &BTreeSet<String>| one.key.iter().any(|word| words.contains(word));
        a.intersection(b).any(|word| rare(&word)) || of_key(a) || of_key(b)
    }

    /// Tests of one suite: the notes speak of nothing else, or of the same.
    fn same_suite(&self, one: &Statement, other: &Statement) -> bool {
        let subject = |statement: &Statement| -> BTreeSet<String> {
            let words =
                self.headings(statement).into_iter().chain(self.themes[statement.note].iter().cloned());
            words.filter(|word| !PLAIN_WORDS.contains(&word.as_str())).collect()
        };
        subject(one) == subject(other)
    }

    fn stand_in_one_passage(&self, one: &Statement, other: &Statement) -> bool {
        let Some(pair) = self.overlaps.between(one.note, other.note) else { return false };
        let (first, second) = if one.note == pair.a { (one, other) } else { (other, one) };
        let holds = |lines: (usize, usize), line: usize| lines.0 <= line && line <= lines.1;
        pair.passages.iter().any(|passage| holds(passage.a, first.line) && holds(passage.b, second.line))
    }

    /// How many other names both sections give values to, and how many of these values agree.
    fn common_siblings(&self, one: &Statement, other: &Statement) -> (usize, usize) {
        let list = |statement: &Statement| self.siblings.get(&(statement.note, statement.section));
        let (Some(here), Some(there)) = (list(one), list(other)) else { return (0, 0) };
        let mut common = BTreeSet::new();
        let mut agreeing = BTreeSet::new();
        for a in here.iter().map(|&number| &self.statements[number]).filter(|a| a.key != one.key) {
            let same = there.iter().map(|&number| &self.statements[number]);
            for b in same.filter(|b| b.key == a.key && b.column == a.column) {
                common.insert(&a.key);
                if !contradict(&a.value, &b.value) {
                    agreeing.insert(&a.key);
                }
            }
        }
        (common.len(), agreeing.len())
    }
}

/// True where the headings around two statements of one name tell of two things: of "Linux" and "Windows", of "Rings" and
/// "Rings in dark mode", of two elements that look differently.
fn contrast(key: &[String], here: &BTreeSet<String>, there: &BTreeSet<String>) -> bool {
    are_counterparts(here, there)
        || of(CONTRASTS, here) != of(CONTRASTS, there)
        || (is_of_looks(key) && here != there)
}

/// True for needs that are not those of the documents alone; of the machine those that both notes call needs.
fn may_be_one_need(one: &Statement, [here, there]: [&BTreeSet<String>; 2]) -> bool {
    const DOCUMENTS: &[&str] = &["documentation", "doc", "website"];
    /// What a list of versions is of where nothing but its heading says that they are needed.
    const LISTS: &[&str] =
        &["dependency", "dependencie", "compatibility", "supported", "support", "platform"];
    let has = |words: &BTreeSet<String>, list: &[&str]| list.iter().any(|word| words.contains(*word));
    let is_of_the_machine = matches!(one.value, Value::Number(_));
    let is_known = is_of_the_machine || has_versions(&one.key[0]);
    let is_list = |words: &BTreeSet<String>| tells_of_needs(words) || has(words, LISTS);
    has(here, DOCUMENTS) == has(there, DOCUMENTS)
        && (is_known || is_list(here) && is_list(there))
        && (!is_of_the_machine
            || tells_of_needs(here) && tells_of_needs(there) && !are_counterparts(here, there))
}

/// True for headings of which one names Linux and the other Windows.
fn are_counterparts(here: &BTreeSet<String>, there: &BTreeSet<String>) -> bool {
    let [a, b] = [here, there].map(|words| of(COUNTERPARTS, words));
    !a.is_empty() && !b.is_empty() && a.is_disjoint(&b)
}

/// Those words that are listed; the words of headings have lost an "s" at their end.
fn of(list: &[&str], words: &BTreeSet<String>) -> BTreeSet<String> {
    let is_listed = |word: &&String| list.iter().any(|listed| words::singular(listed) == word.as_str());
    words.iter().filter(is_listed).cloned().collect()
}

/// A heading without the number of its section: "3.2 Limits", "4) Ports".
fn without_number(heading: &str) -> &str {
    let Some((first, rest)) = heading.trim_start().split_once(' ') else { return heading };
    let figures = first.trim_end_matches(['.', ')', ':']);
    let is_number =
        figures.split('.').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    if is_number && (figures.len() < first.len() || figures.contains('.')) { rest } else { heading }
}

/// True for the name of a setting of two words or more, `MAX_WORKERS`, that a label or row gives a value: it means the
/// same in all notes, whatever their headings say. In running text it may be one of many choices.
fn is_setting_everywhere(statement: &Statement) -> bool {
    statement.key.len() > 1 && super::days::is_constant(&statement.shown_key) && !statement.is_assigned
}

/// True for values that say whose they are, wherever they stand: the version of a program by its name, the port of a host.
fn name_it_themselves(one: &Value, other: &Value) -> bool {
    if let (Some(a), Some(b)) = (one.program(), other.program()) {
        return a == b;
    }
    match (one, other) {
        (Value::Version { name: a, .. }, Value::Version { name: b, .. }) => a == b && a.len() > 2,
        (Value::Address { host: a, .. }, Value::Address { host: b, .. }) => a == b,
        _ => false,
    }
}

/// True for a setting that is on in one note and off in another: `NO_CHECKS=0` of tests, `NO_CHECKS=1` of production.
fn is_setting_of_a_mode(one: &Statement, other: &Statement) -> bool {
    [one, other].iter().all(|statement| {
        statement.shown_key.contains('_')
            && ["0", "1", "true", "false"].contains(&statement.shown_value.as_str())
    })
}
