//! What a project says of itself in words that mean the same wherever they stand: the licence it is under, and the
//! address that answers for it.

use std::collections::BTreeSet;

use super::statements::{Form, Said, Statement, bare, split};
use super::value::Value;
use crate::consolidate::note::Note;
use crate::markdown::BlockKind;

/// All that a note declares, outside of code.
pub(super) fn of(number: usize, note: &Note) -> Vec<Statement> {
    let is_code = |kind: &BlockKind| matches!(kind, BlockKind::Code { .. });
    let code: Vec<(usize, usize)> =
        note.parsed.blocks.iter().filter(|block| is_code(&block.kind)).map(|block| block.lines).collect();
    let mut found = Vec::new();
    for (line, text) in (1..).zip(note.text.lines()) {
        // Few lines name either, and all that do have one of these.
        let may_hold = text.contains('@')
            || text.contains(BADGE)
            || LICENCES.iter().any(|(_, names)| has_any(text, names));
        if !may_hold || text.len() > LONGEST || code.iter().any(|lines| lines.0 <= line && line <= lines.1) {
            continue;
        }
        let section = note.parsed.section_at(note.parsed.lines.range(line).start);
        let is_on_licence = section.is_some_and(|section| is_on_licence(&note.parsed.sections[section].text));
        let said = badge(text).or_else(|| licence(text).filter(|_| is_on_licence && !text.starts_with('#')));
        found.extend(said.into_iter().chain(contact(text)).map(|said| said.at(number, line, section)));
    }
    found
}

/// In the address of a picture that shows a name and its value.
const BADGE: &str = "/badge/";

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
    let (_, rest) = text.split_once(BADGE)?;
    let label = rest.split([')', '"', '?', ' ']).next()?;
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
