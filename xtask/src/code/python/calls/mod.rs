//! Verifies calls against the functions and classes of a repository without running anything.
//!
//! A call is judged only where its target is certain: through imports, aliases and re-exports, `self` and
//! `super()` over all derived classes, variables that are bound once to an object of a known class. What
//! decorators, metaclasses, assignments to attributes, second bindings or computed names may change counts as
//! fitting, and so do calls whose failure is wanted: no false alarm is the first aim.

mod bind;
mod classes;
mod decorators;
mod facts;
mod fields;
mod lost;
mod memory;
mod past;
mod possible;
mod quiet;
mod read;
mod resolve;
mod signature;
mod suggest;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::rc::Rc;

use anyhow::Result;
use serde::Serialize;

use super::imports::{FileId, Past, Project, is_test_data};
use super::inventory::is_test_file;
use crate::pack::{Pack, pack_fields};
use crate::parallel;
use crate::repo::{History, RepoPath};
use classes::{Construction, Node};
use facts::Call;
pub(crate) use facts::CallFacts;
pub(super) use facts::{Class, Function, Value};
pub use past::Versions;
pub(crate) use read::read;
use resolve::{Id, Resolver, Shared, Thing};
use signature::{Misfit, Signature, wording};
use suggest::Key;
pub use suggest::suggest;

/// What git tells of the versions of files, and of names that left them.
type Told<'a, 'r> = (&'a mut Versions<'r>, &'a mut Past);

/// Says of broken calls what history knows, and adds the uses of names that their modules and classes lost; sorted.
/// `history` is asked for only where there is something to look up.
///
/// # Errors
/// git cannot be asked.
pub fn explain<'h>(
    project: &Project,
    broken: &mut Vec<BrokenCall>,
    history: impl FnOnce() -> Result<Cow<'h, History>>,
    (versions, past): Told<'_, '_>,
) -> Result<()> {
    let found = lost::find(project);
    if broken.is_empty() && found.is_empty() {
        return Ok(());
    }
    let history = history()?;
    if !broken.is_empty() {
        suggest(broken, &history, versions)?;
    }
    broken.extend(lost::lost_names(project, found, &history, (versions, past))?);
    broken.sort();
    Ok(())
}

/// A call that its target does not take, or the use of a name that its module lost.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct BrokenCall {
    /// The file.
    pub path: RepoPath,
    /// The line of the opening bracket, from 1.
    pub line: usize,
    /// What is called, as its definition names it: `Class`, `Class.method`, `function`.
    pub callee: String,
    /// What does not fit, as the end of a sentence that begins with the callee.
    pub problem: String,
    /// Where the callee is defined.
    pub definition: Definition,
    /// What history says to write instead.
    pub suggestion: Option<String>,
    /// The commit that made the call not fit.
    pub commit: Option<String>,
    #[serde(skip)]
    misfits: Vec<Misfit>,
    #[serde(skip)]
    key: Key,
    #[serde(skip)]
    signature: Signature,
}

/// What history was asked with is not kept: it was asked before.
impl Pack for BrokenCall {
    fn pack(&self, out: &mut Vec<u8>) {
        let Self { path, line, callee, problem, definition, suggestion, commit, .. } = self;
        path.pack(out);
        line.pack(out);
        callee.pack(out);
        problem.pack(out);
        definition.pack(out);
        suggestion.pack(out);
        commit.pack(out);
    }

    fn unpack(from: &mut &[u8]) -> Option<Self> {
        Some(Self {
            path: Pack::unpack(from)?,
            line: Pack::unpack(from)?,
            callee: Pack::unpack(from)?,
            problem: Pack::unpack(from)?,
            definition: Pack::unpack(from)?,
            suggestion: Pack::unpack(from)?,
            commit: Pack::unpack(from)?,
            misfits: Vec::new(),
            key: Key::default(),
            signature: Signature::default(),
        })
    }
}

impl BrokenCall {
    /// What does not fit, as a sentence without its full stop.
    pub fn phrase(&self) -> String {
        format!("`{}` {}", self.callee, self.problem)
    }
}

/// Where something is defined.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Definition {
    /// The file.
    pub path: RepoPath,
    /// The line of its name, from 1.
    pub line: usize,
}

pack_fields!(Definition { path, line });

/// What is called in one file, worked out once; `None` where that is not certain.
type Targets = BTreeMap<Thing, Option<Rc<Target>>>;

/// Something that takes the arguments of a call.
struct Target {
    signature: Signature,
    callee: String,
    key: Key,
    file: FileId,
    line: usize,
}

/// Finds every call of a project that its target does not take; sorted by file and line.
pub fn verify(project: &Project) -> Vec<BrokenCall> {
    let index = project.index();
    let shared = Shared::of(&index, &project.layout);
    let files: Vec<FileId> = (0..project.files.len()).collect();
    let judged =
        parallel::map_with(&files, || Resolver::of(&shared), |resolver, &file| judge_file(resolver, file));
    let mut broken: Vec<BrokenCall> = judged.into_iter().flatten().collect();
    broken.sort();
    broken.dedup();
    broken
}

