//! Private keys and tokens of high confidence: forms that nothing else has.
//!
//! A fault names the rule and the line, never the value. Placeholders (`EXAMPLE`, runs of `x`, few different letters)
//! are no secrets. Files with NUL bytes are searched as they are and once more without the NULs, so that UTF-16 hides
//! nothing.

use std::cell::OnceCell;

use aho_corasick::packed::{Config, MatchKind, Searcher};

use super::Fault;
use super::lines::Walk;
use super::private_key::{has_key_body, head_line, is_quote};
use crate::check::CheckId;

const KEY_HINT: &str = "take it out of the index (`git rm --cached` or `git restore --staged`) and keep it elsewhere; \
                        a key that was pushed has to be replaced";
const TOKEN_HINT: &str =
    "take it out and read it from the environment; a token that was pushed has to be revoked";

/// One form of token.
struct Rule {
    /// What it is, for the message.
    name: &'static str,
    prefix: &'static str,
    /// What stands between the prefix and the body, one of these; nothing where the list is empty.
    kinds: &'static [&'static str],
    /// What may follow the prefix.
    body: fn(u8) -> bool,
    /// The fewest and the most bytes that follow it.
    length: (usize, usize),
    /// What stands before the prefix, for forms that are known by their middle.
    before: Before,
}

/// What has to stand before a prefix.
#[derive(Clone, Copy)]
enum Before {
    /// No letter of a longer word.
    Edge,
    /// So many letters and digits, at least and at most.
    Letters(usize, usize),
    /// At least so many of them behind this.
    Behind(&'static str, usize),
}

fn upper_or_digit(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit()
}
/// RFC 4648, section 6.
fn base32(byte: u8) -> bool {
    byte.is_ascii_uppercase() || matches!(byte, b'2'..=b'7')
}
fn letter_or_digit(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
}
fn word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}
fn dashed(byte: u8) -> bool {
    word(byte) || byte == b'-'
}
fn dotted(byte: u8) -> bool {
    dashed(byte) || byte == b'.'
}
fn hex(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}
fn padded(byte: u8) -> bool {
    dashed(byte) || byte == b'='
}
fn base64(byte: u8) -> bool {
    path(byte) || matches!(byte, b'+' | b'=')
}
fn path(byte: u8) -> bool {
    letter_or_digit(byte) || byte == b'/'
}

fn slashed(byte: u8) -> bool {
    dashed(byte) || byte == b'/'
}

const MANY: usize = 4096;

const fn rule(
    name: &'static str,
    prefix: &'static str,
    body: fn(u8) -> bool,
    length: (usize, usize),
) -> Rule {
    Rule { name, prefix, kinds: &[], body, length, before: Before::Edge }
}

const fn of_kinds(rule: Rule, kinds: &'static [&'static str]) -> Rule {
    Rule { kinds, ..rule }
}

const fn behind(before: Before, rule: Rule) -> Rule {
    Rule { before, ..rule }
}

