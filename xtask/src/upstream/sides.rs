//! What a side's name means, and which names lie near one that does not exist. Knows no repository.

/// What `--upstream` may be, before the repository is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Spec {
    /// An address that git would have to fetch.
    Address {
        /// The address without the branch.
        address: String,
        /// What stands after `#`.
        branch: Option<String>,
    },
    /// A remote, revision or folder: which one only the repository tells.
    Name {
        /// The name without the branch.
        name: String,
        /// What stands after `#`.
        branch: Option<String>,
    },
}

/// Takes `REMOTE|REV|URL|PATH[#BRANCH]` apart.
///
/// # Errors
/// An address with a scheme other than https, ssh and file.
pub(super) fn parse(text: &str) -> Result<Spec, String> {
    let (name, branch) = match text.rsplit_once('#') {
        Some((name, branch)) if !name.is_empty() && !branch.is_empty() => (name, Some(branch.to_owned())),
        _ => (text, None),
    };
    if let Some((scheme, _)) = name.split_once("://") {
        if !matches!(scheme, "https" | "ssh" | "file") {
            return Err(format!("`{}` is not https, ssh, file or a path", without_secrets(name)));
        }
        return Ok(Spec::Address { address: name.to_owned(), branch });
    }
    if name.contains("::") {
        return Err(format!("`{name}` would run a transport helper: use https, ssh, file or a path"));
    }
    if is_scp_like(name) {
        return Ok(Spec::Address { address: name.to_owned(), branch });
    }
    Ok(Spec::Name { name: name.to_owned(), branch })
}

/// `host:path` as git reads it: a colon before any slash. `HEAD:file` looks the same, but names no commit.
fn is_scp_like(name: &str) -> bool {
    match name.split_once(':') {
        Some((host, path)) => !host.is_empty() && !host.contains('/') && !path.is_empty() && host.len() > 1,
        None => false,
    }
}

/// An address without user names, passwords and tokens, for reports.
pub(super) fn without_secrets(address: &str) -> String {
    match address.split_once("://") {
        Some((scheme, rest)) => {
            let end = rest.find('/').unwrap_or(rest.len());
            let host = rest[..end].rsplit_once('@').map_or(&rest[..end], |(_, host)| host);
            format!("{scheme}://{host}{}", &rest[end..])
        }
        None => address.to_owned(),
    }
}

/// The names nearest to one that does not exist, nearest first, three at most.
pub(super) fn nearest(wanted: &str, names: &[String]) -> Vec<String> {
    let short = |name: &str| name.rsplit('/').next().unwrap_or_default().to_lowercase();
    let wanted_lower = wanted.to_lowercase();
    let mut scored: Vec<(usize, &String)> = names
        .iter()
        .filter_map(|name| {
            let lower = name.to_lowercase();
            let whole = distance(&wanted_lower, &lower);
            let last = distance(&short(wanted), &short(name)) + 2;
            let score = whole.min(last);
            (score <= 1 + wanted.chars().count() / 3).then_some((score, name))
        })
        .collect();
    scored.sort();
    scored.into_iter().take(3).map(|(_, name)| name.clone()).collect()
}

/// Edit distance (Levenshtein), by characters.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, right) in b.iter().enumerate() {
            let change = diagonal + usize::from(left != *right);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

/// Upstream's branch among those of a remote: the only one, else `main` or `master` where one of them exists,
/// else the one called like the fork's branch. `None` where that does not settle it.
pub(super) fn default_branch(branches: &[String], fork_branch: Option<&str>) -> Option<String> {
    if let [only] = branches {
        return Some(only.clone());
    }
    let usual: Vec<&String> =
        branches.iter().filter(|name| matches!(name.as_str(), "main" | "master")).collect();
    if let [one] = usual[..] {
        return Some(one.clone());
    }
    branches.iter().find(|name| Some(name.as_str()) == fork_branch).cloned()
}

/// Lines of a README that name where a fork comes from, with their line numbers.
pub(super) fn fork_traces(readme: &str) -> Vec<(usize, String)> {
    let says = |line: &str| {
        let lower = line.to_lowercase();
        ["fork of", "forked from", "fork from", "based on the upstream"]
            .iter()
            .any(|words| lower.contains(words))
    };
    let lines = readme.lines().enumerate().filter(|(_, line)| says(line));
    lines.map(|(place, line)| (place + 1, line.trim().chars().take(160).collect())).take(3).collect()
}

/// What a repository is called, by the end of its address.
pub(super) fn called(address: &str) -> Option<String> {
    let address = address.trim_end_matches('/');
    let name = address.rsplit(['/', ':']).next()?;
    let name = name.strip_suffix(".git").unwrap_or(name).to_lowercase();
    name.contains(char::is_alphanumeric).then_some(name)
}

