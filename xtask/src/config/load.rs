//! Reads `xtask.toml` and checks what types cannot.

#![allow(clippy::disallowed_methods, reason = "`config` reads its own file")]

use std::fmt;
use std::io::ErrorKind;
use std::ops::Range;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use globset::Glob;
use toml::de::{DeTable, DeValue};

use super::Config;

/// The file's name at the repository's root.
pub const FILE_NAME: &str = "xtask.toml";

/// What is wrong with the file, shown with its line and a caret under the place.
#[derive(Debug)]
pub struct ConfigError {
    file: String,
    shown: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{}`: {}", self.file, self.shown)
    }
}

impl std::error::Error for ConfigError {}

impl Config {
    /// Reads `file`, or `xtask.toml` at `root`, where an absent file is an empty one.
    ///
    /// # Errors
    /// A named file that is absent; unknown keys, wrong types, bad globs, folders that are not there.
    pub fn load(root: &Path, file: Option<&Path>) -> Result<Self> {
        let shown = file.map_or_else(|| FILE_NAME.into(), |file| file.display().to_string());
        let path = match file {
            Some(file) => Some(file.to_owned()),
            None => own_file(root).with_context(|| format!("read `{shown}`"))?,
        };
        let Some(path) = path else { return Ok(Self::default()) };
        let text = std::fs::read_to_string(&path).with_context(|| format!("read `{shown}`"))?;
        Ok(Self::parse(&text, &shown, root)?)
    }

    /// Reads the text of a file named `file` for a repository at `root`.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn parse(text: &str, file: &str, root: &Path) -> Result<Self, ConfigError> {
        let fail = |shown: String| ConfigError { file: file.to_owned(), shown };
        let config: Self =
            toml::from_str(text).map_err(|error| fail(error.to_string().trim_end().to_owned()))?;
        let table = DeTable::parse(text).map_err(|error| fail(error.to_string().trim_end().to_owned()))?;
        match first_mistake(table.get_ref(), root) {
            Some((span, message)) => Err(fail(point_at(text, &span, &message))),
            None => Ok(config),
        }
    }
}

/// The file at a repository's root, if it is there. It comes with the repository, and what is wrong with it is quoted:
/// a link that leads out of the repository, or to what git keeps to itself, would show other files.
fn own_file(root: &Path) -> Result<Option<PathBuf>> {
    const MOST: u64 = 1 << 20;
    let path = root.join(FILE_NAME);
    if path.symlink_metadata().is_err_and(|error| error.kind() == ErrorKind::NotFound) {
        return Ok(None);
    }
    let path = path.canonicalize()?;
    let is_own = path.strip_prefix(root.canonicalize()?).is_ok_and(|path| !path.starts_with(".git"));
    ensure!(is_own, "it is a link that leads out of the repository");
    let file = path.metadata()?;
    ensure!(file.is_file(), "it is no file");
    ensure!(file.len() <= MOST, "it is longer than 1 MiB");
    Ok(Some(path))
}

pub(super) type Mistake = (Range<usize>, String);

fn first_mistake(table: &DeTable<'_>, root: &Path) -> Option<Mistake> {
    let globs = ["include", "exclude", "keep"].iter().find_map(|key| {
        strings(table, &["consolidate", key])
            .into_iter()
            .find_map(|(text, span)| bad_glob(&text).map(|why| (span, why)))
    });
    let folders = strings(table, &["consolidate", "include"])
        .into_iter()
        .find_map(|(text, span)| missing_folder(&text, root).map(|why| (span, why)));
    globs
        .or_else(|| area_mistake(table))
        .or(folders)
        .or_else(|| super::reports::mistake(table))
        .or_else(|| upstream_mistake(table))
        .or_else(|| suite_mistake(table, root))
        .or_else(|| super::setup::mistake(table))
}

fn area_mistake(table: &DeTable<'_>) -> Option<Mistake> {
    let DeValue::Table(upstream) = table.get("upstream")?.get_ref() else { return None };
    let DeValue::Table(areas) = upstream.get("areas")?.get_ref() else { return None };
    let globs = areas.iter().flat_map(|(name, _)| strings(areas, &[name.get_ref()]));
    globs.into_iter().find_map(|(text, span)| bad_glob(&text).map(|why| (span, why)))
}

/// All strings at a key, be it one or a list, with their places.
pub(super) fn strings(table: &DeTable<'_>, keys: &[&str]) -> Vec<(String, Range<usize>)> {
    let Some((last, folders)) = keys.split_last() else { return Vec::new() };
    let mut current = table;
    for key in folders {
        match current.get(*key).map(|value| value.get_ref()) {
            Some(DeValue::Table(inner)) => current = inner,
            _ => return Vec::new(),
        }
    }
    let Some(value) = current.get(*last) else { return Vec::new() };
    match value.get_ref() {
        DeValue::String(text) => vec![(text.to_string(), value.span())],
        DeValue::Array(items) => {
            items.iter().filter_map(|item| Some((item.get_ref().as_str()?.to_owned(), item.span()))).collect()
        }
        _ => Vec::new(),
    }
}

fn bad_glob(text: &str) -> Option<String> {
    Glob::new(text).err().map(|error| format!("bad glob: {}", error.kind()))
}

/// The folders that lead a glob (`notes` of `notes/**/*.md`) must be there, or it was mistyped.
fn missing_folder(glob: &str, root: &Path) -> Option<String> {
    let parts: Vec<&str> = glob.split('/').collect();
    let literal: Vec<&str> = parts[..parts.len() - 1]
        .iter()
        .copied()
        .take_while(|part| !part.contains(['*', '?', '[', '{', '\\']))
        .collect();
    let folder = literal.join("/");
    (!folder.is_empty() && !root.join(&folder).is_dir()).then(|| format!("there is no folder `{folder}`"))
}

fn upstream_mistake(table: &DeTable<'_>) -> Option<Mistake> {
    let (text, span) = strings(table, &["upstream", "upstream"]).pop()?;
    // git would read a leading dash as an option.
    let why = if text.is_empty() {
        "the name of a remote, revision, address or path is expected"
    } else if text.starts_with('-') {
        "an upstream cannot begin with a dash"
    } else {
        return None;
    };
    Some((span, why.to_owned()))
}

/// Runners that are no command line.
const RUNNERS: [&str; 4] = ["pytest", "unittest", "cargo-test", "cargo-nextest"];

fn suite_mistake(table: &DeTable<'_>, root: &Path) -> Option<Mistake> {
    let Some(DeValue::Table(validate)) = table.get("validate").map(|value| value.get_ref()) else {
        return None;
    };
    let Some(DeValue::Array(suites)) = validate.get("suite").map(|value| value.get_ref()) else {
        return None;
    };
    let mut names = std::collections::BTreeSet::new();
    for suite in suites.iter() {
        let DeValue::Table(suite) = suite.get_ref() else { continue };
        for (text, span) in strings(suite, &["paths"]) {
            if super::reports::bad_place(&text).is_some() && text != "." {
                return Some((
                    span,
                    "a suite's path is relative to the repository and stays inside it".to_owned(),
                ));
            }
            if !root.join(&text).exists() {
                return Some((span, format!("there is no `{text}` in the repository")));
            }
        }
        if let Some((place, span)) = strings(suite, &["junit"]).pop() {
            let runner = strings(suite, &["runner"]).pop().map(|(runner, _)| runner);
            let is_command = runner.is_some_and(|runner| !RUNNERS.contains(&runner.as_str()));
            if !is_command {
                let why = "`junit` is for a suite whose `runner` is a command line";
                return Some((span, why.to_owned()));
            }
            if super::reports::bad_place(&place).is_some() {
                let why = "the place of JUnit XML is relative to the repository and stays inside it";
                return Some((span, why.to_owned()));
            }
            if let Some(why) = bad_glob(&place) {
                return Some((span, why));
            }
        }
        if let Some((name, span)) = strings(suite, &["name"]).pop()
            && !names.insert(name.clone())
        {
            return Some((span, format!("two suites are named `{name}`")));
        }
    }
    None
}

/// Shows a place as the TOML reader shows its own errors.
fn point_at(text: &str, span: &Range<usize>, message: &str) -> String {
    let start = text[..span.start].rfind('\n').map_or(0, |newline| newline + 1);
    let line = text[..span.start].matches('\n').count() + 1;
    let column = text[start..span.start].chars().count();
    let source = text[start..].lines().next().unwrap_or_default();
    let end = span.end.min(start + source.len()).max(span.start);
    let carets = "^".repeat(text[span.start..end].chars().count().max(1));
    let gutter = " ".repeat(line.to_string().len());
    let indent = " ".repeat(column);
    format!(
        "TOML parse error at line {line}, column {}\n{gutter} |\n{line} | {source}\n{gutter} | {indent}{carets}\n{message}",
        column + 1
    )
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in super::super) fn error(text: &str) -> String {
        Config::parse(text, "xtask.toml", Path::new("/nonexistent")).unwrap_err().to_string()
    }

    #[test]
    fn only_a_file_of_the_repository_is_read() {
        let place = tempfile::tempdir().unwrap();
        let root = place.path().join("repository");
        let file = root.join(FILE_NAME);
        std::fs::create_dir_all(root.join(".git")).unwrap();
        let load = || Config::load(&root, None).map_err(|error| format!("{error:#}"));
        assert_eq!(load(), Ok(Config::default()));
        for (target, error) in [
            ("../secret", Some("read `xtask.toml`: it is a link that leads out of the repository")),
            (".git/secret", Some("read `xtask.toml`: it is a link that leads out of the repository")),
            ("/dev/zero", Some("read `xtask.toml`: it is a link that leads out of the repository")),
            ("secret", None),
            (".git/..", Some("read `xtask.toml`: it is no file")),
        ] {
            if !target.starts_with('/') && !target.ends_with("..") {
                let text = if error.is_some() { "token = 1" } else { "" };
                std::fs::write(root.join(target), text).unwrap();
            }
            std::os::unix::fs::symlink(target, &file).unwrap();
            assert_eq!(load().err().as_deref(), error, "{target}");
            std::fs::remove_file(&file).unwrap();
        }
        std::fs::write(&file, vec![b'\n'; (1 << 20) + 1]).unwrap();
        assert_eq!(load(), Err("read `xtask.toml`: it is longer than 1 MiB".to_owned()));
    }

    #[test]
    fn empty_file_is_the_default() {
        assert_eq!(Config::parse("", "xtask.toml", Path::new("/")).unwrap(), Config::default());
    }

    #[test]
    fn unknown_key_is_shown_with_the_allowed_ones() {
        insta::assert_snapshot!(error("[consolidate]\ninclde = [\"notes/**\"]\n"), @r#"
        `xtask.toml`: TOML parse error at line 2, column 1
          |
        2 | inclde = ["notes/**"]
          | ^^^^^^
        unknown field `inclde`, expected one of `include`, `exclude`, `keep`, `report`, `archive_layout`, `archive_mentions`
        "#);
    }

    #[test]
    fn wrong_type_is_shown_with_its_place() {
        insta::assert_snapshot!(error("[consolidate]\nkeep = \"x\"\n"), @r#"
        `xtask.toml`: TOML parse error at line 2, column 8
          |
        2 | keep = "x"
          |        ^^^
        invalid type: string "x", expected a sequence
        "#);
    }

    #[test]
    fn bad_glob_is_shown_with_its_place() {
        insta::assert_snapshot!(error("[consolidate]\nexclude = [\"ok/*\", \"notes/[\"]\n"), @r#"
        `xtask.toml`: TOML parse error at line 2, column 20
          |
        2 | exclude = ["ok/*", "notes/["]
          |                    ^^^^^^^^^
        bad glob: unclosed character class; missing ']'
        "#);
    }

    #[test]
    fn bad_glob_of_an_area_is_shown_with_its_place() {
        insta::assert_snapshot!(error("[upstream.areas]\naudio = [\"src/{a\"]\n"), @r#"
        `xtask.toml`: TOML parse error at line 2, column 10
          |
        2 | audio = ["src/{a"]
          |          ^^^^^^^^
        bad glob: unclosed alternate group; missing '}' (maybe escape '{' with '[{]'?)
        "#);
    }

    #[test]
    fn missing_suite_folder_is_shown_with_its_place() {
        insta::assert_snapshot!(error("[[validate.suite]]\nname = \"unit\"\npaths = [\"tests/unit\"]\n"), @r#"
        `xtask.toml`: TOML parse error at line 3, column 10
          |
        3 | paths = ["tests/unit"]
          |          ^^^^^^^^^^^^
        there is no `tests/unit` in the repository
        "#);
    }

    #[test]
    fn junit_without_a_command_line_is_shown_with_its_place() {
        insta::assert_snapshot!(error("[[validate.suite]]\nname = \"a\"\njunit = \"out.xml\"\n"), @r#"
        `xtask.toml`: TOML parse error at line 3, column 9
          |
        3 | junit = "out.xml"
          |         ^^^^^^^^^
        `junit` is for a suite whose `runner` is a command line
        "#);
    }

    #[test]
    fn glob_below_a_missing_folder_is_shown_with_its_place() {
        insta::assert_snapshot!(error("[consolidate]\ninclude = [\"*.md\", \"nots/**/*.md\"]\n"), @r#"
        `xtask.toml`: TOML parse error at line 2, column 20
          |
        2 | include = ["*.md", "nots/**/*.md"]
          |                    ^^^^^^^^^^^^^^
        there is no folder `nots`
        "#);
    }

    #[test]
    fn upstream_that_git_would_read_as_an_option_is_refused() {
        insta::assert_snapshot!(error("[upstream]\nupstream = \"--upload-pack=x\"\n"), @r#"
        `xtask.toml`: TOML parse error at line 2, column 12
          |
        2 | upstream = "--upload-pack=x"
          |            ^^^^^^^^^^^^^^^^^
        an upstream cannot begin with a dash
        "#);
    }
}
