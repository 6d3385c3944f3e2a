use super::*;

/// A history in which each pair moved, read as git would tell it.
fn history(moves: &[(&str, &str)]) -> History {
    let mut log = format!("\u{1}{}\u{2}\u{2}2025-01-01T00:00:00+00:00\0\n", "a".repeat(40));
    for (old, new) in moves {
        log.push_str(&format!("R100\0{old}\0{new}\0"));
    }
    History::read(log.as_bytes()).unwrap()
}

/// What is found in one file of a tree that also holds `there`: line, old, new.
fn found(file: &str, text: &str, moves: &[(&str, &str)], there: &[&str]) -> Vec<(usize, String, String)> {
    let new = moves.iter().map(|(_, new)| *new);
    let files = new.chain(there.iter().copied()).map(|path| (RepoPath::from(path), EntryKind::File, vec![]));
    let own = (RepoPath::from(file), EntryKind::File, text.as_bytes().to_vec());
    let tree = Tree::in_memory(files.chain([own]));
    let (_, found) = moved_paths(&tree, &history(moves)).unwrap();
    for one in &found {
        assert_eq!(&text[one.range.0..one.range.1], one.old, "the range is that of the text");
    }
    found.into_iter().map(|one| (one.line, one.old, one.new)).collect()
}

const MOVES: &[(&str, &str)] = &[
    ("scripts/run.py", "tools/daily/run.py"),
    ("scripts/a.sh", "tools/daily/a.sh"),
    ("pkg/old.py", "pkg/new.py"),
];

