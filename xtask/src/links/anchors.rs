//! What a `#fragment` can name in a file.

use std::collections::{BTreeMap, BTreeSet};

use crate::markdown::Parsed;

use super::suggest::distance_within;

/// The anchors of one file.
#[derive(Clone, Debug, Default)]
pub(super) struct Anchors {
    exact: BTreeSet<String>,
    /// The first anchor of each spelling in lower case.
    folded: BTreeMap<String, String>,
}

impl Anchors {
    pub(super) fn of(parsed: &Parsed) -> Self {
        let mut anchors = Self::default();
        for anchor in &parsed.anchors {
            anchors.folded.entry(anchor.name.to_lowercase()).or_insert_with(|| anchor.name.clone());
            anchors.exact.insert(anchor.name.clone());
        }
        anchors
    }

    /// True for an anchor that is written just so.
    pub(super) fn has(&self, name: &str) -> bool {
        self.exact.contains(name)
    }

    /// The anchor that a fragment names. Its case does not count, as when GitHub looks for a heading.
    pub(super) fn find(&self, fragment: &str) -> Option<&str> {
        let name = fragment.strip_prefix("user-content-").unwrap_or(fragment);
        let exact = self.exact.get(fragment).or_else(|| self.exact.get(name));
        exact.or_else(|| self.folded.get(&name.to_lowercase())).map(String::as_str)
    }

    /// The anchor that was probably meant: the same letters, or else the only one that is nearly the same.
    pub(super) fn nearest(&self, fragment: &str) -> Option<&str> {
        let wanted = letters(fragment);
        if wanted.is_empty() {
            return None;
        }
        let same = self.exact.iter().find(|name| letters(name) == wanted);
        if let Some(name) = same {
            return Some(name);
        }
        let limit = (wanted.chars().count() / 4).min(4);
        let near = |name: &'_ String| distance_within(&letters(name), &wanted, limit);
        let mut found: Vec<(usize, &String)> =
            self.exact.iter().filter_map(|name| Some((near(name)?, name))).collect();
        found.sort();
        match found[..] {
            [] => None,
            [(best, name), ..] if found.get(1).is_none_or(|second| second.0 > best) => Some(name),
            _ => None,
        }
    }
}

fn letters(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// True for a fragment that names no anchor of the text: nothing, the top of the page, lines of a file, words
/// to highlight, a footnote (whose anchors GitHub makes). A heading called `Top` has its anchor all the same.
pub(super) fn needs_no_anchor(fragment: &str) -> bool {
    let name = fragment.strip_prefix("user-content-").unwrap_or(fragment);
    let footnote = ["fn", "fnref"].iter().any(|mark| {
        name.strip_prefix(mark).is_some_and(|rest| rest.starts_with([':', '-']) || is_number(rest))
    });
    name.is_empty() || name == "top" || name.starts_with(":~:") || footnote || names_lines(fragment)
}

/// `L10`, `L10-L20`, `L10C3-L12C5`, `L10-20`.
fn names_lines(fragment: &str) -> bool {
    let place = |text: &str| {
        let (line, column) = text.split_once('C').map_or((text, None), |(line, column)| (line, Some(column)));
        is_number(line) && column.is_none_or(is_number)
    };
    let Some(rest) = fragment.strip_prefix('L') else { return false };
    match rest.split_once('-') {
        None => place(rest),
        Some((from, to)) => place(from) && place(to.strip_prefix('L').unwrap_or(to)),
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown::{Format, parse};

    #[test]
    fn fragments_that_name_no_anchor_are_known() {
        for fragment in [
            "",
            "top",
            "L1",
            "L1-L20",
            "L1C2-L3C4",
            "L1-5",
            ":~:text=a",
            "fn1",
            "fnref:x",
            "user-content-fn-1",
        ] {
            assert!(needs_no_anchor(fragment), "{fragment}");
        }
        for fragment in ["l1", "L", "Lines", "L1-", "fnord", "function", "L1x"] {
            assert!(!needs_no_anchor(fragment), "{fragment}");
        }
    }

    #[test]
    fn an_anchor_is_found_in_any_case_and_the_nearest_is_named() {
        let text = "# Getting Started\n## Set-up\n## Set-up\n<a id=\"Custom\"></a>\n\n## 🚀 Launch\n## Item 1\n## Item 2\n";
        let anchors = Anchors::of(&parse(text, Format::Markdown));
        let found = ["getting-started", "Getting-Started", "set-up-1", "custom", "user-content-set-up"];
        assert!(found.iter().all(|name| anchors.find(name).is_some()));
        assert_eq!(anchors.find("set-up-2"), None);
        let cases = [
            ("getting-stared", Some("getting-started")),
            ("launch", Some("-launch")),
            ("setup", Some("set-up")),
            ("item-3", None),
            ("nothing-like-it", None),
            ("", None),
        ];
        for (fragment, expected) in cases {
            assert_eq!(anchors.nearest(fragment), expected, "{fragment}");
        }
    }
}
