//! `undo`.

use clap::Args;

/// Options of `undo`.
#[derive(Debug, Args)]
pub struct Undo {
    /// The change set's number; without it the newest that stands
    pub id: Option<u32>,
    /// List the change sets that can be taken back
    #[arg(long, conflicts_with_all = ["id", "recover"])]
    pub list: bool,
    /// Only settle an interrupted change set
    #[arg(long, conflicts_with = "id")]
    pub recover: bool,
    /// Leave files alone that were changed since, and name them
    #[arg(long, conflicts_with = "list")]
    pub keep_changed: bool,
    /// Print the edits as a patch; change nothing
    #[arg(long, conflicts_with_all = ["list", "recover"])]
    pub dry_run: bool,
    /// Exit 1 when there is something to take back; change nothing
    #[arg(long, conflicts_with_all = ["list", "recover", "dry_run"])]
    pub check: bool,
}
