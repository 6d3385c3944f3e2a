//! Object names that cannot be confused with one another.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::pack::Pack;

/// git's null id, which names nothing.
const NULL: &str = "0000000000000000000000000000000000000000";

macro_rules! object_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(test, derive(schemars::JsonSchema))]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Takes a full id in hexadecimal digits, 40 (SHA-1) or 64 (SHA-256); `None` for anything else.
            pub fn parse(text: &str) -> Option<Self> {
                let full = matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
                full.then(|| Self(text.to_ascii_lowercase()))
            }

            /// All digits.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The first nine digits, for people.
            pub fn short(&self) -> &str {
                &self.0[..9]
            }
        }

        impl Pack for $name {
            fn pack(&self, out: &mut Vec<u8>) {
                self.0.pack(out);
            }

            fn unpack(from: &mut &[u8]) -> Option<Self> {
                Self::parse(&String::unpack(from)?)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    };
}

object_id! {
    /// The name of a commit.
    CommitId
}
object_id! {
    /// The name of a file's content, as git computes it.
    BlobId
}

impl BlobId {
    /// The name that these bytes are: twenty (SHA-1) or thirty-two (SHA-256); `None` for anything else.
    pub(super) fn of_bytes(id: &[u8]) -> Option<Self> {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let digit = |half: u8| char::from(DIGITS[usize::from(half)]);
        matches!(id.len(), 20 | 32)
            .then(|| Self(id.iter().flat_map(|&byte| [digit(byte >> 4), digit(byte & 15)]).collect()))
    }

    /// git's null id: stands for the name that nobody asked for.
    pub fn null() -> Self {
        Self(NULL.to_owned())
    }

    /// The name of these bytes, as git computes it in a repository that names objects by SHA-1.
    pub fn of_content(bytes: &[u8]) -> Self {
        let id = git2::Oid::hash_object(git2::ObjectType::Blob, bytes);
        Self(id.expect("hashing bytes in memory has no way to fail").to_string())
    }
}

impl CommitId {
    /// Stands for what is not committed yet, as git writes it: all zeros.
    pub fn uncommitted() -> Self {
        Self(NULL.to_owned())
    }

    /// True for [`CommitId::uncommitted`].
    pub fn is_uncommitted(&self) -> bool {
        self.0.bytes().all(|digit| digit == b'0')
    }
}
