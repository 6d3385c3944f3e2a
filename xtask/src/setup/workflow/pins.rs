//! The actions that workflows use, each by its full commit id: the one place where they stand.

/// An action at one commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pin {
    /// `owner/name`.
    pub action: &'static str,
    /// The release that the commit is.
    pub version: &'static str,
    /// The full commit id.
    pub commit: &'static str,
}

/// Checks the repository out.
pub const CHECKOUT: Pin =
    Pin { action: "actions/checkout", version: "v7.0.1", commit: "3d3c42e5aac5ba805825da76410c181273ba90b1" };
/// Keeps the installed program.
pub const CACHE: Pin =
    Pin { action: "actions/cache", version: "v5.0.5", commit: "27d5ce7f107fe9357f9df03efb73ab90386fccae" };
/// Keeps what cargo built.
pub const RUST_CACHE: Pin = Pin {
    action: "Swatinem/rust-cache",
    version: "v2.9.2",
    commit: "6323deb102c322ba6fcbdcafc7e3dddab59af2b6",
};
/// Hands files on.
pub const UPLOAD: Pin = Pin {
    action: "actions/upload-artifact",
    version: "v7.0.0",
    commit: "bbbca2ddaa5d8feaa63e36b76fdaad77386f024f",
};
/// Takes files that another job handed on.
pub const DOWNLOAD: Pin = Pin {
    action: "actions/download-artifact",
    version: "v8.0.1",
    commit: "3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c",
};

/// All of them.
pub const PINS: [Pin; 5] = [CHECKOUT, CACHE, RUST_CACHE, UPLOAD, DOWNLOAD];

impl Pin {
    /// The value of `uses`, with the version in a comment.
    pub fn uses(self) -> String {
        format!("{}@{} # {}", self.action, self.commit, self.version)
    }
}
