//! What command lines name: scripts that are run, targets, modules, flags.

use super::cargo;
use super::files::CODE;
use super::paths::path_of;

/// What a command line calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Called {
    /// A file that is run.
    Script(String),
    /// `make TARGET`, `npm run SCRIPT`.
    Target(String),
    /// `python -m MODULE`.
    Module(String),
    /// A flag of a script or module, with the words of the command that lead to it.
    Flag { program: String, flag: String, command: String },
}

/// Words before a command that change nothing about what is called.
const BEFORE: &[&str] =
    &["sudo", "time", "exec", "nohup", "env", "run", "xvfb-run", "npx", "bunx", "$", ">", "%"];

/// Programs that run what follows `run` in an environment of theirs; uv runs a file by its name alone.
const ENVIRONMENTS: &[&str] = &["uv", "poetry", "pipenv", "pdm", "hatch", "rye"];

/// Flags with a value behind a blank that stand between a program and the file that it runs.
const VALUED: &[&str] = &[
    "--with",
    "--extra",
    "--group",
    "--package",
    "--project",
    "--directory",
    "--env-file",
    "-p",
    "--python",
    "-W",
    "-X",
    "-r",
    "--require",
    "--loader",
    "--import",
    "--rcfile",
    "--source",
    "--config",
    "-f",
];

/// Flags behind which stands no file that is run: code, or a module.
const WITHOUT_FILE: &[&str] = &["-c", "-m", "-e", "-p", "-s", "--eval", "--print"];

/// Flags behind which a program is told where to write.
const OUTPUTS: &[&str] =
    &["-o", "--output", "--out", "--output-file", "--outfile", "--save", "--export", "--dest"];

/// All that one line of a shell calls.
pub(super) fn of_line(line: &str) -> Vec<Called> {
    let line = before_comment(line);
    line.split(['|', ';', '&']).flat_map(of_command).collect()
}

/// A command without the comment behind it; most have none, which shows at a glance.
fn before_comment(line: &str) -> &str {
    line.find('#').and_then(|_| line.find(" #")).map_or(line, |end| &line[..end])
}

/// True for a command whose words are files that it makes, moves or removes.
pub(super) fn makes_files(line: &str) -> bool {
    const MAKING: &[&str] =
        &["cp", "mv", "rm", "mkdir", "touch", "git mv", "git rm", "git add", "git show", "git checkout"];
    let line = line.trim_start().trim_start_matches("$ ");
    line.contains('>')
        || MAKING.iter().any(|word| line.strip_prefix(word).is_some_and(|rest| rest.starts_with(' ')))
}

/// The files without which a command line fails: what is copied, and what a program is told to read.
pub(super) fn inputs(line: &str) -> Vec<&str> {
    /// Programs with the flag behind which they read a file; none writes one by that flag.
    const READERS: &[(&str, &str)] = &[
        ("pip install", "-r"),
        ("pip3 install", "-r"),
        ("docker-compose", "-f"),
        ("docker compose", "-f"),
        ("docker build", "-f"),
        ("kubectl apply", "-f"),
        ("kubectl create", "-f"),
        ("conda env create", "-f"),
        ("psql", "-f"),
    ];
    let line = before_comment(line);
    line.split(['|', ';', '&'])
        .flat_map(|command| {
            let (words, _) = words_of(command);
            if let ["cp", rest @ ..] = &words[..] {
                let files: Vec<&str> = rest.iter().filter(|word| !word.starts_with('-')).copied().collect();
                return files.split_last().map(|(_, sources)| sources.to_vec()).unwrap_or_default();
            }
            let called = words.join(" ");
            let flags = READERS.iter().filter(|(program, _)| {
                let at = called.find(program);
                at.is_some_and(|at| at == 0 || called[..at].ends_with(' '))
            });
            let read = |(_, flag): &(&str, &str)| {
                let pairs = words.windows(2).filter(move |pair| pair[0] == *flag);
                pairs.map(|pair| pair[1]).collect::<Vec<_>>()
            };
            flags.flat_map(read).collect()
        })
        .collect()
}

