//! What notes tell of a day, a session, a piece of work or themselves: no fact that another note could contradict.

use super::statements::{BESIDE, Form, Statement};
use crate::consolidate::words;

/// Names whose value is that of a note, a session or a day; as the last word of a name, or all of it.
pub(super) const OF_A_DAY: &[&str] = &[
    "date",
    "created",
    "updated",
    "update",
    "modified",
    "author",
    "agent",
    "status",
    "time",
    "duration",
    "runtime",
    "effort",
    "grade",
    "score",
    "priority",
    "severity",
    "confidence",
    "progress",
    "completed",
    "completion",
    "complete",
    "remaining",
    "elapsed",
    "estimate",
    "context",
    "token",
    "session",
    "commit",
    "line",
    "file",
    "total",
    "sum",
    "average",
    "mean",
    "example",
    "step",
    "phase",
    "task",
    "issue",
    "pr",
    "target",
    "goal",
    "timeline",
    "before",
    "after",
    "current",
    "previous",
    "expected",
    "actual",
    "result",
    "impact",
    "change",
    "improvement",
    "note",
    "description",
    "location",
    "section",
    "chapter",
    "page",
    "review",
    "id",
    "day",
    "hour",
    "minute",
    "week",
    "month",
    "year",
    "milestone",
    "sprint",
    "deadline",
    "started",
    "finished",
    "start",
    "end",
    "risk",
    "reason",
    "problem",
    "solution",
    "fix",
    "cause",
    "finding",
    "recommendation",
    "recommended",
    "decision",
    "test",
    "assertion",
    "passed",
    "failed",
    "skipped",
    "error",
    "warning",
    "bug",
    "used",
    "saving",
    "speedup",
    "gain",
    "reduction",
    "increase",
    "rating",
    "story",
    "point",
    "question",
    "answer",
    "figure",
    "item",
    "no",
    "number",
    "success",
    "failure",
    "value",
    "closed",
    "open",
    "opened",
    "code",
    "doc",
    "documentation",
    "word",
    "byte",
    "commits",
    "added",
    "removed",
    "deleted",
    "checked",
    "built",
    "coverage",
    "passing",
    "failing",
    "done",
    "pending",
    "count",
    "budget",
    "likelihood",
    "probability",
    "loc",
    "ready",
    "readiness",
    "exist",
    "exists",
    "found",
    "fixed",
    "tested",
    "verified",
    "supported",
    "implemented",
    "blocker",
    "version",
    "rows",
    "row",
    "size",
    "metric",
    // What one run of a tool found, or looked at.
    "analyzed",
    "analysed",
    "scanned",
    "processed",
    "reviewed",
    "examined",
    "inspected",
    "audited",
    "collected",
    "collection",
    "generated",
    "changed",
    "eliminated",
    "scenario",
    "run",
    "compliance",
    "efficiency",
    "health",
    "validation",
    // The note's own, in other languages.
    "versión",
    "versão",
    "fecha",
    "estado",
];

/// What plans count.
const OF_A_PLAN: &[&str] = &["day", "hour", "month", "year", "quarter", "wave", "round", "stage", "part"];

/// True for a statement that tells of a day.
pub(super) fn tells_of_a_day(statement: &Statement) -> bool {
    match statement.form {
        Form::Named => {}
        Form::Sentence => return tells_of_work(&statement.key),
        Form::Option | Form::Tests | Form::Requirement | Form::Declared | Form::Listed => return false,
    }
    let is_listed = |word: &String| OF_A_DAY.contains(&word.as_str());
    const ANYWHERE: &[&str] = &[
        "date",
        "phase",
        "step",
        "task",
        "issue",
        "sprint",
        "week",
        "milestone",
        "effort",
        "estimate",
        "estimated",
        "spent",
        "release",
        "next",
        "dependency",
        "document",
        "related",
        "see",
        "parent",
        "confidence",
        "deployed",
        "elapsed",
        "success",
        "failure",
        "pass",
        "new",
        "completed",
        "remaining",
    ];
    /// What is set to a span of time, rather than takes one.
    const SPANS: &[&str] = &[
        "retention",
        "interval",
        "timeout",
        "ttl",
        "expiry",
        "expiration",
        "lifetime",
        "period",
        "window",
        "limit",
        "delay",
        "age",
        "validity",
        "cooldown",
        "cap",
        "notice",
        "quota",
        "allowance",
        "entitlement",
        "rotation",
        "leave",
        "vacation",
        "warranty",
        "probation",
        "trial",
        "maximum",
        "max",
        "minimum",
        "min",
    ];
    // "Apple M1 Max" is a name.
    let is_name = |at: usize| at > 0 && statement.key[at - 1].bytes().any(|byte| byte.is_ascii_digit());
    let mut words = statement.key.iter().enumerate();
    let is_span = words.any(|(at, word)| SPANS.contains(&word.as_str()) && !is_name(at));
    let is_goal = statement.value.is_bound();
    let tells = |word: &String| ANYWHERE.contains(&word.as_str()) && !(is_goal && word == "success");
    if statement.key.iter().any(tells)
        || (!is_span && !statement.value.is_rate() && is_effort(&statement.shown_value))
    {
        return true;
    }
    if counts_parts_of_a_test(&statement.key)
        || is_version_of_a_note(&statement.key)
        || statement.key.iter().any(|word| measures_a_text(word))
    {
        return true;
    }
    // "Day 3", "Week 2": a date of its plan.
    let is_counted = statement.key.iter().any(|word| word.bytes().all(|byte| byte.is_ascii_digit()));
    if is_counted && statement.key.iter().any(|word| OF_A_PLAN.contains(&word.as_str())) {
        return true;
    }
    let column = statement.column.split(BESIDE).next().unwrap_or_default();
    // Tables of a database are listed with their rows.
    let is_of_data = |word: &str| ["row", "rows"].contains(&word);
    let column_of_a_day = column
        .split(' ')
        .any(|word| (is_listed(&word.to_owned()) && !is_of_data(word)) || word == "coverage");
    // "Python version" is a fact, "version" alone is that of the note. "Query time: < 50 ms" is what should be, on
    // any day.
    let says_whose = |word: &str| statement.key.len() > 1 && (word == "version" || is_goal);
    // "Page size" and `RETENTION_DAYS` are set, and change with no day.
    let is_set = sizes_a_setting(&statement.key) || (is_span && is_constant(&statement.shown_key));
    let last = statement.key.last().is_none_or(|word| is_listed(word) && !says_whose(word) && !is_set);
    last || column_of_a_day
}

