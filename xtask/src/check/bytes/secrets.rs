//! Private keys and tokens of high confidence: forms that nothing else has.
//!
//! A fault names the rule and the line, never the value. Placeholders (`EXAMPLE`, runs of `x`, few different letters)
//! are no secrets. Files with NUL bytes are searched as they are and once more without the NULs, so that UTF-16 hides
//! nothing.

use aho_corasick::packed::{Config, MatchKind, Searcher};

use super::Fault;
use super::lines::line_at;

const KEY_HINT: &str = "take it out of the index (`git rm --cached` or `git restore --staged`) and keep it elsewhere; \
                        a key that was pushed has to be replaced";
const TOKEN_HINT: &str =
    "take it out and read it from the environment; a token that was pushed has to be revoked";

/// One form of token.
struct Rule {
    /// What it is, for the message.
    name: &'static str,
    prefix: &'static str,
    /// What may follow the prefix.
    body: fn(u8) -> bool,
    /// The fewest and the most bytes that follow it.
    length: (usize, usize),
}

fn upper_or_digit(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit()
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
fn path(byte: u8) -> bool {
    letter_or_digit(byte) || byte == b'/'
}

const MANY: usize = 4096;

const fn rule(
    name: &'static str,
    prefix: &'static str,
    body: fn(u8) -> bool,
    length: (usize, usize),
) -> Rule {
    Rule { name, prefix, body, length }
}

/// The forms, as their issuers document them; the order settles nothing.
const RULES: &[Rule] = &[
    rule("an AWS access key id", "AKIA", upper_or_digit, (16, 16)),
    rule("a temporary AWS access key id", "ASIA", upper_or_digit, (16, 16)),
    rule("a GitHub token", "ghp_", letter_or_digit, (36, 255)),
    rule("a GitHub token", "gho_", letter_or_digit, (36, 255)),
    rule("a GitHub token", "ghu_", letter_or_digit, (36, 255)),
    rule("a GitHub token", "ghs_", letter_or_digit, (36, 255)),
    rule("a GitHub token", "ghr_", letter_or_digit, (36, 255)),
    rule("a GitHub token", "github_pat_", word, (60, 255)),
    rule("a GitLab token", "glpat-", dashed, (20, 255)),
    rule("a Slack token", "xoxb-", dashed, (20, 255)),
    rule("a Slack token", "xoxp-", dashed, (20, 255)),
    rule("a Slack token", "xoxa-", dashed, (20, 255)),
    rule("a Slack token", "xoxr-", dashed, (20, 255)),
    rule("a Slack token", "xoxs-", dashed, (20, 255)),
    rule("a Slack token", "xoxe.xox", dashed, (20, 255)),
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
    rule("an OpenAI key", "sk-proj-", dashed, (40, 255)),
    rule("a Hugging Face token", "hf_", letter_or_digit, (34, 34)),
    rule("a DigitalOcean token", "dop_v1_", hex, (64, 64)),
    rule("a Docker Hub token", "dckr_pat_", dashed, (27, 27)),
    rule("a Shopify token", "shpat_", hex, (32, 32)),
    rule("an age secret key", "AGE-SECRET-KEY-1", upper_or_digit, (58, 58)),
];

/// What begins the other forms, after those of [`RULES`].
const AWS_SECRET: &[&str] = &["aws_secret_access_key", "AWS_SECRET_ACCESS_KEY", "SecretAccessKey"];
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
        for (pattern, start) in self.places(bytes) {
            let name = if pattern < RULES.len() {
                tokens.then(|| token(bytes, start, &RULES[pattern])).flatten()
            } else if pattern < RULES.len() + AWS_SECRET.len() {
                let end = start + AWS_SECRET[pattern - RULES.len()].len();
                (tokens && is_aws_secret(&bytes[end..])).then_some("an AWS secret access key")
            } else {
                keys.then(|| private_key(bytes, start)).flatten()
            };
            let Some(name) = name else { continue };
            let (check, hint) = if pattern < RULES.len() + AWS_SECRET.len() {
                ("token", TOKEN_HINT)
            } else {
                ("private-key", KEY_HINT)
            };
            faults.push(Fault::new(check, line_at(bytes, start), format!("{name} stands here")).hint(hint));
        }
        faults
    }

    /// Where each form begins.
    fn places(&self, bytes: &[u8]) -> Vec<(usize, usize)> {
        match &self.searcher {
            Some(searcher) if bytes.len() >= searcher.minimum_len() => {
                searcher.find_iter(bytes).map(|found| (found.pattern().as_usize(), found.start())).collect()
            }
            _ => prefixes()
                .enumerate()
                .flat_map(|(pattern, prefix)| {
                    memchr::memmem::find_iter(bytes, prefix).map(move |start| (pattern, start))
                })
                .collect(),
        }
    }
}

fn prefixes() -> impl Iterator<Item = &'static str> {
    RULES.iter().map(|rule| rule.prefix).chain(AWS_SECRET.iter().copied()).chain(KEYS.iter().copied())
}

