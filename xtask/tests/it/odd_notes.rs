//! Notes of every odd kind in one folder, and clones that lack a part of their history.

use std::os::unix::fs::symlink;

use crate::sandbox::Sandbox;

/// Passages of some length, so that two notes share one.
const CHINESE: &str = "本节说明如何配置缓存服务器的超时时间以及最大连接数。请先停止服务,然后修改配置文件,最后重新启动所有节点并检查日志。\n\n\
                       如果节点无法启动,请确认端口没有被占用,并且数据目录具有正确的权限。备份必须每天执行一次,并保存三十天。\n";
const ARABIC: &str = "يشرح هذا القسم كيفية ضبط مهلة خادم التخزين المؤقت والحد الأقصى لعدد الاتصالات في كل عقدة. أوقف الخدمة أولا ثم عدل ملف الإعدادات وأعد تشغيل جميع العقد وتحقق من السجلات.\n\n\
                      إذا لم تبدأ العقدة فتأكد من أن المنفذ غير مستخدم وأن مجلد البيانات يملك الصلاحيات الصحيحة. يجب تنفيذ النسخ الاحتياطي مرة كل يوم والاحتفاظ به ثلاثين يوما.\n";

/// Notes that are read, by name; the others are named in findings, or no notes.
const READ: &[&str] = &[
    "notes/CASE.md",
    "notes/arabic-copy.md",
    "notes/arabic.md",
    "notes/bom.md",
    "notes/case.md",
    "notes/chinese-copy.md",
    "notes/chinese.md",
    "notes/crlf.md",
    "notes/fence.md",
    "notes/headings.md",
    "notes/html.md",
    "notes/latin.md",
    "notes/lists.md",
    "notes/long-line.md",
    "notes/matter.md",
    "notes/page.mdx",
    "notes/page.rst",
    "notes/page.txt",
    "notes/quotes.md",
];

fn write_odd_notes(sandbox: &Sandbox) {
    sandbox.write("notes/latin.md", b"# Latin\n\ncaf\xe9 \xff\n");
    sandbox.write("notes/crlf.md", "# Lines\r\n\r\nEnd with two signs.\r\n");
    sandbox.write("notes/bom.md", "\u{feff}# Mark\n\nBegins with a mark.\n");
    sandbox.write("notes/nul.md", b"# Nul\n\na\0b\n");
    sandbox.write("notes/long-line.md", "word ".repeat(2_000_000));
    let headings: String = (0..50_000).map(|number| format!("## Part {number}\n\n")).collect();
    sandbox.write("notes/headings.md", headings);
    sandbox.write("notes/quotes.md", format!("# Quotes\n\n{} deep\n", ">".repeat(5_000)));
    let lists: String = (0..400).map(|depth| format!("{}- entry\n", "  ".repeat(depth))).collect();
    sandbox.write("notes/lists.md", format!("# Lists\n\n{lists}"));
    sandbox.write("notes/fence.md", "# Fence\n\n```sh\nnever closed\n\n# no heading\n");
    sandbox.write(
        "notes/html.md",
        "<div><script>alert(\"`|\")</script>\n\n<h1 align=center>Tags</h1>\n\n<!-- open\n",
    );
    sandbox.write("notes/matter.md", "---\ntitle: Matter\ntags: [a, b]\n---\n\nText below.\n");
    sandbox.write("notes/page.mdx", "import X from './x'\n\n# Page\n\n<X prop={1} />\n");
    sandbox.write("notes/page.rst", "Page\n====\n\n.. note:: A note.\n\nText.\n");
    sandbox.write("notes/page.txt", "A plain text.\n\nOf two paragraphs.\n");
    for (name, title, text) in [("chinese", "缓存", CHINESE), ("arabic", "التخزين", ARABIC)] {
        sandbox.write(&format!("notes/{name}.md"), format!("# {title}\n\n{text}"));
        sandbox.write(&format!("notes/{name}-copy.md"), format!("# {title} 2\n\nXYZ.\n\n{text}"));
    }
    sandbox.write("notes/case.md", "# One\n\nOf two names.\n");
    sandbox.write("notes/CASE.md", "# Other\n\nThat differ in case.\n");
    symlink("/etc/hostname", sandbox.root().join("notes/outside.md")).unwrap();
    sandbox.write("notes/sub/inner.md", "# Inner\n\nOf another repository.\n");
    sandbox.git(&["-C", "notes/sub", "init", "-q", "-b", "main"]);
    sandbox.git(&["-C", "notes/sub", "add", "-A"]);
    sandbox.git(&["-C", "notes/sub", "commit", "-q", "-m", "Inner"]);
}