/// The forms, as their issuers document them; the order settles nothing. Above 64 prefixes in all the search is no longer
/// done by vector instructions.
const RULES: &[Rule] = &[
    rule("an AWS access key id", "AKIA", base32, (16, 16)),
    rule("a temporary AWS access key id", "ASIA", base32, (16, 16)),
    rule("an AWS bearer token id", "ABIA", base32, (16, 16)),
    rule("a GitHub token", "ghp_", letter_or_digit, (36, 255)),
    rule("a GitHub token", "gho_", letter_or_digit, (36, 255)),
    rule("a GitHub token", "ghu_", letter_or_digit, (36, 255)),
    rule("a GitHub token", "ghs_", letter_or_digit, (36, 255)),
    rule("a GitHub token", "ghr_", letter_or_digit, (36, 255)),
    rule("a GitHub token", "github_pat_", word, (60, 255)),
    rule("a GitLab token", "glpat-", dashed, (20, 255)),
    rule("a GitLab runner token", "glrt-", dotted, (20, 255)),
    rule("a GitLab deploy token", "gldt-", dashed, (20, 255)),
    rule("a GitLab trigger token", "glptt-", hex, (40, 40)),
    rule("a GitLab job token", "glcbt-", dashed, (22, 255)),
    of_kinds(
        rule("a Slack token", "xox", dashed, (18, 255)),
        &["b-", "p-", "a-", "r-", "s-", "c-", "d-", "e.xoxp-", "e.xoxb-", "e-"],
    ),
    rule("a Slack token", "xapp-1-", dashed, (20, 255)),
    rule("a Slack webhook", "hooks.slack.com/services/T", path, (30, 255)),
    rule("a Google API key", "AIza", dashed, (35, 35)),
    rule("a Google client secret", "GOCSPX-", dashed, (28, 28)),
    rule("a Stripe live key", "sk_live_", letter_or_digit, (20, 255)),
    rule("a Stripe live key", "rk_live_", letter_or_digit, (20, 255)),
    rule("an npm token", "npm_", letter_or_digit, (36, 36)),
    rule("a PyPI token", "pypi-AgEIcHlwaS5vcmc", dashed, (50, MANY)),
    rule("a TestPyPI token", "pypi-AgENdGVzdC5weXBpLm9yZw", dashed, (50, MANY)),
    rule("a Cargo registry token", "cio", letter_or_digit, (32, 32)),
    rule("a SendGrid key", "SG.", dotted, (66, 66)),
    rule("an Anthropic key", "sk-ant-", dashed, (80, 255)),
    of_kinds(
        rule("an OpenAI or OpenRouter key", "sk-", dashed, (40, 255)),
        &["proj-", "svcacct-", "admin-", "or-v1-"],
    ),
    // Older ones and all others: `OpenAI` in base64 stands in the middle.
    behind(Before::Behind("sk-", 20), rule("an OpenAI key", "T3BlbkFJ", dashed, (20, 255))),
    rule("a Vault token", "hvs.", dashed, (24, 255)),
    behind(Before::Letters(14, 14), rule("a Terraform token", ".atlasv1.", padded, (60, 70))),
    // Of Azure's storage and databases: 64 bytes in base64.
    rule("an Azure account key", "AccountKey=", base64, (88, 88)),
    rule("a Hugging Face token", "hf_", letter_or_digit, (34, 34)),
    rule("a DigitalOcean token", "dop_v1_", hex, (64, 64)),
    of_kinds(rule("a Docker Hub token", "dckr_", dashed, (27, 40)), &["pat_", "oat_"]),
    of_kinds(rule("a Shopify token", "shp", hex, (32, 32)), &["at_", "ss_", "ca_", "pa_"]),
    rule("a Databricks token", "dapi", hex, (32, 32)),
    rule("a Doppler token", "dp.pt.", letter_or_digit, (40, 44)),
    rule("a Grafana service account token", "glsa_", word, (41, 41)),
    rule("a Linear key", "lin_api_", letter_or_digit, (40, 40)),
    rule("a New Relic key", "NRAK-", upper_or_digit, (27, 27)),
    rule("a Postman key", "PMAK-", dashed, (59, 59)),
    rule("a RubyGems key", "rubygems_", hex, (48, 48)),
    rule("a Discord webhook", "discord.com/api/webhooks/", slashed, (70, 120)),
    behind(Before::Letters(8, 10), rule("a Telegram bot token", ":AA", dashed, (33, 33))),
    rule("an Atlassian token", "ATATT3", padded, (150, 255)),
    rule("a Sentry token", "sntrys_eyJ", base64, (60, MANY)),
    rule("a Figma token", "figd_", dashed, (38, 45)),
    rule("a Notion token", "ntn_", letter_or_digit, (46, 46)),
    rule("a Groq key", "gsk_", letter_or_digit, (52, 52)),
    rule("a Dynatrace token", "dt0c01.", dotted, (89, 89)),
    rule("a Tailscale key", "tskey-", dashed, (40, 90)),
    rule("an age secret key", "AGE-SECRET-KEY-1", upper_or_digit, (58, 58)),
];

