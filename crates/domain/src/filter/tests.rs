//! The language as a whole: what is understood, what is said about mistakes, and the two laws —
//! nothing makes the parser panic, and what is printed means the same.

use super::cost::COST_MAX;
use super::*;
use crate::issue::{IssueType, Priority, Resolution, Severity};
use crate::list::{Sort, SortField};
use crate::workflow::Category;
use chrono::NaiveDate;
use proptest::prelude::*;

/// A text and its canonical form.
const FORMS: &[(&str, &str)] = &[
    ("", ""),
    ("   ", ""),
    ("is:open", "is:open"),
    ("IS:Open  AND type:Bug", "is:open type:bug"),
    ("is:open,closed", "is:open OR is:closed"),
    (
        "is:mine (is:open,overdue)",
        "is:mine (is:open OR is:overdue)",
    ),
    ("status:\"In Progress\"", "status:in_progress"),
    ("prio:critical sev:>=major", "priority:1 severity:>=high"),
    ("priority:=2", "priority:2"),
    ("assignee:@Me,NONE,@Ada", "assignee:@me,none,ada"),
    ("tag:\"needs, design\"", "label:\"needs, design\""),
    ("label:\"none\"", "label:\"none\""),
    ("due:YESTERDAY..tomorrow", "due:-1d..+1d"),
    ("updated:>-0w", "updated:>today"),
    ("points:3..8,none,>=13", "points:3..8,none,>=13"),
    ("was:status:triaged", "was:status=triaged"),
    ("was:points>=8", "was:points>=8"),
    ("changed:label,due", "changed:labels,due_date"),
    ("voted:@Me -watching:@me", "is:voted -is:watching"),
    ("has:files", "has:attachment"),
    ("parent:app-007", "parent:APP-7"),
    ("project:\"none\"", "project:\"NONE\""),
    ("NOT a OR NOT (b c)", "-a OR -(b c)"),
    ("a b OR c d", "a b OR c d"),
    ("(a OR b) c", "(a OR b) c"),
    ("((a)) (b c)", "a b c"),
    ("--a", "--a"),
    ("\"a \\\"b\\\" \\\\\"", "\"a \\\"b\\\" \\\\\""),
    ("\u{e4}rger APP-12 c++", "\u{e4}rger APP-12 c++"),
    ("or and not", "or and not"),
    (
        "sort:-priority,updated is:open",
        "is:open sort:-priority,updated",
    ),
    ("a OR b sort:key", "a OR b sort:key"),
    ("sort:title", "sort:title"),
];

#[test]
fn texts_are_understood_and_have_one_form() {
    for (text, form) in FORMS {
        let query = parse(text).unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!(query.to_string(), *form, "{text}");
        assert_eq!(parse(form).unwrap(), query, "{form}");
    }
}

/// A text, where its mistake is, and what is said of it.
const MISTAKES: &[(&str, usize, usize, &str)] = &[
    (
        "\u{e4}\u{f6} severity:hgih",
        12,
        4,
        "`hgih` is no value of severity; expected low, medium, high or critical. (at character 13) Did you mean `high`?",
    ),
    (
        "is:opne",
        3,
        4,
        "`opne` is no value of is; expected open, closed, overdue, unassigned, mine, watching, voted or blocked. (at character 4) Did you mean `open`?",
    ),
    (
        "label:>a",
        6,
        1,
        "Values of label have no order to compare by. (at character 7)",
    ),
    (
        "reporter:none",
        9,
        4,
        "reporter is never empty. (at character 10)",
    ),
    (
        "was:reporter=ada",
        4,
        8,
        "reporter never changes, so it has no past. (at character 5)",
    ),
    (
        "was:status",
        10,
        0,
        "A value is missing after `was:status`. (at character 11)",
    ),
    (
        "points:8..3",
        7,
        4,
        "The range ends before it begins. (at character 8)",
    ),
    (
        "status:",
        7,
        0,
        "A value is missing after `status:`. (at character 8)",
    ),
    (
        "status:a,",
        9,
        0,
        "A value is missing after `status:`. (at character 10)",
    ),
    (
        "a OR",
        2,
        2,
        "A condition is missing beside `OR`. (at character 3)",
    ),
    (
        "OR a",
        0,
        2,
        "A condition is missing beside `OR`. (at character 1)",
    ),
    (
        "a AND",
        2,
        3,
        "A condition is missing beside `AND`. (at character 3)",
    ),
    (
        "NOT",
        0,
        3,
        "A condition is missing beside `NOT`. (at character 1)",
    ),
    (
        "label:\"b c",
        6,
        4,
        "The quote is not closed. (at character 7)",
    ),
    (
        "(sort:key)",
        1,
        4,
        "`sort:` is said once, and not inside of parentheses or after NOT. (at character 2)",
    ),
    (
        "due:2026-02-30",
        4,
        10,
        "`2026-02-30` is no value of due; expected a day: 2026-01-31, today, yesterday, tomorrow, -7d, +2w, -1m or -1y. (at character 5)",
    ),
    (
        "due:>tomorow",
        5,
        7,
        "`tomorow` is no value of due; expected a day: 2026-01-31, today, yesterday, tomorrow, -7d, +2w, -1m or -1y. (at character 6) Did you mean `tomorrow`?",
    ),
    (
        "due:-99999999999d",
        4,
        13,
        "`-99999999999d` is no value of due; expected a day: 2026-01-31, today, yesterday, tomorrow, -7d, +2w, -1m or -1y. (at character 5)",
    ),
    (
        "sort:pasword",
        5,
        7,
        "`pasword` is no value of sort; expected a field to order by, such as -updated. (at character 6)",
    ),
    (
        "a\0",
        1,
        1,
        "This character cannot be part of a filter. (at character 2)",
    ),
    (
        "voted:ada",
        6,
        3,
        "`ada` is no value of voted; expected @me; who else does is nobody's business. (at character 7)",
    ),
];

