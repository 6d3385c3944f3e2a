//! What is said never to have been, and what only looks so.

use super::Ignored;
use super::tests::{check, classes};
use crate::consolidate::result::ReferenceClass::{NeverExisted, Removed};

#[test]
fn path_into_a_folder_that_stands_is_wrong_where_the_one_file_of_its_name_lies_elsewhere() {
    check(&[
        ("`tools/new/deep.py`", &[("tools/new/deep.py", NeverExisted)]),
        ("`pkg/deep.py` leaves out what lies between", &[]),
        ("`elsewhere/deep.py`", &[]),
        ("An example is `tools/new/deep.py`", &[]),
    ]);
}

#[test]
fn folder_in_code_and_data_beside_its_like_are_claimed() {
    check(&[
        ("`src/parts/`", &[("src/parts/", NeverExisted)]),
        ("`src/output/`, `docs/parts/` and `parts/`", &[]),
        ("`../src/parts/`", &[("../src/parts/", NeverExisted)]),
        ("```sh\ncd src/parts/\ncd output/first/\n```", &[("src/parts/", NeverExisted)]),
        ("`config/b.json`", &[("config/b.json", NeverExisted)]),
        ("`config/run_20250101.json`, `config/b.csv` and `src/b.json`", &[]),
    ]);
}

#[test]
fn name_that_a_reader_is_sent_to_is_claimed() {
    check(&[
        ("See `LAYOUT.md` for more", &[("LAYOUT.md", NeverExisted)]),
        ("All of it is outlined in\n`LAYOUT.md`.", &[("LAYOUT.md", NeverExisted)]),
        ("- **Script:** `loader.py`", &[("loader.py", NeverExisted)]),
        ("1. ✅ `loader.py` - reads the data", &[("loader.py", NeverExisted)]),
        ("Both hold `LAYOUT.md`", &[]),
    ]);
}

#[test]
fn link_to_where_something_went_has_to_lead_there() {
    check(&[
        ("Archived: [x](kept/never.md)", &[("kept/never.md", NeverExisted)]),
        ("x -> [x](kept/never.md)", &[("kept/never.md", NeverExisted)]),
        ("- [ ] Create [x](kept/never.md), which was deleted", &[]),
        ("Removed: [x](notes/gone.md)", &[]),
        ("Archived: [x](../archive/gone.md)", &[("../archive/gone.md", Removed)]),
    ]);
}

#[test]
fn function_is_claimed_where_what_holds_it_is_there() {
    check(&[
        ("`src/kept.py` has `never_was_there()`", &[("never_was_there", NeverExisted)]),
        ("## In `src/kept.py`\n\n- `never_was_there()`", &[("never_was_there", NeverExisted)]),
        (
            "`never_was_there()` and `src/kept.py`, `os.never_was_there()`",
            &[("never_was_there", NeverExisted)],
        ),
        ("`never_was_there()`", &[]),
        ("`src/kept.py` with `never_was_there`", &[]),
        ("`Keeper.never_was()`", &[("Keeper.never_was", NeverExisted)]),
        ("`Other.never_was()`, `Keeper.never_was` and `Heir.never_was()`", &[]),
        ("`src.kept.never_was`", &[("src.kept.never_was", NeverExisted)]),
        ("`other.kept.never_was`", &[]),
        ("- [ ] Write `src/kept.py` with\n  - `never_was_there()`", &[]),
    ]);
}

#[test]
fn command_over_several_lines_is_read_whole() {
    check(&[
        (
            "```sh\npython src/kept.py \\\n  --kept \\\n  --never-was\n```",
            &[("python src/kept.py --never-was", NeverExisted)],
        ),
        ("- [ ] Allow for\n\n```sh\npython src/kept.py --never-was\n```", &[]),
    ]);
}

#[test]
fn command_names_what_it_runs_and_what_it_is_given() {
    let gone = &[("src/gone.py", Removed)];
    let commands = [
        "pytest src/gone.py::test_x -v",
        "uv run pytest src/gone.py",
        "cd app && python -m pytest src/gone.py",
        "uv run --with x src/gone.py",
        ".venv/bin/python3.12 -u src/gone.py",
        "node -r x/y src/gone.py",
        "python src/kept.py -t src/gone.py",
        "./src/forwards.sh src/gone.py",
        "npx jest src/gone.py",
    ];
    for command in commands {
        check(&[(&format!("```sh\n{command}\n```"), gone), (&format!("```\n{command}\n```"), gone)]);
    }
    check(&[
        ("```sh\npytest src/never.py\n```", &[("src/never.py", NeverExisted)]),
        ("```sh\npytest deep/src/never.py\n```", &[]),
        ("```sh\npython src/kept.py config/gone.json\n```", &[("config/gone.json", Removed)]),
        ("```sh\npython src/kept.py -o src/gone.py src/never.py\n```", &[]),
        ("```sh\npython src/kept.py > src/gone.py\n```", &[]),
        ("```sh\npython -c src/gone.py\n```", &[("src/gone.py", Removed)]),
        // Data that ends so may be its output; a file of code is the one that is gone.
        ("```sh\npython src/kept.py gone.json other/gone.json\n```", &[]),
        ("```sh\npython src/kept.py core/gone.py\n```", &[]),
        ("```sh\npython src/kept.py tool/gone_too.py\n```", &[("tool/gone_too.py", Removed)]),
        ("```\nsaved src/gone.py\n```", &[]),
    ]);
}

