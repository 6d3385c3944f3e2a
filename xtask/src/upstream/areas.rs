//! Which part of the fork's own work a file belongs to: areas that the configuration names, else its top folder.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use globset::{Glob, GlobSet, GlobSetBuilder};

use crate::repo::RepoPath;

/// What no named area claims.
const OTHER: &str = "other";

/// The areas of `[upstream.areas]`, ready for use.
#[derive(Debug, Default)]
pub(super) struct Areas {
    named: Vec<(String, GlobSet)>,
}

impl Areas {
    /// Reads the globs.
    ///
    /// # Errors
    /// A glob cannot be read.
    pub(super) fn of(areas: &BTreeMap<String, Vec<String>>) -> Result<Self> {
        let named = areas.iter().map(|(name, patterns)| Ok((name.clone(), globs(patterns)?)));
        Ok(Self { named: named.collect::<Result<_>>()? })
    }

    /// The area of a file: the first by name that claims it.
    pub(super) fn name(&self, path: &RepoPath) -> String {
        if self.named.is_empty() {
            return top_folder(path);
        }
        let shown = path.display();
        let claimed = self.named.iter().find(|(_, globs)| globs.is_match(&*shown));
        claimed.map_or(OTHER, |(name, _)| name).to_owned()
    }
}

fn globs(patterns: &[String]) -> Result<GlobSet> {
    let mut builder = GlobSetBuilder::new();
    for pattern in patterns {
        // A folder means what is in it.
        for pattern in [pattern.clone(), format!("{}/**", pattern.trim_end_matches('/'))] {
            builder.add(Glob::new(&pattern).with_context(|| format!("read the glob `{pattern}`"))?);
        }
    }
    builder.build().context("read the globs")
}

fn top_folder(path: &RepoPath) -> String {
    path.parts()
        .next()
        .filter(|_| path.parent().is_some())
        .map_or_else(|| ".".to_owned(), |first| RepoPath::from_bytes(first).display().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_belongs_to_the_first_area_that_claims_it() {
        let area = |name: &str, globs: &[&str]| {
            (name.to_owned(), globs.iter().map(ToString::to_string).collect::<Vec<_>>())
        };
        let areas = Areas::of(&BTreeMap::from([
            area("audio", &["src/audio", "**/*codec*"]),
            area("tests", &["tests/**"]),
        ]))
        .unwrap();
        let cases = [
            ("src/audio/deep/x.py", "audio"),
            ("src/codec.py", "audio"),
            ("tests/codec_test.py", "audio"),
            ("tests/a.py", "tests"),
            ("src/audio.py", OTHER),
            ("README.md", OTHER),
        ];
        for (path, expected) in cases {
            assert_eq!(areas.name(&path.into()), expected, "{path}");
        }
    }

    #[test]
    fn without_areas_the_top_folder_is_the_area() {
        let areas = Areas::default();
        assert_eq!(areas.name(&"src/audio/x.py".into()), "src");
        assert_eq!(areas.name(&"setup.py".into()), ".");
    }
}