#[test]
fn notes_of_every_odd_kind_in_one_folder_are_read_or_named_and_left_as_they_are() {
    let sandbox = Sandbox::init();
    write_odd_notes(&sandbox);
    sandbox.commit("Odd notes");
    let before = sandbox.state();
    let output = sandbox.output(["consolidate", "plan", "--format", "json"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let texts = |list: &str, key: &str| -> Vec<String> {
        let list = answer["result"][list].as_array().unwrap();
        list.iter().filter_map(|one| one[key].as_str().map(str::to_owned)).collect()
    };
    assert_eq!(texts("notes", "path"), READ);
    let said = texts("findings", "path");
    for path in ["notes/latin.md", "notes/nul.md", "notes/outside.md"] {
        assert!(said.iter().any(|one| one == path), "{path} is said: {said:?}");
    }
    let pairs: Vec<String> = texts("overlaps", "a")
        .into_iter()
        .zip(texts("overlaps", "b"))
        .map(|(a, b)| format!("{a} {b}"))
        .collect();
    for name in ["arabic", "chinese"] {
        let pair = format!("notes/{name}-copy.md notes/{name}.md");
        assert!(pairs.contains(&pair), "words are found in any script: {pairs:?}");
    }
    assert_eq!(sandbox.state(), before, "nothing is written");
    let again = sandbox.output(["consolidate", "plan", "--format", "json"]);
    assert!(again.stdout == output.stdout, "the same bytes twice");
}

/// A repository in which one file moved as it was, one moved with an edit, and one was removed; a note names all three.
fn with_a_past() -> Sandbox {
    let sandbox = Sandbox::init();
    let lines = |name: &str| -> String { (0..40).map(|line| format!("{name} = {line}\n")).collect() };
    for name in ["whole", "edited", "removed"] {
        sandbox.write(&format!("src/{name}.py"), lines(name));
    }
    sandbox.write("docs/guide.md", "# Guide\n\nSee `src/whole.py`, `src/edited.py`, `src/removed.py`.\n");
    sandbox.commit("Begin");
    sandbox.write("lib/edited.py", lines("edited") + "more = 1\n");
    sandbox.git(&["rm", "-q", "src/removed.py", "src/edited.py"]);
    std::fs::create_dir_all(sandbox.root().join("lib")).unwrap();
    sandbox.git(&["mv", "src/whole.py", "lib/whole.py"]);
    sandbox.commit("Move");
    sandbox
}

/// What is said of each file that the guide names.
fn classes(sandbox: &Sandbox, repo: &str) -> Vec<String> {
    let answer = sandbox.json(["consolidate", "plan", "--repo", repo]);
    let references = answer["result"]["references"].as_array().cloned().unwrap_or_default();
    let text = |one: &serde_json::Value, key: &str| one[key].as_str().unwrap_or_default().to_owned();
    references.iter().map(|one| format!("{} {}", text(one, "target"), text(one, "class"))).collect()
}

#[test]
fn partial_clone_tells_what_it_can_and_never_that_a_file_never_was() {
    let sandbox = with_a_past();
    let whole = ["src/edited.py moved", "src/removed.py removed", "src/whole.py moved"];
    assert_eq!(classes(&sandbox, "."), whole);
    sandbox.git(&["config", "uploadpack.allowFilter", "true"]);
    let source = format!("file://{}", sandbox.root().display());
    sandbox.git(&["clone", "-q", "--filter=blob:none", &source, "../partial"]);
    let partial = sandbox.root().parent().unwrap().join("partial");
    let known = ["src/edited.py removed", "src/removed.py removed", "src/whole.py moved"];
    assert_eq!(classes(&sandbox, partial.to_str().unwrap()), known, "a move with an edit needs contents");
}

#[test]
fn shallow_clone_claims_nothing_of_files_that_are_not_there() {
    let sandbox = with_a_past();
    let source = format!("file://{}", sandbox.root().display());
    sandbox.git(&["clone", "-q", "--depth", "1", &source, "../shallow"]);
    let shallow = sandbox.root().parent().unwrap().join("shallow");
    let answer = sandbox.json(["consolidate", "plan", "--repo", shallow.to_str().unwrap()]);
    assert!(answer["result"]["references"].is_null(), "{}", answer["result"]["references"]);
}

#[test]
fn what_lay_behind_a_removed_link_is_gone_with_it() {
    let sandbox = Sandbox::init();
    sandbox.write("shared/prompts/first.md", "# First\n");
    sandbox.write(
        "docs/guide.md",
        "See `tools/prompts/first.md`, `tools/away/second.md` and [it](../tools/away/third.md).\n",
    );
    std::fs::create_dir_all(sandbox.root().join("tools")).unwrap();
    symlink("../shared/prompts", sandbox.root().join("tools/prompts")).unwrap();
    symlink("/opt/elsewhere", sandbox.root().join("tools/away")).unwrap();
    sandbox.write("tools/run.sh", "true\n");
    sandbox.commit("Begin");
    assert_eq!(classes(&sandbox, "."), Vec::<String>::new(), "what links lead to is there, or not known");
    sandbox.git(&["rm", "-q", "tools/prompts", "tools/away"]);
    sandbox.commit("Remove links");
    let gone =
        ["../tools/away/third.md removed", "tools/away/second.md removed", "tools/prompts/first.md moved"];
    assert_eq!(classes(&sandbox, "."), gone);
}

#[test]
fn dead_links_that_one_list_has_no_room_for_stand_in_the_other() {
    let sandbox = Sandbox::init();
    let links: String = (10..70).map(|number| format!("- [x](gone-{number}.md)\n")).collect();
    sandbox.write("docs/guide.md", format!("# Guide\n\n{links}"));
    sandbox.commit("Begin");
    assert_eq!(sandbox.output(["consolidate", "plan"]).status.code(), Some(0));
    let report = sandbox.read("notes/documentation_consolidation_plan.md");
    for number in 10..70 {
        let told = report.matches(&format!("`gone-{number}.md`")).count();
        assert_eq!(told, 1, "gone-{number}.md is told once: {report}");
    }
}

#[test]
fn marker_in_an_example_hides_nothing_behind_it() {
    let sandbox = Sandbox::init();
    let example = "```\n<!-- xtask:begin id=contributing version=1 hash=0a1b2c3d4e5f6071 -->\n```\n";
    sandbox.write("docs/guide.md", format!("# Markers\n\n{example}\nA zebra stands here.\n"));
    sandbox.write("docs/broken.md", "# Broken\n\n<!-- xtask:begin -->\n\nA zebra stands there.\n");
    sandbox.commit("Begin");
    let output = sandbox.output(["consolidate", "search", "zebra"]);
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(told.contains("docs/guide.md") && told.contains("docs/broken.md"), "{told}");
}