#[test]
fn mistakes_are_named_with_their_place() {
    for (text, position, length, sentence) in MISTAKES {
        let mistake = parse(text).unwrap_err();
        assert_eq!(mistake.to_string(), *sentence, "{text}");
        assert_eq!(
            (mistake.position, mistake.length),
            (*position, *length),
            "{text}"
        );
    }
}

#[test]
fn a_suggestion_put_in_the_place_of_the_mistake_is_understood() {
    for (text, ..) in MISTAKES {
        let mistake = parse(text).unwrap_err();
        let Some(word) = mistake.suggestion else {
            continue;
        };
        let mut letters: Vec<char> = text.chars().collect();
        letters.splice(
            mistake.position..mistake.position + mistake.length,
            word.chars(),
        );
        let mended: String = letters.into_iter().collect();
        parse(&mended).unwrap_or_else(|e| panic!("{mended}: {e}"));
    }
}

/// What people paste, and the words in it that are looked for.
const PASTED: &[(&str, &str)] = &[
    ("Error: cannot read \"foo\"", "Error cannot read \"foo\""),
    ("https://example.com/a?b=c#d", "https://example.com/a?b=c#d"),
    (
        "(see http://localhost:8080/x)",
        "see http://localhost:8080/x",
    ),
    ("ActiveRecord::Relation", "ActiveRecord::Relation"),
    ("status::Code", "status::Code"),
    ("R & D", "R D"),
    ("C:\\Users\\me", "C:\\Users\\me"),
    ("12:30", "12:30"),
    ("\u{1f1e6}\u{1f1f9} Wien", "Wien"),
    ("main() returns (1)", "main returns 1"),
    ("it broke :(", "it broke"),
    (":) again :", "again"),
    ("::new", "new"),
    ("a - b", "a b"),
    ("left -> right", "left right"),
    ("5\" screen", "5 screen"),
    ("he said \"no", "he said no"),
    ("(a b", "a b"),
    ("a ) b", "a b"),
    ("*** \"!!!\" ()", ""),
    ("sevrity:high", "sevrity:high"),
    ("points>3", "points>3"),
    ("Title: the log", "Title the log"),
    (
        "TypeError: x is undefined (at app.js:12:5)",
        "TypeError x is undefined at app.js:12:5",
    ),
];

#[test]
fn what_is_pasted_is_text() {
    for (pasted, words) in PASTED {
        let query = parse(pasted).unwrap_or_else(|mistake| panic!("{pasted}: {mistake}"));
        assert_eq!(query.to_string(), *words, "{pasted}");
    }
}

#[test]
fn what_was_probably_meant_is_offered_beside_the_answer() {
    for (text, position, length, meant, mended) in [
        (
            "is:open sevrity:high",
            8,
            7,
            "severity",
            "is:open severity:high",
        ),
        ("points>3 is:open", 0, 8, "points:>3", "points:>3 is:open"),
        (
            "is:open status: done",
            8,
            8,
            "status:",
            "is:open status:done",
        ),
        ("asignee:@me", 0, 7, "assignee", "assignee:@me"),
    ] {
        let (_, hints) = super::read(text).unwrap();
        let [hint] = hints.as_slice() else {
            panic!("{text}: {hints:?}");
        };
        assert_eq!((hint.position, hint.length), (position, length), "{text}");
        assert_eq!(hint.suggestion.as_deref(), Some(meant));
        assert_eq!(super::parse_surely(text).as_ref(), Err(hint));
        let mut letters: Vec<char> = text.chars().collect();
        letters.splice(position..position + length, meant.chars());
        let text: String = letters.into_iter().collect();
        assert_eq!(text, mended);
        assert!(super::parse_surely(&text).is_ok());
    }
    // A list passes over a sign; a change would find more without it.
    for text in [
        "***",
        "is:open \"!!\"",
        "-***",
        "is:open -",
        "a )",
        "a (b",
        "()",
        ":a",
        "5\"",
    ] {
        assert!(parse(text).is_ok(), "{text}");
        assert!(super::parse_surely(text).is_err(), "{text}");
    }
    for text in ["", "is:open (label:a OR label:b) -\"a b\" c-d"] {
        assert!(super::parse_surely(text).is_ok(), "{text}");
    }
    for text in [
        "Error: cannot read",
        "https://example.com",
        "12:30",
        "is:open invoice",
    ] {
        assert!(super::read(text).unwrap().1.is_empty(), "{text}");
    }
}

