"""The cases of hook_cases.py: what stands before, what is done, and what the hook must say."""
import os

KEY = "-----BEGIN " + "RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA7bq98aQ3kMfZq1u2\n-----END RSA PRIVATE KEY-----\n"
TOKEN = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
CONFLICT = "a\n" + "<" * 7 + " HEAD\nb\n" + "=" * 7 + "\nc\n" + ">" * 7 + " side\n"
WORKFLOW = "name: a\non: push\njobs:\n  one:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: echo ok\n"
PROSE = ("The measuring device must be calibrated each morning before the first probe is taken, since the lamp drifts "
         "with temperature.\nWrite the three readings into the log together with humidity and the name of the operator.\n")


CASES = []


def case(name, expected="", prepare=None, act=None, prek=True, base=None, env=None):
    CASES.append((name, expected.split(), prepare or (lambda r: None), act or (lambda r: r.commit()), prek, base, env or {}))


def files(name, expected, *pairs, **more):
    """New files, staged and committed."""
    def prepare(r):
        for path, text in pairs:
            r.add(path, text)
    case(name, expected, prepare, **more)


def many(expected, *groups, **more):
    for name, path, text in groups:
        files(name, expected, (path, text), **more)


# The table of checks, clean and dirty.
BLANKS, END, MARK, SIZE = "trailing-blanks", "final-newline", "conflict-marker", "large-file"
many(BLANKS,
     ("blank at a line's end", "a.txt", "a \nb\n"), ("tab at a line's end", "a.txt", "a\t\nb\n"),
     ("blank line of blanks", "a.py", "x = 1\n    \ny = 2\n"), ("blank before CRLF", "a.txt", "a \r\nb\r\n"),
     ("markdown line break", "a.md", "a  \nb\n"), ("blank at end in Latin-1", "a.txt", b"caf\xe9 \n"),
     ("blank in a name with blanks", "a b c.txt", "a \n"), ("blank in a file beginning with a dash", "-x.txt", "a \n"))
