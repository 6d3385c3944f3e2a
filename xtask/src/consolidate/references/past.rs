//! What history says of names: which commit removed the last definition of one.

use std::collections::{BTreeMap, BTreeSet};

use crate::repo::RepoPath;

/// By name the commit that removed the last definition; of flags by flag and name of the file.
pub(in crate::consolidate) type Past = BTreeMap<String, String>;

/// Words that define a name in the languages that are known.
const DEFINING: &str = "def|class|fn|func|function|struct|enum|trait|interface|type|const|macro_rules!";

/// The pattern, for `git log -G`, of lines that define one of these names or mention one of these flags.
pub(in crate::consolidate) fn definition_pattern(names: &BTreeSet<String>) -> String {
    let symbols: Vec<&str> = names.iter().filter(|name| !name.starts_with('-')).map(String::as_str).collect();
    let flags: Vec<&str> = names.iter().filter(|name| name.starts_with('-')).map(String::as_str).collect();
    let mut parts = Vec::new();
    if !symbols.is_empty() {
        let symbols = symbols.join("|");
        // The second form is a method in Go, the third one that needs no word to define it.
        parts.push(format!(
            "({DEFINING}) +({symbols})([^A-Za-z0-9_]|$)|func +\\([^)]*\\) +({symbols})\\(|({symbols})\\(.*\\{{[[:space:]]*$"
        ));
    }
    if !flags.is_empty() {
        parts.push(format!("[\"'](-[a-zA-Z][\"'], *[\"'])?({})[\"'/,]", flags.join("|")));
    }
    parts.join("|")
}

/// Reads a log of changes, newest first: the first commit that removes a definition removed the last one.
pub(in crate::consolidate) fn removed_definitions(log: &str, names: &BTreeSet<String>) -> Past {
    let mut past = Past::new();
    let mut commit = "";
    let mut is_prose = false;
    let mut file = RepoPath::from("");
    for line in log.lines() {
        if let Some(name) = line.strip_prefix('\u{1}') {
            commit = name;
        } else if let Some(path) = line.strip_prefix("diff --git ") {
            file = RepoPath::from(path.rsplit_once(" b/").map_or(path, |(_, path)| path));
            is_prose = [".md", ".rst", ".txt", ".mdx", ".ipynb"].iter().any(|ending| path.ends_with(ending));
        } else if let Some(text) = line.strip_prefix('-').filter(|text| !is_prose && !text.starts_with("--"))
        {
            // A name is a whole word of the line: the words are looked up, not the names searched for.
            let is_part = |next: char| next.is_alphanumeric() || next == '_' || next == '-';
            for word in text.split(|next: char| !is_part(next)) {
                if !names.contains(word) {
                    continue;
                }
                let key = if word.starts_with('-') { flag_of_file(word, &file) } else { word.to_owned() };
                if !past.contains_key(&key) && defines(text, word) {
                    past.insert(key, commit.to_owned());
                    // A program may leave its flags to a file beside it.
                    if let Some(folder) = file.parent().filter(|_| word.starts_with('-')) {
                        let key = format!("{word} {}/", String::from_utf8_lossy(folder.as_bytes()));
                        past.entry(key).or_insert_with(|| commit.to_owned());
                    }
                }
            }
        }
    }
    past
}

/// A flag is one of the programs that read it: what another file had under this name proves nothing.
pub(super) fn flag_of_file(flag: &str, file: &RepoPath) -> String {
    format!("{flag} {}", String::from_utf8_lossy(file.file_name()).replace(char::is_whitespace, "_"))
}

/// True for a line of code that defines a name, or mentions a flag in quotation marks.
fn defines(text: &str, name: &str) -> bool {
    let ends = |at: usize| {
        !text[at + name.len()..]
            .starts_with(|next: char| next.is_alphanumeric() || next == '_' || next == '-')
    };
    text.match_indices(name).filter(|(at, _)| ends(*at)).any(|(at, _)| {
        if name.starts_with('-') {
            return text[..at].ends_with(['"', '\'']);
        }
        if opens_body(&text[..at], &text[at + name.len()..]) {
            return true;
        }
        let before = text[..at].trim_end();
        let is_method_of_go = before.starts_with("func (") && before.ends_with(')');
        let is_defined = || {
            DEFINING.split('|').any(|word| {
                before
                    .strip_suffix(word)
                    .is_some_and(|rest| !rest.ends_with(|last: char| last.is_alphanumeric() || last == '_'))
            })
        };
        before.len() < at && (is_method_of_go || is_defined())
    })
}

/// True for what stands around the name of a method that needs no word to define it: `async name(x) {`,
/// `public List<T> name(int x) {`.
fn opens_body(before: &str, after: &str) -> bool {
    const OTHERWISE: &[&str] = &["new", "return", "else", "await", "throw", "yield", "case"];
    let Some((parameters, rest)) = after.strip_prefix('(').and_then(|after| after.split_once(')')) else {
        return false;
    };
    let rest = rest.trim();
    before.chars().all(|sign| sign.is_alphanumeric() || sign.is_whitespace() || "_<>[],*&#".contains(sign))
        && !before.ends_with(|last: char| last.is_alphanumeric() || last == '_')
        && !before.split_whitespace().any(|word| OTHERWISE.contains(&word))
        && !parameters.contains(['(', '{', ';'])
        && (rest == "{" || rest.ends_with('{') && rest.starts_with(':') && !rest.contains(';'))
}

/// The past as it is kept: a name and a commit on each line.
pub(in crate::consolidate) fn write_past(past: &Past) -> String {
    past.iter().map(|(name, commit)| format!("{name} {commit}\n")).collect()
}

/// Reads what [`write_past`] wrote.
pub(in crate::consolidate) fn read_past(text: &str) -> Past {
    let pairs = text.lines().filter_map(|line| line.rsplit_once(' '));
    pairs.map(|(name, commit)| (name.to_owned(), commit.to_owned())).collect()
}
