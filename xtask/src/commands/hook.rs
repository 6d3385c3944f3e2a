//! `hook`: what git's hooks call. Quick, quiet when all is well, and one line when the work cannot be done.

#![allow(clippy::disallowed_methods, reason = "the message is a file that git names")]

use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result};

use super::answer::Answer;
use super::{Exit, validate};
use crate::change::{self, ChangeSet, Disk, Place};
use crate::check::staged::{self, Fixes, Judged, Message, Request};
use crate::check::{CheckId, Made};
use crate::cli::{Format, Global, Hook, PreCommit};
use crate::config::{Config, Depth};
use crate::phases::analyses::{self, Workplace};
use crate::process::{Cancel, Progress, variable};
use crate::repo::{Repo, Staged, folders_of_objects};
use crate::report::{Hinted, Level};
use crate::term::Term;

/// Runs a hook. An error is told in one line: git shows it between its own.
pub(super) fn run(global: &Global, hook: &Hook, term: Term, cancel: &Cancel) -> Exit {
    let (name, done) = match hook {
        Hook::PreCommit(options) => ("pre-commit", pre_commit(global, options, term)),
        Hook::CommitMsg { file } => ("commit-msg", commit_msg(global, file, term)),
        Hook::PrePush { remote, .. } => ("pre-push", pre_push(global, remote, term, cancel)),
    };
    done.unwrap_or_else(|error| {
        term.alarm(&format!("xtask hook {name}: {}", one_line(&error)));
        Exit::Failed
    })
}

