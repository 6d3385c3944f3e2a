//! Options of `report`.

use std::path::PathBuf;

use clap::Args;

/// Options of `report`.
#[derive(Debug, Args)]
pub struct Report {
    /// Write the page to FILE, `-` for standard output [default: xtask/report.html under the git directory]
    #[arg(long, required = true, value_name = "FILE", num_args = 0..=1)]
    #[allow(clippy::option_option, reason = "absent, without a place, with a place")]
    pub html: Option<Option<PathBuf>>,
}