#[test]
fn script_that_is_run_from_the_top_must_be_there() {
    check(&[
        ("```sh\n./never.sh --all\n```", &[("never.sh", NeverExisted)]),
        ("Run `./never.sh`.", &[("never.sh", NeverExisted)]),
        ("```sh\nbash never.sh\n```", &[]),
        ("```sh\ncd other\n./never.sh\n```", &[]),
        ("```sh\ncurl -O https://a.org/never.sh\n./never.sh\n```", &[]),
        ("```sh\n./forwards.sh\n```", &[]),
        ("```sh\n./configure\n```", &[]),
    ]);
}

#[test]
fn comment_that_titles_a_block_of_code_names_a_file_that_was_there() {
    check(&[
        ("```python\n# src/gone.py\nx = 1\n```", &[("src/gone.py", Removed)]),
        ("```js\n// src/gone.py:\nx\n```", &[("src/gone.py", Removed)]),
        ("```python\n# src/never.py\nx = 1\n```", &[]),
        ("```python\n# src/gone.py as it was\nx = 1\n```", &[]),
        ("```python\nx = 1\n# src/gone.py\n```", &[]),
    ]);
}

#[test]
fn command_must_find_what_it_reads() {
    let never = |target: &'static str| [(target, NeverExisted)];
    for (command, target) in [
        ("pip install -r requirements-never.txt", "requirements-never.txt"),
        ("docker compose -f src/never.yml up -d", "src/never.yml"),
        ("cd src && cp .env.example .env", ".env.example"),
        ("cp src/never.py src/kept.py /opt/tool/", "src/never.py"),
        ("python src/kept.py --kept config/b.json", "config/b.json"),
    ] {
        check(&[(&format!("```sh\n{command}\n```"), &never(target))]);
    }
    check(&[
        ("```sh\ncp src/gone.py src/kept.py\n```", &[("src/gone.py", Removed)]),
        ("```sh\ncp other/never.py src/kept.py\n```", &[]),
        ("```sh\ncp src/never.csv src/kept.py\n```", &[]),
        ("```sh\ntouch requirements-never.txt\npip install -r requirements-never.txt\n```", &[]),
        ("```sh\necho x > src/never.yml\ndocker compose -f src/never.yml up\n```", &[]),
        ("```sh\ncp x src/never.yml\ndocker compose -f src/never.yml up\n```", &[]),
        ("Create `never.yml`.\n\n```sh\ndocker compose -f src/never.yml up\n```", &[]),
        ("```sh\ncp src/local.yaml src/kept.yaml\n```", &[]),
        ("```sh\npython src/kept.py -o config/b.json\n```", &[]),
    ]);
}

#[test]
fn folder_that_is_entered_is_there() {
    check(&[
        ("```sh\ncd tools/old && make build\n```", &[("tools/old/", NeverExisted)]),
        ("```sh\ncd left\n```", &[("left/", Removed)]),
        ("```sh\ncd tools/new\ncd core\ncd never\ncd other/never\ncd src/build\n```", &[]),
        ("```sh\nmkdir -p tools/old\ncd tools/old\n```", &[]),
        ("```sh\ngit clone https://host/old tools/old\ncd tools/old\n```", &[]),
        ("```sh\ngit clone https://host/me/old.git\ncd tools/old\n```", &[]),
    ]);
}

#[test]
fn folder_of_a_numbered_series_is_claimed() {
    check(&[
        ("`cases/03-third/`", &[("cases/03-third/", NeverExisted)]),
        ("`cases/third/`", &[]),
        ("`docs/03-third/`", &[]),
    ]);
}