fn token(bytes: &[u8], start: usize, rule: &Rule) -> Option<&'static str> {
    // A letter before it makes it the end of another word.
    if start > 0 && word(bytes[start - 1]) {
        return None;
    }
    let rest = &bytes[start + rule.prefix.len()..];
    let length = rest.iter().take(rule.length.1 + 1).take_while(|&&byte| (rule.body)(byte)).count();
    let fits =
        (rule.length.0..=rule.length.1).contains(&length) && rest.get(length).is_none_or(|&next| !word(next));
    (fits && !is_placeholder(&rest[..length]) && is_mixed(&rest[..length])).then_some(rule.name)
}

/// Words and names of files have neither digits nor letters of both cases; random values of this length do.
fn is_mixed(value: &[u8]) -> bool {
    let has = |wanted: fn(&u8) -> bool| value.iter().any(wanted);
    has(u8::is_ascii_digit) || (has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase))
}

/// Examples in documentation: few different letters, or words that say so.
fn is_placeholder(value: &[u8]) -> bool {
    let lower = value.to_ascii_lowercase();
    let says_so = ["example", "xxxx", "placeholder", "your_", "redacted", "dummy"];
    let mut seen = [false; 256];
    value.iter().for_each(|&byte| seen[usize::from(byte)] = true);
    let different = seen.iter().filter(|&&seen| seen).count();
    different < 6 || says_so.iter().any(|word| memchr::memmem::find(&lower, word.as_bytes()).is_some())
}

/// What follows the setting's name: quotes, an assignment, forty letters of base64.
fn is_aws_secret(rest: &[u8]) -> bool {
    let is_between = |byte: &u8| matches!(byte, b' ' | b'\t' | b'"' | b'\'' | b'=' | b':' | b'`' | b'>');
    let between = rest.iter().take_while(|byte| is_between(byte)).count();
    let assigns = rest[..between].iter().any(|byte| matches!(byte, b'=' | b':' | b'>'));
    let value = &rest[between..];
    let length =
        value.iter().take_while(|&&byte| letter_or_digit(byte) || matches!(byte, b'/' | b'+')).count();
    assigns
        && length == 40
        && !is_placeholder(&value[..length])
        && value[..length].iter().any(u8::is_ascii_digit)
}

/// The kind of private key that begins here; the mere words, as programs that read keys have them, are none.
fn private_key(bytes: &[u8], start: usize) -> Option<&'static str> {
    let rest = &bytes[start..];
    if rest.starts_with(b"PuTTY") {
        return memchr::memmem::find(rest, b"Private-Lines:").map(|_| "a PuTTY private key");
    }
    if rest.starts_with(b"---- BEGIN SSH2") {
        return Some("an SSH2 private key");
    }
    let label_end = memchr::memmem::find(&rest[11..rest.len().min(80)], b"-----")?;
    let label = &rest[11..11 + label_end];
    let plain = label.iter().all(|&byte| upper_or_digit(byte) || matches!(byte, b' ' | b'-'));
    let name = if label == b"OpenVPN Static key V1" {
        "an OpenVPN static key"
    } else if plain && label.ends_with(b"PRIVATE KEY BLOCK") {
        "a PGP private key"
    } else if plain && label.ends_with(b"PRIVATE KEY") {
        "a private key"
    } else {
        return None;
    };
    let line_start = bytes[..start].iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1);
    let is_alone =
        bytes[line_start..start].iter().all(|byte| !byte.is_ascii_alphanumeric() && !is_quote(*byte));
    has_key_body(&rest[11 + label_end + 5..], is_alone).then_some(name)
}

fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`')
}

/// True when something like a key follows the head line, be it in a file of its own, in a string with `\n`, or in
/// strings that are joined.
fn has_key_body(rest: &[u8], is_alone: bool) -> bool {
    let mut at = 0;
    let mut quotes = 0;
    let mut line_ends = 0;
    while let Some(&byte) = rest.get(at) {
        match byte {
            b'\\' if matches!(rest.get(at + 1), Some(b'n' | b'r' | b't')) => at += 1,
            b'\n' => line_ends += 1,
            byte if is_quote(byte) => quotes += 1,
            b' ' | b'\t' | b'\r' | b'\\' | b'+' | b',' | b'#' | b'*' | b'>' | b'|' | b'(' | b')' => {}
            _ => break,
        }
        at += 1;
    }
    let body = &rest[at..];
    if body.is_empty() {
        // The rest was cut off; a head line by itself is still one.
        return is_alone && quotes == 0;
    }
    let is_head = [&b"Proc-Type:"[..], b"DEK-Info:", b"Version:", b"Comment:", b"Hash:", b"Charset:"]
        .iter()
        .any(|head| body.starts_with(head));
    let length =
        body.iter().take_while(|&&byte| letter_or_digit(byte) || matches!(byte, b'/' | b'+' | b'=')).count();
    // Three dots stand for the rest of an example.
    if [&b"..."[..], "…".as_bytes()].iter().any(|dots| body[length..].starts_with(dots)) {
        return false;
    }
    let ends_line = matches!(body.get(length), None | Some(b'\n' | b'\r'));
    // A string that was closed, and no other opened, ends before the body.
    quotes % 2 == 0 && (is_head || length >= 16 || (is_alone && line_ends > 0 && length >= 4 && ends_line))
}