/// The folder that a command line enters.
pub(super) fn entered(line: &str) -> Option<&str> {
    let line = line.trim_start().trim_start_matches("$ ");
    let folder = line.split(['|', ';', '&', '#']).next()?.strip_prefix("cd ")?.trim();
    (!folder.contains(char::is_whitespace)).then_some(folder)
}

/// The files that a command line names behind its program, but for those that it is told to write.
pub(super) fn given(line: &str) -> impl Iterator<Item = &str> {
    let line = if makes_files(line) { "" } else { line };
    let mut before = "";
    line.split_whitespace().filter(move |word| {
        let is_output = OUTPUTS.contains(&before);
        before = word;
        !is_output
            && !OUTPUTS.iter().any(|flag| word.strip_prefix(flag).is_some_and(|rest| rest.starts_with('=')))
    })
}

/// The words of a command without what stands before its program, and whether an environment runs it.
fn words_of(command: &str) -> (Vec<&str>, bool) {
    let mut words = command.split_whitespace().peekable();
    let mut is_run = false;
    while let Some(&word) = words.peek() {
        let is_flag_of_run = is_run && word.starts_with('-');
        if ENVIRONMENTS.contains(&word) {
            is_run = true;
        } else if !BEFORE.contains(&word) && !is_assignment(word) && !is_flag_of_run {
            break;
        }
        words.next();
        if is_flag_of_run && VALUED.contains(&word) {
            words.next();
        }
    }
    (words.collect(), is_run)
}

