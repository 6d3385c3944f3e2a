//! What is said never to have been, and what only looks so.

use super::Ignored;
use super::tests::classes;
use crate::consolidate::result::ReferenceClass::{self, NeverExisted, Removed};

fn check(cases: &[(&str, &[(&str, ReferenceClass)])]) {
    for (text, expected) in cases {
        let expected: Vec<_> =
            expected.iter().map(|(target, class)| ((*target).to_owned(), *class)).collect();
        assert_eq!(classes(text, &Ignored::default()), expected, "{text}");
    }
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
fn what_is_said_around_a_name_silences_a_claim() {
    check(&[
        ("| Name | Example |\n| --- | --- |\n| a | `src/never.py` |", &[]),
        ("- [ ] Write\n  - `src/never.py`", &[]),
        ("- [x] Wrote\n  - `src/never.py`", &[("src/never.py", NeverExisted)]),
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