/// What begins the other forms, after those of [`RULES`].
const AWS_SECRET: &[&str] = &[
    "aws_secret_access_key",
    "AWS_SECRET_ACCESS_KEY",
    "SecretAccessKey",
    "secretAccessKey",
    "aws_secret_key",
    "AWS_SECRET_KEY",
];
/// A key of Twilio is `SK` and 32 digits, which is little: it counts where the line says whose it is.
const TWILIO: &[&str] = &["wilio", "WILIO"];
const KEYS: &[&str] = &["-----BEGIN ", "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY", "PuTTY-User-Key-File-"];

/// Finds all forms in one pass.
pub struct Secrets {
    /// `None` where the machine has no vector instructions; then each form is looked for by itself.
    searcher: Option<Searcher>,
}

impl Default for Secrets {
    fn default() -> Self {
        Self::new()
    }
}

impl Secrets {
    /// Prepares the search.
    pub fn new() -> Self {
        let mut builder = Config::new().match_kind(MatchKind::LeftmostFirst).builder();
        builder.extend(prefixes());
        Self { searcher: builder.build() }
    }

    /// The keys and tokens in a file; `keys` and `tokens` say what is looked for.
    pub fn find(&self, bytes: &[u8], (keys, tokens): (bool, bool)) -> Vec<Fault> {
        let mut faults = self.find_plain(bytes, (keys, tokens));
        if memchr::memchr(0, bytes).is_some() {
            let plain: Vec<u8> = bytes.iter().copied().filter(|&byte| byte != 0).collect();
            faults.extend(self.find_plain(&plain, (keys, tokens)));
        }
        faults.sort();
        faults.dedup();
        faults
    }

    fn find_plain(&self, bytes: &[u8], (keys, tokens): (bool, bool)) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut search = Search::of(bytes);
        for (pattern, start) in self.places(bytes) {
            search.lines.go_to(start);
            let (check, hint, name) = match form(pattern) {
                Form::Key if keys => (CheckId::PrivateKey, KEY_HINT, search.private_key(start)),
                Form::Token(rule) if tokens => (CheckId::Token, TOKEN_HINT, token(bytes, start, rule)),
                Form::AwsSecret(name) if tokens => {
                    let is_secret = is_aws_secret(&bytes[start + name.len()..]);
                    (CheckId::Token, TOKEN_HINT, is_secret.then_some("an AWS secret access key"))
                }
                Form::Twilio if tokens => (CheckId::Token, TOKEN_HINT, search.twilio_key(start)),
                _ => continue,
            };
            let message = name.map(|name| format!("{name} stands here"));
            faults.extend(message.map(|told| Fault::new(check, search.lines.number, told).hint(hint)));
        }
        faults
    }

    /// Where each form begins, from the start to the end.
    fn places(&self, bytes: &[u8]) -> Vec<(usize, usize)> {
        match &self.searcher {
            Some(searcher) if bytes.len() >= searcher.minimum_len() => {
                searcher.find_iter(bytes).map(|found| (found.pattern().as_usize(), found.start())).collect()
            }
            _ => {
                let one_by_one = prefixes().enumerate().flat_map(|(pattern, prefix)| {
                    memchr::memmem::find_iter(bytes, prefix).map(move |start| (pattern, start))
                });
                let mut places: Vec<(usize, usize)> = one_by_one.collect();
                places.sort_unstable_by_key(|&(_, start)| start);
                places
            }
        }
    }
}

/// What is known of the text between one form and the next: no line is read again for each form that stands on it.
struct Search<'a> {
    bytes: &'a [u8],
    lines: Walk<'a>,
    /// Up to here Twilio's keys were looked for.
    twilio_until: usize,
    /// So far nothing but signs stands between the line's start and this place.
    signs_until: usize,
    /// The last place where the body of a key of PuTTY begins; looked for once.
    last_putty_body: OnceCell<Option<usize>>,
}

impl<'a> Search<'a> {
    fn of(bytes: &'a [u8]) -> Self {
        let lines = Walk::of(bytes);
        Self { bytes, lines, twilio_until: 0, signs_until: 0, last_putty_body: OnceCell::new() }
    }

