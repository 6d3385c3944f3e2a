//! What the hook would refuse of the files as they stand, before there is a hook: a file that nobody touches is never
//! judged, so this is what people meet later, one file at a time.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use super::checks::Switches;
use super::files::Judge;
use super::gather;
use super::{Request, Secrets, options};
use crate::check::CheckId;
use crate::config::{HookConfig, quoted};
use crate::repo::{Repo, RepoPath, Staged};
use crate::report::Level;

/// The checks that judge the whole of a file that is touched. Others look at what is new.
const WHOLE_FILE: &[CheckId] = &[
    CheckId::ConflictMarker,
    CheckId::PrivateKey,
    CheckId::Token,
    CheckId::TrailingBlanks,
    CheckId::FinalNewline,
    CheckId::Toml,
    CheckId::Yaml,
    CheckId::Json,
    CheckId::Workflow,
];

/// What stands in the files today, by the check's name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rehearsed {
    refused: BTreeMap<&'static str, BTreeSet<RepoPath>>,
}

/// Judges every file of the index.
///
/// # Errors
/// As [`super::judge`].
pub fn rehearse(repo: &Repo, staged: &Staged, config: &HookConfig) -> Result<Rehearsed> {
    let only: Vec<String> = WHOLE_FILE.iter().map(|id| id.name().to_owned()).collect();
    let switches = Switches::of(config, &[], &only)?;
    let request = Request { repo, staged, config, skip: &[], only: &only };
    let input = gather::all(&request)?;
    let secrets = Secrets::new();
    let marker_sizes = gather::marker_sizes((repo, staged), &input.files(), &switches)?;
    let options = options(config, false);
    let judge = Judge::of(&switches, options, &marker_sizes, &secrets);
    let (findings, _) = gather::judge_files(&request, &input, &judge, None)?;
    let mut rehearsed = Rehearsed::default();
    for finding in findings.into_iter().filter(|finding| finding.level == Level::Deny) {
        if let Some(path) = finding.path {
            rehearsed.refused.entry(finding.check.name()).or_default().insert(path);
        }
    }
    Ok(rehearsed)
}

impl Rehearsed {
    /// What was found, in a line.
    pub fn line(&self) -> String {
        let paths: BTreeSet<&RepoPath> = self.refused.values().flatten().collect();
        if paths.is_empty() {
            return "pre-commit: no file holds what it refuses".to_owned();
        }
        let counts: Vec<String> =
            self.refused.iter().map(|(check, paths)| format!("{check} {}", paths.len())).collect();
        let (files, touched) = match paths.len() {
            1 => ("1 file holds".to_owned(), "it is touched"),
            count => (format!("{count} files hold"), "they are touched"),
        };
        format!("pre-commit: {files} today what it refuses once {touched} ({})", counts.join(", "))
    }

    /// Lines for `xtask.toml` that leave these files out of these checks; `None` where there are none.
    pub fn baseline(&self) -> Option<String> {
        if self.refused.is_empty() {
            return None;
        }
        let mut lines = String::from("[hook.except]\n");
        for (check, paths) in &self.refused {
            lines.push_str(&format!("{check} = [\n"));
            for path in paths {
                lines.push_str(&format!("    {},\n", quoted(&glob_of(path))));
            }
            lines.push_str("]\n");
        }
        Some(lines)
    }
}

/// The glob of this one path, from the root.
fn glob_of(path: &RepoPath) -> String {
    let mut glob = String::from("/");
    for letter in path.display().chars() {
        if "*?[]{}\\".contains(letter) {
            glob.push('\\');
        }
        glob.push(letter);
    }
    glob
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::staged::checks::set;

    #[test]
    fn glob_of_a_path_means_this_path_alone() {
        for name in ["a.txt", "b/[x] {y,z}*?.md", "c\\d"] {
            let globs = set(&[glob_of(&RepoPath::from(name))]).unwrap();
            assert!(globs.is_match(name), "{name}");
            assert!(!globs.is_match(format!("folder/{name}")), "{name}");
        }
    }

    #[test]
    fn baseline_can_be_read_as_settings() {
        let path = RepoPath::from_bytes(b"a \"b\"\n\xff.md");
        let refused = [("trailing-blanks", [path].into())].into();
        let lines = Rehearsed { refused }.baseline().unwrap();
        let config = crate::config::Config::parse(&lines, "xtask.toml", std::path::Path::new("/")).unwrap();
        let switches = Switches::of(&config.hook, &[], &[]).unwrap();
        assert!(!switches.judges(CheckId::TrailingBlanks, &RepoPath::from_bytes(b"a \"b\"\n\xff.md")));
        assert!(switches.judges(CheckId::TrailingBlanks, &RepoPath::from("other.md")));
    }
}
