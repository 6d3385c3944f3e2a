//! Files that hold a managed block: a block is put in, brought up to date, or taken out.

use anyhow::{Context, Result};

use super::{Plan, Skipped};
use crate::blocks::{self, Standing, Syntax, Wanted, Where};
use crate::change::{Edit, FileState, Mode, Place};

/// Puts a block into a file, or brings it up to date.
///
/// # Errors
/// The markers in the file are malformed.
pub(super) fn put(
    plan: &mut Plan,
    path: &str,
    state: Option<&FileState>,
    wanted: &Wanted<'_>,
    force: bool,
) -> Result<()> {
    let syntax = Syntax::of_file_name(path.as_bytes());
    let host = state.map(|state| state.bytes.as_slice());
    let context = || format!("read `{path}`");
    match blocks::standing(host.unwrap_or_default(), syntax, wanted).with_context(context)? {
        Standing::Edited if !force => plan.skipped.push(edited(path)),
        Standing::Newer if !force => plan.skipped.push(Skipped {
            id: path.to_owned(),
            why: format!("a newer xtask wrote the block in `{path}`"),
            hint: Some("use that version, or `--force` to write this one's".to_owned()),
        }),
        _ => {
            let text = blocks::put(host, syntax, wanted, Where::End).with_context(context)?;
            plan.set.ensure(path, state, &text, Mode::Keep);
        }
    }
    Ok(())
}

/// Takes a block out; a file that was made for it goes with it, and the answer is whether something of the file stays.
///
/// # Errors
/// As [`put`].
pub(super) fn remove(plan: &mut Plan, path: &str, state: &FileState, id: &str, force: bool) -> Result<bool> {
    let syntax = Syntax::of_file_name(path.as_bytes());
    let context = || format!("read `{path}`");
    let blocks = blocks::find(&state.bytes, syntax).with_context(context)?;
    let Some(block) = blocks.into_iter().find(|block| block.id == id) else { return Ok(false) };
    if block.is_edited && !force {
        plan.skipped.push(edited(path));
        return Ok(false);
    }
    let at = Place::from(path);
    let rest = blocks::remove(&state.bytes, syntax, id).with_context(context)?;
    let stays = rest.is_some();
    plan.set.add(match rest {
        None => Edit::Remove { at, planned: state.planned() },
        Some(content) => Edit::Replace { at, planned: state.planned(), content, mode: Mode::Keep },
    });
    Ok(stays)
}

/// True when the file holds the block.
pub(super) fn holds(state: &FileState, path: &str, id: &str) -> bool {
    blocks::find(&state.bytes, Syntax::of_file_name(path.as_bytes()))
        .is_ok_and(|blocks| blocks.iter().any(|block| block.id == id))
}

fn edited(path: &str) -> Skipped {
    Skipped {
        id: path.to_owned(),
        why: format!("the block in `{path}` was edited by hand"),
        hint: Some("move your lines out of it, or give them up with `--force`".to_owned()),
    }
}
