//! Which flags a program reads, by its text.

use std::collections::BTreeSet;

use super::symbols::SHORTEST;

/// The flags of a program that says all of them itself.
#[derive(Debug, Default)]
pub(super) struct Held(BTreeSet<String>);

impl Held {
    /// True for a flag of the program: as it stands there, shortened, or with the `--no-` of a switch (argparse
    /// takes all three).
    pub(super) fn reads(&self, flag: &str) -> bool {
        let switch = flag.strip_prefix("--no-").map(|name| format!("--{name}"));
        self.0.iter().any(|held| held.starts_with(flag) || Some(held) == switch.as_ref())
    }
}

/// The flags of a Python program that writes each of them as it is and gives its parser to no other file; `None` where
/// it may read more.
pub(super) fn held_by(text: &str) -> Option<Held> {
    const ADDING: &str = "add_argument(";
    let mut calls = text.match_indices(ADDING).map(|(at, _)| &text[at + ADDING.len()..]).peekable();
    calls.peek()?;
    let is_written = |call: &str| call.trim_start().starts_with(['"', '\'']);
    if !calls.all(is_written) || gives_its_parser_away(text) {
        return None;
    }
    let is_part = |byte: char| byte.is_ascii_alphanumeric() || byte == '_' || byte == '-';
    let words = text.split(|byte: char| !is_part(byte)).filter(|word| word.len() > 2);
    Some(Held(words.filter(|word| word.starts_with("--")).map(str::to_owned).collect()))
}

/// True where a function of another file is given the parser: it may add flags.
fn gives_its_parser_away(text: &str) -> bool {
    const ELSEWHERE: &[&str] = &[", parser)", "parser=", "parents=["];
    let is_part = |sign: char| sign.is_alphanumeric() || sign == '_';
    let given = ["(parser)", "(parser,"].into_iter().flat_map(|form| text.match_indices(form));
    let takers = given.map(|(at, _)| {
        let start = text[..at].trim_end_matches(is_part).len();
        &text[start..at]
    });
    let takers: BTreeSet<&str> = takers.collect();
    ELSEWHERE.iter().any(|form| text.contains(form))
        || takers.iter().any(|taker| !text.contains(&format!("def {taker}(")))
}

/// `--dry-run` as it may stand in code: itself, `dry-run`, `dry_run`; short names are words of the language.
pub(super) fn forms_of_flag(flag: &str) -> Vec<String> {
    let name = flag.trim_start_matches('-').trim_start_matches("no-");
    let mut forms = vec![flag.to_owned()];
    if name.len() >= SHORTEST {
        forms.extend([name.to_owned(), name.replace('-', "_")]);
    }
    forms.dedup();
    forms
}

/// True for a program whose text lists its flags: by a parser's calls, or as the cases of a shell script.
pub(super) fn reads_flags(text: &str) -> bool {
    const PARSERS: &[&str] = &["add_argument(", "@click.option(", "getopts ", "GetOptions("];
    const HANDED_ON: &[&str] =
        &["parse_known_args", "REMAINDER", "ignore_unknown_options", "allow_extra_args"];
    let has_cases = text.lines().any(|line| {
        let case = line.trim_start().split(')').next().unwrap_or_default();
        line.contains(')') && case.split('|').any(|word| word.trim().starts_with("--")) && !case.contains('(')
    });
    let reads = has_cases || PARSERS.iter().any(|call| text.contains(call));
    reads && !HANDED_ON.iter().any(|word| text.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a program with this text reads `--order`; `None` where its text does not tell.
    fn reads(text: &str, flag: &str) -> Option<bool> {
        held_by(text).map(|held| held.reads(flag))
    }

    #[test]
    fn program_that_writes_its_flags_reads_no_others() {
        let own = "p.add_argument(\n    '-o', '--order', dest='sorting')\nout.mkdir(parents=True)";
        let cases = [
            ("--order", Some(true)),
            ("--ord", Some(true)),
            ("--no-order", Some(true)),
            ("--orders", Some(false)),
            ("--sorting", Some(false)),
        ];
        for (flag, expected) in cases {
            assert_eq!(reads(own, flag), expected, "{flag}");
        }
    }

    #[test]
    fn program_that_may_read_more_than_it_writes_tells_nothing() {
        let texts = [
            "print('--sort')",
            "for name in names: p.add_argument(f'--{name}')",
            "p.add_argument('--sort'); common.add_to(parser)",
            "p = ArgumentParser(parents=[base]); p.add_argument('--sort')",
        ];
        for text in texts {
            assert_eq!(reads(text, "--order"), None, "{text}");
        }
        let own = "def add_to(parser): parser.add_argument('--sort')\nadd_to(parser)";
        assert_eq!(reads(own, "--order"), Some(false));
    }
}