/// True for a sentence on what a piece of work came to, "found and fixed 3 leaks", or on the text itself, "this report
/// covers 20 tools".
fn tells_of_work(key: &[String]) -> bool {
    const DONE: &[&str] = &[
        "found",
        "fixed",
        "identified",
        "discovered",
        "resolved",
        "added",
        "removed",
        "created",
        "implemented",
        "completed",
        "rewrote",
        "reviewed",
    ];
    const TEXTS: &[&str] =
        &["report", "document", "guide", "note", "summary", "plan", "page", "section", "file"];
    let speaks_of_itself = key.windows(2).any(|pair| pair[0] == "this" && TEXTS.contains(&pair[1].as_str()));
    speaks_of_itself || key.iter().any(|word| DONE.contains(&word.as_str()))
}

/// True for sizes that somebody chose: "page size", "max file size".
fn sizes_a_setting(key: &[String]) -> bool {
    const CHOSEN: &[&str] = &[
        "page",
        "pool",
        "batch",
        "buffer",
        "chunk",
        "block",
        "window",
        "heap",
        "cache",
        "queue",
        "font",
        "tile",
        "grid",
        "hidden",
        "embedding",
        "kernel",
        "stack",
        "packet",
        "frame",
        "sample",
        "max",
        "min",
    ];
    let [before @ .., last] = key else { return false };
    last == "size" && before.iter().any(|word| CHOSEN.contains(&word.as_str()))
}

/// True for `RETENTION_DAYS`.
pub(super) fn is_constant(name: &str) -> bool {
    name.contains('_')
        && name.chars().all(|next| next.is_ascii_uppercase() || next.is_ascii_digit() || next == '_')
}

/// True for "Checklist version": that of the note itself.
fn is_version_of_a_note(key: &[String]) -> bool {
    const NOTES: &[&str] = &[
        "checklist",
        "doc",
        "document",
        "documentation",
        "guide",
        "report",
        "plan",
        "spec",
        "specification",
    ];
    let [first, .., last] = key else { return false };
    last == "version" && NOTES.contains(&first.as_str())
}

/// True for "lines in all", "main chapters", "version of the document" in Chinese or Japanese, where they are one word:
/// what a note says of texts.
fn measures_a_text(word: &str) -> bool {
    const COUNTS: &[&str] =
        &["章节", "章節", "行数", "行數", "字数", "字數", "页数", "頁数", "頁數", "ページ数"];
    const TEXTS: &[&str] = &["文档", "文檔", "文書", "文件", "ドキュメント"];
    const OF_TEXTS: &[&str] = &["版本", "数量", "數量", "总数", "總數", "バージョン", "規模", "规模"];
    !word.is_ascii()
        && (COUNTS.iter().any(|count| word.contains(count))
            || TEXTS.iter().any(|text| word.starts_with(text))
                && OF_TEXTS.iter().any(|of| word.ends_with(of)))
}

/// True for "Test methods", "Test cases": how many one file of tests has, or one report tells of.
fn counts_parts_of_a_test(key: &[String]) -> bool {
    const PARTS: &[&str] =
        &["class", "classe", "method", "case", "function", "file", "suite", "module", "scenario"];
    let [first, .., last] = key else { return false };
    first == "test" && PARTS.contains(&last.as_str())
}

/// True where a value is what work takes: hours, days, weeks.
fn is_effort(shown: &str) -> bool {
    const UNITS: &[&str] = &[
        "hour",
        "hr",
        "day",
        "week",
        "month",
        "minute",
        "sprint",
        "stunde",
        "tag",
        "woche",
        "heure",
        "jour",
        "semaine",
        "hora",
        "día",
        "semana",
        "час",
        "часа",
        "часов",
        "день",
        "дней",
        "시간",
        "분",
        "일",
        "주",
        "개월",
        "時間",
        "分",
        "日",
        "週間",
        "小时",
        "小時",
        "分钟",
        "分鐘",
        "天",
        "周",
        "週",
        "个月",
        "個月",
        "دقيقة",
        "دقائق",
        "ساعة",
        "ساعات",
        "يوم",
        "أيام",
        "أسبوع",
        "أسابيع",
        "شهر",
        "أشهر",
        // A day of one person.
        "人日",
        "人天",
        "人月",
        "personentag",
    ];
    let lower = shown.to_lowercase();
    let mut words = lower.split(|character: char| !character.is_alphabetic()).filter(|word| !word.is_empty());
    words.any(|word| UNITS.contains(&words::singular(word)))
}
