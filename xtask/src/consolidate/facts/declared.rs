//! What a project says of itself in words that mean the same wherever they stand: the licence it is under, the address
//! that answers for it, the level that it claims, and how much a file of data holds.

use std::collections::BTreeSet;

use super::statements::{Form, Said, Statement, bare, split};
use super::value::{self, Value};
use crate::consolidate::note::Note;
use crate::markdown::BlockKind;

/// All that a note declares, outside of code.
pub(super) fn of(number: usize, note: &Note) -> Vec<Statement> {
    let blocks = note.parsed.blocks.iter().filter(|block| matches!(block.kind, BlockKind::Code { .. }));
    let code: Vec<(usize, usize)> = blocks.map(|block| block.lines).collect();
    // Blocks of code stand one behind the other.
    let is_code = |line: usize| {
        code.get(code.partition_point(|lines| lines.1 < line)).is_some_and(|lines| lines.0 <= line)
    };
    let sections = &note.parsed.sections;
    let on_licence: Vec<bool> = sections.iter().map(|section| is_on_licence(&section.text)).collect();
    let mut found = Vec::new();
    for (line, text) in (1..).zip(note.text.lines()) {
        if text.len() > LONGEST || is_code(line) {
            continue;
        }
        let section = note.parsed.section_at(note.parsed.lines.range(line).start);
        let is_on_licence = section.is_some_and(|section| on_licence[section]) && !text.starts_with('#');
        let licence = badge(text).or_else(|| is_on_licence.then(|| licence(text))?);
        let said = licence.into_iter().chain(contact(text)).chain(level(text)).chain(entries(text));
        found.extend(said.map(|said| said.at(number, line, section)));
    }
    found
}

/// Longest line that is looked at, in bytes.
const LONGEST: usize = 500;

/// Licences by the names that people give them.
const LICENCES: &[(&str, &[&str])] = &[
    ("MIT", &["MIT"]),
    ("Apache-2.0", &["Apache License", "Apache 2", "Apache-2", "Apache Licence"]),
    ("AGPL-3.0", &["AGPL", "Affero General Public"]),
    ("LGPL", &["LGPL", "Lesser General Public"]),
    ("GPL", &["GPL", "GNU General Public"]),
    ("BSD", &["BSD"]),
    ("MPL-2.0", &["MPL", "Mozilla Public"]),
    ("ISC", &["ISC"]),
    ("EPL", &["EPL", "Eclipse Public"]),
    ("Unlicense", &["Unlicense"]),
    ("BUSL", &["BUSL", "BSL", "Business Source"]),
    ("proprietary", &["Proprietary", "proprietary", "All rights reserved", "All Rights Reserved"]),
];

/// Names as whole words: "MIT" is not in "COMMIT".
fn has_any(text: &str, names: &[&str]) -> bool {
    names.iter().any(|name| {
        text.match_indices(name).any(|(at, _)| {
            let is_word = |next: Option<char>| next.is_some_and(char::is_alphabetic);
            !is_word(text[..at].chars().next_back()) && !is_word(text[at + name.len()..].chars().next())
        })
    })
}

fn licence(text: &str) -> Option<Said> {
    let named: BTreeSet<String> = LICENCES
        .iter()
        .filter(|(_, names)| has_any(text, names))
        .map(|(licence, _)| (*licence).to_owned())
        .collect();
    (!named.is_empty()).then(|| {
        let shown = named.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        said(vec!["licence".to_owned()], "licence", shown, Value::Names(named))
    })
}

/// `![License](…/badge/license-MIT-blue.svg)`.
fn badge(text: &str) -> Option<Said> {
    const SIGN: &str = "/badge/";
    let at = memchr::memmem::find(text.as_bytes(), SIGN.as_bytes())?;
    let label = text[at + SIGN.len()..].split([')', '"', '?', ' ']).next()?;
    let name = label.get(..8).filter(|name| name.eq_ignore_ascii_case("license-"))?;
    licence(&label[name.len()..].replace("%20", " ").replace("--", "-").replace('_', " "))
}

/// True for "License", "📄 Licensing" and the like, in any of these languages.
fn is_on_licence(heading: &str) -> bool {
    const NAMES: &[&str] = &[
        "license",
        "licence",
        "licensing",
        "lizenz",
        "licencia",
        "licença",
        "许可证",
        "許可證",
        "ライセンス",
        "라이선스",
    ];
    matches!(&split(heading)[..], [name] if NAMES.contains(&name.as_str()))
}

/// Addresses that answer for a project, by the name before the "@".
const LOCAL_PARTS: &[&str] = &[
    "support", "security", "info", "contact", "help", "sales", "hello", "team", "conduct", "legal",
    "privacy", "feedback", "press",
];