fn judge_file(resolver: &Resolver<'_, '_>, file: FileId) -> Vec<BrokenCall> {
    let shared = resolver.shared;
    let Some(facts) = shared.calls(file) else { return Vec::new() };
    let mut known = Targets::new();
    let mut broken = Vec::new();
    for call in &facts.calls {
        let is_patched = |name: &str| shared.is_patched(file, name);
        let Some((target, misfits)) = misfit(resolver, file, call, &mut known, &is_patched) else {
            continue;
        };
        if is_test_data(shared.index, file) || is_for_type_checkers(&shared.index.files[file].path) {
            break;
        }
        let path_of = |file: FileId| shared.index.files[file].path.clone();
        broken.push(BrokenCall {
            path: path_of(file),
            line: call.line,
            callee: target.callee.clone(),
            problem: wording(&misfits),
            definition: Definition { path: path_of(target.file), line: target.line },
            suggestion: None,
            commit: None,
            misfits,
            key: target.key.clone(),
            signature: target.signature.clone(),
        });
    }
    broken
}

/// A file below the tests that type checkers are tried on: nothing runs it, and what is wrong in it is meant.
fn is_for_type_checkers(path: &RepoPath) -> bool {
    const FOLDERS: &[&[u8]] = &[b"mypy", b"pyre", b"pyright", b"type_checking", b"typesafety", b"typing"];
    let is_of_tests = |part: &[u8]| matches!(part, b"test" | b"tests" | b"testing");
    // `tests/typing`, `tests/typing_checks.py`, and `typing_tests`.
    let is_both = |part: &[u8]| {
        let words = || part.split(|sign| b"_-".contains(sign));
        words().any(is_of_tests) && words().any(|word| FOLDERS.contains(&word))
    };
    let mut below = path.parts().skip_while(|part| !is_of_tests(part));
    let is_typed = |part: &[u8]| FOLDERS.contains(&part) || part.starts_with(b"typing_");
    (below.any(is_typed) || path.parts().any(is_both)) && !is_test_file(path)
}

/// What does not fit, when no possible target takes the call.
fn misfit(
    resolver: &Resolver<'_, '_>,
    file: FileId,
    call: &Call,
    known: &mut Targets,
    is_patched: &dyn Fn(&str) -> bool,
) -> Option<(Rc<Target>, Vec<Misfit>)> {
    let mut worst = None;
    for thing in things(resolver, file, &call.callee)? {
        let found = known.entry(thing).or_insert_with(|| target(resolver, thing, is_patched).map(Rc::new));
        let target = Rc::clone(found.as_ref()?);
        let misfits = target.signature.misfits(&call.arguments);
        if misfits.is_empty() {
            return None;
        }
        worst.get_or_insert((target, misfits));
    }
    worst
}

/// Everything that a callee may stand for; `None` where that is not known, or is nothing that takes arguments.
fn things(resolver: &Resolver<'_, '_>, file: FileId, callee: &Value) -> Option<Vec<Thing>> {
    let called = |thing: Thing| match thing {
        Thing::Function(..) | Thing::Class(_) => thing,
        Thing::Instance(class) => resolver.member(class, "__call__", true),
        _ => Thing::Unknown,
    };
    Some(resolver.possible(file, callee)?.into_iter().map(called).collect())
}

fn target(resolver: &Resolver<'_, '_>, thing: Thing, is_patched: &dyn Fn(&str) -> bool) -> Option<Target> {
    match thing {
        Thing::Function(id, bound) => function_target(resolver, id, bound, is_patched),
        Thing::Class(id) => {
            let class = resolver.shared.class(id)?;
            let is_equipped = |order: &[Node]| {
                order.iter().any(|node| match node {
                    Node::Class(id) => resolver.shared.class(*id).is_none_or(|class| {
                        ["__init__", "__new__", "*"]
                            .iter()
                            .any(|name| is_patched(&format!("{}.{name}", class.name)))
                    }),
                    Node::Outside(_) => false,
                })
            };
            if is_patched(&class.name) || is_equipped(&resolver.order(id, 0)) {
                return None;
            }
            let made = |signature: Signature| {
                let key = Key { class: Some(class.name.clone()), function: None, bound: 1 };
                Some(Target { signature, callee: class.name.clone(), key, file: id.0, line: class.line })
            };
            match resolver.construction(id) {
                Construction::By(function) => {
                    let found = function_target(resolver, function, 1, is_patched)?;
                    Some(Target { callee: class.name.clone(), ..found })
                }
                Construction::Made(signature) => made(signature),
                // Whoever got the class may have given it a constructor.
                Construction::Nothing if is_handed(resolver, id) => None,
                Construction::Nothing => made(Signature::default()),
                Construction::Unknown => None,
            }
        }
        _ => None,
    }
}

fn is_handed(resolver: &Resolver<'_, '_>, class: Id) -> bool {
    let calls = resolver.shared.calls(class.0);
    let name = resolver.shared.class(class).map(|class| class.name.as_str());
    name.is_none_or(|name| calls.is_none_or(|calls| calls.handed.contains(name)))
}

fn function_target(
    resolver: &Resolver<'_, '_>,
    id: Id,
    bound: usize,
    is_patched: &dyn Fn(&str) -> bool,
) -> Option<Target> {
    let function = resolver.shared.function(id)?;
    if is_patched(&function.name) || !resolver.is_plain(id.0, &function.decorators) {
        return None;
    }
    let class = function.class.and_then(|class| resolver.shared.class((id.0, class)));
    let class = class.map(|class| class.name.clone());
    if class.as_ref().is_some_and(|class| is_patched(&format!("{class}.*"))) {
        return None;
    }
    let callee = class.as_ref().map_or(function.name.clone(), |class| format!("{class}.{}", function.name));
    Some(Target {
        signature: function.signature.without_first(bound)?,
        callee,
        key: Key { class, function: Some(function.name.clone()), bound },
        file: id.0,
        line: function.line,
    })
}
