//! Markdown text -> sections, blocks, links and tasks, with byte ranges into the original.
