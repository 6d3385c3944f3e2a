//! What the compiler says through `cargo … --message-format=json`, one message a line.
//!
//! The fields are those of rustc's JSON output (<https://doc.rust-lang.org/rustc/json.html>), as far as they are read.

use serde::Deserialize;

/// A message of the compiler.
#[derive(Clone, Debug, Deserialize)]
pub struct Message {
    /// What it says.
    pub message: String,
    #[serde(default)]
    level: String,
    code: Option<Code>,
    /// The places that it is about.
    #[serde(default)]
    pub spans: Vec<Span>,
    /// Notes that go with it.
    #[serde(default)]
    pub children: Vec<Message>,
}

/// A place that a message is about.
#[derive(Clone, Debug, Deserialize)]
pub struct Span {
    /// The file, relative to the folder that cargo ran in, or absolute for a file of another crate.
    pub file_name: String,
    /// Its first line, from 1.
    pub line_start: usize,
    /// Whether the message points here first of all.
    pub is_primary: bool,
    expansion: Option<Box<Expansion>>,
}

impl Message {
    /// The code of an error (`E0432`), where it has one.
    pub fn code(&self) -> Option<&str> {
        self.code.as_ref().map(|code| code.code.as_str())
    }
}

impl Span {
    /// Where the macro is used that this place came from.
    pub fn expanded_at(&self) -> Option<&Span> {
        self.expansion.as_ref().map(|expansion| &expansion.span)
    }
}

/// An error that a line of cargo's tells, with the root file of the crate that was compiled; `None` for anything else.
pub fn error(line: &[u8]) -> Option<(Message, Option<String>)> {
    let line: Line = serde_json::from_slice(line).ok()?;
    let message = line.message.filter(|message| message.level == "error")?;
    Some((message, line.target.map(|target| target.src_path)))
}

#[derive(Deserialize)]
struct Line {
    message: Option<Message>,
    target: Option<Target>,
}

#[derive(Deserialize)]
struct Target {
    src_path: String,
}

#[derive(Clone, Debug, Deserialize)]
struct Code {
    code: String,
}

#[derive(Clone, Debug, Deserialize)]
struct Expansion {
    span: Span,
}
