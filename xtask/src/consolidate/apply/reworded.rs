//! Links whose words are their destination, on their way into a guide: the words go on saying where they lead.

use std::ops::Range;

use crate::links::rebased;
use crate::markdown::{LinkKind, Parsed};
use crate::repo::RepoPath;

/// The text of a note that goes from one place to another, where the words of such links are what their destinations
/// will be; `None` where there is none. Destinations stay.
pub(super) fn words_of_destinations(
    text: &str,
    parsed: &Parsed,
    (from, to): (&RepoPath, &RepoPath),
) -> Option<String> {
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    for link in parsed.links.iter().filter(|link| link.kind == LinkKind::Inline) {
        let Some(place) = &link.place else { continue };
        let open = link.range.start + usize::from(link.image) + 1;
        let Some(before) = text.get(open..place.range.start) else { continue };
        let Some(said) = before.rfind("](").map(|close| &before[..close]) else { continue };
        let words = said.trim_matches('`');
        if words != link.destination || words.starts_with('#') {
            continue;
        }
        let start = open + (said.len() - said.trim_start_matches('`').len());
        if let Some(new) = rebased(words, from, to) {
            edits.push((start..start + words.len(), new));
        }
    }
    if edits.is_empty() {
        return None;
    }
    let mut out = text.to_owned();
    for (range, new) in edits.into_iter().rev() {
        out.replace_range(range, &new);
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown::{Format, parse};

    #[test]
    fn words_that_are_the_destination_say_where_it_is_afterwards() {
        let cases = [
            ("[../README.md](../README.md)", Some("[../../README.md](../README.md)")),
            ("See [`x.md`](x.md) and [y](y.md).", Some("See [`../x.md`](x.md) and [y](y.md).")),
            ("[The README](../README.md) [#part](#part) [https://a.b](https://a.b)", None),
        ];
        for (text, expected) in cases {
            let parsed = parse(text, Format::Markdown);
            let found =
                words_of_destinations(text, &parsed, (&"docs/a.md".into(), &"docs/guides/b.md".into()));
            assert_eq!(found.as_deref(), expected, "{text}");
        }
    }
}
