//! FNV-1a with 64 bits (draft-eastlake-fnv): short names for texts, the same on every machine. No defence against a
//! person who looks for two texts of one name.

/// What a hash begins with.
pub const START: u64 = 0xcbf2_9ce4_8422_2325;

const PRIME: u64 = 0x0000_0100_0000_01b3;

/// The hash with one byte more.
#[inline]
pub fn step(hash: u64, byte: u8) -> u64 {
    (hash ^ u64::from(byte)).wrapping_mul(PRIME)
}

/// The hash of all bytes.
#[inline]
pub fn hash(bytes: impl IntoIterator<Item = u8>) -> u64 {
    bytes.into_iter().fold(START, step)
}

/// [`hash`] of a text as 16 hexadecimal digits.
pub fn digits(text: &str) -> String {
    format!("{:016x}", hash(text.bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_the_draft() {
        assert_eq!(
            [digits(""), digits("a"), digits("foobar")],
            ["cbf29ce484222325", "af63dc4c8601ec8c", "85944171f73967e8"]
        );
    }
}