/// "support@tool.dev": one address of one name, which two domains of that name contradict.
fn contact(text: &str) -> Option<Said> {
    if !text.contains('@') {
        return None;
    }
    let is_part = |next: char| next.is_ascii_alphanumeric() || "@.-_+".contains(next);
    let mut words = text.split(|next| !is_part(next)).map(|word| word.trim_matches(['.', '-', '_']));
    let (local, domain) =
        words.find_map(|word| word.split_once('@').filter(|(_, domain)| domain.contains('.')))?;
    let (local, domain) = (local.to_lowercase(), domain.to_lowercase());
    let (rest, ending) = domain.rsplit_once('.')?;
    let name = rest.rsplit('.').next()?;
    // Nobody answers at these.
    const NO_DOMAINS: &[&str] = &["example", "test", "invalid", "localhost", "local", "internal"];
    let is_real = ![name, ending].iter().any(|part| NO_DOMAINS.contains(part));
    (LOCAL_PARTS.contains(&local.as_str()) && is_real).then(|| {
        let key = vec![local.clone(), "@".to_owned(), name.to_owned()];
        let shown = format!("{local}@{domain}");
        said(key, &format!("{local} address"), shown, Value::Names(BTreeSet::from([domain.clone()])))
    })
}

/// "SLSA Level 3", "SLSA 2+": the level of a standard, which is written in capitals.
fn level(text: &str) -> Option<Said> {
    if !(text.contains("evel ") || text.contains("SLSA")) {
        return None;
    }
    let plain = bare(text).replace(':', "");
    let words: Vec<&str> = plain.split_whitespace().collect();
    let is_standard =
        |word: &str| (3..=6).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_uppercase());
    let at = words.iter().position(|word| is_standard(word))?;
    let is_said = words.get(at + 1).is_some_and(|word| word.eq_ignore_ascii_case("level"));
    // Behind other names in capitals a number alone is that of a model or a version.
    let word = words.get(at + 1 + usize::from(is_said)).filter(|_| is_said || words[at] == "SLSA")?;
    let level = word.trim_end_matches(['+', '.', ',', ';', ')']);
    let is_level = level.len() == 1 && level.bytes().all(|byte| byte.is_ascii_digit());
    is_level.then(|| {
        let key = vec![words[at].to_lowercase(), "level".to_owned()];
        let value = Value::Names(BTreeSet::from([level.to_owned()]));
        said(
            key,
            &format!("{} level", words[at]),
            word.trim_end_matches(['.', ',', ';', ')']).to_owned(),
            value,
        )
    })
}

/// What files of data hold, in the plural.
const ENTRIES: &[&str] = &[
    "entries",
    "records",
    "rows",
    "samples",
    "examples",
    "images",
    "recordings",
    "questions",
    "keys",
    "pairs",
];

/// "`labels.json` has 342 entries", "342 entries in `labels.json`": one file of data and one number.
fn entries(text: &str) -> Option<Said> {
    const OF_DATA: &[&str] =
        &["json", "jsonl", "csv", "tsv", "yaml", "yml", "db", "sqlite", "parquet", "xml", "npz"];
    let mut spans = text.split('`').skip(1).step_by(2);
    let file = spans.next().filter(|_| spans.next().is_none())?;
    let is_data =
        file.rsplit_once('.').is_some_and(|(_, ending)| OF_DATA.contains(&ending)) && !file.contains(' ');
    let rest = text.replace(file, "");
    let words: Vec<&str> =
        rest.split_whitespace().map(|word| word.trim_matches(|next: char| !next.is_alphanumeric())).collect();
    let mut numbers =
        words.iter().enumerate().filter(|(_, word)| word.bytes().any(|byte| byte.is_ascii_digit()));
    let (at, word) = numbers.next().filter(|_| is_data && numbers.next().is_none())?;
    let count = word.replace(',', "");
    let noun = words.get(at + 1).filter(|noun| ENTRIES.contains(&noun.to_lowercase().as_str()))?;
    let value = value::read(&count).filter(|_| count.bytes().all(|byte| byte.is_ascii_digit()))?;
    Some(said(
        vec![file.to_lowercase(), noun.to_lowercase()],
        &format!("{noun} in {file}"),
        format!("{word} {noun}"),
        value,
    ))
}

fn said(key: Vec<String>, shown_key: &str, shown_value: String, value: Value) -> Said {
    Said {
        form: Form::Declared,
        key,
        column: String::new(),
        value,
        shown_key: shown_key.to_owned(),
        shown_value: bare(&shown_value),
        is_assigned: false,
    }
}
