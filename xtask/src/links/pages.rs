//! Pages of a site by the addresses that their front matter gives them: `permalink` of Jekyll and Eleventy.

use std::collections::BTreeMap;

use super::address::Local;
use super::index::Index;
use crate::markdown::{decode, front_matter};
use crate::repo::{RepoPath, Tree};

/// Endings of files that a page is made of.
const SOURCES: &[&str] = &["md", "markdown", "html", "htm"];

/// Fragments that only the generator of a site understands: which colours of the page a picture is for.
const FOR_COLOURS: &[&str] = &["only-light", "only-dark"];

impl Index<'_> {
    /// True for the address of a page, from the root of its site.
    pub(super) fn is_address_of_page(&self, local: &Local) -> bool {
        let address = || address(&local.path);
        local.path.starts_with(b"/")
            && address().is_some_and(|address| {
                self.addresses.get_or_init(|| addresses(self.tree)).contains_key(&address)
            })
    }
}

/// True for a link that is written for a site alone.
pub(super) fn is_for_the_site(local: &Local) -> bool {
    local.fragment.as_deref().is_some_and(|fragment| FOR_COLOURS.contains(&fragment))
}

/// The addresses that front matter gives, each with the source of its page.
pub(super) fn addresses(tree: &Tree) -> BTreeMap<Vec<u8>, RepoPath> {
    let sources = tree.entries().filter(|(path, _)| SOURCES.contains(&path.extension().as_str()));
    let given = sources.filter_map(|(path, _)| {
        let bytes = tree.read(path).ok().filter(|bytes| bytes.starts_with(b"---"))?;
        let front = front_matter(&decode(&bytes).0)?;
        Some((address(front.get("permalink")?.as_bytes())?, path.clone()))
    });
    given.collect()
}

/// An address without what servers leave out: slashes at both ends, `index.html`, `.html`. `None` for one with
/// placeholders, and for the root, which every site has.
fn address(written: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(written).ok()?.trim_matches('/');
    let text = text.strip_suffix("index.html").or_else(|| text.strip_suffix(".html")).unwrap_or(text);
    let text = text.trim_end_matches('/');
    (!text.is_empty() && !text.contains([':', '{'])).then(|| text.as_bytes().to_vec())
}
