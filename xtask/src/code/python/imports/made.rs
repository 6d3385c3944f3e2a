//! Modules that have no source file: build files compile or write them, other files are turned into them.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;
use toml::Value;

use super::layout::look;
use crate::repo::RepoPath;

/// What a meson or CMake file makes.
#[derive(Debug, Default)]
pub(super) struct Made {
    /// Names of modules; the file does not say, in a way that can be read, in which package they end.
    pub(super) anywhere: BTreeSet<String>,
    /// Names that may be modules beside the file.
    pub(super) here: BTreeSet<String>,
}

/// The modules that a meson or CMake file compiles or writes.
pub(super) fn by_build_file(text: &str) -> Made {
    static NAMED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r#"(?ix)
            (?: extension_module \( \s* ['"] (\w+)
              | (?: \w+_add_module | python\d?_add_library ) \s* \( \s* (\w+)
              | add_library \s* \( \s* (\w+) \s+ MODULE
              | output \s* : \s* ['"] (\w+) \.py ['"] )"#,
        )
        .expect("a fixed pattern that a test compiles")
    });
    static COMPUTED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"extension_module\(\s*[A-Za-z_]").expect("a fixed pattern that a test compiles")
    });
    static QUOTED: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"'([A-Za-z_]\w*)'").expect("a fixed pattern that a test compiles"));
    let anywhere = NAMED
        .captures_iter(text)
        .filter_map(|found| found.iter().skip(1).flatten().next())
        .map(|name| name.as_str().to_owned())
        .collect();
    let here = match COMPUTED.is_match(text) {
        true => QUOTED.captures_iter(text).map(|found| found[1].to_owned()).collect(),
        false => BTreeSet::new(),
    };
    Made { anywhere, here }
}

/// The module that a crate of Rust is, in the package of the same name.
pub(super) fn by_crate(text: &str) -> Option<String> {
    let manifest = Value::Table(text.parse::<toml::Table>().ok()?);
    let name = look(&manifest, "lib.name").or_else(|| look(&manifest, "package.name"))?;
    let name = name.as_str()?.replace('-', "_");
    Some(format!("{name}.{name}"))
}

/// The modules that a compiler of protocol buffers makes out of a file.
pub(super) fn by_protocol(path: &RepoPath) -> Vec<String> {
    if !path.file_name().ends_with(b".proto") {
        return Vec::new();
    }
    let stem = String::from_utf8_lossy(path.stem()).replace('-', "_");
    ["_pb2", "_pb2_grpc"].map(|ending| format!("{stem}{ending}")).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_from_every_kind_of_build_file() {
        let cases: &[(&str, &str)] = &[
            ("py.extension_module('_core', 'pkg/core.c', subdir: 'pkg')", "_core"),
            ("py3.extension_module(\n  '_core',\n  sources)", "_core"),
            ("configure_file(input: 'v.py.in', output: '_version.py')", "_version"),
            ("python_add_library(_core MODULE src/main.c WITH_SOABI)", "_core"),
            ("Python3_add_library(_core MODULE a.c)", "_core"),
            ("pybind11_add_module( _core src/main.cpp)", "_core"),
            ("nanobind_add_module(\n  _core NB_STATIC a.cpp)", "_core"),
            ("add_library(_core MODULE a.c)", "_core"),
        ];
        for (text, name) in cases {
            let made = by_build_file(text);
            assert!(made.anywhere.contains(*name), "{text}");
            assert!(made.here.is_empty(), "{text}");
        }
        assert!(by_build_file("add_library(core STATIC a.c)\nproject(pkg)").anywhere.is_empty());
        let computed = by_build_file("all = ['_one', '_two']\nforeach x : all\n  py.extension_module(x[0])");
        assert_eq!(computed.here.iter().collect::<Vec<_>>(), ["_one", "_two"]);
        assert_eq!(by_crate("[package]\nname = \"my-pkg\"\n").as_deref(), Some("my_pkg.my_pkg"));
        assert_eq!(by_crate("[package]\nname = \"a\"\n[lib]\nname = \"b\"\n").as_deref(), Some("b.b"));
        assert_eq!(by_crate("[workspace]\n"), None);
        assert_eq!(by_protocol(&RepoPath::from("a/b-c.proto")), ["b_c_pb2", "b_c_pb2_grpc"]);
    }
}
