//! The words that say of a name that it is gone, to come or a sample.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::told::Told;

/// Stands in a text for the name of which it is asked what the text says.
pub(super) const NAME: &str = "\u{fffc}";

const GONE: &[&str] = &[
    "deleted",
    "delete",
    "deletes",
    "removed",
    "remove",
    "removes",
    "removal",
    "deletion",
    "deletions",
    "disappears",
    "disappeared",
    "renamed",
    "rename",
    "renames",
    "moved",
    "move",
    "moves",
    "deprecated",
    "replaced",
    "replaces",
    "obsolete",
    "superseded",
    "archived",
    "archive",
    "archives",
    "former",
    "formerly",
    "old",
    "retire",
    "retired",
    "retires",
    "gone",
    "dead",
    "absorbed",
    "git mv",
    "git rm",
    "rm",
    "no longer",
    "missing",
    "not found",
    "does not exist",
    "doesn't exist",
    "do not exist",
    "don't exist",
    "no such file",
    "not present",
    "there is no",
];

const TO_COME: &[&str] = &[
    "todo",
    "tbd",
    "planned",
    "proposed",
    "proposal",
    "future",
    "will be",
    "will",
    "would",
    "coming soon",
    "not yet",
    "upcoming",
    "new file",
    "create",
    "creates",
    "to create",
    "implement",
    "not implemented",
    "to be written",
    "to be created",
    "to be added",
    "to be built",
    "to be made",
    "not built",
    "not created",
];

const PERHAPS: &[&str] = &[
    "new",
    "neu",
    "neue",
    "add",
    "example",
    "examples",
    "e.g",
    "such as",
    "for instance",
    "looks like",
    "look like",
    "sample",
    "template",
    "save",
    "saved",
    "write",
    "writes",
    "written to",
    "output",
    "outputs",
    "generate",
    "generated",
    "generates",
    "stored",
    "naming",
    "if any",
    "if needed",
    "optional",
    "optionally",
    "if it exists",
    "if they exist",
    "if exists",
    "if present",
    "if available",
    "if applicable",
    "if configured",
    "instead of",
    "should",
    "could",
    "might",
    "need",
    "needs",
    "required",
];

const GONE_HEADINGS: &[&str] = &[
    "deleted",
    "delete",
    "removed",
    "remove",
    "renamed",
    "rename",
    "renames",
    "moved",
    "moves",
    "archived",
    "deprecated",
    "obsolete",
    "superseded",
    "removal",
    "deletion",
    "retired",
    "migrated",
    "cleanup",
];

const COMING_HEADINGS: &[&str] = &[
    "proposed",
    "proposal",
    "suggested",
    "suggestion",
    "suggestions",
    "recommended",
    "recommendation",
    "recommendations",
    "planned",
    "plan",
    "future",
    "create",
    "creating",
    "todo",
    "roadmap",
    "new",
    "ideas",
    "missing",
    "pending",
    "remaining",
    "in progress",
    "not started",
    "required",
    "needed",
    "deliverables",
    "next steps",
    "next step",
    "target",
    "milestones",
    "milestone",
    "phase",
    "sprint",
    "effort",
];

const SAMPLE_HEADINGS: &[&str] = &[
    "example",
    "examples",
    "sample",
    "samples",
    "naming",
    "convention",
    "conventions",
    "template",
    "templates",
    "adding",
    "add",
    "anti",
    "pattern",
    "patterns",
    "output",
    "outputs",
];

/// Words that tell something of what stands beside them.
pub(super) struct Lexicon(BTreeMap<&'static str, Vec<(&'static str, Told)>>);

