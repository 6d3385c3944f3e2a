use super::symbols;
use crate::repo::RepoPath;

fn listed(path: &str, text: &str) -> String {
    symbols(&RepoPath::from(path), text)
        .iter()
        .map(|symbol| {
            format!(
                "{}-{} {:?} {} {:?}\n",
                symbol.line, symbol.end_line, symbol.kind, symbol.name, symbol.read_by
            )
        })
        .collect()
}

#[test]
fn python_has_functions_methods_and_classes_with_their_lines() {
    let text = "@decorated
def free(a,
         b):
    def inner(): pass
    return a

class Outer(Base):
    class Inner:
        async def run(self):
            pass
    if x:
        def twice(self): pass
type Pair = tuple[int, int]
";
    insta::assert_snapshot!(listed("a.py", text), @r"
    2-5 Function free Parser
    7-12 Class Outer Parser
    8-10 Class Outer.Inner Parser
    9-10 Method Outer.Inner.run Parser
    12-12 Method Outer.twice Parser
    13-13 Type Pair Parser
    ");
}

#[test]
fn python_that_does_not_parse_is_read_by_pattern_and_says_so() {
    let text = "class Old:\n    def run(self):\n        print 'x'\n\ndef free():\n    def inner(): pass\n    print 1\n";
    insta::assert_snapshot!(listed("a.py", text), @r"
    1-3 Class Old Pattern
    2-3 Method Old.run Pattern
    5-7 Function free Pattern
    ");
}

#[test]
fn rust_methods_carry_the_type_of_their_block() {
    let text = r##"
/// fn not_this() {}
pub(crate) async fn free<'a>(text: &'a str) -> char {
    let s = "fn nor_this() {";
    '{'
}
pub struct Point { x: i32 }
impl<T: Fn() -> u8> Show for Wrapper<T>
where
    T: Clone,
{
    type Out = u8;
    const fn show(&self) -> [u8; 2] {
        r#"}"#;
        [1, 2]
    }
}
trait Show {
    fn show(&self) -> [u8; 2];
}
macro_rules! make { () => {} }
struct Unit;
impl<'a> Show for &'a mut Unit {
    fn show(&self) {}
}
"##;
    insta::assert_snapshot!(listed("a.rs", text), @r"
    3-6 Function free Pattern
    7-7 Type Point Pattern
    13-16 Method Wrapper::show Pattern
    18-20 Type Show Pattern
    19-19 Method Show::show Pattern
    21-21 Macro make Pattern
    22-22 Type Unit Pattern
    24-24 Method Unit::show Pattern
    ");
}

#[test]
fn javascript_has_functions_arrows_classes_methods_and_types() {
    let text = "export default async function load(url) {
  if (url) { return /[{]/; }
}
const add = (a, b) => a + b;
export class Store extends Base {
  static async get(key) {
    for (const x of y) { z(); }
  }
  #hidden() { return `${`}`}`; }
}
export interface Shape { area(): number }
type Pair<T> = [T, T];
";
    insta::assert_snapshot!(listed("a.ts", text), @r"
    1-3 Function load Pattern
    4-4 Function add Pattern
    5-10 Class Store Pattern
    6-8 Method Store.get Pattern
    9-9 Method Store.#hidden Pattern
    11-11 Type Shape Pattern
    12-12 Type Pair Pattern
    ");
}

#[test]
fn go_and_c_definitions_are_found() {
    let go = "package a
type Point struct {
\tX int
}
func (p *Point) Move(dx int) {
\tp.X += dx
}
func Free[T any](x T) T { return x }
";
    insta::assert_snapshot!(listed("a.go", go), @r"
    2-4 Type Point Pattern
    5-7 Method Point.Move Pattern
    8-8 Function Free Pattern
    ");
    let c = "#define MAX(a, b) \\
    ((a) > (b))
typedef struct point { int x; } point_t;
static int declared(int a);
static inline const char *
name_of(struct point *p, void (*then)(int))
{
    if (p) { return \"}\"; }
    return 0;
}
";
    insta::assert_snapshot!(listed("a.c", c), @r"
    1-2 Macro MAX Pattern
    3-3 Type point Pattern
    6-10 Function name_of Pattern
    ");
}

#[test]
fn c_functions_whose_parameters_are_declared_below_are_found() {
    let c = "static int run OF((int a));
extern int count(a, b);
int ZEXPORT run (first, second)
    const char *first; /* { */
    int (*second)();
{
    return second(first);
}
local void
init(s)
    state *s;
{
    s->on = 1;
}
";
    insta::assert_snapshot!(listed("a.c", c), @r"
    3-8 Function run Pattern
    10-14 Function init Pattern
    ");
}

#[test]
fn unknown_language_has_no_symbols() {
    assert_eq!(listed("a.md", "def x(): pass"), "");
}
