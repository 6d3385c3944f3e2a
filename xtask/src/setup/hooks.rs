//! What becomes of each hook file: made, given a block, moved aside and called, or given back.

use anyhow::{Context, Result};

use super::script::{self, Before, Home, Script};
use crate::blocks::{self, Block, Standing, Syntax, Wanted, Where};
use crate::change::{Edit, FileState, Mode, Place};
use crate::config::GitHook;

/// The first line of a file that is made for a block.
const SHEBANG: &[u8] = b"#!/bin/sh\n";

/// A hook's file as it stands.
#[derive(Clone, Debug)]
pub(super) struct HookFile {
    pub(super) hook: GitHook,
    pub(super) place: Place,
    pub(super) state: Option<FileState>,
    /// Where it points, when it is a symbolic link.
    pub(super) link: Option<String>,
    /// What our block calls, under the name that it has.
    pub(super) kept: Option<(Place, FileState)>,
    /// A name beside it that nothing has.
    pub(super) free: Place,
    /// Why it cannot be looked at: it is a folder.
    pub(super) no_file: Option<String>,
}

/// How hooks are written here.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    pub(super) home: Home,
    pub(super) alias: bool,
    pub(super) force: bool,
}

/// What becomes of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It is as it should be.
    Unchanged,
    /// These edits; in words, what is special about them.
    Edits(Vec<Edit>, Option<String>),
    /// Nothing is done, and why.
    Skipped(String),
}

/// Makes the file run the tool.
///
/// # Errors
/// The markers in the file are malformed.
pub(super) fn install(file: &HookFile, style: Style) -> Result<Outcome> {
    if let Some(target) = &file.link {
        return Ok(Outcome::Skipped(format!(
            "`{}` is a symbolic link to `{target}`: call `xtask hook {}` there",
            file.place,
            file.hook.name()
        )));
    }
    if let Some(why) = &file.no_file {
        return Ok(Outcome::Skipped(why.clone()));
    }
    let Some(state) = &file.state else { return Ok(made(file, style, Before::Nothing)) };
    match block_of(file, state)? {
        Some(block) => update(file, state, &block, style),
        None => Ok(begin(file, state, style)),
    }
}

/// Takes the tool out of the file again.
///
/// # Errors
/// As [`install`].
pub(super) fn uninstall(file: &HookFile, force: bool) -> Result<Outcome> {
    let Some(state) = file.state.as_ref().filter(|_| file.link.is_none()) else {
        return Ok(Outcome::Unchanged);
    };
    let Some(block) = block_of(file, state)? else { return Ok(Outcome::Unchanged) };
    if block.is_edited && !force {
        return Ok(Outcome::Skipped(edited(file)));
    }
    let rest = blocks::remove(&state.bytes, Syntax::Hash, file.hook.name())
        .with_context(|| format!("read `{}`", file.place))?
        .unwrap_or_default();
    let is_ours = block.made_host && rest.trim_ascii_end() == SHEBANG.trim_ascii_end();
    let replace = |content: Vec<u8>, mode: Mode| Edit::Replace {
        at: file.place.clone(),
        planned: state.planned(),
        content,
        mode,
    };
    Ok(match &file.kept {
        None if is_ours => {
            let remove = Edit::Remove { at: file.place.clone(), planned: state.planned() };
            Outcome::Edits(vec![remove], None)
        }
        None => Outcome::Edits(vec![replace(rest, Mode::Keep)], None),
        Some((place, kept)) if is_ours => {
            let back = replace(kept.bytes.clone(), Mode::Exact(kept.mode));
            let remove = Edit::Remove { at: place.clone(), planned: kept.planned() };
            Outcome::Edits(vec![back, remove], Some("what was there before is back in its place".to_owned()))
        }
        Some((place, _)) => {
            let call = with_call(&state.bytes, &block, place);
            let note = format!("your own lines in it stay, so `{place}` stays too and is called by them");
            Outcome::Edits(vec![replace(call, Mode::Keep)], Some(note))
        }
    })
}

/// True when the file runs the tool.
pub(super) fn is_installed(file: &HookFile) -> bool {
    file.state.as_ref().is_some_and(|state| matches!(block_of(file, state), Ok(Some(_))))
}

