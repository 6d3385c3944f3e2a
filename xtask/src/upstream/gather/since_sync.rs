//! Counts a fork's own work from its sync point, where no history is shared.

use anyhow::Result;

use super::super::areas::Areas;
use super::super::custom;
use super::super::model::{Analysis, Base, Relation};
use super::super::strategy::SURE;
use super::core::{Core, work_since};
use super::{custom_work, outlines};
use crate::repo::Scratch;

/// Replaces the comparison with upstream's tip, which would call what upstream did since the fork's doing.
pub(super) fn recount(analysis: &mut Analysis, scratch: &Scratch, core: &Core, areas: &Areas) -> Result<()> {
    let Some(since) = start(analysis) else { return Ok(()) };
    let work = work_since(scratch, &since.commit, [&analysis.fork.oid, &analysis.upstream.oid])?;
    let mut files = custom_work(core, &work.fork, Some(&work.upstream), &work.measures, areas);
    let mut symbols = outlines::changed(scratch, &work.fork)?;
    for file in &mut files {
        file.symbols = symbols.remove(&file.path).unwrap_or_default();
    }
    analysis.custom = files;
    analysis.custom_lines = custom::total_lines(&work.fork);
    analysis.custom_since = Some(since);
    Ok(())
}

/// The sync point from which the fork's own work is counted, where there is no merge base.
pub(super) fn start(analysis: &Analysis) -> Option<Base> {
    let sync =
        analysis.sync_point.as_ref().filter(|sync| sync.confidence >= SURE && sync.folder.is_none())?;
    let is_start = analysis.relation == Some(Relation::Unrelated);
    is_start.then(|| Base { commit: sync.commit.clone(), date: sync.date.clone() })
}
