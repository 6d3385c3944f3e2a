//! What libgit2 says of a name is what git says.

use super::*;

#[test]
fn names_mean_what_they_mean_to_git() {
    let place = Place::new();
    let folder = place.repository("r", &[]);
    let first = place.git(&folder, &["rev-parse", "HEAD~1"]);
    place.git(&folder, &["tag", "-a", "-m", "annotated", "v1", &first]);
    // A tag comes before a branch of the same name, a branch before a remote's.
    place.git(&folder, &["tag", "both", &first]);
    for (name, target) in [
        ("refs/heads/both", "HEAD"),
        ("refs/heads/deadbeef", "HEAD"),
        ("refs/remotes/up/main", &first),
        ("refs/heads/@x", &first),
    ] {
        place.git(&folder, &["update-ref", name, target]);
    }
    place.git(&folder, &["symbolic-ref", "refs/remotes/up/HEAD", "refs/remotes/up/main"]);
    place.git(&folder, &["symbolic-ref", "refs/remotes/gone/HEAD", "refs/remotes/gone/main"]);
    let head = place.git(&folder, &["rev-parse", "HEAD"]);
    let repo = Repo::open(&folder).unwrap();
    let names = [
        "HEAD",
        "@",
        "main",
        "heads/main",
        "refs/heads/main",
        "v1",
        "tags/v1",
        "both",
        "heads/both",
        "deadbeef",
        "up",
        "up/main",
        "@x",
        "main~1",
        "v1^{commit}",
        &head,
        &first[..10],
    ];
    for name in names {
        let by_git = place.git(&folder, &["rev-parse", "-q", "--verify", &format!("{name}^0")]);
        let ours = repo.resolve(name).map(|id| id.to_string()).unwrap_or_default();
        assert_eq!(ours, by_git, "{name}");
        // Of a name that a tag and a branch have, git says nothing here, and takes the tag above.
        if name == "both" {
            assert_eq!(repo.full_name(name).unwrap(), "refs/tags/both");
            continue;
        }
        let full = place.git(&folder, &["rev-parse", "--symbolic-full-name", name]);
        let full = full.lines().next().filter(|full| full.starts_with("refs/")).unwrap_or(name);
        assert_eq!(repo.full_name(name).unwrap(), full, "{name}");
    }
    for name in ["gone", "nothing", "-x", "", "main..v1", "v1:"] {
        assert!(repo.resolve(name).is_err(), "{name}");
    }
}
