//! What looks like a path of a repository, and what only looks so.

/// Endings of files that belong to a repository rather than to an output, in order.
pub(super) const ENDINGS: &[&str] = &[
    "asm", "astro", "bash", "bat", "bib", "c", "cc", "cfg", "cjs", "clj", "cpp", "cs", "css", "cu", "cuh",
    "cxx", "dart", "erl", "ex", "exs", "fs", "go", "graphql", "h", "hh", "hpp", "hs", "html", "ini", "ipynb",
    "java", "jl", "js", "jsx", "kt", "lua", "m", "md", "mdx", "mjs", "ml", "mm", "nix", "php", "pl", "pm",
    "proto", "ps1", "pxd", "py", "pyi", "pyx", "r", "rb", "rs", "rst", "scala", "scss", "sh", "sol", "sql",
    "sv", "svelte", "swift", "tex", "tf", "toml", "ts", "tsx", "v", "vb", "vhd", "vhdl", "vue", "yaml",
    "yml", "zig", "zsh",
];

/// Parts of paths that stand for something else.
const STAND_INS: &[&str] = &[
    "path",
    "to",
    "your",
    "my",
    "foo",
    "bar",
    "baz",
    "qux",
    "example",
    "xxx",
    "yyyy",
    "nnnn",
    "some",
    "dir",
    "folder",
    "file",
    "file1",
    "file2",
    "filename",
    "name",
    "user",
    "username",
    "home",
    "project",
    "repo",
    "script",
    "module_name",
    "package_name",
    "script-name",
    "script_name",
    "file-name",
    "file_name",
    "component-name",
    "feature-name",
    "test_name",
    "test-name",
    "snake_case",
    "camelcase",
    "pascalcase",
    "kebab-case",
];

/// The path in a code span or word, cleaned; `None` for what is none.
pub(super) fn path_of(text: &str) -> Option<String> {
    let text = text.trim().trim_end_matches(['.', ',', ';', ':', '!', '?', ')']);
    let text = text.split('#').next()?;
    let text = text.find(':').and_then(|_| text.find("::")).map_or(text, |end| &text[..end]);
    let text = strip_line_numbers(text);
    // Most words have no such ending, and are asked no more.
    if !has_ending(text.rsplit_once('.')?.1) {
        return None;
    }
    let text = text.trim_start_matches("./").trim_start_matches('@');
    let below = text.trim_start_matches("../");
    let below = below.strip_prefix("~/").or_else(|| below.strip_prefix('/')).unwrap_or(below);
    // `/tmp/x.sql`: what lies there no repository holds.
    let is_of_the_system =
        ["/tmp/", "/etc/", "/var/", "/dev/", "/proc/"].iter().any(|start| text.starts_with(start));
    if !is_plain(below) || below.starts_with('-') || is_of_the_system {
        return None;
    }
    let (stem, ending) = text.rsplit('/').next()?.rsplit_once('.')?;
    // `Node.js`, `React/Vue.js`: names of programs that look like files.
    let is_program = ending == "js" && stem.chars().next().is_some_and(char::is_uppercase);
    // What `/home/user/x` stands for is settled by its end.
    let is_stand_in = !is_absolute(text) && below.split('/').any(stands_in);
    (stem.len() > 1 && !is_stand_in && !is_program).then(|| text.to_owned())
}

fn has_ending(ending: &str) -> bool {
    ENDINGS.binary_search(&ending).is_ok()
}

/// A path whose ending says nothing, but whose form does: data, a folder, a file whose name begins with a dot.
pub(super) fn data_path_of(text: &str) -> Option<String> {
    let text = text.trim().trim_start_matches("./");
    let name = text.trim_end_matches('/').rsplit('/').next()?;
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let is_hidden =
        name.len() > 3 && name.strip_prefix('.').is_some_and(|rest| rest.starts_with(char::is_alphabetic));
    let is_path = is_plain(text.trim_start_matches("../").trim_end_matches('/'))
        && (text.contains('/') || is_hidden)
        && !text.starts_with('/')
        && !has_ending(ending)
        && !text.trim_end_matches('/').split('/').any(stands_in)
        && text.contains(char::is_alphabetic);
    is_path.then(|| text.to_owned())
}

/// True for a path of plain signs, each part of which has a name.
pub(super) fn is_plain(path: &str) -> bool {
    path.chars()
        .all(|character| character.is_alphanumeric() || matches!(character, '.' | '_' | '-' | '/' | '+'))
        && !path.is_empty()
        && !path.contains("..")
        && !path.split('/').any(str::is_empty)
}

/// True for a part of a path that stands for what the reader puts there.
pub(super) fn stands_in(part: &str) -> bool {
    let name = part.split('.').next().unwrap_or_default();
    let lower = name.to_lowercase();
    STAND_INS.contains(&lower.as_str())
        || lower.starts_with("your")
        || lower.starts_with("my_")
        || lower.starts_with("my-")
        || lower.contains("xxx")
        || lower.contains("yyyy")
        // `SESSION_0XX`, `phase_NN`: capitals for figures.
        || name.split(['_', '-']).any(|word| {
            let figures = word.trim_start_matches(|first: char| first.is_ascii_digit() || first == 'v');
            figures.len() >= 2 && (figures.bytes().all(|byte| byte == b'X') || figures.bytes().all(|byte| byte == b'N'))
        })
        || part.rsplit_once('.').map_or(part, |(stem, _)| stem).split(['_', '-']).any(is_any_version)
}

/// True for `v1.x` and `v0.5x`: any version that begins so.
fn is_any_version(word: &str) -> bool {
    let figures = word.strip_prefix('v').and_then(|rest| rest.strip_suffix('x')).unwrap_or_default();
    figures.contains('.')
        && figures.starts_with(|first: char| first.is_ascii_digit())
        && figures.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// A path without the lines behind it: `x.py:3-7`.
pub(super) fn strip_line_numbers(text: &str) -> &str {
    let end = text.trim_end_matches(|character: char| {
        character.is_ascii_digit() || character == '-' || character == ':'
    });
    if text[end.len()..].starts_with(':') { end } else { text }
}

/// The paths inside the repository that a path of another machine may mean: its ends, the longest first.
pub(super) fn ends_of_absolute(path: &str) -> Vec<&str> {
    let path = path.strip_prefix("~/").or_else(|| path.strip_prefix('/')).unwrap_or(path);
    let cuts = std::iter::once(0).chain(path.match_indices('/').map(|(at, _)| at + 1));
    // A name alone proves nothing: `/etc/x/setup.py`.
    cuts.map(|at| &path[at..]).filter(|end| end.contains('/') || *end == path).collect()
}

/// True for a path that begins at the root of a machine, a site or the repository.
pub(super) fn is_absolute(path: &str) -> bool {
    path.starts_with('/') || path.starts_with("~/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_are_in_order_and_found() {
        assert!(ENDINGS.is_sorted());
        assert!(ENDINGS.iter().all(|ending| has_ending(ending)));
        assert!(!has_ending("") && !has_ending("pyc"));
    }
}