    /// `SK` and 32 digits on the line that names Twilio.
    fn twilio_key(&mut self, place: usize) -> Option<&'static str> {
        const KEY: Rule = rule("a Twilio key", "SK", hex, (32, 32));
        if place < self.twilio_until {
            return None;
        }
        let end = memchr::memchr(b'\n', &self.bytes[place..]).map_or(self.bytes.len(), |end| place + end);
        self.twilio_until = end;
        let start = self.lines.start;
        memchr::memmem::find_iter(&self.bytes[start..end], KEY.prefix)
            .find_map(|at| token(&self.bytes[..end], start + at, &KEY))
    }

    /// The kind of private key that begins here.
    fn private_key(&mut self, start: usize) -> Option<&'static str> {
        let rest = &self.bytes[start..];
        if rest.starts_with(b"PuTTY") {
            let last =
                self.last_putty_body.get_or_init(|| memchr::memmem::rfind(self.bytes, b"Private-Lines:"));
            return last.filter(|&last| last > start).map(|_| "a PuTTY private key");
        }
        if rest.starts_with(b"---- BEGIN SSH2") {
            return Some("an SSH2 private key");
        }
        let (name, body) = head_line(rest)?;
        let is_alone = self.is_behind_signs(start);
        has_key_body(body, is_alone).then_some(name)
    }

    /// True when neither letters nor quotes stand before this place on its line.
    fn is_behind_signs(&mut self, place: usize) -> bool {
        let from = self.signs_until.max(self.lines.start);
        let signs = self.bytes[from..place].iter();
        let signs = signs.take_while(|byte| !byte.is_ascii_alphanumeric() && !is_quote(**byte)).count();
        self.signs_until = from + signs;
        self.signs_until == place
    }
}

/// What a pattern of [`prefixes`] stands for.
enum Form {
    Token(&'static Rule),
    AwsSecret(&'static str),
    Twilio,
    Key,
}

fn form(pattern: usize) -> Form {
    if let Some(rule) = RULES.get(pattern) {
        return Form::Token(rule);
    }
    let pattern = pattern - RULES.len();
    match AWS_SECRET.get(pattern) {
        Some(name) => Form::AwsSecret(name),
        None if pattern < AWS_SECRET.len() + TWILIO.len() => Form::Twilio,
        None => Form::Key,
    }
}

fn prefixes() -> impl Iterator<Item = &'static str> {
    let others = [AWS_SECRET, TWILIO, KEYS].into_iter().flatten().copied();
    RULES.iter().map(|rule| rule.prefix).chain(others)
}

fn token(bytes: &[u8], start: usize, rule: &Rule) -> Option<&'static str> {
    if !stands_behind(&bytes[..start], rule.before) {
        return None;
    }
    let rest = &bytes[start + rule.prefix.len()..];
    let kind = rule.kinds.iter().find(|kind| rest.starts_with(kind.as_bytes()));
    let rest = match kind {
        Some(kind) => &rest[kind.len()..],
        None if rule.kinds.is_empty() => rest,
        None => return None,
    };
    let length = rest.iter().take(rule.length.1 + 1).take_while(|&&byte| (rule.body)(byte)).count();
    let fits =
        (rule.length.0..=rule.length.1).contains(&length) && rest.get(length).is_none_or(|&next| !word(next));
    let value = &rest[..length];
    // Ids of AWS are short and of one case, so one in thirty has no digit.
    let is_random = if rule.length == (16, 16) { !has_word(value) } else { is_mixed(value) };
    (fits && is_random && !is_placeholder(value)).then_some(rule.name)
}

fn stands_behind(before: &[u8], wanted: Before) -> bool {
    match wanted {
        Before::Edge => !before.last().is_some_and(|&byte| word(byte)) || ends_in_escape(before),
        Before::Letters(least, most) => {
            let letters = before.iter().rev().take(most + 1).take_while(|&&byte| letter_or_digit(byte));
            (least..=most).contains(&letters.count())
        }
        Before::Behind(start, count) => {
            let length = before.iter().rev().take(255).take_while(|&&byte| dashed(byte)).count();
            let head = &before[before.len() - length..];
            memchr::memmem::find(head, start.as_bytes())
                .is_some_and(|at| (at == 0 || !word(head[at - 1])) && length - at - start.len() >= count)
        }
    }
}

