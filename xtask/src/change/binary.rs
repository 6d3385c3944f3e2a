//! Binary contents in a patch, as `git apply` takes them: `GIT binary patch` with whole contents.
//!
//! The form is that of git's diff.c (`emit_binary_diff_body`): zlib data in base 85, 52 bytes a line. The data is
//! stored, not compressed: a patch is read once, and a compressor is one more dependency.

/// Both ways, so that the patch can be taken back.
pub(super) fn patch(before: &[u8], after: &[u8]) -> Vec<u8> {
    let mut out = b"GIT binary patch\n".to_vec();
    for bytes in [after, before] {
        out.extend(format!("literal {}\n", bytes.len()).as_bytes());
        for line in stored_zlib(bytes).chunks(52) {
            out.push(length_letter(line.len()));
            line.chunks(4).for_each(|group| out.extend(base85(group)));
            out.push(b'\n');
        }
        out.push(b'\n');
    }
    out
}

fn length_letter(length: usize) -> u8 {
    let length = u8::try_from(length).expect("a line holds at most 52 bytes");
    if length <= 26 { b'A' + length - 1 } else { b'a' + length - 27 }
}

const DIGITS: &[u8; 85] =
    b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~";

fn base85(group: &[u8]) -> [u8; 5] {
    let mut padded = [0; 4];
    padded[..group.len()].copy_from_slice(group);
    let mut number = u32::from_be_bytes(padded);
    let mut digits = [0; 5];
    for digit in digits.iter_mut().rev() {
        *digit = DIGITS[(number % 85) as usize];
        number /= 85;
    }
    digits
}

/// The content as a zlib stream of stored blocks (RFC 1950, RFC 1951 section 3.2.4).
fn stored_zlib(bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![0x78, 0x01];
    let mut blocks = bytes.chunks(usize::from(u16::MAX)).peekable();
    if blocks.peek().is_none() {
        out.extend([1, 0, 0, 0xff, 0xff]);
    }
    while let Some(block) = blocks.next() {
        out.push(u8::from(blocks.peek().is_none()));
        let length = u16::try_from(block.len()).expect("a chunk is at most 65,535 bytes");
        out.extend(length.to_le_bytes());
        out.extend((!length).to_le_bytes());
        out.extend(block);
    }
    out.extend(adler32(bytes).to_be_bytes());
    out
}

fn adler32(bytes: &[u8]) -> u32 {
    let (mut low, mut high) = (1_u32, 0_u32);
    for chunk in bytes.chunks(5000) {
        for &byte in chunk {
            low += u32::from(byte);
            high += low;
        }
        low %= 65_521;
        high %= 65_521;
    }
    high << 16 | low
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksum_is_that_of_the_rfc() {
        assert_eq!(adler32(b"Wikipedia"), 0x11e6_0398);
        assert_eq!(adler32(b""), 1);
    }
}