#[test]
fn a_text_that_is_not_whole_yet_is_told_from_a_wrong_one() {
    for text in ["status:", "is:open label:a,", "a OR", "label:\"b c"] {
        let length = text.chars().count();
        assert!(parse(text).unwrap_err().is_unfinished(length), "{text}");
    }
    for text in ["is:opne", "OR a", "status:, a"] {
        let length = text.chars().count();
        assert!(!parse(text).unwrap_err().is_unfinished(length), "{text}");
    }
}

#[test]
fn what_is_too_much_is_refused() {
    let long = "a".repeat(LENGTH_MAX + 1);
    let deep = format!(
        "{}a{}",
        "(".repeat(DEPTH_MAX + 1),
        ")".repeat(DEPTH_MAX + 1)
    );
    let negated = format!("{}a", "-".repeat(DEPTH_MAX + 1));
    let many = "a ".repeat(COST_MAX as usize + 1);
    let values = format!("points:{}", vec!["1"; VALUES_MAX + 1].join(","));
    for text in [
        &long,
        &deep,
        &negated,
        &many,
        &values,
        &"(".repeat(LENGTH_MAX),
    ] {
        let reason = parse(text).unwrap_err().reason;
        assert!(matches!(reason, Reason::TooMuch(_)), "{reason}");
    }
    parse(&"a".repeat(LENGTH_MAX)).unwrap();
    parse(&"a ".repeat(COST_MAX as usize)).unwrap();
    parse(&format!(
        "{}a{}",
        "(".repeat(DEPTH_MAX),
        ")".repeat(DEPTH_MAX)
    ))
    .unwrap();
}

fn any_of<T: Copy + std::fmt::Debug>(all: &'static [T]) -> impl Strategy<Value = T> {
    prop::sample::select(all)
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{1,6}",
        "[ -~\u{e4}\u{1f600}]{0,8}[a-z\u{e4}0-9]",
        Just("none".to_string()),
        Just("@me".to_string()),
        Just("a..b".to_string()),
    ]
}

fn day() -> impl Strategy<Value = Day> {
    prop_oneof![
        (1i32..400_000).prop_map(|n| {
            let first = NaiveDate::from_ymd_opt(1900, 1, 1).unwrap();
            Day::On(first + chrono::Duration::days(n.into()))
        }),
        (-99i32..99, any_of(Unit::ALL)).prop_map(|(n, unit)| match n {
            0 => Day::From(0, Unit::Day),
            n => Day::From(n, unit),
        }),
    ]
}

fn value(kind: Kind) -> BoxedStrategy<Value> {
    match kind {
        Kind::Status => "[a-z_]{1,9}".prop_map(Value::Status).boxed(),
        Kind::Category => any_of(Category::ALL).prop_map(Value::Category).boxed(),
        Kind::Type => any_of(IssueType::ALL).prop_map(Value::Type).boxed(),
        Kind::Severity => any_of(Severity::ALL).prop_map(Value::Severity).boxed(),
        Kind::Priority => any_of(Priority::ALL).prop_map(Value::Priority).boxed(),
        Kind::Resolution => any_of(Resolution::ALL).prop_map(Value::Resolution).boxed(),
        Kind::Person => prop_oneof![
            Just(Value::Me),
            name().prop_filter_map("no user name", |n| Value::person(&n))
        ]
        .boxed(),
        Kind::Label | Kind::Version | Kind::Text => name().prop_map(Value::Name).boxed(),
        Kind::Project => "[A-Z][A-Z0-9]{1,9}".prop_map(Value::Project).boxed(),
        Kind::Issue => ("[A-Z][A-Z0-9]{1,9}", 0i64..10_000_000)
            .prop_map(|(project, number)| Value::Issue { project, number })
            .boxed(),
        Kind::Number => (-5i64..2_000).prop_map(Value::Number).boxed(),
        Kind::Day | Kind::Instant => day().prop_map(Value::Day).boxed(),
    }
}