impl Lexicon {
    fn of(lists: &[(&[&'static str], Told)]) -> Self {
        let mut by_first: BTreeMap<&str, Vec<(&str, Told)>> = BTreeMap::new();
        for (words, told) in lists {
            for word in *words {
                let first = word.split(|character| !is_part_of_word(character)).next().unwrap_or(word);
                by_first.entry(first).or_default().push((word, *told));
            }
        }
        Self(by_first)
    }

    /// The most that a text in small letters says; a word counts where it stands by itself.
    pub(super) fn told(&self, text: &str) -> Told {
        let mut most = Told::Nothing;
        let is_call = text.split_once(NAME).is_some_and(|(_, rest)| rest.starts_with('('));
        let mut at = 0;
        for word in text.split(|character| !is_part_of_word(character)) {
            // What was split at may be of several bytes.
            let start = at;
            at += word.len() + text[at + word.len()..].chars().next().map_or(0, char::len_utf8);
            for (phrase, told) in self.0.get(word).into_iter().flatten() {
                let Some(rest) = text[start..].strip_prefix(phrase).filter(|rest| ends_word(rest)) else {
                    continue;
                };
                let is_of_another = text[..start].contains(NAME)
                    && match *phrase {
                        "no longer" => has_a_verb(rest),
                        verb => {
                            (ACTIVE.contains(&verb) || (is_call && MAKING.contains(&verb)))
                                && has_object(rest)
                        }
                    };
                if *told > most && !is_of_another {
                    most = *told;
                }
            }
        }
        most
    }
}

pub(super) static OF_LINES: LazyLock<Lexicon> =
    LazyLock::new(|| Lexicon::of(&[(GONE, Told::Gone), (TO_COME, Told::ToCome), (PERHAPS, Told::Perhaps)]));

pub(super) static OF_HEADINGS: LazyLock<Lexicon> = LazyLock::new(|| {
    Lexicon::of(&[
        (GONE_HEADINGS, Told::Gone),
        (COMING_HEADINGS, Told::Perhaps),
        (SAMPLE_HEADINGS, Told::Perhaps),
    ])
});

/// Chinese words stand without blanks between them, so that they are looked for anywhere.
pub(super) fn in_chinese(text: &str) -> Told {
    const GONE: &[&str] = &[
        "已删除",
        "已移除",
        "已合并",
        "已整合",
        "已归档",
        "已废弃",
        "删除",
        "移除",
        "迁移",
        "不存在",
        "重命名",
    ];
    const TO_COME: &[&str] = &["待办", "待实现", "待创建", "待完成", "计划中", "新建", "新增", "将来"];
    const PERHAPS: &[&str] = &["示例", "例如", "比如", "可选", "如果", "如有", "保存到", "输出到"];
    if text.is_ascii() {
        return Told::Nothing;
    }
    let is_said = |word: &&str| {
        text.match_indices(*word).any(|(at, _)| {
            let is_of_another = text[at + word.len()..].trim_start().starts_with('`');
            !(is_of_another && text[..at].contains(NAME))
        })
    };
    let lists = [(GONE, Told::Gone), (TO_COME, Told::ToCome), (PERHAPS, Told::Perhaps)];
    let said = lists.iter().find(|(words, _)| words.iter().any(is_said));
    said.map_or(Told::Nothing, |(_, told)| *told)
}

/// Verbs that stand before what is done with: "x.py: remove the check" takes nothing from x.py but the check.
const ACTIVE: &[&str] = &[
    "delete", "deletes", "remove", "removes", "rename", "renames", "move", "moves", "archive", "archives",
    "retire", "retires",
];

/// Verbs that say behind a call what the function does.
const MAKING: &[&str] =
    &["create", "creates", "implement", "add", "write", "writes", "generate", "generates"];

/// True where a verb is followed by what it is done with; "delete", "move to docs" and "remove the file" speak of what
/// stands before them.
fn has_object(rest: &str) -> bool {
    const NONE: &[&str] = &[
        "to", "into", "in", "with", "by", "after", "before", "from", "for", "if", "when", "once", "and",
        "or", "later", "this", "it", "them", "these", "those", "the", "entire", "whole", "file", "files",
        "module", "folder", "script", "as",
    ];
    let rest = rest.trim_start_matches([' ', '*']);
    let word = rest.split(|next: char| !next.is_alphanumeric() && next != '`').next().unwrap_or_default();
    !word.is_empty() && !NONE.contains(&word)
}

/// True behind "no longer" for "holds x": what it holds is gone, not what held it; "no longer used" is.
fn has_a_verb(rest: &str) -> bool {
    let word = rest.split_whitespace().next().unwrap_or_default();
    word.ends_with('s') && !["exists", "is", "was", "works"].contains(&word)
}

/// In `gone-by` and `old/x.py` a word is part of a name.
pub(super) fn is_part_of_word(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '/' | '-') || NAME.starts_with(character)
}

/// True where a word ends before this text: in `gone.md` it is part of a name.
fn ends_word(rest: &str) -> bool {
    let mut rest = rest.chars();
    let next = rest.next();
    let is_ending = next == Some('.') && rest.next().is_some_and(char::is_alphanumeric);
    !next.is_some_and(is_part_of_word) && !is_ending
}