fn one_line(error: &anyhow::Error) -> String {
    let hint = error.chain().find_map(|cause| cause.downcast_ref::<Hinted>()).map(Hinted::hint);
    let text: Vec<String> = error.chain().map(ToString::to_string).chain(hint.map(str::to_owned)).collect();
    text.join(": ").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The repository that git names, and the index that the commit is made from.
struct Here {
    repo: Repo,
    index: Option<std::path::PathBuf>,
}

impl Here {
    fn of(global: &Global) -> Result<Self> {
        // A named repository is meant for itself, whatever git says of the one it was called in.
        let named = global.repo.is_none();
        let from_git = |name: &str| variable(name).filter(|_| named).map(std::path::PathBuf::from);
        let folder = match &global.repo {
            Some(folder) => folder.clone(),
            None => std::env::current_dir().context("read the current folder")?,
        };
        // SAFETY: a hook opens its repository before it starts any thread.
        unsafe { Repo::read_objects_lightly() };
        let (git_dir, work_tree) = (from_git("GIT_DIR"), from_git("GIT_WORK_TREE"));
        let repo = Repo::open_for_hook(&folder, git_dir.as_deref(), work_tree.as_deref())?;
        let lent =
            from_git("GIT_ALTERNATE_OBJECT_DIRECTORIES").map(|list| folders_of_objects(list.as_os_str()));
        let lent = from_git("GIT_OBJECT_DIRECTORY").into_iter().chain(lent.unwrap_or_default());
        let repo = repo.with_objects(lent.map(|lent| folder.join(lent)).collect())?;
        if let Some(pending) = change::pending(&repo)? {
            let message = "a change set was interrupted, so files may be half changed";
            return Err(Hinted::new(message, pending.hint()).into());
        }
        Ok(Self { repo, index: from_git("GIT_INDEX_FILE") })
    }

    fn staged(&self) -> Result<Staged> {
        Staged::open(&self.repo, self.index.as_deref())
    }

    fn config(&self, global: &Global, staged: &Staged) -> Result<Config> {
        match &global.config {
            Some(file) => {
                let root = self.repo.work_tree().unwrap_or(self.repo.git_dir());
                Config::load(root, Some(file))
            }
            None => staged::config(&self.repo, staged),
        }
    }
}

fn skipped() -> Vec<String> {
    let value = variable("XTASK_SKIP").unwrap_or_default().to_string_lossy().into_owned();
    value.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

fn pre_commit(global: &Global, options: &PreCommit, term: Term) -> Result<Exit> {
    if options.list {
        let level = |level| if level == Level::Deny { "deny" } else { "warn" };
        let line = |id: CheckId| format!("{:<16} {}  {}", id.name(), level(id.level()), id.what());
        let all = CheckId::made(Made::BeforeCommit).chain(CheckId::made(Made::ByOtherHook));
        let lines: Vec<String> = all.map(line).collect();
        term.result(&lines.join("\n")).context("write to standard output")?;
        return Ok(Exit::Clean);
    }
    let here = Here::of(global)?;
    let staged = here.staged()?;
    let config = here.config(global, &staged)?;
    let skip = skipped();
    let request =
        Request { repo: &here.repo, staged: &staged, config: &config.hook, skip: &skip, only: &options.only };
    if options.fix {
        return fix(&here, &request, term, options.apply);
    }
    let judged = staged::judge(&request)?;
    tell(global, term, (&here.repo, &config), ("pre-commit", "commit"), &judged)
}

/// Prints what was judged, and says how the hook ends.
fn tell(
    global: &Global,
    term: Term,
    (repo, config): (&Repo, &Config),
    (hook, what): (&str, &str),
    judged: &Judged,
) -> Result<Exit> {
    if global.format == Format::Json {
        let place = place(repo, config);
        let answer = Answer::of(repo, &place, global, term)?;
        answer.print_value(&format!("hook {hook}"), judged)?;
    } else {
        let lines = match term.is_verbose() {
            true => staged::all_lines(hook, what, judged),
            false => staged::lines(hook, what, judged),
        };
        if !lines.is_empty() {
            term.result(&lines.join("\n")).context("write to standard output")?;
        }
    }
    Ok(if judged.stops() { Exit::Findings } else { Exit::Clean })
}

fn place(repo: &Repo, config: &Config) -> Workplace {
    let folder = repo.work_tree().unwrap_or(repo.git_dir()).to_owned();
    Workplace { folder, location: None, config: config.clone(), now: None }
}

/// Shows or makes what can be mended.
fn fix(here: &Here, request: &Request<'_>, term: Term, apply: bool) -> Result<Exit> {
    let fixes = staged::fixes(request)?;
    if !apply {
        let patch = fixes.patch()?;
        term.exact(&patch).context("write to standard output")?;
        return Ok(Exit::Clean);
    }
    let (set, kept) = work_tree_edits(&here.repo, request.staged, &fixes)?;
    staged::apply_to_index(request.staged, &fixes)?;
    if !set.is_empty() {
        change::apply(&here.repo, &set).context("the index is mended, the work tree is not")?;
    }
    let mut lines: Vec<String> = fixes.files.iter().map(|fix| format!("mended {}", fix.path)).collect();
    lines.extend(kept.iter().map(|path| {
        format!(
            "left the work tree's `{path}` as it is: it differs from what is staged in the same lines, by unstaged \
             edits or by a filter of git"
        )
    }));
    if lines.is_empty() {
        lines.push("nothing to mend".to_owned());
    }
    term.result(&lines.join("\n")).context("write to standard output")?;
    Ok(Exit::Clean)
}

/// What becomes of the files on disk, and which of them stay as they are.
fn work_tree_edits(repo: &Repo, staged: &Staged, fixes: &Fixes) -> Result<(ChangeSet, Vec<String>)> {
    let mut set = ChangeSet::new("hook --fix --apply");
    let mut kept = Vec::new();
    if repo.work_tree().is_none() || fixes.files.is_empty() {
        return Ok((set, kept));
    }
    let disk = Disk::of(repo)?;
    for fix in &fixes.files {
        let at = Place::from(&fix.path);
        let Ok(Some(now)) = disk.read(&at) else { continue };
        match fix.in_work_tree(staged, &now.bytes)? {
            Some(after) if after != now.bytes => set.replace(at, now.planned(), after),
            Some(_) => {}
            None => kept.push(fix.path.to_string()),
        }
    }
    Ok((set, kept))
}

fn commit_msg(global: &Global, file: &Path, term: Term) -> Result<Exit> {
    let here = Here::of(global)?;
    let staged = here.staged()?;
    let config = here.config(global, &staged)?;
    let bytes = std::fs::read(file).with_context(|| format!("read `{}`", file.display()))?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let settings = MessageSettings::read(&here.repo)?;
    let comment = comment_sign(settings.comment.as_deref(), &text);
    // git says `:` where no editor was open.
    let edited = variable("GIT_EDITOR").is_none_or(|editor| editor != ":");
    let strips = staged::strips_comments(settings.cleanup.as_deref(), edited);
    let message = Message { text: &text, comment: &comment, strips };
    let skip = skipped();
    let mut findings = staged::judge_message(&message, &config.hook);
    findings.retain(|finding| !staged::is_left_out(finding.check, &config.hook, &skip));
    let judged = Judged { checked: 0, findings };
    if global.format == Format::Text && judged.stops() {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        term.say(&format!("the message is kept in {name} of the git directory"));
    }
    tell(global, term, (&here.repo, &config), ("commit-msg", "commit"), &judged)
}

/// What git's configuration says of messages.
#[derive(Default)]
struct MessageSettings {
    comment: Option<String>,
    cleanup: Option<String>,
}

impl MessageSettings {
    fn read(repo: &Repo) -> Result<Self> {
        let mut git = repo.git();
        // What stands on the command line (`git -c`) git gives to its hooks in this variable.
        if let Some(given) = variable("GIT_CONFIG_PARAMETERS") {
            git = git.with_variable("GIT_CONFIG_PARAMETERS", given);
        }
        let names = r"^(core\.comment(char|string)|commit\.cleanup)$";
        let answer = git.answer_to(&["config", "-z", "--get-regexp", names], &[], &[0, 1])?;
        let answer = String::from_utf8_lossy(&answer.stdout).into_owned();
        let mut settings = Self::default();
        for (name, value) in answer.split('\0').filter_map(|entry| entry.split_once('\n')) {
            let setting =
                if name == "commit.cleanup" { &mut settings.cleanup } else { &mut settings.comment };
            *setting = Some(value.to_owned());
        }
        Ok(settings)
    }
}

/// What begins a comment; `auto` lets git choose, and it says so in the message's last lines.
fn comment_sign(setting: Option<&str>, text: &str) -> String {
    match setting {
        None => "#".to_owned(),
        Some("auto") => {
            let lines: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
            let last = lines.last().and_then(|line| line.chars().next());
            last.filter(|sign| "#;@!$%^&|:".contains(*sign)).unwrap_or('#').to_string()
        }
        Some(sign) => sign.to_owned(),
    }
}

fn pre_push(global: &Global, remote: &str, term: Term, cancel: &Cancel) -> Result<Exit> {
    let here = Here::of(global)?;
    let staged = here.staged()?;
    let config = here.config(global, &staged)?;
    let mut input = Vec::new();
    std::io::stdin().read_to_end(&mut input).context("read what git says of the push")?;
    let updates = staged::updates(&String::from_utf8_lossy(&input))?;
    let skip = skipped();
    let judged = staged::judge_push((&here.repo, &staged), (&config.hook, &skip), remote, &updates)?;
    let exit = tell(global, term, (&here.repo, &config), ("pre-push", "push"), &judged)?;
    let brings = updates.iter().any(|update| update.local.is_some());
    if exit == Exit::Findings
        || !brings
        || !config.hook.push_tests
        || staged::is_left_out(CheckId::PushTests, &config.hook, &skip)
    {
        return Ok(exit);
    }
    gating_tests(&place(&here.repo, &config), term, cancel)
}

/// Runs the gating suites on the files as they are.
fn gating_tests(place: &Workplace, term: Term, cancel: &Cancel) -> Result<Exit> {
    let repo = place.open()?;
    let asked = validate::options(place, &repo, Depth::Quick, false);
    term.say("pre-push: running the gating suites on the work tree");
    let made = analyses::validation(place, &asked, (&Progress::default(), cancel))?;
    if made.cannot_run || made.has_findings {
        term.result(&format!("pre-push: {}", made.headline)).context("write to standard output")?;
        return Ok(if made.cannot_run { Exit::Failed } else { Exit::Findings });
    }
    Ok(Exit::Clean)
}