fn test_of(field: Field) -> BoxedStrategy<Test> {
    let row = field.row();
    let mut kinds = vec![value(row.kind).prop_map(Test::Is).boxed()];
    if row.none {
        kinds.push(Just(Test::None).boxed());
    }
    if row.kind.ordered() {
        let compared = (any_of(Op::ALL), value(row.kind));
        kinds.push(compared.prop_map(|(op, v)| Test::Compare(op, v)).boxed());
        kinds.push(
            value(row.kind)
                .prop_map(|v| Test::Range(v.clone(), v))
                .boxed(),
        );
    }
    prop::strategy::Union::new(kinds).boxed()
}

fn with_tests(field: Field) -> impl Strategy<Value = (Field, Vec<Test>)> {
    prop::collection::vec(test_of(field), 1..4).prop_map(move |tests| (field, tests))
}

fn term() -> impl Strategy<Value = Term> {
    let past: Vec<Field> = Field::ALL.iter().copied().filter(|f| f.row().was).collect();
    prop_oneof![
        any_of(Flag::ALL).prop_map(Term::Is),
        prop::collection::vec(any_of(Thing::ALL), 1..3).prop_map(Term::Has),
        prop::collection::vec(any_of(Changed::ALL), 1..3).prop_map(Term::Changed),
        any_of(Field::ALL)
            .prop_flat_map(with_tests)
            .prop_map(|(f, t)| Term::Field(f, t)),
        prop::sample::select(past)
            .prop_flat_map(with_tests)
            .prop_map(|(f, t)| Term::Was(f, t)),
        "[a-z0-9\u{e4}\u{4e2d}][a-z0-9#./_-]{0,8}".prop_map(Term::Word),
        name().prop_map(Term::Phrase),
    ]
}

fn expr() -> impl Strategy<Value = Expr> {
    term()
        .prop_map(Expr::Term)
        .prop_recursive(4, 20, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 1..4).prop_map(|p| Expr::all(p).unwrap()),
                prop::collection::vec(inner.clone(), 1..4).prop_map(|p| Expr::any(p).unwrap()),
                inner.prop_map(Expr::negated),
            ]
        })
}

fn query() -> impl Strategy<Value = Query> {
    let sort = (any_of(SortField::ALL), any::<bool>())
        .prop_map(|(field, descending)| Sort { field, descending });
    (prop::option::of(expr()), prop::collection::vec(sort, 0..3))
        .prop_map(|(expr, sort)| Query { expr, sort })
        .prop_filter("weighs too much", |query| {
            query
                .expr
                .as_ref()
                .is_none_or(|e| cost::of_expr(e) <= COST_MAX)
        })
}

/// Pieces of the language, so that random texts come near to sense.
fn fragments() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        "\\PC{0,3}",
        any_of(&[
            "is:",
            "open",
            "(",
            ")",
            "\"",
            "\\",
            "OR",
            "AND",
            "NOT",
            "-",
            ",",
            "..",
            ">=",
            "<",
            "=",
            "was:",
            "status",
            "sort:",
            "has:",
            "label:",
            "due:",
            "-7d",
            "points:",
            " ",
            " ",
            ":",
            "\u{e4}",
            "\u{1f600}",
            "\t",
            "none",
            "@me",
            "APP-1",
            "\u{0}",
        ])
        .prop_map(str::to_string),
    ];
    prop::collection::vec(pieces, 0..20).prop_map(|all| all.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn what_is_printed_means_the_same(query in query()) {
        let text = query.to_string();
        prop_assert_eq!(parse(&text)?, query);
    }

    #[test]
    fn nothing_makes_it_panic(text in fragments(), cursor in 0usize..40) {
        match parse(&text) {
            Ok(query) => prop_assert_eq!(parse(&query.to_string())?, query),
            Err(mistake) => {
                let length = text.chars().count();
                prop_assert!(mistake.position + mistake.length <= length, "{mistake:?} in {text:?}");
                prop_assert!(!mistake.to_string().is_empty());
            }
        }
        let _ = complete(&text, cursor, &Vocabulary::default());
    }

    #[test]
    fn any_text_at_all_is_survived(text in any::<String>()) {
        let _ = parse(&text);
        let _ = words_of(&text);
    }

    #[test]
    fn chips_joined_are_the_filter(query in query()) {
        let parts = chips(&query).into_iter().map(|c| {
            let again = parse(&c.text)?.expr;
            prop_assert_eq!(again.as_ref(), Some(&c.expr));
            Ok(c.expr)
        });
        let parts: Vec<Expr> = parts.collect::<Result<_, TestCaseError>>()?;
        prop_assert_eq!(Expr::all(parts), query.expr);
    }

    #[test]
    fn plain_filters_are_queries(query in query()) {
        if let Some(plain) = plain(&query) {
            prop_assert_eq!(super::plain(&Query::from(&plain)), Some(plain));
        }
    }
}
