//! Tells an optimised build where it came from, so that workflows can install the same one, and links it for a quick
//! start: the hook runs at every commit.
//!
//! A build for daily work is told nothing: it would be compiled anew after each commit.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "a build script asks git and answers cargo on standard output"
)]

use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("PROFILE").as_deref() != Ok("release") {
        return;
    }
    link_in_place();
    // Below somebody's home there may be another repository around an unpacked package.
    if git(&["ls-files", "--error-unmatch", "build.rs"]).is_none() {
        return;
    }
    if let Some(head) = git(&["rev-parse", "--git-path", "logs/HEAD"]) {
        println!("cargo::rerun-if-changed={head}");
    }
    let is_clean =
        git(&["status", "--porcelain", "--untracked-files=no"]).is_some_and(|lines| lines.is_empty());
    let declared = std::env::var("CARGO_PKG_REPOSITORY").ok().filter(|address| !address.is_empty());
    let address = declared.or_else(|| git(&["remote", "get-url", "origin"]));
    let is_public = |address: &String| {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b":/.-_~".contains(&byte);
        address.starts_with("https://") && address.bytes().all(is_plain)
    };
    if let (true, Some(address), Some(commit)) =
        (is_clean, address.filter(is_public), git(&["rev-parse", "HEAD"]))
    {
        println!("cargo::rustc-env=XTASK_SOURCE={address}");
        println!("cargo::rustc-env=XTASK_COMMIT={commit}");
    }
}

/// Links the program for a fixed address, as Go does by default: a program that may lie anywhere has 30,000 addresses
/// set right at each start, which touches 135 pages and takes half of the time until `main`.
fn link_in_place() {
    let is = |name: &str, value: &str| std::env::var(name).is_ok_and(|found| found == value);
    let has_libc_inside = std::env::var("CARGO_CFG_TARGET_FEATURE")
        .is_ok_and(|features| features.split(',').any(|feature| feature == "crt-static"));
    if is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu") && !has_libc_inside {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
}

fn git(args: &[&str]) -> Option<String> {
    let output = Command::new("git").args(args).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}