/// Whether a tag reads like a release (`v1.2`, `2024.05.27`, `name-1.2.3`, `1.0.0.Final`), not like a release candidate.
pub(super) fn is_release(tag: &str) -> bool {
    /// What some projects write behind each version that is one.
    const FINISHED: &[&str] = &["release", "final", "ga", "stable"];
    let name = tag.rsplit('/').next().unwrap_or(tag).to_lowercase();
    let is_separator = |letter: char| matches!(letter, '.' | '_' | '-');
    let bare = FINISHED.iter().find_map(|word| name.strip_suffix(word)?.strip_suffix(is_separator));
    let name = bare.unwrap_or(&name);
    let Some(start) = name.find(|c: char| c.is_ascii_digit()) else { return false };
    let lead = name[..start].trim_end_matches(['v', '-', '_', '.']);
    let version = &name[start..];
    let plain = version.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '_' | '-'));
    plain
        && version.contains(['.', '_', '-'])
        && lead.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(name: &str, branch: Option<&str>) -> Spec {
        Spec::Name { name: name.to_owned(), branch: branch.map(str::to_owned) }
    }

    #[test]
    fn repository_is_called_as_its_address_ends() {
        for address in ["https://h/o/Zlib.git", "git@h:zlib", "../up/zlib/", "h:o/zlib.git/"] {
            assert_eq!(called(address).as_deref(), Some("zlib"), "{address}");
        }
        assert_eq!(called(".."), None);
    }

    #[test]
    fn spec_is_taken_apart_at_the_last_hash() {
        assert_eq!(parse("upstream"), Ok(name("upstream", None)));
        assert_eq!(parse("upstream#dev"), Ok(name("upstream", Some("dev"))));
        assert_eq!(parse("../other#a#b"), Ok(name("../other#a", Some("b"))));
        assert_eq!(parse("#"), Ok(name("#", None)));
        let address = Spec::Address { address: "https://h/x.git".to_owned(), branch: Some("dev".to_owned()) };
        assert_eq!(parse("https://h/x.git#dev"), Ok(address));
        assert!(matches!(parse("git@host:a/b.git"), Ok(Spec::Address { .. })));
        assert_eq!(parse("/srv/a:b"), Ok(name("/srv/a:b", None)));
    }

    #[test]
    fn addresses_that_could_run_a_program_are_refused() {
        for text in ["ext::sh -c id", "git://h/x", "http://h/x", "ftp://h/x"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn secrets_are_not_repeated() {
        assert_eq!(without_secrets("https://me:token@host/x"), "https://host/x");
        assert_eq!(without_secrets("ssh://git@host"), "ssh://host");
        assert_eq!(without_secrets("git@host:x"), "git@host:x");
    }

    #[test]
    fn nearest_names_come_first_and_far_ones_not_at_all() {
        let names: Vec<String> =
            ["upstream/main", "upstream/maintenance", "origin/main", "v1.0"].map(str::to_owned).into();
        assert_eq!(nearest("upstrem/main", &names)[0], "upstream/main");
        assert_eq!(nearest("v1.1", &names), ["v1.0"]);
        assert!(nearest("completely-else", &names).is_empty());
    }

    #[test]
    fn default_branch_is_never_a_guess() {
        let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        assert_eq!(default_branch(&names(&["trunk"]), None).as_deref(), Some("trunk"));
        assert_eq!(default_branch(&names(&["dev", "main"]), Some("dev")).as_deref(), Some("main"));
        assert_eq!(default_branch(&names(&["main", "master"]), Some("master")).as_deref(), Some("master"));
        assert_eq!(default_branch(&names(&["main", "master"]), Some("x")), None);
        assert_eq!(default_branch(&names(&["a", "b"]), None), None);
    }

    #[test]
    fn release_tags_are_told_from_candidates() {
        for tag in
            ["v1.2", "2024.05.27", "name-1.2.3", "release/1.0", "v2-0", "STABLE-2_2_0_RELEASE", "1.0.0.Final"]
        {
            assert!(is_release(tag), "{tag}");
        }
        for tag in ["v1.2-rc1", "v1.2.0.windows.1", "nightly", "v1", "1.0b3", "feature-x", "v1-release"] {
            assert!(!is_release(tag), "{tag}");
        }
    }

    #[test]
    fn readme_lines_that_name_an_origin_are_traces() {
        let readme = "# X\n\nX is a fork of [Y](https://h/y).\nnothing\n";
        assert_eq!(fork_traces(readme), [(3, "X is a fork of [Y](https://h/y).".to_owned())]);
    }
}
