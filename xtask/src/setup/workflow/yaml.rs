//! Values in YAML.

/// True for text that stands in a workflow without meaning anything to YAML, to a shell or in an expression.
pub fn is_plain(text: &str) -> bool {
    !text.contains("${{") && !text.chars().any(char::is_control)
}

/// A value in double quotes.
///
/// The caller made sure by [`is_plain`] that it holds no expression and no line break.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

/// Every line that is not empty with `depth` blanks before it.
pub(super) fn indented(text: &str, depth: usize) -> String {
    let blanks = " ".repeat(depth);
    text.split_inclusive('\n')
        .map(|line| if line == "\n" { line.to_owned() } else { format!("{blanks}{line}") })
        .collect()
}