/// The words behind a program, from the file that it runs on; none where it is given code or a module.
fn from_file<'w>(rest: &'w [&'w str]) -> &'w [&'w str] {
    let mut rest = rest;
    while let [flag, behind @ ..] = rest
        && flag.starts_with('-')
    {
        rest = match behind {
            _ if WITHOUT_FILE.contains(flag) => &[],
            [_, behind @ ..] if VALUED.contains(flag) => behind,
            behind => behind,
        };
    }
    rest
}

/// The files of tests that a runner is given.
fn tests(rest: &[&str]) -> Vec<Called> {
    let is_code = |path: &String| path.rsplit_once('.').is_some_and(|(_, ending)| CODE.contains(&ending));
    let words = rest.iter().filter(|word| word.contains('/') && !word.starts_with('-'));
    words.filter_map(|word| path_of(word)).filter(is_code).map(Called::Script).collect()
}

fn of_command(command: &str) -> Vec<Called> {
    let (words, is_run) = words_of(command);
    match words[..] {
        [program @ ("make" | "just"), ref rest @ ..] => {
            // `make -j4 target X=1`; more words than one are prose: "make sure it works".
            let rest: Vec<&str> =
                rest.iter().filter(|word| !is_assignment(word) && !is_short_flag(word)).copied().collect();
            match rest[..] {
                [target] if is_name(target) => vec![Called::Target(format!("{program} {target}"))],
                _ => Vec::new(),
            }
        }
        ["cargo", ref rest @ ..] => {
            let asked = cargo::asked(rest);
            let first = rest.first().copied().unwrap_or_default();
            asked
                .into_iter()
                .map(|(flag, name)| Called::Target(format!("cargo {first} {flag} {name}")))
                .collect()
        }
        ["npm" | "pnpm" | "yarn" | "bun", "run", script, ..] if is_name(script) => {
            vec![Called::Target(format!("npm run {script}"))]
        }
        ["deno", "task", task, ..] if is_name(task) => vec![Called::Target(format!("deno task {task}"))],
        // No program has a colon in its name.
        ["pnpm" | "yarn" | "bun", script, ..] if is_name(script) && script.contains(':') => {
            vec![Called::Target(format!("npm run {script}"))]
        }
        ["npm", script @ ("test" | "start")] => vec![Called::Target(format!("npm run {script}"))],
        [program, "-m", module, ref rest @ ..]
            if is_python(program) && is_module(module) && module != "pytest" =>
        {
            let mut called = vec![Called::Module(module.to_owned())];
            called.extend(flags(&format!("{program} -m {module}"), module, rest));
            called
        }
        [program, "-m", "pytest", ref rest @ ..] if is_python(program) => tests(rest),
        ["pytest" | "py.test" | "jest" | "vitest" | "mocha" | "playwright" | "cypress", ref rest @ ..] => {
            tests(rest)
        }
        [program @ ("go" | "deno" | "bun" | "streamlit"), "run", ref rest @ ..] => of_program(program, rest),
        // Every package is built so: whose it is the words around it tell.
        [program, "setup.py", command, ..] if is_python(program) && is_subcommand(command) => Vec::new(),
        [program, ref rest @ ..] if is_runner(program) => of_program(program, rest),
        [script, ref rest @ ..] if script.starts_with("./") || (is_run && script.ends_with(".py")) => {
            script_and_flags(script, script, rest)
        }
        _ => Vec::new(),
    }
}

fn of_program(program: &str, rest: &[&str]) -> Vec<Called> {
    match from_file(rest) {
        [script, rest @ ..] => script_and_flags(&format!("{program} {script}"), script, rest),
        [] => Vec::new(),
    }
}

fn script_and_flags(command: &str, script: &str, rest: &[&str]) -> Vec<Called> {
    let Some(path) = path_of(script) else { return Vec::new() };
    let mut called = vec![Called::Script(path.clone())];
    called.extend(flags(command, &path, rest));
    called
}

/// The long flags among the words, each with the command and its subcommands.
fn flags(command: &str, program: &str, words: &[&str]) -> Vec<Called> {
    // What follows a bare `--` or a wrapped command belongs to another program.
    let own = words.iter().take_while(|word| **word != "--");
    let subcommands: Vec<&str> = words.iter().take_while(|word| is_subcommand(word)).copied().collect();
    let command = if subcommands.is_empty() {
        command.to_owned()
    } else {
        format!("{command} {}", subcommands.join(" "))
    };
    own.filter_map(|word| {
        let flag = word.split('=').next()?.trim_matches(['[', ']', '`']);
        let is_flag = flag.strip_prefix("--").is_some_and(|name| {
            name.len() > 1
                && name.chars().all(|next| {
                    next.is_ascii_lowercase() || next.is_ascii_digit() || next == '-' || next == '_'
                })
        });
        (is_flag && flag != "--help" && flag != "--version").then(|| Called::Flag {
            program: program.to_owned(),
            flag: flag.to_owned(),
            command: format!("{command} {flag}"),
        })
    })
    .collect()
}

fn is_subcommand(word: &str) -> bool {
    word.chars().all(|next| next.is_ascii_lowercase() || next == '-') && !word.starts_with('-')
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.chars().all(|next| next.is_ascii_uppercase() || next == '_')
    })
}

/// `-j4`, `-s`: flags that need no value behind a blank.
fn is_short_flag(word: &str) -> bool {
    word.strip_prefix('-').is_some_and(|flag| {
        flag.starts_with(['j', 's', 'k', 'B', 'n']) && flag[1..].bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// `python3.12`, `.venv/bin/python`.
fn is_python(word: &str) -> bool {
    let name = word.rsplit('/').next().unwrap_or(word);
    let version = name.strip_prefix("python");
    name == "py" || version.is_some_and(|rest| rest.bytes().all(|next| next.is_ascii_digit() || next == b'.'))
}

fn is_runner(word: &str) -> bool {
    const RUNNERS: &[&str] = &[
        "bash", "sh", "zsh", "node", "ruby", "perl", "source", "php", "lua", "julia", "tsx", "ts-node",
        "bun", "deno",
    ];
    is_python(word) || RUNNERS.contains(&word)
}

fn is_module(word: &str) -> bool {
    word.split('.')
        .all(|part| !part.is_empty() && part.chars().all(|next| next.is_alphanumeric() || next == '_'))
}

fn is_name(word: &str) -> bool {
    word.chars().all(|next| next.is_ascii_alphanumeric() || "-_:.".contains(next))
        && !word.starts_with('-')
        && !word.contains("..")
}