#[test]
fn function_listed_with_those_of_this_repository_is_one_of_them() {
    let listed = |more: &str| format!("Use `kept_run`, `kept_stop` and `{more}`.");
    check(&[
        (&listed("never_was_there"), &[("never_was_there", NeverExisted)]),
        (&listed("never_was"), &[]),
        ("Use `kept_run` and `never_was_there`.", &[]),
        ("An example: `kept_run`, `kept_stop`, `never_was_there`.", &[]),
    ]);
}

#[test]
fn what_is_said_around_a_name_silences_a_claim() {
    check(&[
        ("| Name | Example |\n| --- | --- |\n| a | `src/never.py` |", &[]),
        ("- [ ] Write\n  - `src/never.py`", &[]),
        ("- [x] Wrote\n  - `src/never.py`", &[("src/never.py", NeverExisted)]),
    ]);
}

#[test]
fn cargo_is_asked_for_what_is_there() {
    check(&[
        ("`cargo run --example never`", &[("cargo run --example never", NeverExisted)]),
        ("`cargo test -p tool` and `cargo install --bin never`", &[]),
    ]);
}

#[test]
fn drawing_of_what_is_there_shows_what_is_not() {
    let drawing =
        |more: &str| format!("```\nsrc/\n├── kept.py\n├── forwards.sh\n├── local.yaml.example\n{more}```");
    check(&[
        (
            &drawing("├── gone.py\n└── never.py\n"),
            &[("src/gone.py", Removed), ("src/never.py", NeverExisted)],
        ),
        (&drawing("├── never.log\n└── never.py  # to create\n"), &[]),
        ("```\nsrc/\n├── kept.py\n├── never.py\n└── other.py\n```", &[]),
    ]);
    let of_repository =
        "```\nproject/\n├── src/\n│   ├── kept.py\n│   ├── forwards.sh\n│   └── never.py\n```";
    check(&[(of_repository, &[("src/never.py", NeverExisted)])]);
}

#[test]
fn chinese_words_tell_too() {
    check(&[("`src/gone.py` 已删除", &[]), ("`src/gone.py` 负责加载", &[("src/gone.py", Removed)])]);
}

#[test]
fn module_that_is_imported_is_claimed_where_its_package_would_hold_it() {
    check(&[
        ("```python\nfrom lib_x.inner.never import x\n```", &[("lib_x.inner.never", NeverExisted)]),
        ("`python -m lib_x.inner.never`", &[("lib_x.inner.never", NeverExisted)]),
        ("```python\nfrom lib_x.inner.deep import x\nfrom lib_x.other.never import x\n```", &[]),
        ("```python\nfrom lib_x.inner.never_pb2 import x\n```", &[]),
        ("Create `never.py`\n\n```python\nfrom lib_x.inner.never import x\n```", &[]),
        ("## Example\n\n```python\nfrom lib_x.inner.never import x\n```", &[]),
    ]);
    let hidden = Ignored { perhaps: ["lib_x/inner/never.py".into()].into(), ..Ignored::default() };
    assert_eq!(classes("`python -m lib_x.inner.never`", &hidden), []);
}

#[test]
fn what_is_ticked_as_done_is_said_to_be_there() {
    check(&[
        ("## Deliverables\n\n1. ✅ `LAYOUT.md` - how it looks", &[("LAYOUT.md", NeverExisted)]),
        ("## Deliverables\n\n- [x] `LAYOUT.md`", &[("LAYOUT.md", NeverExisted)]),
        ("## Deliverables\n\n1. `loader.py` - reads the data", &[]),
        ("- ✅ Deleted `LAYOUT.md`", &[]),
        ("- 🔄 `src/never.py`", &[]),
    ]);
}

#[test]
fn what_a_note_draws_and_nobody_made_tells_that_it_is_a_plan() {
    let tree = "```\nsrc/\n├── one.py\n├── two.py\n└── kept.py\n```\n\n";
    check(&[
        (&format!("{tree}`src/never.py` and `pkg/core/deep.py`"), &[]),
        (
            &format!("{tree}`src/never.py`, `pkg/core/deep.py` and `docs/Guide.md`"),
            &[("src/never.py", NeverExisted)],
        ),
    ]);
}

#[test]
fn what_another_machine_holds_no_ignore_rule_covers() {
    let hidden = Ignored { surely: ["built/run.sh".into()].into(), ..Ignored::default() };
    assert_eq!(classes("`/opt/x/built/run.sh`", &hidden), []);
}

#[test]
fn script_is_called_by_its_name_alone_where_no_program_bears_it() {
    check(&[
        ("`pnpm test:never` and `yarn tsc`", &[("npm run test:never", NeverExisted)]),
        ("`deno task never`", &[("deno task never", NeverExisted)]),
        ("`deno task check` and `deno task lint`", &[]),
    ]);
}
