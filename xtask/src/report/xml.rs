//! Text as XML can hold it.

/// Text as XML 1.0 can hold it, in an element or an attribute; what it cannot hold at all becomes `#xNN`, as pytest
/// writes it.
pub fn xml_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            '\r' => out.push_str("&#13;"),
            c if (c as u32) < 0x20 || matches!(c as u32, 0xFFFE | 0xFFFF) => {
                out.push_str(&format!("#x{:02X}", c as u32));
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::xml_text;

    #[test]
    fn what_xml_cannot_hold_is_named() {
        assert_eq!(xml_text("a<b>&\"\u{1b}[0m\u{0}\n🦀"), "a&lt;b&gt;&amp;&quot;#x1B[0m#x00&#10;🦀");
    }
}
