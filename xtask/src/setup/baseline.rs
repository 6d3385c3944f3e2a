//! What a gate would refuse on its first day, left out by settings.

use anyhow::Result;

use super::{Offer, Plan, Skipped};
use crate::change::{Disk, FileState};
use crate::repo::{Repo, RepoPath};

/// The file with the settings.
pub(super) const PATH: &str = "xtask.toml";

/// Puts offered settings at the end of the file they are for; where that has the table already, they are offered.
///
/// # Errors
/// The file cannot be read.
pub fn take_baseline(repo: &Repo, plan: &mut Plan, offer: Offer) -> Result<()> {
    let path = RepoPath::from(PATH);
    let state = Disk::of(repo)?.read(&path.clone().into())?;
    match joined(state.as_ref(), &offer.lines) {
        Some(text) => {
            match &state {
                Some(state) => plan.set.replace(path, state.planned(), text),
                None => plan.set.create(path, text),
            }
            plan.own_paths.push(PATH.to_owned());
        }
        None => {
            plan.skipped.push(Skipped {
                id: "baseline".to_owned(),
                why: format!("`{PATH}` has `[hook.except]` already, or is not read as TOML"),
                hint: Some("put these lines into it by hand".to_owned()),
            });
            plan.offers.push(offer);
        }
    }
    Ok(())
}

/// The settings with these lines; `None` where their table is there already, or they are not text.
fn joined(state: Option<&FileState>, lines: &str) -> Option<Vec<u8>> {
    let Some(state) = state else { return Some(lines.as_bytes().to_vec()) };
    let text = std::str::from_utf8(&state.bytes).ok()?;
    let table: toml::Table = text.parse().ok()?;
    if table.get("hook").is_some_and(|hook| hook.get("except").is_some()) {
        return None;
    }
    let gap = match text {
        "" => "",
        text if text.ends_with('\n') => "\n",
        _ => "\n\n",
    };
    let joined = format!("{text}{gap}{lines}");
    // A table that was written inline cannot be added to from below.
    joined.parse::<toml::Table>().is_ok().then(|| joined.into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: &str = "[hook.except]\ndebug = [\n    \"/a.py\",\n]\n";

    fn after(text: &str) -> Option<String> {
        let state = FileState { bytes: text.as_bytes().to_vec(), mode: 0o644 };
        joined(Some(&state), LINES).map(|bytes| String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn baseline_stands_below_what_was_set_and_never_twice() {
        assert_eq!(joined(None, LINES).as_deref(), Some(LINES.as_bytes()));
        assert_eq!(after(""), Some(LINES.to_owned()));
        assert_eq!(after("[hook]\nsize = 5\n"), Some(format!("[hook]\nsize = 5\n\n{LINES}")));
        assert_eq!(after("# no line end"), Some(format!("# no line end\n\n{LINES}")));
        for taken in ["[hook.except]\ntoken = [\"/x\"]\n", "hook = { size = 5 }\n", "hook.except.json = []\n"]
        {
            assert_eq!(after(taken), None, "{taken}");
        }
        let latin = FileState { bytes: b"# caf\xe9\n".to_vec(), mode: 0o644 };
        assert_eq!(joined(Some(&latin), LINES), None, "a byte that is no text would be lost");
    }
}
