//! What the address of a remote says: which host, and which repository on it.

use crate::config::is_slug;

/// A repository on a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hosted {
    pub(super) host: String,
    /// `owner/name`.
    pub(super) slug: String,
}

/// Reads `https://host/owner/name.git`, `ssh://git@host/owner/name` and `git@host:owner/name`; `None` for a path, and
/// for anything with letters that a name on a host cannot have.
pub(super) fn parse(address: &str) -> Option<Hosted> {
    let (host, path) = match address.split_once("://") {
        Some(("https" | "http" | "ssh" | "git", rest)) => rest.split_once('/')?,
        Some(_) => return None,
        None => address.split_once(':').filter(|(host, path)| !host.contains('/') && !path.is_empty())?,
    };
    let host = host.rsplit('@').next()?;
    let host = host.split_once(':').map_or(host, |(host, _)| host).to_ascii_lowercase();
    let is_host = !host.is_empty()
        && host.contains('.')
        && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte));
    let path = path.trim_matches('/');
    let slug = path.strip_suffix(".git").unwrap_or(path).to_owned();
    (is_host && is_slug(&slug)).then_some(Hosted { host, slug })
}

impl Hosted {
    /// The address that anybody can fetch from.
    pub(super) fn https(&self) -> String {
        format!("https://{}/{}.git", self.host, self.slug)
    }

    /// Whether workflows below `.github/` run there, as far as the name tells.
    pub(super) fn is_github(&self) -> bool {
        self.host.split('.').any(|part| part == "github")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_hosts_are_read_and_hostile_ones_are_not() {
        let slug = |address: &str| parse(address).map(|hosted| format!("{} {}", hosted.host, hosted.slug));
        let read = [
            ("https://github.com/owner/name.git", "github.com owner/name"),
            ("https://user:token@github.com/owner/name", "github.com owner/name"),
            ("git@github.com:owner/name.git", "github.com owner/name"),
            ("ssh://git@github.example.org:2222/owner/na.me/", "github.example.org owner/na.me"),
            ("GitHub.com:owner/name", "github.com owner/name"),
        ];
        for (address, wanted) in read {
            assert_eq!(slug(address).as_deref(), Some(wanted), "{address}");
        }
        let refused = [
            "/srv/git/name.git",
            "../name",
            "file:///srv/owner/name",
            "https://github.com/owner",
            "https://github.com/a/b/c",
            "https://github.com/owner/name'; curl x | sh; '",
            "https://github.com/owner/${{ github.token }}",
            "https://github.com/$(id)/name",
            "https://github.com/owner/`id`",
            "https://github.com/owner/name\nname",
            "ext::sh -c id",
            "https://git hub.com/owner/name",
            "C:/repos/name",
        ];
        for address in refused {
            assert_eq!(slug(address), None, "{address}");
        }
    }
}
