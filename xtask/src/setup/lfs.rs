//! Git LFS beside our hooks: its own `pre-push` uploads the contents of what is pushed, so it has to be called too.

use super::gather::Found;
use super::hooks::HookFile;
use crate::config::GitHook;

/// What an attribute that hands files to Git LFS says.
pub(super) const FILTER: &[u8] = b"filter=lfs";

/// What to say where files lie with Git LFS and no hook of the repository calls it. A hook of its own that is there
/// stays and is called first, as any other.
pub(super) fn note(found: &Found, wanted: &[GitHook]) -> Option<String> {
    let is_silent =
        found.uses_lfs && wanted.contains(&GitHook::PrePush) && !found.hook_files.iter().any(calls_lfs);
    is_silent.then(|| {
        "pre-push: files here lie with Git LFS, whose contents a push uploads only where the hook calls it: `git lfs \
         update --manual` shows the lines, put them below the block"
            .to_owned()
    })
}

fn calls_lfs(file: &HookFile) -> bool {
    let kept = file.kept.as_ref().map(|(_, state)| state);
    let is_lfs = |bytes: &[u8]| {
        [&b"git lfs"[..], b"git-lfs"].iter().any(|call| memchr::memmem::find(bytes, call).is_some())
    };
    file.hook == GitHook::PrePush && file.state.iter().chain(kept).any(|state| is_lfs(&state.bytes))
}
