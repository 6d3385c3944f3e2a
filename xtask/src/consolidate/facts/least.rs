//! The lowest version of anything by its name, as lists of needs give it: "- Proxmox VE 7.4+", "**Linux Kernel** (>= 5.0)".

use std::sync::LazyLock;

use regex::Regex;

use super::statements::{Form, Said, bare};
use super::value::Value;

/// The name is written in capitals, and nothing stands before it: in running text such words are of a sentence.
static LEAST: LazyLock<Regex> = LazyLock::new(|| {
    let name = r"(?P<name>[A-Z][\w.#-]*(?: [A-Z][\w.#-]*){0,2})";
    let more = r"(?P<more>\+| or (?:later|newer|higher|above|greater)| ?以上| 이상)";
    let end = r"(?:$|[,;)—–]| ?[(\-] ?|\. | and | with | for | installed| required)";
    let pattern = format!(
        r"^{name}:? (?:[Vv]ersion )?\(?(?:(?P<sign>>=|≥) ?)?v?(?P<version>\d{{1,2}}(?:\.\d+)*)(?:\.x)?{more}?\)?{end}"
    );
    Regex::new(&pattern).expect("a constant pattern")
});

/// The lowest version in an item of a list or a row of a table, without its mark.
pub(super) fn least(text: &str) -> Option<Said> {
    let may_hold = ["+", ">=", "≥", " or ", "以上", "이상"].iter().any(|sign| text.contains(sign));
    let plain = may_hold.then(|| bare(text))?;
    let found = LEAST.captures(&plain)?;
    if found.name("sign").is_none() && found.name("more").is_none() {
        return None;
    }
    let name = found["name"].trim_end_matches(" Version");
    let version = &found["version"];
    let parts = version.split('.').map(str::parse).collect::<Result<Vec<u32>, _>>().ok()?;
    Some(Said {
        form: Form::Requirement,
        key: vec![super::requirements::program(name)],
        column: String::new(),
        value: Value::Version { parts, name: String::new(), is_least: true },
        shown_key: format!("lowest {name}"),
        shown_value: found.name("more").map_or(version.to_owned(), |more| {
            if more.as_str() == "+" { format!("{version}+") } else { version.to_owned() }
        }),
        is_assigned: false,
    })
}
