//! What the words around a name say of it.

use super::tests::check;
use crate::consolidate::result::ReferenceClass::{NeverExisted, Removed};

#[test]
fn what_a_verb_behind_a_name_is_done_with_is_not_the_name() {
    check(&[
        ("| `src/gone.py` | Rename call to run |", &[("src/gone.py", Removed)]),
        ("| `src/gone.py` | Rename to x.py |", &[]),
        ("| `src/gone.py` | **Delete** | of no use |", &[]),
        ("Remove `src/gone.py`", &[]),
        ("`src/gone.py` no longer holds the call", &[("src/gone.py", Removed)]),
        ("`src/gone.py` is no longer used and no longer exists", &[]),
        ("## Remove the tool\n\n- Modify: `src/gone.py`", &[("src/gone.py", Removed)]),
        ("## Remove the tool\n\n- Delete: `src/gone.py`\n- `src/gone.py`", &[]),
        ("`src/gone.py`（删除 `call`）", &[("src/gone.py", Removed)]),
        ("| `src/gone.py` | 删除 |", &[]),
        ("## In `src/kept.py`\n\n- `never_was_there(x)`: Create one", &[("never_was_there", NeverExisted)]),
        ("## In `src/kept.py`\n\n- Create `never_was_there(x)`", &[]),
    ]);
}

#[test]
fn arrow_tells_of_what_stands_before_it_unless_it_leads_to_a_call() {
    check(&[
        ("`src/gone.py` → `src/kept.py`", &[]),
        ("`src/kept.py` → `src/gone.py`", &[("src/gone.py", Removed)]),
        ("`src/kept.py` → `src/never.py`", &[]),
        ("`src/gone.py` → `run()`", &[("src/gone.py", Removed)]),
        ("`gone_function()` → `run()`", &[("gone_function", Removed)]),
        ("`src/gone.py` → `x = 1`", &[("src/gone.py", Removed)]),
    ]);
}

#[test]
fn code_that_is_led_in_as_how_it_was_tells_itself_that_it_is_gone() {
    check(&[
        ("All calls were changed from:\n\n```python\nfrom src.gone import x\n```", &[]),
        ("**Before:**\n\n```python\nfrom src.gone import x\n```", &[]),
        ("```python\n# Old\nfrom src.gone import x\n```", &[]),
        ("Before you run it:\n\n```python\nfrom src.gone import x\n```", &[("src.gone", Removed)]),
    ]);
}

#[test]
fn words_and_headings_that_leave_it_open_claim_nothing() {
    check(&[
        ("`src/never.py` (if applicable)", &[]),
        ("A tool looks like this:\n\n- `loader.py`: reads all data", &[]),
        ("## Update/create the page\n\n`src/never.py`", &[]),
        ("## Next steps\n\n`src/never.py`", &[]),
        ("## Target architecture\n\n`src/never.py`", &[]),
        ("## The way to `src/new/never.py`\n\n`src/never.py`", &[("src/never.py", NeverExisted)]),
        ("`src/snake_case.py`", &[]),
    ]);
}