many("",
     ("clean text", "a.txt", "a\nb\n"), ("clean CRLF", "a.txt", "a\r\nb\r\n"), ("empty file", "a.txt", ""),
     ("BOM", "a.txt", b"\xef\xbb\xbfa\n"), ("Latin-1 clean", "a.txt", b"caf\xe9\n"),
     ("one byte", "a.bin", b"\x00"), ("binary with blanks", "a.bin", b"\x00a \nb"),
     ("png", "a.png", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR a \n"), ("pdf", "a.pdf", b"%PDF-1.4\n%\xe2\xe3 \n\x00"),
     ("utf-16 with BOM", "a.txt", "a\r\nb".encode("utf-16")), ("utf-16 big endian", "a.txt", b"\xfe\xff" + "a \nb".encode("utf-16-be")),
     ("no-break space at the end", "a.txt", "a\u00a0\n"))
many(END,
     ("no final newline", "a.txt", "a"), ("two final newlines", "a.txt", "a\n\n"), ("three final CRLF", "a.txt", "a\r\n\r\n\r\n"),
     ("only newlines", "a.txt", "\n\n"), ("no final newline in code", "a.rs", "fn a() {}"), ("one newline alone", "a.txt", "\n"))
files("blank and no newline", BLANKS + " " + END, ("a.txt", "a \nb"))
many(MARK,
     ("conflict in python", "a.py", CONFLICT), ("conflict in text", "a.txt", CONFLICT), ("conflict in markdown prose", "a.md", CONFLICT),
     ("start marker alone", "a.c", "int a;\n<<<<<<< HEAD\n"), ("end marker alone", "a.c", "int a;\n>>>>>>> 1234abc (x)\n"),
     ("diff3 conflict", "a.c", CONFLICT.replace("=======", "||||||| base\nx\n=======")), ("conflict with CRLF", "a.c", CONFLICT.replace("\n", "\r\n")),
     ("conflict after a closed fence", "a.md", "```\nx\n```\n\n" + CONFLICT))
many("",
     ("conflict in a backtick fence", "a.md", "# A\n\n```\n" + CONFLICT + "```\n"), ("conflict in a tilde fence", "a.md", "~~~diff\n" + CONFLICT + "~~~\n"),
     ("conflict in a long fence", "a.md", "````\n```\n" + CONFLICT + "```\n````\n"),
     ("heading underline of seven in markdown", "a.md", "Heading\n=======\n\nText.\n"), ("heading underline in rst", "a.rst", "Heading\n=======\n\nText.\n"),
     ("over and underline in rst", "a.rst", "=======\nHeading\n=======\n\nText.\n"), ("heading underline in text", "a.txt", "Heading\n=======\n"),
     ("eight signs", "a.txt", "<<<<<<<< a\n========\n>>>>>>>> b\n"), ("indented marker", "a.py", "x = '''\n    <<<<<<< HEAD\n'''\n"),
     ("conflict indented as code in rst", "a.rst", "Code::\n\n" + "".join("    %s\n" % l for l in CONFLICT.splitlines())),
     ("six signs", "a.txt", "<<<<<< a\n>>>>>> b\n"), ("nested quotes in mail", "a.txt", ">>>>>>>a\n"))
files("conflict in a fence inside a list", "", ("a.md", "- x\n\n  ```\n" + "".join("  %s\n" % l for l in CONFLICT.splitlines()) + "  ```\n"))
many(SIZE, ("501 KiB", "a.bin", b"\x00" * (501 * 1024)), ("one byte over", "a.bin", b"\x00" * (500 * 1024 + 1)), ("large text", "a.txt", "a\n" * 300000), prek=False)
many("", ("exactly 500 KiB", "a.bin", b"\x00" * (500 * 1024)), ("499 KiB", "a.bin", b"\x00" * (499 * 1024)))
case("grows past the limit", SIZE, lambda r: r.add("a.bin", b"\0" * 400000).keep().add("a.bin", b"\0" * 700000))
case("was larger, shrinks, still over", "", lambda r: r.add("a.bin", b"\0" * 900000).keep().add("a.bin", b"\0" * 700000), prek=False)
case("was over the limit, grows", "", lambda r: r.add("a.bin", b"\0" * 600000).keep().add("a.bin", b"\0" * 700000), prek=False)
case("large file removed", "", lambda r: (r.add("a.bin", b"\0" * 600000).keep(), r.git("rm", "-q", "a.bin")))
case("large file moved", "", lambda r: (r.add("a.bin", b"\0" * 600000).keep(), r.git("mv", "a.bin", "b.bin")), prek=False)
case("large file copied", SIZE, lambda r: r.add("a.bin", b"\0" * 600000).keep().add("b.bin", b"\0" * 600000))
case("large file with its mode changed", "", lambda r: (r.add("a.bin", b"\0" * 600000).keep(), r.git("update-index", "--chmod=+x", "a.bin")), prek=False)
LFS = "*.big filter=lfs diff=lfs merge=lfs -text\n"
POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "ab" * 32 + "\nsize 900000\n"
case("raw blob under an LFS filter", SIZE, lambda r: r.add(".gitattributes", LFS).keep().add("a.big", b"\0" * 1000), prek=False)
case("large raw blob under an LFS filter", SIZE, lambda r: r.add(".gitattributes", LFS).keep().add("a.big", b"\0" * 700000), prek=False)
case("LFS pointer", "", lambda r: r.add(".gitattributes", LFS).keep().add("a.big", POINTER))
case("LFS attributes in the same commit", SIZE, lambda r: r.add(".gitattributes", LFS).add("a.big", b"\0raw"), prek=False)
case("LFS attributes in a folder", SIZE, lambda r: r.add("d/.gitattributes", LFS).add("d/a.big", b"\0raw").add("e/a.big", b"\0raw"), prek=False)
files("limit of the settings", SIZE, ("xtask.toml", "[hook]\nmax_kib = 1\n"), ("a.bin", b"\0" * 1025), prek=False)

many("private-key", ("RSA key", "a.pem", KEY), ("key in python", "a.py", "K = '''" + KEY + "'''\n"),
     ("openssh key", "id", KEY.replace("RSA", "OPENSSH")), ("encrypted key", "id.pem", KEY.replace("RSA ", "ENCRYPTED ")),
     ("PKCS8 key", "id.pem", KEY.replace("RSA ", "")), ("EC key", "id.pem", KEY.replace("RSA", "EC")), ("DSA key", "id.pem", KEY.replace("RSA", "DSA")),
     ("key with CRLF", "id.pem", KEY.replace("\n", "\r\n")), ("PGP key", "id.asc", KEY.replace("RSA PRIVATE KEY", "PGP PRIVATE KEY BLOCK")),
     ("key in json", "a.json", '{"k": "' + KEY.replace("\n", "\\n") + '"}\n'), ("key in yaml", "a.yaml", "k: |\n" + "".join("  %s\n" % l for l in KEY.splitlines())),
     ("key in markdown fence", "a.md", "```\n" + KEY + "```\n"))
files("key in a file with NUL bytes", "private-key", ("a.bin", b"\0\1\2" + KEY.encode()), prek=False)
files("key in utf-16", "private-key", ("a.txt", KEY.encode("utf-16")), prek=False)
many("", ("public key", "a.pem", KEY.replace("RSA PRIVATE", "PUBLIC")), ("certificate", "a.pem", KEY.replace("RSA PRIVATE KEY", "CERTIFICATE")),
     ("ssh public key", "id.pub", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ9l3V4 a@b\n"), prek=False)
files("words about a private key", "", ("a.md", "The file begins with `-----BEGIN RSA PRIVATE KEY-----`.\n"), prek=False)
TOKENS = [("GitHub token", TOKEN), ("fine grained token", "github_pat_" + "11ABCDEFG0aBcDeFgHiJkL_" + "aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1wX2yZ3aB4cD5eF6gH7iJ8kL9mN"),
          ("AWS key id", "AKIA" + "Q3EGVNRLT7WXD2MZ"), ("Slack token", "xoxb-" + "2634187590-3951740286-qZ7mWvLr2XkTb9NcYd4HsJpE"),
          ("Google key", "AIza" + "SyD3k9mQ7xT2vB8nL4pR6wZ1cF5hJ0gKaYb"), ("Stripe key", "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc"),
          ("npm token", "npm_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"), ("GitLab token", "glpat-" + "Xy7_kLm3NpQr5TuVwZ9a"),
          ("PyPI token", "pypi-AgEIcHlwaS5vcmc" + "CJDZkYzE4NGQ3LWM1ZmUtNGJkYi1hZDQ1LWYzY2QwYzQ5MmI2MgACKlszLCJi")]
for name, value in TOKENS:
    files(name, "token", ("a.py", "T = '%s'\n" % value))
    files(name + " in a file with NUL bytes", "token", ("a.bin", b"\0\1" + value.encode() + b"\0"))
files("token in yaml", "token", ("a.yaml", "t: %s\n" % TOKEN))
files("token in the environment file", "token", (".env", "GITHUB_TOKEN=%s\n" % TOKEN))
files("token in utf-16", "token", ("a.txt", ("t=%s\n" % TOKEN).encode("utf-16")))
many("", ("AWS's own example", "a.py", "K = 'AKIAIOSFODNN7EXAMPLE'\n"), ("placeholder token", "a.md", "`ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx`\n"),
     ("short token", "a.py", "T = 'ghp_abc'\n"), ("hash", "a.txt", "a94a8fe5ccb19ba61c4c0873d391e987982fbbd3\n"), ("uuid", "a.txt", "550e8400-e29b-41d4-a716-446655440000\n"),
     ("token's name", "a.yaml", "t: ${GITHUB_TOKEN}\n"), ("Stripe test key", "a.py", "T = 'sk_test_4eC39HqLyjWDarjtT1zdp7dc'\n"))

CASE = "case-conflict"
many(CASE, ("case conflict", "readme.md", "# Other\n"), ("case conflict of folders", "Notes/b.md", "# Other\n"), ("case conflict with a nested folder", "SRC/x.rs", "fn x() {}\n"))
files("case conflict between two new files", CASE, ("x/a.txt", "1\n"), ("x/A.txt", "2\n"))
files("case conflict beyond ASCII", CASE, ("\u00e4.txt", "1\n"), ("\u00c4.txt", "2\n"))
case("case conflict that was there", "", lambda r: r.add("x/a.txt", "1\n").add("x/A.txt", "2\n").keep().add("x/A.txt", "3\n"), prek=False)
case("file renamed in case alone", "", lambda r: (r.add("x/a.txt", "1\n").keep(), r.git("mv", "x/a.txt", "x/A.txt")))
case("conflict goes with the removal", "", lambda r: (r.add("x/a.txt", "1\n").keep(), r.git("rm", "-q", "x/a.txt"), r.add("x/A.txt", "2\n")))
files("same name in two folders", "", ("x/a.txt", "1\n"), ("y/A.txt", "2\n"))

many("toml", ("toml without value", "a.toml", "a =\n"), ("toml key twice", "a.toml", "a = 1\na = 2\n"), ("toml table twice", "a.toml", "[a]\n[a]\n"),
     ("toml open string", "a.toml", "a = \"x\n"), ("toml unquoted", "Cargo.toml", "[package]\nname = x\n"), ("toml not utf-8", "a.toml", b"a = '\xe9'\n"))
many("", ("toml", "a.toml", "a = 1\n[b]\nc = [1, 2]\n"), ("toml dates", "a.toml", "a = 2020-01-01T00:00:00Z\nb.c = 0x1f\n"), ("toml CRLF", "a.toml", "a = 1\r\n"),
     ("toml arrays of tables", "a.toml", "[[a]]\nb = 1\n[[a]]\nb = 2\n"), ("toml empty", "a.toml", ""))
many("yaml", ("yaml open bracket", "a.yaml", "a: [1, 2\nb: }\n"), ("yaml tab", "a.yml", "a:\n\tb: 1\n"), ("yaml key twice", "a.yaml", "a: 1\na: 2\n"),
     ("yaml indentation", "a.yaml", "a: 1\n b: 2\n"), ("yaml error in the second document", "a.yaml", "a: 1\n---\nb: [\n"), ("yaml open quote", "a.yaml", "a: \"x\n"),
     ("yaml unknown alias", "a.yaml", "a: *x\n"))
many("", ("yaml", "a.yaml", "a: 1\nb:\n  - c\n  - {d: e}\n"), ("yaml documents", "a.yaml", "a: 1\n---\nb: 2\n...\n"), ("yaml anchors", "a.yaml", "a: &x {b: 1}\nc: *x\nd:\n  <<: *x\n"),
     ("yaml block text", "a.yaml", "a: |\n  x: [\n  y\nb: >-\n  z\n"), ("yaml CRLF", "a.yaml", "a: 1\r\nb: 2\r\n"), ("yaml comment alone", "a.yaml", "# c\n"), ("yaml empty", "a.yaml", ""),
     ("yaml directive", "a.yaml", "%YAML 1.2\n---\na: 1\n"), ("yaml merge keys twice", "a.yaml", "a: &a {x: 1}\nb: &b {y: 1}\nc:\n  <<: [*a, *b]\n"), ("yaml flow over lines", "a.yaml", "a: [1,\n  2,\n]\n"))
files("yaml tags", "", ("a.yaml", "a: !Ref b\nc: !Sub\n  - x\n  - {y: !GetAtt z.w}\n"), prek=False)
files("yaml python tag", "", ("mkdocs.yml", "m:\n  - e: !!python/name:pymdownx.emoji.to_svg\n"), prek=False)
files("helm template", "", ("chart/Chart.yaml", "name: x\nversion: 1.0.0\n"), ("chart/templates/a.yaml", "{{- if .Values.x }}\na: {{ .Values.y }}\n{{- end }}\n"), prek=False)
many("json", ("json trailing comma", "a.json", "{\"a\": 1,}\n"), ("json comment", "a.json", "{\"a\": 1} // c\n"), ("json key twice", "a.json", "{\"a\": 1, \"a\": 2}\n"),
     ("json single quotes", "a.json", "{'a': 1}\n"), ("json cut off", "package.json", "{\"name\": \"x\"\n"), ("json two values", "a.json", "{}\n{}\n"), ("notebook cut off", "a.ipynb", "{\"cells\": [\n"),
     ("json empty file", "a.json", ""))
many("", ("json", "a.json", "{\"a\": [1, 2.5e3, null, true, \"\\u00e4\"]}\n"), ("json scalar", "a.json", "1\n"), ("json deep", "a.json", "[" * 500 + "]" * 500 + "\n"), ("json CRLF", "a.json", "{\r\n\"a\": 1\r\n}\r\n"))
many("", ("tsconfig with comments", "tsconfig.json", "{\n  // c\n  \"a\": 1,\n}\n"), ("vscode settings", ".vscode/settings.json", "{ /* c */ \"a\": 1, }\n"), ("jsonc", "a.jsonc", "// c\n{\"a\": 1,}\n"),
     ("devcontainer", ".devcontainer/devcontainer.json", "// c\n{\"a\": 1}\n"), ("tsconfig of a part", "x/tsconfig.build.json", "{ // c\n}\n"), ("json5", "a.json5", "{a: 'b', // c\n}\n"),
     ("eslintrc", ".eslintrc.json", "{ // c\n\"a\": 1 }\n"), ("json lines", "a.jsonl", "{\"a\": 1}\n{\"a\": 2}\n"), ("workspace", "a.code-workspace", "{ // c\n\"folders\": [], }\n"), prek=False)
many("json", ("tsconfig that is broken", "tsconfig.json", "{ \"a\": // c\n}\n"), prek=False)
W = ".github/workflows/a.yml"
many("workflow", ("workflow without jobs", W, "on: push\n"), ("workflow without on", W, WORKFLOW.replace("on: push\n", "")), ("workflow without runs-on", W, WORKFLOW.replace("    runs-on: ubuntu-24.04\n", "")),
     ("workflow step with both", W, WORKFLOW.replace("run: echo ok", "run: x\n        uses: a/b@v1")), ("workflow needs nothing", W, WORKFLOW.replace("    runs-on", "    needs: two\n    runs-on")),
     ("workflow with open expression", W, WORKFLOW.replace("echo ok", "echo ${{ x")), ("workflow with unknown key", W, WORKFLOW + "job: x\n"), prek=False)
many("yaml", ("workflow that is no yaml", W, WORKFLOW + "  x: [\n"), ("workflow key twice", W, WORKFLOW + "name: b\n"))
many("", ("workflow", W, WORKFLOW), ("workflow with quoted on", W, WORKFLOW.replace("on: push", "\"on\": push")), ("workflow of calls", W, "on: {workflow_call: {}}\njobs:\n  a:\n    uses: ./.github/workflows/b.yml\n"),
     ("action", ".github/actions/x/action.yml", "name: x\nruns:\n  using: composite\n  steps: []\n"), ("dependabot", ".github/dependabot.yml", "version: 2\nupdates: []\n"),
     ("yaml below workflows", ".github/workflows/x/a.yml", "on: push\n"))

# Links and what a commit breaks.
LINK, ANCHOR, IMPORT, CALL, STALE = "broken-link", "broken-anchor", "broken-import", "broken-call", "stale-reference"
many(LINK, ("link to nothing", "notes/b.md", "[x](gone.md)\n"), ("image to nothing", "notes/b.md", "![x](gone.png)\n"), ("reference to nothing", "notes/b.md", "[x][y]\n\n[y]: gone.md\n"),
     ("html link to nothing", "notes/b.md", "<a href=\"gone.md\">x</a>\n"), ("html image to nothing", "notes/b.md", "<img src=\"gone.png\">\n"), ("link out of the root", "notes/b.md", "[x](../../../gone.md)\n"),
     ("link from the root to nothing", "notes/b.md", "[x](/gone.md)\n"), ("link in another case", "notes/b.md", "[x](../readme.md)\n"), ("link to a missing folder", "notes/b.md", "[x](gone/)\n"))
many(ANCHOR, ("anchor to nothing", "notes/b.md", "[x](a.md#gone)\n"), ("own anchor to nothing", "notes/b.md", "# B\n\n[x](#gone)\n"))
many("", ("link", "notes/b.md", "[x](a.md)\n"), ("link to a folder", "notes/b.md", "[x](../pkg/) [y](..)\n"), ("link with anchor", "notes/b.md", "[x](../README.md#one)\n"), ("own anchor", "notes/b.md", "# B c\n\n[x](#b-c)\n"),
     ("link from the root", "notes/b.md", "[x](/README.md)\n"), ("web link", "notes/b.md", "[x](https://example.invalid/gone.md) <mailto:a@b.c>\n"), ("link in a fence", "notes/b.md", "```\n[x](gone.md)\n```\n"),
     ("link in code", "notes/b.md", "`[x](gone.md)`\n"), ("link in a comment", "notes/b.md", "<!-- [x](gone.md) -->\n"), ("lines of code", "notes/b.md", "[x](../src/main.rs#L1-L2)\n"),
     ("html anchor", "notes/b.md", "<a id=\"q\"></a>\n\n[x](#q)\n"), ("second heading of a name", "notes/b.md", "# B\n\n## C\n\n## C\n\n[x](#c-1)\n"), ("heading beyond ASCII", "notes/b.md", "# \u00dcber uns\n\n[x](#\u00fcber-uns)\n"),
     ("anchor encoded", "notes/b.md", "# \u00dcber uns\n\n[x](#%C3%BCber-uns)\n"), ("link with a title", "notes/b.md", "[x](a.md \"T\")\n"), ("top of the page", "notes/b.md", "[x](#) [y](#top)\n"),
     ("wiki pages of the host", "README.md", "# One\n\nText.\n\n[i](../../issues)\n"))
files("link with blanks", "", ("notes/b c.md", "# B\n"), ("notes/d.md", "[x](<b c.md>) [y](b%20c.md)\n"))
files("link to a file beyond ASCII", "", ("notes/\u00e4.md", "# B\n"), ("notes/d.md", "[x](\u00e4.md) [y](%C3%A4.md)\n"))
case("link to a file that is not staged", LINK, lambda r: r.write("notes/new.md", "# N\n").add("notes/b.md", "[x](new.md)\n"))
case("link to a file only announced", LINK, lambda r: (r.write("notes/new.md", "# N\n"), r.git("add", "-N", "notes/new.md"), r.add("notes/b.md", "[x](new.md)\n")))
case("link to what git ignores", "", lambda r: r.add(".gitignore", "/build/\n").write("build/x.html", "x\n").add("notes/b.md", "[x](../build/x.html)\n"))
case("linked file removed", LINK, lambda r: r.git("rm", "-q", "README.md"))
case("linked file moved", LINK, lambda r: r.git("mv", "README.md", "START.md"))
case("linked file moved and the link with it", "", lambda r: (r.git("mv", "README.md", "START.md"), r.add("notes/a.md", "# A\n\nSee [one](../START.md#one).\n")))
case("linked heading renamed", ANCHOR, lambda r: r.add("README.md", "# Two\n\nText.\n"))
case("linked heading renamed and the link with it", "", lambda r: r.add("README.md", "# Two\n\nText.\n").add("notes/a.md", "# A\n\nSee [one](../README.md#two).\n"))
case("heading that nobody links renamed", "", lambda r: r.add("README.md", "# One\n\n## X\n").keep().add("README.md", "# One\n\n## Y\n"))
case("linking note moved", LINK, lambda r: r.git("mv", "notes/a.md", "a.md"))
case("linking note moved and mended", "", lambda r: (r.git("mv", "notes/a.md", "a.md"), r.add("a.md", "# A\n\nSee [one](README.md#one).\n")))
case("linking note removed", "", lambda r: r.git("rm", "-q", "notes/a.md"))
case("broken before, touched", "-" + LINK, lambda r: r.add("notes/b.md", "[x](gone.md)\n").keep().add("notes/b.md", "[x](gone.md)\n\nMore.\n"))
case("broken before, not touched", "", lambda r: r.add("notes/b.md", "[x](gone.md)\n").keep().add("notes/c.md", "# C\n\nQuite another thing.\n"))
case("broken before, moved", "-" + LINK, lambda r: (r.add("notes/b.md", "# B\n\n[x](gone.md)\n").keep(), r.git("mv", "notes/b.md", "notes/c.md")))
case("broken before, mended", "", lambda r: r.add("notes/b.md", "[x](gone.md)\n").keep().add("notes/b.md", "[x](a.md)\n"))
case("broken before, and again", LINK + " -" + LINK, lambda r: r.add("notes/b.md", "[x](gone.md)\n").keep().add("notes/b.md", "[x](gone.md)\n\n[y](other.md)\n"))
case("note and what it links removed", "", lambda r: r.git("rm", "-q", "notes/a.md", "README.md"))
case("folder of notes removed", "", lambda r: r.git("rm", "-rq", "notes"))
case("linked folder emptied", LINK, lambda r: (r.add("notes/b.md", "[x](../src/)\n").keep(), r.git("rm", "-q", "src/main.rs")))
case("link through a symbolic link", "", lambda r: (os.symlink("notes", r.path("n")), r.git("add", "n"), r.add("c.md", "# C\n\n[x](n/a.md)\n")))
case("linked image removed", LINK, lambda r: (r.add("i.png", b"\x89PNG\0").add("notes/b.md", "![x](../i.png)\n").keep(), r.git("rm", "-q", "i.png")))
case("linked image replaced", "", lambda r: r.add("i.png", b"\x89PNG\0").add("notes/b.md", "![x](../i.png)\n").keep().add("i.png", b"\x89PNG\0\1"))
case("link into a submodule", "", lambda r: (submodule(r), r.add("notes/b.md", "[x](../sub/README.md)\n")))

many(IMPORT, ("import of a module that is not there", "pkg/new.py", "from pkg.gone import x\n"), ("import of a name that is not there", "pkg/new.py", "from pkg.core import gone\n"),
     ("relative import of nothing", "pkg/new.py", "from .gone import x\n"), ("relative name of nothing", "pkg/new.py", "from .core import gone\n"))
many("", ("import", "pkg/new.py", "from pkg.core import run\n"), ("relative import", "pkg/new.py", "from .core import run\nfrom . import core\n"), ("import of the standard library", "pkg/new.py", "import os\nfrom json import loads\n"),
     ("import of a package elsewhere", "pkg/new.py", "import numpy as np\nfrom requests import get\n"), ("guarded import", "pkg/new.py", "try:\n    from pkg.core import gone\nexcept ImportError:\n    gone = None\n"),
     ("star import", "pkg/new.py", "from pkg.core import *\n"))
case("name removed that another imports", IMPORT, lambda r: r.add("pkg/core.py", "def other():\n    return 1\n"))
case("name removed that nobody imports", "", lambda r: r.add("pkg/core.py", "def run(a, b):\n    return a + b\n"))
case("module moved, importer left", IMPORT, lambda r: r.git("mv", "pkg/core.py", "pkg/base.py"))
case("module moved, importer mended", "", lambda r: (r.git("mv", "pkg/core.py", "pkg/base.py"), r.add("pkg/use.py", "from pkg.base import run\n\nprint(run(1, 2))\n")))
case("module moved, importer mended in the work tree alone", IMPORT, lambda r: (r.git("mv", "pkg/core.py", "pkg/base.py"), r.write("pkg/use.py", "from pkg.base import run\n\nprint(run(1, 2))\n")))
case("module removed with its importer", "", lambda r: r.git("rm", "-q", "pkg/core.py", "pkg/use.py"))
case("name moved and imported again", "", lambda r: r.add("pkg/base.py", "def run(a, b):\n    return a + b\n").add("pkg/core.py", "from pkg.base import run\n\n\ndef other():\n    return 1\n"))
case("import broken before", "-" + IMPORT, lambda r: r.add("pkg/b.py", "from pkg.gone import x\n").keep().add("pkg/b.py", "from pkg.gone import x\n\ny = 1\n"))
case("package removed", IMPORT, lambda r: (r.add("app.py", "import pkg.core\n\npkg.core.run(1, 2)\n").keep(), r.git("rm", "-rq", "pkg")))
case("signature changed, caller left", CALL, lambda r: r.add("pkg/core.py", "def run(a, b, c):\n    return a + b + c\n\n\ndef other():\n    return 1\n"))
case("signature changed, caller mended", "", lambda r: r.add("pkg/core.py", "def run(a, b, c):\n    return a + b + c\n\n\ndef other():\n    return 1\n").add("pkg/use.py", "from pkg.core import run\n\nprint(run(1, 2, 3))\n"))
case("signature with a default", "", lambda r: r.add("pkg/core.py", "def run(a, b, c=0):\n    return a + b + c\n\n\ndef other():\n    return 1\n"))
case("body changed", "", lambda r: r.add("pkg/core.py", "def run(a, b):\n    return a - b\n\n\ndef other():\n    return 1\n"))
case("call that does not fit, new", CALL, lambda r: r.add("pkg/new.py", "from pkg.core import run\n\nrun(1)\n"))
case("keyword renamed, caller left", CALL, lambda r: r.add("pkg/use.py", "from pkg.core import run\n\nprint(run(a=1, b=2))\n").keep().add("pkg/core.py", "def run(a, c):\n    return a + c\n\n\ndef other():\n    return 1\n"))
case("script moved away from its path", IMPORT, lambda r: (r.add("tools/lib.py", "x = 1\n").add("tools/go.py", "import os\nimport sys\n\nsys.path.insert(0, os.path.dirname(__file__))\n\nimport lib\n\nprint(lib.x)\n").keep(), r.git("mv", "tools/go.py", "go.py")))

case("path named in a note removed", STALE, lambda r: (r.add("notes/b.md", "Run `src/main.rs` first.\n").keep(), r.git("rm", "-q", "src/main.rs")))
case("path named in a note moved", STALE, lambda r: (r.add("notes/b.md", "Run `src/main.rs` first.\n").keep(), r.git("mv", "src/main.rs", "src/start.rs")))
case("path named in a note moved, and mended", "", lambda r: (r.add("notes/b.md", "Run `src/main.rs` first.\n").keep(), r.git("mv", "src/main.rs", "src/start.rs"), r.add("notes/b.md", "Run `src/start.rs` first.\n")))
case("path named in a workflow moved", STALE, lambda r: (r.add("run/x.sh", "echo\n").add(W, WORKFLOW.replace("echo ok", "sh run/x.sh")).keep(), r.git("mv", "run/x.sh", "run/y.sh")))
case("path named in a comment moved", STALE, lambda r: (r.add("pkg/d.py", "# See src/main.rs for the rest.\nx = 1\n").keep(), r.git("mv", "src/main.rs", "src/start.rs")))
case("path named in a makefile removed", STALE, lambda r: (r.add("run/x.sh", "echo\n").add("Makefile", "all:\n\tsh run/x.sh\n").keep(), r.git("rm", "-q", "run/x.sh")))
case("path named in the change log removed", "", lambda r: (r.add("CHANGELOG.md", "# Changes\n\n- added `src/main.rs`\n").keep(), r.git("rm", "-q", "src/main.rs")))
case("removal told in the same commit", "", lambda r: (r.git("rm", "-q", "src/main.rs"), r.add("notes/b.md", "We took out `src/main.rs`.\n")))
case("stale path that was there before", "", lambda r: (r.add("notes/b.md", "Run `src/main.rs`.\n").keep(), r.git("rm", "-q", "src/main.rs"), r.keep(), r.add("notes/c.md", "# C\n\nOther.\n")))
case("longer path is another", "", lambda r: (r.add("notes/b.md", "See `other/src/main.rs.bak` and `lib/src/main.rs`.\n").keep(), r.git("rm", "-q", "src/main.rs")))
case("path named in an address", "", lambda r: (r.add("notes/b.md", "See https://example.invalid/x/src/main.rs for it.\n").keep(), r.git("rm", "-q", "src/main.rs")))

# Notes, leftovers, debugging, excuses.
case("note identical to another", "duplicate-note", lambda r: r.add("notes/calibration.md", "# C\n\n" + PROSE).keep().add("notes/again.md", "# C\n\n" + PROSE))
case("note that repeats another", "-repeated-note", lambda r: r.add("notes/calibration.md", "# C\n\n" + PROSE).keep().add("notes/m.md", "# Morning\n\nOther words first.\n\n" + PROSE))
case("note of its own", "", lambda r: r.add("notes/calibration.md", "# C\n\n" + PROSE).keep().add("notes/m.md", "# Morning\n\nOther words alone, and none of those.\n"))
case("note moved", "", lambda r: (r.add("notes/calibration.md", "# C\n\n" + PROSE).keep(), r.git("mv", "notes/calibration.md", "notes/cal.md")))
case("note that was there twice, edited", "", lambda r: r.add("notes/c.md", "# C\n\n" + PROSE).add("notes/d.md", "# C\n\n" + PROSE).keep().add("notes/d.md", "# C\n\nMore.\n\n" + PROSE))
case("two new notes that are the same", "duplicate-note", lambda r: r.add("notes/c.md", "# C\n\n" + PROSE).add("notes/d.md", "# C\n\n" + PROSE))
SET = "[hook]\nnotes = [\"notes\"]\nnotes_budget = 2\n"
case("note outside the folders", "-note-place", lambda r: r.add("xtask.toml", "[hook]\nnotes = [\"notes\"]\n").keep().add("ideas.md", "# I\n"))
case("note within the folders", "", lambda r: r.add("xtask.toml", "[hook]\nnotes = [\"notes\"]\n").keep().add("notes/ideas.md", "# I\n"))
case("note over the budget", "-note-budget", lambda r: r.add("xtask.toml", SET).add("notes/b.md", "# B\n\nSome.\n").keep().add("notes/c.md", "# C\n\nOther.\n"))
case("note within the budget", "", lambda r: r.add("xtask.toml", SET).keep().add("notes/c.md", "# C\n\nOther.\n"))
case("budget raised", "-note-budget", lambda r: r.add("xtask.toml", SET).keep().add("xtask.toml", SET.replace("2", "9")))
case("budget lowered", "", lambda r: r.add("xtask.toml", SET).keep().add("xtask.toml", SET.replace("2", "1")))
many("test-leftover", ("pytest cache", ".pytest_cache/v/cache/lastfailed", "{}\n"), ("compiled python", "pkg/__pycache__/m.cpython-313.pyc", b"\0\0"), ("coverage data", ".coverage", b"SQLite format 3\0"),
     ("junit results", "junit.xml", "<?xml version=\"1.0\"?>\n<testsuites/>\n"), ("html coverage", "htmlcov/index.html", "<p>\n"), ("mypy cache", ".mypy_cache/x.json", "{}\n"), ("profile data", "default.profraw", b"\0"),
     ("pending snapshot", "tests/snapshots/a.snap.new", "x\n"), prek=False)
many("", ("xml of the project", "pom.xml", "<project/>\n"), ("junit data of a test", "tests/fixtures/junit.xml", "<testsuites/>\n"), ("file about coverage", "coverage.md", "# C\n\nAnother text.\n"), ("snapshot", "tests/snapshots/a.snap", "x\n"))
case("leftover that was there", "", lambda r: r.add("coverage.xml", "<coverage/>\n").keep().add("coverage.xml", "<coverage a=\"1\"/>\n"))
case("leftover removed", "", lambda r: (r.add("a.pyc", b"\0").keep(), r.git("rm", "-q", "a.pyc")))
many("-debug", ("breakpoint", "a.py", "def f():\n    breakpoint()\n"), ("pdb", "a.py", "import pdb\n\npdb.set_trace()\n"), ("pdb in a line", "a.py", "x = 1; import pdb; pdb.set_trace()\n"), ("dbg", "src/a.rs", "fn a() {\n    dbg!(1);\n}\n"),
     ("debugger", "a.js", "function f() {\n  debugger;\n}\n"), ("pry", "a.rb", "binding.pry\n"), ("test that shuts others out", "a.test.js", "it.only('x', () => {});\n"))
many("", ("breakpoint in a string", "a.py", "X = 'breakpoint()'\n"), ("breakpoint in a comment", "a.py", "# breakpoint()\n"), ("print", "a.py", "print(1)\n"), ("dbg in a comment", "src/a.rs", "// dbg!(1)\nfn a() {}\n"),
     ("breakpoint in a note", "notes/d.md", "Use `breakpoint()`.\n"))
case("debugging that was there", "", lambda r: r.add("a.py", "breakpoint()\n").keep().add("a.py", "breakpoint()\nx = 1\n"))
case("debugging added beside another", "-debug", lambda r: r.add("a.py", "breakpoint()\n").keep().add("a.py", "breakpoint()\nx = 1\nbreakpoint()\n"))
files("excused token", "", ("a.py", "# xtask: allow(token) an example of the manual\nT = '%s'\n" % TOKEN), prek=False)
files("excused on its own line", "", ("a.py", "T = '%s'  # xtask: allow(token) an example\n" % TOKEN), prek=False)
files("excuse without a reason", "excuse token", ("a.py", "T = '%s'  # xtask: allow(token)\n" % TOKEN))
files("excuse of another check", "token", ("a.py", "T = '%s'  # xtask: allow(yaml) no\n" % TOKEN))
files("excused link", "", ("notes/b.md", "<!-- xtask: allow(broken-link) it comes with the next release -->\n[x](gone.md)\n"))
files("excused import", "", ("pkg/new.py", "from pkg.gone import x  # xtask: allow(broken-import) generated when built\n"))
files("check switched off", "", ("xtask.toml", "[hook]\ndisable = [\"trailing-blanks\"]\n"), ("a.txt", "a \n"), prek=False)
files("check scoped by glob, outside", "", ("xtask.toml", "[hook.except]\ntrailing-blanks = [\"vendor/**\"]\n"), ("vendor/a.txt", "a \n"), prek=False)
files("check scoped by glob, inside", BLANKS, ("xtask.toml", "[hook.except]\ntrailing-blanks = [\"vendor/**\"]\n"), ("a.txt", "a \n"))
files("check for some files only", "", ("xtask.toml", "[hook.only]\ntrailing-blanks = [\"*.py\"]\n"), ("a.txt", "a \n"), prek=False)
files("only some checks", "", ("xtask.toml", "[hook]\nchecks = [\"token\"]\n"), ("a.txt", "a \n"), prek=False)
files("left out once", "", ("a.txt", "a \n"), env={"XTASK_SKIP": "trailing-blanks"}, prek=False)
files("another left out once", BLANKS, ("a.txt", "a \n"), env={"XTASK_SKIP": "token"})
files("excluded folder", "", ("xtask.toml", "[hook]\nexclude = [\"vendor/**\"]\n"), ("vendor/a.txt", "a "), ("vendor/a.md", "[x](gone.md)\n"), prek=False)


# The index that counts.
def submodule(r):
    beside = os.path.join(os.path.dirname(str(r.root)), "beside")
    if not os.path.exists(beside):
        os.makedirs(beside)
        for args in (("init", "-q", "-b", "main"), ("config", "user.name", "t"), ("config", "user.email", "t@x.invalid"), ("commit", "-q", "--allow-empty", "-m", "x")):
            r.sh("git", *args, cwd=beside)
    r.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", beside, "sub")


def diverged(r, mine, theirs, path="both.txt"):
    r.add(path, "one\ntwo\nthree\n").keep()
    r.git("checkout", "-q", "-b", "side")
    r.add(path, theirs).keep()
    r.git("checkout", "-q", "main")
    r.add(path, mine).keep()


case("partial: blank staged, taken out in the work tree", BLANKS, lambda r: r.add("a.txt", "a \n").write("a.txt", "a\n"))
case("partial: clean staged, blank in the work tree", "", lambda r: r.add("a.txt", "a\n").write("a.txt", "a \n"))
case("partial: one hunk of two", "", lambda r: r.add("a.txt", "1\n2\n3\n4\n5\n6\n7\n8\n").keep().add("a.txt", "one\n2\n3\n4\n5\n6\n7\n8\n").write("a.txt", "one\n2\n3\n4\n5\n6\n7\neight \n"))
case("partial: secret staged, gone from the work tree", "token", lambda r: r.add("a.py", "T = '%s'\n" % TOKEN).write("a.py", "T = None\n"))
case("partial: staged, then deleted in the work tree", BLANKS, lambda r: (r.add("a.txt", "a \n"), os.remove(r.path("a.txt"))), prek=False)
case("partial: clean, then deleted in the work tree", "", lambda r: (r.add("a.txt", "a\n"), os.remove(r.path("a.txt"))))
case("untracked files do not count", "", lambda r: r.add("a.txt", "a\n").write("u.txt", "u \n").write("notes/u.md", "[x](gone.md)\n"))
case("ignored file forced in", BLANKS, lambda r: r.add(".gitignore", "*.log\n").keep().add("x.log", "a \n"))
case("renamed", "", lambda r: r.git("mv", "src/main.rs", "src/x.rs"))
case("renamed and made dirty", BLANKS, lambda r: (r.git("mv", "src/main.rs", "src/x.rs"), r.add("src/x.rs", "fn main() {} \n")))
case("dirty file renamed", BLANKS, lambda r: (r.add("d.txt", "a \n").keep(), r.git("mv", "d.txt", "e.txt")), prek=True)
case("deleted", "", lambda r: r.git("rm", "-q", "src/main.rs"))
case("dirty file deleted", "", lambda r: (r.add("d.txt", "a \n").keep(), r.git("rm", "-q", "d.txt")))
case("everything deleted", "", lambda r: r.git("rm", "-rq", "."))
case("deleted from the index alone", "", lambda r: r.git("rm", "-q", "--cached", "src/main.rs"))
case("old blanks in a file that is put away", "", lambda r: (r.add("archive/a.txt", "a\n").add("d.txt", "a \n\n").keep(), r.git("mv", "d.txt", "archive/d.txt")), prek=False)
case("old blanks in a file that moves and is touched", BLANKS, lambda r: (r.add("d.txt", "a \n").keep(), r.git("mv", "d.txt", "e.txt"), r.add("e.txt", "a \nb\n")))
case("old blanks in a file that is touched", BLANKS, lambda r: r.add("d.txt", "a \n").keep().add("d.txt", "a \nb\n"))
case("intent to add, dirty", "", lambda r: (r.write("l.txt", "a \n"), r.git("add", "-N", "l.txt"), r.add("n.txt", "n\n")))
case("intent to add, then added", BLANKS, lambda r: (r.write("l.txt", "a \n"), r.git("add", "-N", "l.txt"), r.git("add", "l.txt")))
case("intent to add, a case conflict", "", lambda r: (r.write("readme.md", "# Other\n"), r.git("add", "-N", "readme.md"), r.add("n.txt", "n\n")), prek=False)
case("submodule added", "", submodule)
case("submodule moved on", "", lambda r: (submodule(r), r.keep(), r.sh("git", "-c", "user.name=t", "-c", "user.email=t@x.invalid", "commit", "-q", "--allow-empty", "-m", "y", cwd=os.path.join(str(r.root), "sub")), r.git("add", "sub")))
case("submodule removed", "", lambda r: (submodule(r), r.keep(), r.git("rm", "-q", "sub")))
case("submodule beside a dirty file", BLANKS, lambda r: (submodule(r), r.add("a.txt", "a \n")))
case("symbolic link", "", lambda r: (os.symlink("README.md", r.path("l")), r.git("add", "l")))
case("symbolic link with a blank at its end", "", lambda r: (os.symlink("README.md ", r.path("l.txt")), r.git("add", "l.txt")))
case("symbolic link named as json", "", lambda r: (os.symlink("x", r.path("l.json")), r.git("add", "l.json")))
case("file becomes a symbolic link", "", lambda r: (r.add("d.txt", "a\n").keep(), os.remove(r.path("d.txt")), os.symlink("README.md", r.path("d.txt")), r.git("add", "d.txt")))
case("symbolic link becomes a dirty file", BLANKS, lambda r: (os.symlink("README.md", r.path("l.txt")), r.git("add", "l.txt"), r.keep(), os.remove(r.path("l.txt")), r.add("l.txt", "a \n")))
case("file becomes a folder", BLANKS, lambda r: (r.add("d", "a\n").keep(), r.git("rm", "-q", "d"), r.add("d/e.txt", "a \n")))
case("folder becomes a file", "", lambda r: (r.git("rm", "-rq", "src"), r.add("src", "a\n")))
case("name that is not UTF-8, clean", "", lambda r: (r.write(b"caf\xe9.txt", "a\n"), r.git("add", ".")))
case("name that is not UTF-8, dirty", BLANKS, lambda r: (r.write(b"caf\xe9.txt", "a \n"), r.git("add", ".")))
case("note of a name that is not UTF-8", LINK, lambda r: (r.write(b"notes/caf\xe9.md", "[x](gone.md)\n"), r.git("add", ".")))
case("linked file of a name that is not UTF-8", "", lambda r: (r.write(b"notes/caf\xe9.md", "# C\n"), r.write("notes/d.md", "[x](caf%E9.md)\n"), r.git("add", ".")))
case("name with a line end", BLANKS, lambda r: (r.write("a\nb.txt", "a \n"), r.git("add", ".")))
case("name that injects", BLANKS, lambda r: (r.write("$(touch x) `touch y` ${{ z }}.txt", "a \n"), r.git("add", ".")))
case("mode changed", "", lambda r: r.git("update-index", "--chmod=+x", "src/main.rs"))
case("mode of a dirty file changed", BLANKS, lambda r: (r.add("d.txt", "a \n").keep(), r.git("update-index", "--chmod=+x", "d.txt")))
case("amend, dirty", BLANKS, lambda r: r.add("a.txt", "a \n"), lambda r: r.commit("--amend"))
case("amend, clean", "", lambda r: r.add("a.txt", "a\n"), lambda r: r.commit("--amend"))
case("amend of the message alone", "", None, lambda r: r.commit("--amend", "-m", "other"))
case("amend takes the dirty file out", "", lambda r: (r.add("a.txt", "a \n").keep(), r.git("rm", "-q", "--cached", "a.txt"), r.add("b.txt", "b\n")), lambda r: r.commit("--amend"))
case("amend of the first commit", BLANKS, lambda r: r.add("a.txt", "a \n"), lambda r: r.commit("--amend"))
case("empty commit", "", None, lambda r: r.commit("--allow-empty"))
case("commit -a, dirty", BLANKS, lambda r: r.write("README.md", "# One \n"), lambda r: r.commit("-a"))
case("commit -a, clean", "", lambda r: r.write("README.md", "# One\n\nOther.\n"), lambda r: r.commit("-a"))
case("commit -a, deletion that breaks", LINK, lambda r: os.remove(r.path("README.md")), lambda r: r.commit("-a"))
case("commit -- path, the dirty one", BLANKS, lambda r: r.write("README.md", "# One\n\nOther.\n").write("src/main.rs", "fn main() {} \n"), lambda r: r.commit("--", "src/main.rs"))
case("commit -- path, the clean one", "", lambda r: r.write("README.md", "# One\n\nOther.\n").write("src/main.rs", "fn main() {} \n"), lambda r: r.commit("--", "README.md"))
case("commit -- path, beside a dirty staged one", "", lambda r: r.add("a.txt", "a \n").write("README.md", "# One\n\nOther.\n"), lambda r: r.commit("--", "README.md"))
case("commit -i path", BLANKS, lambda r: r.add("a.txt", "a \n").write("README.md", "# One\n\nOther.\n"), lambda r: r.commit("-i", "README.md"))
case("commit from a folder", BLANKS, lambda r: r.add("a.txt", "a \n"), lambda r: r.commit(cwd=os.path.join(str(r.root), "src")))
case("commit -- path from a folder", BLANKS, lambda r: r.write("src/main.rs", "fn main() {} \n"), lambda r: r.commit("--", "main.rs", cwd=os.path.join(str(r.root), "src")))
case("commit with -C", BLANKS, lambda r: r.add("a.txt", "a \n"), lambda r: r.act("-C", str(r.root), "commit", "-q", "-m", "x", cwd="/"))
case("commit with GIT_DIR", BLANKS, lambda r: r.add("a.txt", "a \n"), lambda r: r.commit(cwd="/", env={"GIT_DIR": str(r.root) + "/.git", "GIT_WORK_TREE": str(r.root)}))
case("commit with another index", BLANKS, lambda r: (r.git("read-tree", "HEAD", env={"GIT_INDEX_FILE": ".git/other"}), r.write("a.txt", "a \n"), r.git("add", "a.txt", env={"GIT_INDEX_FILE": ".git/other"})), lambda r: r.commit(env={"GIT_INDEX_FILE": ".git/other"}))
case("no-verify", "", lambda r: r.add("a.txt", "a \n"), lambda r: r.commit("--no-verify"))
case("first commit, dirty", BLANKS, lambda r: (r.git("checkout", "-q", "--orphan", "new"), r.add("a.txt", "a \n")))
case("first commit, clean", "", lambda r: (r.git("checkout", "-q", "--orphan", "new"), r.add("a.txt", "a\n")))
case("first commit, broken link", LINK, lambda r: (r.git("checkout", "-q", "--orphan", "new"), r.git("rm", "-q", "--cached", "README.md")))
case("first commit in an empty repository", BLANKS + " " + LINK, lambda r: (r.git("update-ref", "-d", "HEAD"), r.git("rm", "-rqf", "."), r.add("a.txt", "a \n").add("notes/x.md", "[x](gone.md)\n")))
case("detached head, dirty", BLANKS, lambda r: (r.git("checkout", "-q", "--detach"), r.add("a.txt", "a \n")))
case("detached head, clean", "", lambda r: (r.git("checkout", "-q", "--detach"), r.add("a.txt", "a\n")))
for flag in ("--skip-worktree", "--assume-unchanged"):
    case(flag + ", dirty in the work tree", "", lambda r, flag=flag: (r.git("update-index", flag, "src/main.rs"), r.write("src/main.rs", "x \n"), r.add("n.txt", "n\n")))
    case(flag + ", commit -a", "", lambda r, flag=flag: (r.git("update-index", flag, "src/main.rs"), r.write("src/main.rs", "x \n"), r.write("README.md", "# One\n\nMore.\n")), lambda r: r.commit("-a"))
    case(flag + ", dirty in the index", BLANKS, lambda r, flag=flag: (r.add("d.txt", "a \n"), r.git("update-index", flag, "d.txt")))
    case(flag + ", linked and gone from the work tree", "", lambda r, flag=flag: (r.git("update-index", flag, "README.md"), os.remove(r.path("README.md")), r.add("notes/b.md", "[x](../README.md#one)\n")))
case("clean filter takes the blanks out", "", lambda r: (r.git("config", "filter.s.clean", "sed -e 's/ *$//'"), r.add(".gitattributes", "*.s filter=s\n").keep().add("a.s", "a \n")))
case("clean filter brings blanks in", BLANKS, lambda r: (r.git("config", "filter.s.clean", "sed -e 's/$/ /'"), r.git("config", "filter.s.smudge", "sed -e 's/ $//'"), r.add(".gitattributes", "*.s filter=s\n").keep().add("a.s", "a\n")), prek=False)
case("filter that hides a token on disk", "", lambda r: (r.git("config", "filter.s.clean", "sed -e 's/ghp_[A-Za-z0-9]*/TOKEN/'"), r.add(".gitattributes", "*.py filter=s\n").keep().add("a.py", "T = '%s'\n" % TOKEN)))
case("autocrlf", "", lambda r: (r.git("config", "core.autocrlf", "true"), r.add("a.txt", "a\r\nb\r\n")))
case("eol=crlf", "", lambda r: r.add(".gitattributes", "*.txt text eol=crlf\n").keep().add("a.txt", "a\r\nb\r\n"))
case("working-tree-encoding", BLANKS, lambda r: r.add(".gitattributes", "*.txt working-tree-encoding=UTF-16\n").keep().add("a.txt", "a \n".encode("utf-16")), prek=False)
case("ident", "", lambda r: r.add(".gitattributes", "*.c ident\n").keep().add("a.c", "/* $Id$ */\n"))

# Merges, rebases, picks.
OTHER = lambda r: (r.git("checkout", "-q", "-b", "side"), r.add("t.txt", "t \n").keep(), r.git("checkout", "-q", "main"), r.add("m.txt", "m\n").keep())
case("merge brings a dirty file", "", lambda r: (OTHER(r), r.sh("git", "merge", "-q", "--no-commit", "side", check=False)), prek=False)
case("merge, conflict left", MARK, lambda r: (diverged(r, "one\nmain\nthree\n", "one\nside\nthree\n"), r.sh("git", "merge", "-q", "side", check=False), r.git("add", "both.txt")))
case("merge, conflict settled", "", lambda r: (diverged(r, "one\nmain\nthree\n", "one\nside\nthree\n"), r.sh("git", "merge", "-q", "side", check=False), r.add("both.txt", "one\nboth\nthree\n")))
case("merge, settled as the side has it", "", lambda r: (diverged(r, "one\nmain\nthree\n", "one\nside \nthree\n"), r.sh("git", "merge", "-q", "side", check=False), r.add("both.txt", "one\nside \nthree\n")), prek=False)
case("merge, settled with a blank", BLANKS, lambda r: (diverged(r, "one\nmain\nthree\n", "one\nside\nthree\n"), r.sh("git", "merge", "-q", "side", check=False), r.add("both.txt", "one\nboth \nthree\n")))
case("merge, settled with a blank that a parent has", BLANKS, lambda r: (diverged(r, "one\nmain\nthree\n", "one \nside\nthree\n"), r.sh("git", "merge", "-q", "side", check=False), r.add("both.txt", "one \nboth\nthree\n")))
case("merge, divider alone left", MARK, lambda r: (diverged(r, "one\nmain\nthree\n", "one\nside\nthree\n", "both.py"), r.sh("git", "merge", "-q", "side", check=False), r.add("both.py", "one\nmain\n=======\nside\nthree\n")))
case("merge, evil addition", BLANKS, lambda r: (OTHER(r), r.sh("git", "merge", "-q", "--no-commit", "side", check=False), r.add("e.txt", "e \n")), prek=False)
case("merge --continue", BLANKS, lambda r: (diverged(r, "one\nmain\nthree\n", "one\nside\nthree\n"), r.sh("git", "merge", "-q", "side", check=False), r.add("both.txt", "one\nboth \nthree\n")), lambda r: r.act("merge", "--continue"))
case("merge whose sides break one another", LINK, lambda r: (r.git("checkout", "-q", "-b", "side"), r.git("mv", "src/main.rs", "src/x.rs"), r.keep(), r.git("checkout", "-q", "main"), r.add("notes/b.md", "[x](../src/main.rs)\n").keep(), r.sh("git", "merge", "-q", "--no-commit", "side", check=False)))
case("merge that brings what is broken there", "", lambda r: (r.git("checkout", "-q", "-b", "side"), r.add("notes/b.md", "[x](gone.md)\n").keep(), r.git("checkout", "-q", "main"), r.add("m.txt", "m\n").keep(), r.sh("git", "merge", "-q", "--no-commit", "side", check=False)))
case("merge of three", "", lambda r: (r.git("checkout", "-q", "-b", "s1"), r.add("x1.txt", "a \n").keep(), r.git("checkout", "-q", "-b", "s2", "main"), r.add("x2.txt", "b \n").keep(), r.git("checkout", "-q", "main"), r.add("m.txt", "m\n").keep(), r.sh("git", "merge", "-q", "--no-commit", "s1", "s2", check=False)), prek=False)
case("squash merge", BLANKS, lambda r: (OTHER(r), r.git("merge", "-q", "--squash", "side")))
case("unmerged path", "", lambda r: (diverged(r, "one\nmain\nthree\n", "one\nside\nthree\n"), r.sh("git", "merge", "-q", "side", check=False), r.git("checkout", "--theirs", "both.txt"), r.git("add", "both.txt")))
PICK = lambda r: (diverged(r, "one\nmain\nthree\n", "one\nside\nthree\n"), r.sh("git", "cherry-pick", "side", check=False))
case("cherry-pick, settled", "", lambda r: (PICK(r), r.add("both.txt", "one\nboth\nthree\n")), lambda r: r.act("cherry-pick", "--continue"))
case("cherry-pick, marker left", MARK, lambda r: (PICK(r), r.git("add", "both.txt")), lambda r: r.act("-c", "core.editor=true", "cherry-pick", "--continue"))
case("revert, settled", "", lambda r: (r.add("both.txt", "1\n").keep().add("both.txt", "2\n").keep().add("both.txt", "3\n").keep(), r.sh("git", "revert", "--no-edit", "HEAD~1", check=False), r.add("both.txt", "4\n")))
REBASE = lambda r: (diverged(r, "one\nmain\nthree\n", "one\nside\nthree\n"), r.git("checkout", "-q", "side"), r.sh("git", "rebase", "-q", "main", check=False))
case("rebase, settled", "", lambda r: (REBASE(r), r.add("both.txt", "one\nboth\nthree\n")))
case("rebase, marker left", MARK, lambda r: (REBASE(r), r.git("add", "both.txt")))
case("rebase, settled with a blank", BLANKS, lambda r: (REBASE(r), r.add("both.txt", "one\nboth \nthree\n")))
case("rebase --continue, where git asks no hook", "", lambda r: (REBASE(r), r.add("both.txt", "one\nboth \nthree\n")), lambda r: r.act("-c", "core.editor=true", "rebase", "--continue"), prek=False)
case("rebase stopped to edit, amended", BLANKS, lambda r: (r.add("x.txt", "x\n").keep(), r.git("-c", "sequence.editor=sed -i s/pick/edit/", "rebase", "-q", "-i", "HEAD~1"), r.add("y.txt", "y \n")), lambda r: r.commit("--amend"))
case("apply a stash and commit", "", lambda r: (r.write("README.md", "# One\n\nMore.\n"), r.git("stash", "-q"), r.git("stash", "pop", "-q"), r.git("add", ".")))


# Forms of repositories.
def linked(r):
    place = os.path.join(os.path.dirname(str(r.root)), "beside-tree")
    r.git("worktree", "add", "-q", "-b", "other", place)
    return place


def in_linked(expected, name, text, more=lambda r, place: None):
    def act(r):
        place = linked(r)
        with open(os.path.join(place, "w.txt"), "w") as file:
            file.write(text)
        more(r, place)
        r.sh("git", "add", "-A", cwd=place)
        r.act("commit", "-q", "-m", "x", cwd=place)
        r.said, said = r.said, r.said
        r.sh("git", "worktree", "remove", "--force", place, check=False)
        r.said = said
        r.sh("git", "branch", "-D", "other", check=False)
        r.said = said
    case("linked worktree, " + name, expected, None, act)


in_linked(BLANKS, "dirty", "a \n")
in_linked("", "clean", "a\n")
in_linked(LINK, "breaking link", "a\n", lambda r, place: os.remove(os.path.join(place, "README.md")))
FORMS = [("sha256", "--object-format=sha256", None), ("reftable", "--ref-format=reftable", None), ("sha256 and reftable", "--object-format=sha256 --ref-format=reftable", None),
         ("split index", None, lambda r: r.git("update-index", "--split-index")), ("index v4", None, lambda r: r.git("update-index", "--index-version", "4")),
         ("sparse index", None, lambda r: r.git("sparse-checkout", "set", "--cone", "--sparse-index", "notes")), ("sparse checkout", None, lambda r: r.git("sparse-checkout", "set", "--no-cone", "/notes/", "/*.md")),
         ("untracked cache", None, lambda r: r.git("update-index", "--untracked-cache")), ("fsmonitor bits", None, lambda r: r.git("update-index", "--split-index", "--untracked-cache")),
         ("no cached trees", None, lambda r: r.git("-c", "core.x=1", "read-tree", "--empty") and None or r.git("reset", "-q", "--mixed")),
         ("packed", None, lambda r: r.git("gc", "-q")), ("offset table", None, lambda r: (r.git("config", "index.threads", "4"), r.git("config", "index.recordOffsetTable", "true"), r.git("update-index", "--force-write-index"))),
         ("no index checksum", None, lambda r: (r.git("config", "index.skipHash", "true"), r.git("update-index", "--force-write-index"))),
         ("alternates", None, lambda r: alternates(r)), ("shallow", None, lambda r: shallow(r))]


def alternates(r):
    beside = os.path.join(os.path.dirname(str(r.root)), "beside-objects")
    os.rename(os.path.join(str(r.root), ".git/objects"), beside)
    os.makedirs(os.path.join(str(r.root), ".git/objects/info"))
    os.makedirs(os.path.join(str(r.root), ".git/objects/pack"))
    with open(os.path.join(str(r.root), ".git/objects/info/alternates"), "w") as file:
        file.write(beside + "\n")


def shallow(r):
    r.add("m.txt", "m\n").keep()
    head = r.git("rev-parse", "HEAD")
    with open(os.path.join(str(r.root), ".git/shallow"), "w") as file:
        file.write(head + "\n")


for form, init, change in FORMS:
    def before(text, path="notes/n.txt", change=change):
        return lambda r: (change(r) if change else None, r.git("add", "--sparse", "-A") if False else None, r.write(path, text), r.git("add", "--sparse", "--", path))
    case(form + ", dirty", BLANKS, before("a \n"), base=init)
    case(form + ", clean", "", before("a\n"), base=init)
    case(form + ", link broken elsewhere", LINK, lambda r, change=change: (change(r) if change else None, r.git("rm", "-q", "--sparse", "--cached", "README.md")), base=init)
    case(form + ", link to nothing", LINK, before("[x](gone.md)\n", "notes/n.md"), base=init)
    case(form + ", link to something", "", before("[x](../pkg/core.py)\n", "notes/n.md"), base=init)
    case(form + ", import broken", IMPORT, lambda r, change=change: (change(r) if change else None, r.git("rm", "-q", "--sparse", "--cached", "pkg/core.py")), base=init)
    case(form + ", intent to add", "", lambda r, change=change: (change(r) if change else None, r.write("notes/l.txt", "a \n"), r.git("add", "-N", "notes/l.txt"), r.write("notes/m.txt", "m\n"), r.git("add", "notes/m.txt")), base=init)
    case(form + ", case conflict", CASE, before("x\n", "notes/A.md").__call__ if False else (lambda r, change=change: (change(r) if change else None, r.write("notes/A.md", "# Q\n\nOther.\n"), r.git("add", "notes/A.md"))), base=init)
case("separate git directory", BLANKS, lambda r: (separate(r), r.add("a.txt", "a \n")), prek=False)


def separate(r):
    beside = os.path.join(os.path.dirname(str(r.root)), "beside-git")
    r.git("init", "-q", "--separate-git-dir", beside)


# Messages.
def message(name, expected, text, *args, settings=None):
    def prepare(r):
        if settings:
            r.add("xtask.toml", settings).keep()
        r.write(".git/m", text)
        r.add("n.txt", "n\n")
    case("message: " + name, expected, prepare, lambda r: r.act("commit", "-q", "-F", ".git/m", *args), prek=False)


CONV = "[hook]\nconventional = true\n"
message("short", "", "short\n")
message("72 letters", "", "x" * 72 + "\n")
message("73 letters", "subject-length", "x" * 73 + "\n")
message("72 letters beyond ASCII", "", "\u00e4" * 72 + "\n")
message("72 letters whose accents stand apart", "", "a\u0308" * 72 + "\n")
message("long body", "", "short\n\n" + "x" * 200 + "\n")
message("no empty line", "-subject-body", "short\nbody\n")
message("merge", "", "Merge branch '" + "x" * 90 + "'\n")
message("fixup", "", "fixup! " + "x" * 90 + "\n")
message("revert", "", "Revert \"" + "x" * 90 + "\"\n")
message("empty lines first", "", "\n\nshort\n")
message("empty lines first, long", "subject-length", "\n\n" + "x" * 80 + "\n")
message("comment line that stays", "", "short\n\n# a heading\n", "--cleanup=whitespace")
message("below the scissors", "", "short\n\n# ------------------------ >8 ------------------------\n" + "x" * 200 + "\n", "--cleanup=scissors")
message("own limit", "subject-length", "x" * 51 + "\n", settings="[hook]\nsubject_length = 50\n")
message("no limit", "", "x" * 300 + "\n", settings="[hook]\nsubject_length = 0\n")
message("conventional", "", "feat(x)!: a thing\n", settings=CONV)
message("not conventional", "conventional", "a thing\n", settings=CONV)
message("unknown type", "conventional", "feature: a thing\n", settings=CONV)
message("conventional merge", "", "Merge branch 'x'\n", settings=CONV)
message("conventional without description", "conventional", "feat: \n", settings=CONV)
message("injecting", "", "$(touch x) `touch y` ${{ z }}\n")
case("message: empty, allowed", "", lambda r: r.add("n.txt", "n\n"), lambda r: r.act("commit", "-q", "--allow-empty-message", "-m", ""), prek=False)
case("message: of the template with comments", "", lambda r: r.add("n.txt", "n\n").write(".git/ed", "#!/bin/sh\n{ echo short; echo; echo '# %s'; } > \"$1\"\n" % ("x" * 90)), lambda r: r.act("-c", "core.editor=sh .git/ed", "commit", "-q", env={"GIT_EDITOR": "sh .git/ed"}), prek=False)
case("message: comments first", "subject-length", lambda r: r.add("n.txt", "n\n").write(".git/ed", "#!/bin/sh\n{ echo '# note'; echo %s; } > \"$1\"\n" % ("x" * 90)), lambda r: r.act("commit", "-q", env={"GIT_EDITOR": "sh .git/ed"}), prek=False)
case("message: another comment sign", "", lambda r: (r.git("config", "core.commentChar", ";"), r.add("n.txt", "n\n").write(".git/ed", "#!/bin/sh\n{ echo '; %s'; echo short; } > \"$1\"\n" % ("x" * 90))), lambda r: r.act("commit", "-q", env={"GIT_EDITOR": "sh .git/ed"}), prek=False)
case("message: comment string", "", lambda r: (r.git("config", "core.commentString", "//"), r.add("n.txt", "n\n").write(".git/ed", "#!/bin/sh\n{ echo '// %s'; echo short; } > \"$1\"\n" % ("x" * 90))), lambda r: r.act("commit", "-q", env={"GIT_EDITOR": "sh .git/ed"}), prek=False)
case("message: verbose", "", lambda r: r.add("n.txt", "n\n" + "x" * 200 + "\n").write(".git/ed", "#!/bin/sh\n{ echo short; cat \"$1\"; } > \"$1.x\"; mv \"$1.x\" \"$1\"\n"), lambda r: r.act("commit", "-q", "-v", env={"GIT_EDITOR": "sh .git/ed"}), prek=False)


# Pushes.
def push(name, expected, prepare, *refs, setup=None):
    def ready(r):
        beside = os.path.join(os.path.dirname(str(r.root)), "beside-remote")
        r.git("init", "-q", "--bare", beside)
        r.git("remote", "add", "origin", beside)
        if setup:
            setup(r)
        r.git("push", "-q", "--no-verify", "origin", "main")
        prepare(r)
    case("push: " + name, expected, ready, lambda r: (r.act("push", "-q", "origin", *refs), r.sh("rm", "-rf", os.path.join(os.path.dirname(str(r.root)), "beside-remote")) if False else None), prek=False)


push("clean", "", lambda r: r.add("x.txt", "x\n").keep(), "main")
push("token", "token", lambda r: r.add("x.py", "T = '%s'\n" % TOKEN).keep(), "main")
push("token that was taken out again", "token", lambda r: (r.add("x.py", "T = '%s'\n" % TOKEN).keep(), r.git("rm", "-q", "x.py"), r.keep()), "main")
push("key", "private-key", lambda r: r.add("x.pem", KEY).keep(), "main")
push("large file", SIZE, lambda r: r.add("x.bin", b"\0" * 700000).keep(), "main")
push("large file that was taken out again", SIZE, lambda r: (r.add("x.bin", b"\0" * 700000).keep(), r.git("rm", "-q", "x.bin"), r.keep()), "main")
push("large file that the other side has", "", lambda r: r.add("x.txt", "x\n").keep(), "main", setup=lambda r: r.add("x.bin", b"\0" * 700000).keep())
push("large file that grows", "", lambda r: r.add("x.bin", b"\0" * 800000).keep(), "main", setup=lambda r: r.add("x.bin", b"\0" * 700000).keep())
push("blank", BLANKS, lambda r: r.add("x.txt", "x \n").keep(), "main")
push("blank that is mended on the way", "", lambda r: r.add("x.txt", "x \n").keep().add("x.txt", "x\n").keep(), "main")
push("new branch", "token", lambda r: (r.git("checkout", "-q", "-b", "new"), r.add("x.py", "T = '%s'\n" % TOKEN).keep()), "new")
push("new branch without new commits", "", lambda r: r.git("branch", "new"), "new")
push("new branch, old faults", "", lambda r: r.git("branch", "new"), "new", setup=lambda r: r.add("x.txt", "x \n").keep())
push("deletion", "", lambda r: r.git("push", "-q", "--no-verify", "origin", "main:gone"), ":gone")
push("tag", "token", lambda r: (r.add("x.py", "T = '%s'\n" % TOKEN).keep(), r.git("tag", "-a", "v1", "-m", "v1"), r.git("reset", "-q", "--hard", "HEAD~1")), "v1")
push("light tag", "", lambda r: r.git("tag", "v1"), "v1")
push("forced", "", lambda r: (r.git("reset", "-q", "--hard", "HEAD~1"), r.add("y.txt", "y\n").keep()), "+main", setup=lambda r: r.add("x.txt", "x\n").keep())
push("nothing new", "", lambda r: None, "main")


# Cases beside those above: what else stands in a commit.
def amend_merge(r):
    OTHER(r)
    r.git("merge", "-q", "--no-ff", "-m", "m", "side")
    r.add("e.txt", "e \n")


def mailed(r):
    r.add("both.txt", "one\ntwo\nthree\n").keep()
    r.git("checkout", "-q", "-b", "side")
    r.add("both.txt", "one\nside\nthree\n").keep()
    r.git("format-patch", "-q", "-1", "-o", ".git/mail")
    r.git("checkout", "-q", "main")
    r.add("both.txt", "one\nmain\nthree\n").keep()
    r.sh("sh", "-c", "git am -q -3 .git/mail/*.patch", check=False)


case("amend of a merge, dirty", BLANKS, amend_merge, lambda r: r.commit("--amend"), prek=False)
case("amend of a merge, clean", "", lambda r: (amend_merge(r), r.add("e.txt", "e\n")), lambda r: r.commit("--amend"), prek=False)
case("commit while patches are applied", BLANKS, lambda r: (mailed(r), r.add("both.txt", "one\nboth \nthree\n")))
case("commit while bisecting", BLANKS, lambda r: (r.add("x.txt", "x\n").keep(), r.git("bisect", "start"), r.add("a.txt", "a \n")))
case("revert in progress, dirty", BLANKS, lambda r: (r.add("both.txt", "1\n").keep().add("both.txt", "2\n").keep().add("both.txt", "3\n").keep(), r.sh("git", "revert", "--no-edit", "HEAD~1", check=False), r.add("both.txt", "4 \n")))
case("commit --only with a removal", LINK, lambda r: (os.remove(r.path("README.md")), r.add("b.txt", "b\n")), lambda r: r.commit("--only", "README.md"))
case("commit with pathspec from a file", BLANKS, lambda r: r.write("src/main.rs", "fn main() {} \n").write("list", "src/main.rs\n"), lambda r: r.commit("--pathspec-from-file=list"))
case("partial: link staged, its file not", LINK, lambda r: (r.write("notes/new.md", "# New\n"), r.add("notes/b.md", "[x](new.md)\n")))
case("partial: heading staged under another name", ANCHOR, lambda r: (r.add("README.md", "# Two\n\nText.\n"), r.write("README.md", "# One\n\nText.\n")))
case("partial: token in one hunk, staged the other", "", lambda r: (r.add("a.py", "x = 1\n").keep(), r.add("a.py", "x = 2\n"), r.write("a.py", "x = 2\ny = '%s'\n" % TOKEN)))
case("renamed with a dirty edit left in the work tree", "", lambda r: (r.git("mv", "src/main.rs", "src/x.rs"), r.write("src/x.rs", "fn main() {} \n")))
case("renamed folder, links within it hold", "", lambda r: (r.add("notes/b.md", "[a](a.md)\n").keep(), r.git("mv", "notes", "texts")), prek=False)
case("renamed folder, link into it", LINK, lambda r: (r.add("index.md", "[a](notes/a.md)\n").keep(), r.git("mv", "notes", "texts")), prek=False)
case("two files trade names", "", lambda r: (r.add("x.md", "# X\n").add("y.md", "# Y\n").keep(), r.git("mv", "x.md", "z.md"), r.git("mv", "y.md", "x.md"), r.git("mv", "z.md", "y.md")))
case("two files trade names, an anchor is lost", ANCHOR, lambda r: (r.add("x.md", "# X\n").add("y.md", "# Y\n").add("l.md", "[x](x.md#x)\n").keep(), r.git("mv", "x.md", "z.md"), r.git("mv", "y.md", "x.md"), r.git("mv", "z.md", "y.md")))
case("intent to add, imported", IMPORT, lambda r: (r.write("pkg/late.py", "def f():\n    return 1\n"), r.git("add", "-N", "pkg/late.py"), r.add("pkg/use.py", "from pkg.core import run\nfrom pkg.late import f\n\nprint(run(1, 2), f())\n")))
case("intent to add, a note that repeats", "", lambda r: (r.write("notes/copy.md", "# A\n\nSee [one](../README.md#one).\n"), r.git("add", "-N", "notes/copy.md"), r.add("n.txt", "n\n")))
case("submodule removed, linked", LINK, lambda r: (submodule(r), r.add("notes/b.md", "[x](../sub)\n").keep(), r.git("rm", "-q", "sub")))
case("submodule becomes a folder", BLANKS, lambda r: (submodule(r), r.keep(), r.git("rm", "-q", "sub"), r.add("sub/a.txt", "a \n")))
case("file becomes a submodule, linked with an anchor", "", lambda r: (r.add("sub", "x\n").add("notes/b.md", "[x](../sub)\n").keep(), r.git("rm", "-q", "sub"), submodule(r)))
case("symbolic link turned to another target", ANCHOR, lambda r: (r.add("docs/t.md", "# T\n").add("docs/u.md", "# U\n"), os.symlink("docs/t.md", r.path("l.md")), r.git("add", "l.md"), r.add("notes/b.md", "[x](../l.md#t)\n").keep(), os.remove(r.path("l.md")), os.symlink("docs/u.md", r.path("l.md")), r.git("add", "l.md")), prek=False)
case("file of two links on disk", "", lambda r: (r.add("a.txt", "a\n"), os.link(r.path("a.txt"), r.path("b.txt")), r.git("add", "b.txt")))
many("private-key", ("key in utf-16 big endian", "k.txt", b"\xfe\xff" + KEY.encode("utf-16-be")), ("key in utf-16 without a mark", "k.txt", KEY.encode("utf-16-le")),
     ("PuTTY key", "k.ppk", "PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\nComment: k\nPublic-Lines: 1\nAAAA\nPrivate-Lines: 1\nAAAAgQDq1b2c3\nPrivate-MAC: 00\n"),
     prek=False)
many("token", ("token in json", "a.json", '{"t": "%s"}\n' % TOKEN), ("token in a link", "a.md", "[x](https://%s@github.com/a/b)\n" % TOKEN), ("token at the very end", "a.bin", b"\x00\x01" + TOKEN.encode()),
     ("token in utf-16 big endian", "a.txt", b"\xfe\xff" + ("t = " + TOKEN + "\n").encode("utf-16-be")), ("AWS secret", "a.ini", "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYq9Zk3mT1vB\n"))
many("", ("token's hash in a lock file", "a.lock", "checksum = \"%s\"\n" % ("0f1e2d3c" * 8)), ("utf-16 yaml", "a.yaml", "a: 1\n".encode("utf-16")), ("json with a mark", "a.json", b"\xef\xbb\xbf{}\n"),
     ("json in a minified file", "a.json", '{"a":[1,2,{"b":null}]}\n'), ("yaml with quotes and signs", "a.yml", "on: {a: 'it''s', b: \"x\\ty\"}\n"), ("toml with all kinds", "a.toml", "a = 0xff\nb = 1e5\nc = [1, [2]]\nd = {e = 1}\nf = '''x'''\n"),
     ("toml of the largest number", "a.toml", "a = 9223372036854775807\nb = -9223372036854775808\n"), prek=False)
many("toml", ("toml of a number too large", "a.toml", "a = 9223372036854775808\n"), ("toml number too large in a list", "a.toml", "a = [1, {b = 99999999999999999999}]\n"), ("toml date of no day", "a.toml", "a = 2024-02-31\n"), prek=False)
files("LFS by a macro of attributes", SIZE, (".gitattributes", "[attr]large filter=lfs diff=lfs merge=lfs -text\n*.big large\n"), ("a.big", "raw\n"), prek=False)
files("LFS taken back for one folder", "", (".gitattributes", LFS), ("plain/.gitattributes", "*.big -filter\n"), ("plain/a.big", "raw\n"), prek=False)
case("LFS by the attributes of the repository alone", SIZE, lambda r: (os.makedirs(r.path(".git/info"), exist_ok=True), r.write(".git/info/attributes", LFS).add("a.big", "raw\n")), prek=False)
case("large file renamed and grown", "", lambda r: (r.add("big.txt", "0123456789abcde\n" * 33000).keep(), r.git("mv", "big.txt", "other.txt"), r.add("other.txt", "0123456789abcde\n" * 33100)), prek=False)
case("small file replaced by a large one", SIZE, lambda r: r.add("x.txt", "x\n").keep().add("x.txt", "0123456789abcde\n" * 33000))
case("case conflict of a file and a folder", "case-conflict", lambda r: r.add("Notes", "x\n"))
case("case conflict with a removed file's folder", "", lambda r: (r.git("rm", "-rq", "notes"), r.add("Notes/z.txt", "z\n")))
case("underline in markdown while merging", "", lambda r: (OTHER(r), r.sh("git", "merge", "-q", "--no-commit", "side", check=False), r.add("u.md", "Heading\n=======\n\nText.\n")), prek=False)
many(LINK, ("link in a table", "notes/b.md", "| a | b |\n| --- | --- |\n| [x](gone.md) | c |\n"), ("link in a heading", "notes/b.md", "# [x](gone.md)\n"), ("link in a quote", "notes/b.md", "> [x](gone.md)\n"),
     ("link with an angle bracket", "notes/b.md", "[x](<gone file.md>)\n"), ("link over two lines", "notes/b.md", "[x\ny](gone.md)\n"), ("link with a query", "notes/b.md", "[x](gone.md?raw=1)\n"), ("image within a link", "notes/b.md", "[![x](gone.png)](https://example.org)\n"))
many("", ("link to itself", "notes/b.md", "# B\n\n[x](b.md#b)\n"), ("link to the folder above", "notes/b.md", "[x](..)\n"), ("underlined heading", "notes/b.md", "Big one\n=======\n\n[x](#big-one)\n"), ("heading with code and stress", "notes/b.md", "# A `b` *c*!\n\n[x](#a-b-c)\n"),
     ("named anchor", "notes/b.md", "<a name=\"here\"></a>\n\n[x](#here)\n"), ("mail address", "notes/b.md", "[x](mailto:a@example.org)\n"), ("link that is escaped", "notes/b.md", "\\[x](gone.md)\n"), ("footnote", "notes/b.md", "A[^1].\n\n[^1]: Text.\n"),
     ("heading in a list", "notes/b.md", "- # Deep\n\n[x](#deep)\n"), ("third heading of a name", "notes/b.md", "# A\n\n# A\n\n# A\n\n[x](#a-2)\n"))
case("heading loses its second of a name", ANCHOR, lambda r: r.add("notes/b.md", "# A\n\n# A\n").add("notes/c.md", "[x](b.md#a-1)\n").keep().add("notes/b.md", "# A\n\nText.\n"))
case("underlined heading renamed", ANCHOR, lambda r: r.add("notes/b.md", "Big one\n=======\n").add("notes/c.md", "[x](b.md#big-one)\n").keep().add("notes/b.md", "Big two\n=======\n"))
case("heading hidden in a fence", ANCHOR, lambda r: r.add("notes/b.md", "# A\n\n# B\n").add("notes/c.md", "[x](b.md#b)\n").keep().add("notes/b.md", "# A\n\n```\n# B\n```\n"))
case("heading hidden in a comment", ANCHOR, lambda r: r.add("notes/b.md", "# A\n\n# B\n").add("notes/c.md", "[x](b.md#b)\n").keep().add("notes/b.md", "# A\n\n<!--\n# B\n-->\n"))
case("heading gone by a line joined to it", ANCHOR, lambda r: r.add("notes/b.md", "Text\n\nB\n---\n").add("notes/c.md", "[x](b.md#b)\n").keep().add("notes/b.md", "Text\n\nB\nmore\n---\n"))
case("lines appended to a note", "", lambda r: r.add("notes/b.md", "# B\n").add("notes/c.md", "[x](b.md#b)\n").keep().add("notes/b.md", "# B\n\nMore.\n"))
case("lines appended to a note, link to nothing", LINK, lambda r: r.add("notes/b.md", "# B\n").keep().add("notes/b.md", "# B\n\n[x](gone.md)\n"))
case("reference appended that renames a heading", ANCHOR, lambda r: r.add("notes/b.md", "# See [it][one]\n").add("notes/c.md", "[x](b.md#see-itone)\n").keep().add("notes/b.md", "# See [it][one]\n\n[one]: https://example.org\n"))
case("module becomes a package", "", lambda r: (r.git("rm", "-q", "pkg/core.py"), r.add("pkg/core/__init__.py", "def run(a, b):\n    return a + b\n")))
case("package loses its first file, names gone", IMPORT, lambda r: (r.add("lib/__init__.py", "def f():\n    return 1\n").add("go.py", "from lib import f\n\nf()\n").keep(), r.git("rm", "-q", "lib/__init__.py"), r.add("lib/x.py", "y = 1\n")))
case("name imported by a list over lines", IMPORT, lambda r: r.add("pkg/many.py", "from pkg.core import (\n    other,\n    nothing,\n)\n\nother(), nothing()\n"))
case("import in a function", IMPORT, lambda r: r.add("pkg/late.py", "def f():\n    from pkg.core import nothing\n    return nothing\n"))
case("import of a module beside the package", "", lambda r: r.add("tool.py", "def t():\n    return 1\n").add("use_tool.py", "from tool import t\n\nt()\n"))
case("name given again by assignment", "", lambda r: r.add("pkg/core.py", "def _run(a, b):\n    return a + b\n\n\nrun = _run\n\n\ndef other():\n    return 1\n"))
case("class loses a method that is called by name", "", lambda r: r.add("pkg/c.py", "class C:\n    def m(self):\n        return 1\n").add("pkg/d.py", "from pkg.c import C\n\nC().m()\n").keep().add("pkg/e.py", "x = 1\n"))
case("constructor takes more, caller left", CALL, lambda r: r.add("pkg/c.py", "class C:\n    def __init__(self, a):\n        self.a = a\n").add("pkg/d.py", "from pkg.c import C\n\nC(1)\n").keep().add("pkg/c.py", "class C:\n    def __init__(self, a, b):\n        self.a = a + b\n"))
case("arguments become named ones, caller left", CALL, lambda r: r.add("pkg/core.py", "def run(a, *, b):\n    return a + b\n\n\ndef other():\n    return 1\n"))
case("arguments of any number", "", lambda r: r.add("pkg/core.py", "def run(*args, **more):\n    return args\n\n\ndef other():\n    return 1\n"))
case("path named in a folder's readme moved", STALE, lambda r: (r.add("src/README.md", "Begin with `src/main.rs`.\n").keep(), r.git("mv", "src/main.rs", "src/start.rs")))
case("path named in a container file removed", STALE, lambda r: (r.add("tools/run.sh", "echo\n").add("Dockerfile", "FROM scratch\nCOPY tools/run.sh /run.sh\n").keep(), r.git("rm", "-q", "tools/run.sh")))
case("path named in settings moved", STALE, lambda r: (r.add("tools/run.py", "x = 1\n").add("pyproject.toml", "[tool.x]\nscript = \"tools/run.py\"\n").keep(), r.git("mv", "tools/run.py", "tools/go.py")))
many("duplicate-note", ("note identical in another folder", "docs/a.md", "# A\n\nSee [one](../README.md#one).\n"))
many("", ("empty note beside another", "notes/empty.md", ""), ("note identical to code", "notes/main.md", "fn main() {}\n"))
many("test-leftover", ("hypothesis data", ".hypothesis/examples/a", "x\n"), ("tox data", ".tox/py/a.txt", "x\n"), ("ruff cache", ".ruff_cache/0.1/a", "x\n"), ("parallel coverage data", ".coverage.host.12.345", "x\n"), ("coverage in xml", "coverage.xml", "<coverage/>\n"), prek=False)
many("-debug", ("focused block", "a.spec.ts", "describe.only('x', () => {});\n"), ("byebug", "a.rb", "def a\n  byebug\nend\n"), ("var_dump", "a.php", "<?php\nvar_dump($a);\n"))
case("debugging in a new file beside a removed one", "-debug", lambda r: (r.git("rm", "-q", "src/main.rs"), r.add("a.py", "breakpoint()\n")))
case("debugging moved within a file", "", lambda r: r.add("a.py", "x = 1\nbreakpoint()\ny = 2\n").keep().add("a.py", "w = 0\nx = 1\nbreakpoint()\ny = 2\n"))
case("settings staged that cannot be read", "", lambda r: r.add("xtask.toml", "[hook]\nnothing = 1\n"), lambda r: (r.commit(), setattr(r, "done", not r.done and "nothing" in r.said)), prek=False)
case("settings in the work tree alone do not count", BLANKS, lambda r: r.add("xtask.toml", "[hook]\n").keep().write("xtask.toml", "[hook]\ndisable = [\"trailing-blanks\"]\n").add("a.txt", "a \n"), prek=False)
case("settings taken out by this commit", BLANKS, lambda r: (r.add("xtask.toml", "[hook]\ndisable = [\"trailing-blanks\"]\n").keep(), r.git("rm", "-q", "xtask.toml"), r.add("a.txt", "a \n")), prek=False)
case("a name of five thousand letters in its folders", BLANKS, lambda r: r.add("/".join(["d" * 200] * 18) + "/a.txt", "a \n"), prek=False)
case("a thousand files, one dirty", BLANKS, lambda r: ([r.write("many/%04d.txt" % n, "x%d%s\n" % (n, " " if n == 777 else "")) for n in range(1000)], r.git("add", ".")), prek=False)
case("a hundred notes, one broken", LINK, lambda r: ([r.write("notes/%03d.md" % n, "# N%d\n\n[x](%s.md)\n" % (n, "gone" if n == 77 else "%03d" % (n - 1 if n else 0))) for n in range(100)], r.git("add", ".")), prek=False)


def partial(r, *args):
    """A clone without contents beyond its notes; it lacks those of the Python files."""
    r.git("config", "uploadpack.allowFilter", "true")
    place = os.path.join(os.path.dirname(str(r.root)), "beside-partial")
    r.git("clone", "-q", "--filter=blob:none", "--sparse", "file://" + str(r.root), place)
    r.git("sparse-checkout", "set", "notes", cwd=place)
    for name, value in (("user.name", "t"), ("user.email", "t@x.invalid")):
        r.git("config", name, value, cwd=place)
    os.makedirs(os.path.join(place, ".git/xtask/bin"), exist_ok=True)
    os.symlink(os.path.realpath(r.path(".git/xtask/bin/xtask")), os.path.join(place, ".git/xtask/bin/xtask"))
    for hook in ("pre-commit", "commit-msg"):
        with open(r.path(".git/hooks/" + hook)) as text, open(os.path.join(place, ".git/hooks", hook), "w") as file:
            file.write(text.read())
        os.chmod(os.path.join(place, ".git/hooks", hook), 0o755)
    r.git(*args, cwd=place)
    return place


case("partial clone, a note removed", "-broken-link", None, lambda r: r.commit(cwd=partial(r, "rm", "-q", "notes/a.md")), prek=False)
case("partial clone, a note edited", BLANKS, None, lambda r: (lambda place: (open(os.path.join(place, "notes/a.md"), "a").write("more \n"), r.commit("-a", cwd=place)))(partial(r, "status", "-s")), prek=False)
