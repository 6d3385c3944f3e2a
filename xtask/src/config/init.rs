//! The commented `xtask.toml` that `init` writes.

/// What was found by looking; each stands in the file as a comment, since defaults need no line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Detected {
    /// Globs of the notes.
    pub notes: Vec<String>,
    /// The upstream's remote, if there is one.
    pub upstream: Option<String>,
    /// Name and paths of each test suite, and whether its failures fail the command.
    pub suites: Vec<(String, Vec<String>, bool)>,
}

/// Writes the file's text. Every setting is commented out: the file changes nothing until it is edited.
pub fn commented(detected: &Detected) -> String {
    let mut text = String::from(
        "# Settings of `xtask`. Everything has a default that is found by looking; what stands here in\n\
         # comments is what was found. Remove a `#` to fix a value.\n\n[consolidate]\n",
    );
    text.push_str(&format!("# include = {}\n", list(&detected.notes)));
    text.push_str(
        "# exclude = []  # globs that are not read\n\
         # keep = []     # globs that are read, but never proposed for a move\n\
         # report = \"notes/documentation_consolidation_plan.md\"\n\
         # archive_layout = \"flat\"    # or \"topic\", \"year\"; without it folders stay as they are\n\
         # archive_mentions = \"keep\"  # or \"rewrite\": paths named in archived notes\n\n[upstream]\n",
    );
    match &detected.upstream {
        Some(remote) => text.push_str(&format!("# upstream = {}\n", quoted(remote))),
        None => {
            text.push_str("# upstream = \"REMOTE, REVISION, ADDRESS or PATH, with #BRANCH where needed\"\n")
        }
    }
    text.push_str(
        "# report = \"notes/upstream_sync_analysis.md\"\n\
         # areas = {}    # parts of the fork's own work: audio = [\"src/audio\", \"**/*codec*\"]\n\n[validate]\n# report = \"notes/test_suite_report.md\"\n",
    );
    for (name, paths, gating) in &detected.suites {
        text.push_str(&format!(
            "\n# [[validate.suite]]\n# name = {}\n# paths = {}\n# gating = {gating}\n",
            quoted(name),
            list(paths)
        ));
    }
    text.push_str(
        "\n[hook]\n# disable = []          # checks that are off; `xtask hook pre-commit --list` names them\n\
         # exclude = []          # globs of files that no check judges\n\
         # max_kib = 500         # how large a new file may be\n\
         # markdown_breaks = false  # true: two blanks at the end of a Markdown line are a line break\n\
         # notes = []            # folders in which new notes belong\n\
         # subject_length = 72   # letters of a commit's subject, 0: any\n\
         # conventional = false  # true: subjects have the form of conventional commits\n\
         # push_tests = false    # true: the gating suites run before a push\n",
    );
    text
}

fn list(items: &[String]) -> String {
    let items: Vec<String> = items.iter().map(|item| quoted(item)).collect();
    format!("[{}]", items.join(", "))
}

/// A TOML basic string; names of folders and remotes may hold anything.
pub fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            character if character.is_control() => quoted.push_str(&format!("\\u{:04X}", character as u32)),
            character => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn written_file_changes_nothing_and_its_uncommented_form_is_valid() {
        let detected = Detected {
            notes: vec!["n\"otes/**/*.md".into()],
            upstream: Some("up\\stream\n".into()),
            suites: vec![("unit".into(), vec!["tests".into()], true)],
        };
        let text = commented(&detected);
        let parse = |text: &str| toml::from_str::<Config>(text).unwrap();
        assert_eq!(parse(&text), Config::default());
        let uncommented: Vec<&str> = text.lines().skip(3).map(|line| line.trim_start_matches("# ")).collect();
        let config = parse(&uncommented.join("\n"));
        assert_eq!(config.consolidate.include, Some(detected.notes));
        assert_eq!(config.upstream.upstream, detected.upstream);
        assert_eq!(config.validate.suite[0].paths, ["tests"]);
    }
}
