//! Strikes out the plan's lines of what is done; all other bytes of the plan stay.

use std::collections::BTreeSet;

use crate::consolidate::plan_format::{ITEM, begins, ends};

/// The plan with `~~…~~ done` on the lines of these ids, and on no other. Boxes stay as they are: what another item did
/// on its way is done, and nobody ticked it.
pub(super) fn refresh(text: &str, done: &BTreeSet<String>) -> String {
    let mut out = String::with_capacity(text.len() + 16 * done.len());
    let mut inside = false;
    for line in text.split_inclusive('\n') {
        let bare = line.trim_end_matches(['\n', '\r']);
        inside = if inside { !ends(bare) } else { begins(bare) };
        match Line::of(bare).filter(|_| inside) {
            Some(item) => {
                out.push_str(&item.marked(done));
                out.push_str(&line[bare.len()..]);
            }
            None => out.push_str(line),
        }
    }
    out
}

/// An item's line in its parts.
struct Line<'t> {
    /// Bullet and box, the blank behind it too.
    begin: &'t str,
    words: &'t str,
    /// From the blank before the marker on.
    end: &'t str,
    id: &'t str,
}

impl<'t> Line<'t> {
    /// `None` for every other line.
    fn of(line: &'t str) -> Option<Self> {
        let marker = line.rfind(ITEM)?;
        let id = line[marker..].split_whitespace().find_map(|field| field.strip_prefix("id="))?;
        let close = line.find(']')?;
        let has_box = line[..close].ends_with(['x', 'X', ' ']) && line.starts_with(['-', '*', '+']);
        let words = line[close + 1..marker].trim();
        let at = close + 1 + line[close + 1..].find(words)?;
        has_box.then(|| Self { begin: &line[..at], words, end: &line[at + words.len()..], id })
    }

    fn marked(&self, done: &BTreeSet<String>) -> String {
        let struck = self.words.strip_prefix("~~").and_then(|words| words.strip_suffix("~~ done"));
        let words = match (struck, done.contains(self.id)) {
            (None, true) => format!("~~{}~~ done", self.words),
            (Some(words), false) => words.to_owned(),
            _ => self.words.to_owned(),
        };
        [self.begin, &words, self.end].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_set_and_taken_back_to_the_same_bytes() {
        let plan = "a ~~b~~\r\n<!-- xtask:plan schema=1 -->\r\n* [X]  Archive `a.md` to `b.md` (9 % sure): x   \
                    <!-- xtask:item id=1 -->\r\n  - reason: <!-- xtask:item id=1 -->\n- [ ] Archive <!-- xtask:item id=2 -->\n\
                    <!-- xtask:plan end -->\n- [x] z <!-- xtask:item id=1 -->";
        let marked = refresh(plan, &["1".to_owned(), "2".to_owned()].into());
        let expected = plan
            .replace(
                "Archive `a.md` to `b.md` (9 % sure): x",
                "~~Archive `a.md` to `b.md` (9 % sure): x~~ done",
            )
            .replace("- [ ] Archive <!--", "- [ ] ~~Archive~~ done <!--");
        assert_eq!(marked, expected);
        assert_eq!(refresh(&marked, &["1".to_owned(), "2".to_owned()].into()), marked);
        assert_eq!(refresh(&marked, &BTreeSet::new()), plan);
    }
}
