//! Private keys in text: a head line, and something like a key behind it.

/// The kind of private key that a head line names, and what follows the line; the mere words, as programs that read
/// keys have them, are none.
pub(super) fn head_line(rest: &[u8]) -> Option<(&'static str, &[u8])> {
    let label_end = memchr::memmem::find(&rest[11..rest.len().min(80)], b"-----")?;
    let label = &rest[11..11 + label_end];
    let plain = label.iter().all(|&byte| matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b' ' | b'-'));
    let name = if label == b"OpenVPN Static key V1" {
        "an OpenVPN static key"
    } else if plain && label.ends_with(b"PRIVATE KEY BLOCK") {
        "a PGP private key"
    } else if plain && label.ends_with(b"PRIVATE KEY") {
        "a private key"
    } else {
        return None;
    };
    Some((name, &rest[11 + label_end + 5..]))
}

pub(super) fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`')
}

/// True when the head line's string was closed and no other is open yet.
fn is_between(quotes: usize) -> bool {
    !quotes.is_multiple_of(2)
}

/// True for a letter of a string's prefix, directly before its quote.
fn opens_string(letter: u8, rest: &[u8]) -> bool {
    let is_prefix = |byte: u8| matches!(byte, b'b' | b'B' | b'r' | b'R' | b'f' | b'F' | b'u' | b'U');
    is_prefix(letter)
        && match rest {
            [next, ..] if is_quote(*next) => true,
            [second, next, ..] => is_prefix(*second) && is_quote(*next),
            _ => false,
        }
}

/// True when something like a key follows the head line, be it in a file of its own, in a string with `\n`, or in
/// strings that are joined.
pub(super) fn has_key_body(rest: &[u8], is_alone: bool) -> bool {
    let mut at = 0;
    let mut quotes = 0;
    let mut line_ends = 0;
    while let Some(&byte) = rest.get(at) {
        match byte {
            b'\\' if matches!(rest.get(at + 1), Some(b'n' | b'r' | b't')) => at += 1,
            b'\n' => line_ends += 1,
            byte if is_quote(byte) => quotes += 1,
            // Between two strings: what joins them (PHP, Perl, Lua), and what says of which kind the next one is
            // (`b''`, `rf""`).
            b'.' if is_between(quotes) => {}
            letter if is_between(quotes) && opens_string(letter, &rest[at + 1..]) => {}
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
    let is_base64 = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'+' | b'=');
    let length = body.iter().take_while(is_base64).count();
    // Three dots stand for the rest of an example.
    if [&b"..."[..], "…".as_bytes()].iter().any(|dots| body[length..].starts_with(dots)) {
        return false;
    }
    let ends_line = matches!(body.get(length), None | Some(b'\n' | b'\r'));
    // A string that was closed, and no other opened, ends before the body.
    quotes % 2 == 0 && (is_head || length >= 16 || (is_alone && line_ends > 0 && length >= 4 && ends_line))
}
