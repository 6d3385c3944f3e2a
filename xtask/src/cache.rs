//! Results that can be computed again, kept under the git directory by the hash of what they came from.
