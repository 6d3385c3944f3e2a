//! Writes the workflows of every combination of options into a folder, for linters: `cargo run --example workflows DIR`.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "an example reads its arguments, writes files and prints"
)]

use std::path::PathBuf;

use xtask::config::WorkflowKind;
use xtask::setup::workflow;

fn main() -> std::io::Result<()> {
    let folder = PathBuf::from(std::env::args().nth(1).expect("usage: workflows DIR"));
    std::fs::create_dir_all(&folder)?;
    let mut count = 0;
    for (name, facts) in workflow::samples() {
        for (kind, text) in workflow::texts(&facts, &WorkflowKind::ALL) {
            let kind = format!("{kind:?}").to_lowercase();
            std::fs::write(folder.join(format!("{kind}-{name}.yml")), text)?;
            count += 1;
        }
    }
    println!("{count} workflows in {}", folder.display());
    Ok(())
}
