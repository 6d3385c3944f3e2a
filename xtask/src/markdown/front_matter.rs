//! The block of metadata at the top of a note.

use std::ops::Range;

/// YAML between lines of `---`, or TOML between lines of `+++`, at the very top.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrontMatter {
    /// With both marker lines and the end of the second.
    pub range: Range<usize>,
    /// What stands between the marker lines.
    pub body: Range<usize>,
    /// Its plain entries in order; lists and nested entries are left to those who read YAML.
    pub fields: Vec<Field>,
}

/// One `key: value` of the outermost level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The key.
    pub key: String,
    /// The value without quotation marks; empty when it stands on the lines below.
    pub value: String,
    /// Where the value stands, quotation marks included.
    pub range: Range<usize>,
}

impl FrontMatter {
    /// The value of a key, in any case.
    pub fn get(&self, key: &str) -> Option<&str> {
        let field = self.fields.iter().find(|field| field.key.eq_ignore_ascii_case(key))?;
        Some(&field.value)
    }
}

/// Finds the front matter of a text that begins at `start` (behind a byte order mark).
///
/// A rule across the page is written `---` too: the lines between must begin like entries, or be none.
pub(super) fn find(text: &str, start: usize) -> Option<FrontMatter> {
    let rest = &text[start..];
    let (mark, separator) = match rest.get(..3)? {
        "---" => ("---", ':'),
        "+++" => ("+++", '='),
        _ => return None,
    };
    let mut fields = Vec::new();
    let mut at = start;
    let mut body = start..start;
    for (number, line) in rest.split_inclusive('\n').enumerate() {
        let words = line.trim_end();
        let end = at + line.len();
        if number == 0 {
            if words != mark {
                return None;
            }
            body.start = end;
        } else if words == mark || (words == "..." && separator == ':') {
            body.end = at;
            // Between two rules across the page may stand a heading, which looks like a comment.
            if fields.is_empty() && !body.is_empty() {
                return None;
            }
            return Some(FrontMatter { range: start..end, body, fields });
        } else {
            let field = field(words, separator, at);
            let blank = words.is_empty() || words.starts_with('#');
            let table = separator == '=' && words.starts_with('[');
            if fields.is_empty() && field.is_none() && !blank && !table {
                return None;
            }
            fields.extend(field);
        }
        at = end;
    }
    None
}

fn field(line: &str, separator: char, at: usize) -> Option<Field> {
    let split = line.find(separator)?;
    let key = line[..split].trim_end();
    let rest = &line[split + separator.len_utf8()..];
    let name = key.trim_matches(['"', '\'']);
    let named = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || " _-.".contains(c));
    // `key:value` without a blank is one word to YAML.
    let parted = separator == '=' || rest.is_empty() || rest.starts_with([' ', '\t']);
    if !named || !parted || line.starts_with([' ', '\t', '-']) {
        return None;
    }
    let value = rest.trim();
    let start = at + line.len() - rest.trim_start().len();
    let value_range = start..start + value.len();
    let plain = unquoted(value).unwrap_or_else(|| value.split(" #").next().unwrap_or_default().trim_end());
    Some(Field { key: name.to_owned(), value: plain.to_owned(), range: value_range })
}

fn unquoted(value: &str) -> Option<&str> {
    let mark = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    value.strip_prefix(mark)?.strip_suffix(mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_of_the_outermost_level_are_read() {
        let text = "---\r\ntitle: \"A: b\"\r\ndate: 2025-10-31 # day\r\ntags:\r\n  - x: y\r\n---\r\n# T\r\n";
        let found = find(text, 0).expect("there is one");
        assert_eq!(found.get("Title"), Some("A: b"));
        assert_eq!(found.get("date"), Some("2025-10-31"));
        assert_eq!(found.get("tags"), Some(""));
        assert_eq!(found.fields.len(), 3);
        assert_eq!(&text[found.range.end..], "# T\r\n");
        assert_eq!(&text[found.fields[0].range.clone()], "\"A: b\"");
        assert_eq!(&text[found.body.clone()][..6], "title:");
    }

    #[test]
    fn toml_has_plus_signs() {
        let found = find("+++\ntitle = 'x'\n[extra]\n+++\n", 0).expect("there is one");
        assert_eq!(found.get("title"), Some("x"));
    }

    #[test]
    fn a_rule_and_an_unclosed_block_are_none() {
        let cases = [
            "---\n# Heading\n---\n",
            "---\n\nSome text\n\n---\n",
            "---\ntitle: x\n",
            "--- \nA sentence.\n---\n",
            "----\na: b\n---\n",
            "--",
            "",
        ];
        for text in cases {
            assert_eq!(find(text, 0), None, "{text:?}");
        }
        assert!(find("---\n---\n", 0).is_some());
    }
}
