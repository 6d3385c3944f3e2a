//! Numbers with their nouns.

use std::fmt::Display;

/// `1 commit`, `2 commits`: for nouns that take an `s`.
pub fn count<N: Copy + Display + PartialEq + From<u8>>(number: N, noun: &str) -> String {
    let ending = if number == N::from(1) { "" } else { "s" };
    format!("{number} {noun}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_alone_is_singular() {
        assert_eq!([0_usize, 1, 2].map(|number| count(number, "file")), ["0 files", "1 file", "2 files"]);
    }
}
