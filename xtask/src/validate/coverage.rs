//! Which lines ran, as coverage.py and cargo-llvm-cov tell it.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde::Deserialize;

use super::places::Roots;
use super::result::{Coverage, CoveredFile};

#[derive(Deserialize)]
struct Told {
    files: BTreeMap<String, ToldFile>,
    totals: Summary,
}

#[derive(Deserialize)]
struct ToldFile {
    summary: Summary,
    #[serde(default)]
    missing_lines: Vec<u64>,
}

#[derive(Deserialize)]
struct Summary {
    percent_covered: f64,
    #[serde(default)]
    num_statements: u64,
}

/// Reads what `coverage json` writes; files outside of the repository are left out.
pub(super) fn read(text: &str, roots: &Roots) -> Result<Coverage> {
    let told: Told = serde_json::from_str(text).context("read what coverage.py measured")?;
    let mut files: Vec<CoveredFile> = told
        .files
        .into_iter()
        .filter(|(_, file)| file.summary.num_statements > 0)
        .filter_map(|(path, file)| {
            let path = roots.relative(&path)?;
            let percent = rounded(file.summary.percent_covered);
            Some(CoveredFile { path, percent, missing: file.missing_lines })
        })
        .collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(Coverage { percent: rounded(told.totals.percent_covered), files, changed: Vec::new() })
}

/// Reads LCOV's lines (<https://github.com/linux-test-project/lcov>, `geninfo`), of which cargo-llvm-cov writes one part
/// a file; files outside of the repository are left out.
pub(super) fn read_lcov(text: &str, roots: &Roots) -> Coverage {
    let mut files = Vec::new();
    let (mut all, mut all_ran) = (0, 0);
    for part in text.split("end_of_record") {
        let values = |key: &'static str| part.lines().filter_map(move |line| line.trim().strip_prefix(key));
        let number = |key| values(key).next().and_then(|value| value.parse::<u64>().ok()).unwrap_or(0);
        let Some(path) = values("SF:").next().and_then(|path| roots.relative(path)) else { continue };
        let (lines, ran) = (number("LF:"), number("LH:"));
        if lines == 0 {
            continue;
        }
        let never = |value: &str| {
            let mut fields = value.split(',');
            let line = fields.next()?.parse().ok()?;
            (fields.next()? == "0").then_some(line)
        };
        let missing = values("DA:").filter_map(never).collect();
        files.push(CoveredFile { path, percent: percent(ran, lines), missing });
        (all, all_ran) = (all + lines, all_ran + ran);
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Coverage { percent: percent(all_ran, all), files, changed: Vec::new() }
}

fn percent(part: u64, whole: u64) -> f64 {
    if whole == 0 { 100.0 } else { rounded(part as f64 * 100.0 / whole as f64) }
}

/// True when a configuration says in its parts for coverage.py, whose heads begin with `part`, which files are to be
/// measured. One that only leaves files out does not: a file that nothing imports would then not be seen.
pub(super) fn names_sources(text: &str, part: &str) -> bool {
    let mut is_inside = false;
    text.lines().any(|line| {
        if line.starts_with('[') {
            is_inside = line.starts_with(part);
        }
        let name = line.split('=').next().unwrap_or_default().trim();
        is_inside && line.contains('=') && ["source", "source_pkgs", "source_dirs", "include"].contains(&name)
    })
}

/// Two digits after the point: more is noise.
fn rounded(percent: f64) -> f64 {
    (percent * 100.0).round() / 100.0
}

/// Lines as people write them: `3, 7-9`.
pub(super) fn ranges(lines: &[u64]) -> String {
    let mut ranges: Vec<(u64, u64)> = Vec::new();
    for &line in lines {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == line => *last = line,
            _ => ranges.push((line, line)),
        }
    }
    let shown = |(first, last): &(u64, u64)| {
        if first == last { first.to_string() } else { format!("{first}-{last}") }
    };
    ranges.iter().map(shown).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn only_a_part_for_coverage_that_names_files_settles_what_is_measured() {
        let cases = [
            (".coveragerc", "[run]\nsource = pkg\n", "[", true),
            (".coveragerc", "[run]\nomit = a/*\nbranch = true\n", "[", false),
            ("pyproject.toml", "[tool.coverage.run]\nsource_pkgs = [\"a\"]\n", "[tool.coverage", true),
            (
                "pyproject.toml",
                "[tool.x]\nsource = 1\n[tool.coverage.run]\nomit = []\n",
                "[tool.coverage",
                false,
            ),
            ("setup.cfg", "[coverage:run]\ninclude=\n    src/*\n", "[coverage:", true),
        ];
        for (name, text, part, expected) in cases {
            assert_eq!(names_sources(text, part), expected, "{name} {text}");
        }
    }

    #[test]
    fn lcov_counts_lines_of_the_repositorys_own_files() {
        let text = "SF:/r/src/lib.rs\nFN:1,a\nDA:1,2\nDA:2,0\nDA:3,0\nDA:4,18446744073709551615\nLF:4\nLH:2\nend_of_record\n\
             SF:/elsewhere/x.rs\nDA:1,0\nLF:1\nLH:0\nend_of_record\nSF:/r/src/a.rs\nDA:1,1\nLF:1\nLH:1\nend_of_record\n";
        let coverage = read_lcov(text, &Roots::new(Path::new("/r"), Path::new("/r")));
        let file = |path: &str, percent, missing| CoveredFile { path: path.to_owned(), percent, missing };
        let files = [file("src/a.rs", 100.0, vec![]), file("src/lib.rs", 50.0, vec![2, 3])];
        assert_eq!((coverage.percent, coverage.files.as_slice()), (60.0, files.as_slice()));
    }

    #[test]
    fn lines_are_shown_as_ranges() {
        assert_eq!(ranges(&[3, 7, 8, 9, 11]), "3, 7-9, 11");
        assert_eq!(ranges(&[]), "");
    }
}
