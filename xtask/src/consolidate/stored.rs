//! A content as git stores it, told from its bytes alone.

use std::borrow::Cow;

use memchr::memmem::{find, find_iter};

/// The bytes without what git may change on a file's way to the disk: line ends (`text` and `eol` of gitattributes(5),
/// `core.autocrlf`) and the value of `$Id$` (`ident`). A plan names contents by these bytes, so that it means the same
/// in every checkout and in the index.
pub(super) fn as_stored(bytes: &[u8]) -> Cow<'_, [u8]> {
    let plain = replaced(bytes, b"\r\n", b"\n", |_| Some(2));
    match find(&plain, b"$Id:") {
        Some(_) => Cow::Owned(replaced(&plain, b"$Id:", b"$Id$", length_of_id).into_owned()),
        None => plain,
    }
}

/// How long `$Id: 1f3a $` is, which stands on one line.
fn length_of_id(from: &[u8]) -> Option<usize> {
    let line = from.split(|&byte| byte == b'\n').next()?;
    let end = line.iter().skip(1).position(|&byte| byte == b'$')?;
    Some(end + 2)
}

/// The bytes with `new` in place of all that begins with `mark` and is as long as `length` says of the bytes from there
/// on, if it says something.
fn replaced<'b>(
    bytes: &'b [u8],
    mark: &[u8],
    new: &[u8],
    length: impl Fn(&[u8]) -> Option<usize>,
) -> Cow<'b, [u8]> {
    let (mut out, mut at) = (Vec::new(), 0);
    for place in find_iter(bytes, mark) {
        if let Some(length) = length(&bytes[place..]).filter(|_| place >= at) {
            out.extend_from_slice(&bytes[at..place]);
            out.extend_from_slice(new);
            at = place + length;
        }
    }
    if at == 0 {
        return Cow::Borrowed(bytes);
    }
    out.extend_from_slice(&bytes[at..]);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_and_values_of_id_are_taken_away_and_nothing_else() {
        let cases: [(&[u8], &[u8]); 7] = [
            (b"a\r\nb\r\n", b"a\nb\n"),
            (b"a\rb\r\r\n", b"a\rb\r\n"),
            (b"$Id: 1f3a $ and $Id$\r\n", b"$Id$ and $Id$\n"),
            (b"$Id: 1f3a $Id: b $", b"$Id$Id: b $"),
            (b"$Id: open\n$", b"$Id: open\n$"),
            (b"costs $5", b"costs $5"),
            (b"", b""),
        ];
        for (bytes, stored) in cases {
            assert_eq!(as_stored(bytes), stored, "{:?}", String::from_utf8_lossy(bytes));
        }
        assert!(matches!(as_stored(b"a\nb $Id$\n"), Cow::Borrowed(_)));
    }
}
