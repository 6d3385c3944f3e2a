//! Names of notes that say by themselves what the note is for.

/// Names, without ending, of files that people and programs look for at their place.
const FIXED: &[&str] = &[
    "readme",
    "license",
    "licence",
    "copying",
    "notice",
    "changelog",
    "changes",
    "history",
    "news",
    "security",
    "code_of_conduct",
    "contributing",
    "contributors",
    "authors",
    "maintainers",
    "governance",
    "support",
    "citation",
    "claude",
    "agents",
    "gemini",
    "copilot-instructions",
    "skill",
    "codeowners",
    "pull_request_template",
    "issue_template",
    "funding",
];

/// The name of a file without its endings, in lower case: `readme` of `README.de.md`.
pub fn base_name(file_name: &str) -> String {
    file_name.split('.').next().unwrap_or_default().to_lowercase()
}

/// True for a file that people and programs look for by its name, so that it is at its place wherever it stands.
pub fn has_fixed_name(file_name: &str) -> bool {
    FIXED.contains(&base_name(file_name).as_str())
}
