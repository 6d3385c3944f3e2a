//! Paths in JSON: text where they are UTF-8, hexadecimal bytes where not, so that each comes back as it was.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::repo::RepoPath;

/// A path that survives JSON.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct PathText(pub(super) RepoPath);

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Form {
    Text(String),
    Bytes { hex: String },
}

impl Serialize for PathText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let bytes = self.0.as_bytes();
        match std::str::from_utf8(bytes) {
            Ok(text) => Form::Text(text.to_owned()),
            Err(_) => Form::Bytes { hex: bytes.iter().map(|byte| format!("{byte:02x}")).collect() },
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for PathText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = match Form::deserialize(deserializer)? {
            Form::Text(text) => text.into_bytes(),
            Form::Bytes { hex } => {
                from_hex(&hex).ok_or_else(|| serde::de::Error::custom("a path in bad hex"))?
            }
        };
        Ok(Self(RepoPath::from_bytes(&bytes)))
    }
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    let pairs = digits.chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return None;
    }
    pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_comes_back_as_it_was() {
        for bytes in [&b"notes/a.md"[..], b"\xff\xfe/x", "ä\"\\\n".as_bytes(), b""] {
            let path = PathText(RepoPath::from_bytes(bytes));
            let text = serde_json::to_string(&path).unwrap();
            assert_eq!(serde_json::from_str::<PathText>(&text).unwrap(), path, "{text}");
        }
        assert!(serde_json::from_str::<PathText>(r#"{"hex": "abc"}"#).is_err());
    }
}