/// True when what looks like the last letter of a word is a line end or a sign in the writing of strings and addresses:
/// `\n`, `%3D`, `\u003d`.
fn ends_in_escape(before: &[u8]) -> bool {
    let hex_behind = |start: &[u8], digits: usize| {
        before.len() >= start.len() + digits
            && before[..before.len() - digits].ends_with(start)
            && before[before.len() - digits..].iter().all(u8::is_ascii_hexdigit)
    };
    let is_letter = matches!(before, [.., b'\\', b'n' | b'r' | b't']);
    is_letter || hex_behind(b"%", 2) || hex_behind(b"\\x", 2) || hex_behind(b"\\u", 4)
}

/// True for upper-case text that somebody made up: it says so, or it is of few letters.
fn has_word(value: &[u8]) -> bool {
    const WORDS: &[&str] = &[
        "KEY", "TEST", "FAKE", "ACCESS", "SECRET", "SAMPLE", "TOKEN", "REAL", "HERE", "YOUR", "MOCK", "NOT",
        "THIS", "DEMO", "AMAZON", "INVALID", "VALUE", "SOME", "FOO", "BAR",
    ];
    WORDS.iter().any(|word| memchr::memmem::find(value, word.as_bytes()).is_some())
}

/// Words and names of files have neither digits nor letters of both cases; random values of this length do.
fn is_mixed(value: &[u8]) -> bool {
    let has = |wanted: fn(&u8) -> bool| value.iter().any(wanted);
    has(u8::is_ascii_digit) || (has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase))
}

/// Examples in documentation: few different letters, letters in the order of the alphabet, a piece that is repeated,
/// words that say so, or the keys that emulators document for everybody.
fn is_placeholder(value: &[u8]) -> bool {
    let lower = value.to_ascii_lowercase();
    let says_so = ["example", "xxxx", "placeholder", "your_", "redacted", "dummy"];
    let mut seen = [false; 256];
    value.iter().for_each(|&byte| seen[usize::from(byte)] = true);
    let different = seen.iter().filter(|&&seen| seen).count();
    let repeats =
        |length: usize| value.len() >= 2 * length && value[length..] == value[..value.len() - length];
    different < 6
        || says_so.iter().any(|word| memchr::memmem::find(&lower, word.as_bytes()).is_some())
        || is_counted(&lower)
        || (1..=20).any(repeats)
        || EMULATORS.iter().any(|key| value.starts_with(key.as_bytes()))
}

/// How the account keys of Azurite and of the Cosmos DB emulator begin, which are the same for everybody and documented.
const EMULATORS: &[&str] = &["Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1", "C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM"];

/// True when most letters are the ones after those before them, as in `1234567890abcdef`.
fn is_counted(lower: &[u8]) -> bool {
    let follows = |pair: &&[u8]| {
        pair[1] == pair[0].wrapping_add(1)
            || matches!(
                pair,
                [b'9', b'0' | b'a'] | [b'0', b'a'] | [b'f', b'0' | b'1'] | [b'z', b'0' | b'1' | b'a']
            )
    };
    let count = lower.windows(2).filter(follows).count();
    2 * count >= lower.len().max(8)
}

const AWS_SECRET_LENGTH: usize = 40;

/// What follows the setting's name: quotes, an assignment, forty letters of base64.
fn is_aws_secret(rest: &[u8]) -> bool {
    let is_between = |byte: &u8| matches!(byte, b' ' | b'\t' | b'"' | b'\'' | b'=' | b':' | b'`' | b'>');
    let between = rest.iter().take_while(|byte| is_between(byte)).count();
    let assigns = rest[..between].iter().any(|byte| matches!(byte, b'=' | b':' | b'>'));
    let value = &rest[between..];
    let is_of_value = |byte: &&u8| letter_or_digit(**byte) || matches!(byte, b'/' | b'+');
    let length = value.iter().take(AWS_SECRET_LENGTH + 1).take_while(is_of_value).count();
    assigns
        && length == AWS_SECRET_LENGTH
        && !is_placeholder(&value[..length])
        && value[..length].iter().any(u8::is_ascii_digit)
}
