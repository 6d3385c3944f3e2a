//! Every combination of options that gives another text: what linters and tests look at.

use std::collections::BTreeMap;

use super::{Facts, Install, Upstream};

/// Facts of every combination, each under a name that is good for a file.
pub fn samples() -> BTreeMap<String, Facts> {
    let installs = [
        ("alias", Install::Alias),
        (
            "cargo",
            Install::Command(format!(
                "cargo install --locked --git https://example.org/x --rev {} xtask",
                "0".repeat(40)
            )),
        ),
        ("other", Install::Command("python3 -m pip install 'xtask-bin==1.0' \"$HOME\"/x".to_owned())),
    ];
    let prepares = [
        ("bare", Vec::new()),
        (
            "prepared",
            vec!["python3 -m venv .venv".to_owned(), "echo \"$PWD\" | tr a b > /dev/null".to_owned()],
        ),
    ];
    let upstreams = [
        ("alone", None),
        ("fork", Some(upstream("upstream", None))),
        ("remote", Some(upstream("up.st-ream/x", None))),
        ("branch", Some(upstream("upstream", Some("upstream#re`lease\"$(id)' \\")))),
    ];
    let mut samples = BTreeMap::new();
    for (install_name, install) in &installs {
        for (prepare_name, prepare) in &prepares {
            for (upstream_name, upstream) in &upstreams {
                for shards in [1, 3] {
                    let facts = Facts {
                        slug: "o-wner/na.me_".to_owned(),
                        install: install.clone(),
                        prepare: prepare.clone(),
                        shards,
                        runner: "ubuntu-24.04".to_owned(),
                        upstream: upstream.clone(),
                        reports: reports(),
                        pictures: vec!["notes/a plan.svg".to_owned()],
                    };
                    samples.insert(format!("{install_name}-{prepare_name}-{upstream_name}-{shards}"), facts);
                }
            }
        }
    }
    samples
}

fn upstream(remote: &str, asked: Option<&str>) -> Upstream {
    Upstream {
        remote: remote.to_owned(),
        address: "https://github.com/up/stream.git".to_owned(),
        asked: asked.map(str::to_owned),
    }
}

/// The usual places, and one that would mean something to a shell and to YAML.
fn reports() -> Vec<String> {
    ["notes/upstream_sync_analysis.md", "no tes/$(id) `id` \"it's\" #1: a\\.md", "-x & y.md"]
        .map(str::to_owned)
        .to_vec()
}