#[test]
fn exact_paths_are_found_in_every_kind_of_file() {
    type Mention<'a> = (usize, &'a str, &'a str);
    let cases: &[(&str, &str, &[Mention<'_>])] = &[
        ("Makefile", "all:\n\tpython scripts/run.py --x\n", &[(2, "scripts/run.py", "tools/daily/run.py")]),
        (
            ".github/workflows/ci.yml",
            "run: ./scripts/a.sh && python ${{ github.workspace }}/scripts/run.py\n",
            &[(1, "scripts/a.sh", "tools/daily/a.sh"), (1, "scripts/run.py", "tools/daily/run.py")],
        ),
        ("Dockerfile", "COPY scripts/ /app/scripts/\n", &[(1, "scripts/", "tools/daily/")]),
        (
            "pyproject.toml",
            "x = \"pkg.old:main\"\ny = [\"pkg/old.py\"]\n",
            &[(1, "pkg.old", "pkg.new"), (2, "pkg/old.py", "pkg/new.py")],
        ),
        (
            "run.sh",
            "python -m pkg.old \"$PWD/scripts/run.py\"\n",
            &[(1, "pkg.old", "pkg.new"), (1, "scripts/run.py", "tools/daily/run.py")],
        ),
        ("ci/run.sh", "python ../scripts/run.py\n", &[(1, "../scripts/run.py", "../tools/daily/run.py")]),
        (".github/CODEOWNERS", "/scripts/run.py @me\n", &[(1, "scripts/run.py", "tools/daily/run.py")]),
        (
            "book.ipynb",
            "{\"cells\": [{\"cell_type\": \"markdown\", \"source\": [\"scripts/run.py\"]},\n {\"source\": [\"%run scripts/run.py\\n\", \"x\"], \"cell_type\": \"code\", \"outputs\": [{\"a\": \"scripts/a.sh\"}]}]}\n",
            &[(2, "scripts/run.py", "tools/daily/run.py")],
        ),
    ];
    for (file, text, expected) in cases {
        let expected: Vec<_> =
            expected.iter().map(|(line, old, new)| (*line, (*old).to_owned(), (*new).to_owned())).collect();
        assert_eq!(found(file, text, MOVES, &[]), expected, "{file}");
    }
}

#[test]
fn what_only_looks_like_the_path_is_left() {
    let cases = [
        ("Makefile", "python other/scripts/run.py scripts/run.pyc scripts/run.py.bak"),
        ("Makefile", "curl https://example.org/scripts/run.py /app/scripts/run.py"),
        ("Makefile", "$(BUILD)/scripts/run.py $(X)scripts/run.py ${BUILD}/scripts/run.py $X/scripts/run.py"),
        ("Makefile", "run.py old.py pkg.old"),
        ("notes.md", "scripts/run.py"),
        ("book.ipynb", "{\"cells\": [{\"cell_type\": \"code\", \"source\": \"scripts/run.py\""),
        ("poetry.lock", "scripts/run.py"),
        ("tidy.sh", "git mv -k scripts/run.py tools/\n  rm scripts/a.sh"),
        ("pyproject.toml", "[tool.setuptools.package-data]\npkg = [\n  \"scripts/run.py\",\n]\n"),
        ("setup.cfg", "[options.package_data]\npkg =\n  scripts/run.py\n"),
    ];
    for (file, text) in cases {
        assert_eq!(found(file, text, MOVES, &[]), vec![], "{file}: {text}");
    }
}

#[test]
fn what_stands_at_the_old_place_or_beside_the_file_is_meant() {
    assert_eq!(found("Makefile", "scripts/run.py", MOVES, &["scripts/run.py"]), vec![]);
    assert_eq!(found("sub/Makefile", "scripts/run.py", MOVES, &["sub/scripts/run.py"]), vec![]);
    // The folder is not gone as a whole.
    assert_eq!(found("Makefile", "scripts/", MOVES, &["scripts/other.py"]), vec![]);
    // Its files went to two places.
    let apart = &[("scripts/run.py", "one/run.py"), ("scripts/a.sh", "two/a.sh")];
    assert_eq!(found("Makefile", "scripts/", apart, &[]), vec![]);
    // The module became a package.
    let package = &[("pkg/old.py", "pkg/old/__init__.py")];
    assert_eq!(found("run.sh", "python -m pkg.old", package, &[]), vec![]);
    // The package went below a root of imports with its name.
    let below = &[("pkg/old.py", "src/pkg/old.py"), ("pkg/a.py", "src/pkg/b.py")];
    assert_eq!(found("pyproject.toml", "x = \"pkg.old:main\"", below, &[]), vec![]);
    let renamed = vec![(1, "pkg.a".to_owned(), "pkg.b".to_owned())];
    assert_eq!(found("pyproject.toml", "x = \"pkg.a:main\"", below, &[]), renamed);
}

#[test]
fn path_that_is_there_from_a_folder_above_the_file_is_meant() {
    assert_eq!(found("sub/ci/run.sh", "scripts/run.py", MOVES, &["sub/scripts/run.py"]), vec![]);
    assert_eq!(found("sub/ci/run.sh", "scripts/run.py", MOVES, &["ci/scripts/run.py"]).len(), 1);
}

/// How much is found in `text` of a file, when one commit adds all files and the next does `changes`.
fn told(file: &str, text: &str, there: &[&str], changes: &[&[&str]]) -> usize {
    let mut log = format!("\u{1}{}\u{2}\u{2}2025-01-02T00:00:00+00:00\0\n", "b".repeat(40));
    changes.iter().for_each(|change| log.push_str(&format!("{}\0", change.join("\0"))));
    log.push_str(&format!("\u{1}{}\u{2}\u{2}2025-01-01T00:00:00+00:00\0\n", "a".repeat(40)));
    changes.iter().for_each(|change| log.push_str(&format!("A\0{}\0", change[1])));
    let files = there.iter().map(|path| (RepoPath::from(*path), EntryKind::File, vec![]));
    let own = (RepoPath::from(file), EntryKind::File, text.as_bytes().to_vec());
    let tree = Tree::in_memory(files.chain([own]));
    moved_paths(&tree, &History::read(log.as_bytes()).unwrap()).unwrap().1.len()
}

#[test]
fn folder_of_which_a_minority_moved_went_nowhere() {
    let told = |changes: &[&[&str]]| told("Makefile", "cp data/ x", &["tests/a.csv"], changes);
    let moved: &[&str] = &["R100", "data/a.csv", "tests/a.csv"];
    assert_eq!(told(&[moved]), 1);
    assert_eq!(told(&[moved, &["D", "data/b.csv"]]), 1);
    assert_eq!(told(&[moved, &["D", "data/b.csv"], &["D", "data/c.csv"]]), 0);
}

#[test]
fn dotted_name_of_a_file_is_that_file() {
    let moved: &[&str] = &["R100", "meson/build.py", "mesonbuild/build.py"];
    let told = |there: &[&str], changes: &[&[&str]]| {
        let there: Vec<&str> = ["mesonbuild/build.py"].iter().chain(there).copied().collect();
        told("run.sh", "python -m meson.build", &there, changes)
    };
    assert_eq!(told(&[], &[moved]), 1);
    assert_eq!(told(&["cases/meson.build"], &[moved]), 0);
    assert_eq!(told(&[], &[moved, &["D", "cases/meson.build"]]), 0);
}

#[test]
fn top_level_file_is_found_by_its_name_from_the_root_only() {
    let moves = &[("train.py", "scripts/train.py")];
    assert_eq!(found("Makefile", "python train.py", moves, &[]).len(), 1);
    assert_eq!(found("sub/train.yml", "python train.py", moves, &["sub/train.py"]), vec![]);
}

#[test]
fn names_that_may_mean_another_file_are_left() {
    let moves =
        &[("setup.py", "one/setup.py"), (".keep", "pkg/__init__.py"), ("app/main.py", "app/src/app/main.py")];
    assert_eq!(found("run.sh", "python setup.py", moves, &["two/setup.py"]), vec![]);
    assert_eq!(found(".gitattributes", ".keep text", moves, &[]), vec![]);
    assert_eq!(found("app/pyproject.toml", "x = \"app.main:main\"", moves, &[]), vec![]);
    let renamed = &[("app/src/app/old.py", "app/src/app/new.py")];
    let expected = vec![(1, "app/src/app/old.py".to_owned(), "app/src/app/new.py".to_owned())];
    assert_eq!(found("run.sh", "app/src/app/old.py", renamed, &[]), expected);
}

#[test]
fn any_bytes_are_read_without_a_panic() {
    use proptest::prelude::*;
    proptest!(|(text in "[\\[\\]{}\":,\\\\ a-c/.\n$()-]{0,80}")| {
        found("book.ipynb", &text, MOVES, &[]);
        found("Makefile", &text, MOVES, &[]);
    });
}