fn block_of(file: &HookFile, state: &FileState) -> Result<Option<Block>> {
    let blocks =
        blocks::find(&state.bytes, Syntax::Hash).with_context(|| format!("read `{}`", file.place))?;
    Ok(blocks.into_iter().find(|block| block.id == file.hook.name()))
}

fn script<'a>(file: &HookFile, style: Style, before: Before<'a>) -> Script<'a> {
    Script { hook: file.hook, home: style.home, alias: style.alias, before }
}

fn wanted<'a>(file: &HookFile, body: &'a str) -> Wanted<'a> {
    Wanted { id: file.hook.name(), version: script::VERSION, body }
}

fn made(file: &HookFile, style: Style, before: Before<'_>) -> Outcome {
    let body = script(file, style, before).body();
    let block = blocks::put(None, Syntax::Hash, &wanted(file, &body), Where::End)
        .expect("an empty file has no markers that could be malformed");
    let content = [SHEBANG, block.as_slice()].concat();
    Outcome::Edits(vec![Edit::Create { at: file.place.clone(), content, mode: Mode::Executable }], None)
}

/// A file that somebody else wrote: a shell script takes the block, anything else is moved aside and called.
fn begin(file: &HookFile, state: &FileState, style: Style) -> Outcome {
    // git does not run what is not executable, and neither may we.
    let place = script::place_in(&state.bytes).filter(|_| state.mode & 0o100 != 0);
    if let Some(at) = place {
        let body = script(file, style, Before::Shell).body();
        let content = blocks::put(Some(&state.bytes), Syntax::Hash, &wanted(file, &body), Where::At(at))
            .expect("the file was searched for blocks before");
        let planned = state.planned();
        let edit = Edit::Replace { at: file.place.clone(), planned, content, mode: Mode::Keep };
        return Outcome::Edits(vec![edit], Some("what it did before, it still does first".to_owned()));
    }
    let aside = Edit::Move {
        from: file.place.clone(),
        to: file.free.clone(),
        planned: state.planned(),
        content: None,
        mode: Mode::Keep,
    };
    let name = String::from_utf8_lossy(file.free.path.file_name()).into_owned();
    let Outcome::Edits(mut edits, _) = made(file, style, Before::Moved(&name)) else {
        return Outcome::Unchanged;
    };
    edits.insert(0, aside);
    Outcome::Edits(edits, Some(format!("what was there is kept as `{}` and called first", file.free)))
}

fn update(file: &HookFile, state: &FileState, block: &Block, style: Style) -> Result<Outcome> {
    let kept =
        file.kept.as_ref().map(|(place, _)| String::from_utf8_lossy(place.path.file_name()).into_owned());
    let before = match &kept {
        Some(name) => Before::Moved(name),
        None if block.made_host => Before::Nothing,
        None => Before::Shell,
    };
    let body = script(file, style, before).body();
    let wanted = wanted(file, &body);
    let standing = blocks::standing(&state.bytes, Syntax::Hash, &wanted)
        .with_context(|| format!("read `{}`", file.place))?;
    let executable = state.mode & 0o100 != 0;
    match standing {
        Standing::Current if executable => return Ok(Outcome::Unchanged),
        Standing::Edited if !style.force => return Ok(Outcome::Skipped(edited(file))),
        Standing::Newer if !style.force => {
            return Ok(Outcome::Skipped(format!("a newer xtask wrote the block in `{}`", file.place)));
        }
        _ => {}
    }
    let content = blocks::put(Some(&state.bytes), Syntax::Hash, &wanted, Where::End)
        .with_context(|| format!("write `{}`", file.place))?;
    let edit =
        Edit::Replace { at: file.place.clone(), planned: state.planned(), content, mode: Mode::Executable };
    Ok(Outcome::Edits(vec![edit], None))
}

fn edited(file: &HookFile) -> String {
    format!(
        "the block in `{}` was edited by hand: move your lines out of it, or give them up with `--force`",
        file.place
    )
}

/// The file with a call of what was moved aside in place of the block.
fn with_call(script: &[u8], block: &Block, kept: &Place) -> Vec<u8> {
    let name = String::from_utf8_lossy(kept.path.file_name()).into_owned();
    let call = format!("\"${{0%/*}}/{name}\" \"$@\" || exit\n");
    [&script[..block.range.start], call.as_bytes(), &script[block.range.end..]].concat()
}
