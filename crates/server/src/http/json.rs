//! Reading JSON that somebody sent: what it must look like, and everything that is wrong with it.
//!
//! Serde's own readers take an array for an object, field by field in their order, and give up at the
//! first mistake in words of Rust. Here an object is an object, and a mistake is set right in a copy and
//! the reading goes on, so that whoever sent it learns all of them at once, each with its place.

use super::body::malformed;
use crate::app::Error;
use domain::problem::FieldError;
use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, Expected, IntoDeserializer, Unexpected,
    Visitor,
};
use serde::{Deserialize, forward_to_deserialize_any};
use serde_json::{Map, Value, json};
use std::fmt::{self, Display};

/// Most mistakes that are told at once.
const MISTAKES_MAX: usize = 20;

/// Reads JSON; wrong syntax is 400, wrong shape 422 with every place.
///
/// # Errors
/// 400 or 422.
pub fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Error> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let value = match serde_path_to_error::deserialize(&mut reader) {
        Ok(Once(value)) => value,
        Err(error) if error.inner().is_data() => {
            let name = error.inner().to_string();
            let name = name.split('`').nth(1).unwrap_or_default();
            let place = format!("{}/{}", pointer_of(error.path()), escaped(name));
            let detail = "This field is given twice.";
            return Err(FieldError::new(place, "duplicate_field", detail).into());
        }
        Err(error) => return Err(broken(error.inner())),
    };
    reader.end().map_err(|error| broken(&error))?;
    shaped(value)
}

fn broken(error: &serde_json::Error) -> Error {
    malformed(format!("This is no JSON: {error}."))
}

/// Reads a value that was read as JSON already.
///
/// # Errors
/// 422 with every place that is wrong.
pub fn shaped<T: DeserializeOwned>(mut value: Value) -> Result<T, Error> {
    let mut errors: Vec<FieldError> = Vec::new();
    loop {
        let mistake = match T::deserialize(Shape(&value)) {
            Ok(read) if errors.is_empty() => return Ok(read),
            Ok(_) => return Err(errors.into()),
            Err(mistake) => mistake,
        };
        let place = mistake.place();
        if errors.iter().any(|e| e.pointer == place) {
            return Err(errors.into());
        }
        errors.push(FieldError::new(place.clone(), mistake.code, mistake.detail));
        if errors.len() == MISTAKES_MAX || !set_right::<T>(&mut value, &place) {
            return Err(errors.into());
        }
    }
}

/// Puts something at a place after which the reading goes on beyond it; false when nothing does.
fn set_right<T: DeserializeOwned>(value: &mut Value, place: &str) -> bool {
    let Some((above, name)) = place.rsplit_once('/') else {
        return false;
    };
    let name = name.replace("~1", "/").replace("~0", "~");
    let goes_on = |value: &Value| match T::deserialize(Shape(value)) {
        Ok(_) => true,
        Err(next) => !next.place().starts_with(place),
    };
    let before = value.clone();
    if let Some(Value::Object(object)) = value.pointer_mut(above)
        && object.remove(&name).is_some()
        && goes_on(value)
    {
        return true;
    }
    let stand_ins = [
        json!(null),
        json!("x"),
        json!(1),
        json!(true),
        json!([]),
        json!({}),
    ];
    for stand_in in stand_ins {
        value.clone_from(&before);
        match value.pointer_mut(above) {
            Some(Value::Object(object)) => {
                object.insert(name.clone(), stand_in);
            }
            Some(Value::Array(list)) => {
                let at = name.parse().ok().and_then(|at: usize| list.get_mut(at));
                let Some(element) = at else { return false };
                *element = stand_in;
            }
            _ => return false,
        }
        if goes_on(value) {
            return true;
        }
    }
    false
}

fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

fn pointer_of(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let segment = |segment: &Segment| match segment {
        Segment::Seq { index } => format!("/{index}"),
        Segment::Map { key } => format!("/{}", escaped(key)),
        Segment::Enum { .. } | Segment::Unknown => String::new(),
    };
    path.iter().map(segment).collect()
}

/// Any JSON whose objects have each key once (RFC 8259 leaves open which of two counts).
struct Once(Value);

impl<'de> Deserialize<'de> for Once {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OnceVisitor).map(Once)
    }
}

struct OnceVisitor;

impl<'de> Visitor<'de> for OnceVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, v: bool) -> Result<Value, E> {
        Ok(v.into())
    }

    fn visit_i64<E>(self, v: i64) -> Result<Value, E> {
        Ok(v.into())
    }

    fn visit_u64<E>(self, v: u64) -> Result<Value, E> {
        Ok(v.into())
    }

    fn visit_f64<E>(self, v: f64) -> Result<Value, E> {
        Ok(v.into())
    }

    fn visit_str<E>(self, v: &str) -> Result<Value, E> {
        Ok(v.into())
    }

    fn visit_string<E>(self, v: String) -> Result<Value, E> {
        Ok(v.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Once(value)) = seq.next_element()? {
            list.push(value);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            if object.contains_key(&key) {
                return Err(de::Error::custom(format_args!("`{key}` twice")));
            }
            let Once(value) = map.next_value()?;
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }
}

/// One mistake, with its place.
#[derive(Debug)]
struct Mistake {
    /// From the inside out.
    path: Vec<String>,
    code: &'static str,
    detail: String,
}

impl Mistake {
    fn new(code: &'static str, detail: String) -> Self {
        Self {
            path: Vec::new(),
            code,
            detail,
        }
    }

    fn of_field(name: &str, code: &'static str, detail: String) -> Self {
        Self {
            path: vec![escaped(name)],
            code,
            detail,
        }
    }

    fn below(mut self, segment: String) -> Self {
        self.path.push(segment);
        self
    }

    fn place(&self) -> String {
        let segments = self.path.iter().rev();
        segments.map(|s| format!("/{s}")).collect()
    }
}

impl Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

impl std::error::Error for Mistake {}

/// What serde's readers say they expect, in words of JSON.
fn expected(what: &dyn Expected) -> String {
    let said = what.to_string();
    match said.as_str() {
        "i8" | "i16" | "i32" | "i64" | "u8" | "u16" | "u32" | "u64" | "usize" | "an integer" => {
            "a whole number".into()
        }
        "f32" | "f64" => "a number".into(),
        "a string" | "string" | "a borrowed string" | "str" => "a text".into(),
        "a boolean" => "true or false".into(),
        "a sequence" => "a list".into(),
        "unit" => "null".into(),
        "a UUID string" => "an id (UUID)".into(),
        s if s.starts_with("struct ") || s.starts_with("a map") => "an object".into(),
        s if s.starts_with("variant ") || s.starts_with("enum ") => "one of its words".into(),
        s if s.contains("date and time") || s.contains("DateTime") => {
            "an instant such as 2026-01-31T12:00:00Z".into()
        }
        s if s.contains("date") || s.contains("Date") => "a day such as 2026-01-31".into(),
        _ => said,
    }
}

fn found(what: &Unexpected<'_>) -> &'static str {
    match what {
        Unexpected::Bool(_) => "true or false",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) | Unexpected::Float(_) => "a number",
        Unexpected::Str(_) | Unexpected::Char(_) | Unexpected::Bytes(_) => "a text",
        Unexpected::Unit | Unexpected::Option => "null",
        Unexpected::Seq => "a list",
        Unexpected::Map => "an object",
        _ => "something else",
    }
}

fn sentence(text: &str) -> String {
    let mut letters = text.trim_end_matches('.').chars();
    let first = letters.next().map(|c| c.to_uppercase().collect::<String>());
    format!("{}{}.", first.unwrap_or_default(), letters.as_str())
}

impl de::Error for Mistake {
    fn custom<T: Display>(msg: T) -> Self {
        Self::new("unknown_value", sentence(&msg.to_string()))
    }

    fn invalid_type(unexpected: Unexpected<'_>, exp: &dyn Expected) -> Self {
        let detail = format!("Expected {}, not {}.", expected(exp), found(&unexpected));
        Self::new("wrong_type", detail)
    }

    fn invalid_value(unexpected: Unexpected<'_>, exp: &dyn Expected) -> Self {
        let detail = match unexpected {
            Unexpected::Unsigned(_) | Unexpected::Signed(_) | Unexpected::Float(_) => {
                "That number is too large or too small here.".to_string()
            }
            _ => format!("Expected {}.", expected(exp)),
        };
        Self::new("unknown_value", detail)
    }

    fn unknown_variant(_: &str, known: &'static [&'static str]) -> Self {
        Self::new("unknown_value", format!("One of {}.", known.join(", ")))
    }

    fn unknown_field(field: &str, known: &'static [&'static str]) -> Self {
        let detail = match known {
            [] => "No field is known here.".to_string(),
            known => format!("No such field; there are {}.", known.join(", ")),
        };
        Self::of_field(field, "unknown_field", detail)
    }

    fn missing_field(field: &'static str) -> Self {
        Self::of_field(field, "required", "This is needed.".to_string())
    }

    fn duplicate_field(field: &'static str) -> Self {
        let detail = "This field is given twice, under two names.".to_string();
        Self::of_field(field, "duplicate_field", detail)
    }
}

/// A value to be read as something.
#[derive(Clone, Copy)]
struct Shape<'de>(&'de Value);

impl<'de> Shape<'de> {
    fn unexpected(self) -> Unexpected<'de> {
        match self.0 {
            Value::Null => Unexpected::Unit,
            Value::Bool(b) => Unexpected::Bool(*b),
            Value::Number(n) => Unexpected::Float(n.as_f64().unwrap_or_default()),
            Value::String(s) => Unexpected::Str(s),
            Value::Array(_) => Unexpected::Seq,
            Value::Object(_) => Unexpected::Map,
        }
    }

    /// A number as it is meant: to JSON, 5.0 is the whole number 5.
    fn whole<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        const EXACT: f64 = 9_007_199_254_740_992.0;
        match self.0.as_f64() {
            Some(float) if self.0.is_f64() && float.fract() == 0.0 && float.abs() <= EXACT =>
            {
                #[expect(
                    clippy::cast_possible_truncation,
                    reason = "whole, and below 2 to the power of 53"
                )]
                visitor.visit_i64(float as i64)
            }
            _ => self.deserialize_any(visitor),
        }
    }
}

impl<'de> Deserializer<'de> for Shape<'de> {
    type Error = Mistake;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(b) => visitor.visit_bool(*b),
            Value::Number(n) => match (n.as_u64(), n.as_i64(), n.as_f64()) {
                (Some(n), ..) => visitor.visit_u64(n),
                (_, Some(n), _) => visitor.visit_i64(n),
                (_, _, n) => visitor.visit_f64(n.unwrap_or_default()),
            },
            Value::String(s) => visitor.visit_borrowed_str(s),
            Value::Array(list) => visitor.visit_seq(Elements {
                rest: list.iter(),
                next: 0,
            }),
            Value::Object(object) => visitor.visit_map(Fields {
                rest: object.iter(),
                value: None,
            }),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Mistake> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mistake> {
        match self.0 {
            Value::Object(_) => self.deserialize_any(visitor),
            _ => Err(de::Error::invalid_type(self.unexpected(), &"an object")),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mistake> {
        match self.0 {
            Value::String(word) => {
                let word: StrDeserializer<'_, Mistake> = word.as_str().into_deserializer();
                visitor.visit_enum(word)
            }
            Value::Object(object) if object.len() == 1 => {
                visitor.visit_enum(MapAccessDeserializer::new(Fields {
                    rest: object.iter(),
                    value: None,
                }))
            }
            _ => Err(de::Error::invalid_type(
                self.unexpected(),
                &"one of its words",
            )),
        }
    }

    fn deserialize_i8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        self.whole(visitor)
    }

    fn deserialize_i16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        self.whole(visitor)
    }

    fn deserialize_i32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        self.whole(visitor)
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        self.whole(visitor)
    }

    fn deserialize_u8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        self.whole(visitor)
    }

    fn deserialize_u16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        self.whole(visitor)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        self.whole(visitor)
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        self.whole(visitor)
    }

    forward_to_deserialize_any! {
        bool i128 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map
        identifier ignored_any
    }
}

struct Elements<'de> {
    rest: std::slice::Iter<'de, Value>,
    next: usize,
}

impl<'de> de::SeqAccess<'de> for Elements<'de> {
    type Error = Mistake;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Mistake> {
        let Some(value) = self.rest.next() else {
            return Ok(None);
        };
        let at = self.next;
        self.next += 1;
        let read = seed.deserialize(Shape(value));
        read.map(Some)
            .map_err(|mistake| mistake.below(at.to_string()))
    }
}

struct Fields<'de> {
    rest: serde_json::map::Iter<'de>,
    value: Option<(&'de str, &'de Value)>,
}

impl<'de> de::MapAccess<'de> for Fields<'de> {
    type Error = Mistake;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Mistake> {
        let Some((key, value)) = self.rest.next() else {
            return Ok(None);
        };
        self.value = Some((key, value));
        let key: StrDeserializer<'_, Mistake> = key.as_str().into_deserializer();
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Mistake> {
        let Some((key, value)) = self.value.take() else {
            return Err(de::Error::custom("a value without its key"));
        };
        let read = seed.deserialize(Shape(value));
        read.map_err(|mistake| mistake.below(escaped(key)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::bulk::Bulk;
    use domain::issue::{IssueDraft, IssuePatch};
    use domain::workflow::WorkflowInput;

    fn mistakes<T: DeserializeOwned>(body: &str) -> (u16, Vec<(String, String)>) {
        let problem = read::<T>(body.as_bytes()).err().unwrap().problem();
        let errors = problem.errors.into_iter().map(|e| (e.pointer, e.code));
        (problem.status, errors.collect())
    }

    fn of(place: &str, code: &str) -> (u16, Vec<(String, String)>) {
        (422, vec![(place.into(), code.into())])
    }

    #[test]
    fn syntax_is_400_and_shape_is_422_with_its_place() {
        for broken in ["{", "{\"title\":\"x\"} tail", "\u{feff}{}", "", "nul"] {
            assert_eq!(mistakes::<IssueDraft>(broken), (400, vec![]), "{broken}");
        }
        let deep = format!("{{\"title\":\"x\",\"context\":{}", "[".repeat(100_000));
        assert_eq!(mistakes::<IssueDraft>(&deep).0, 400);
        assert_eq!(mistakes::<IssueDraft>("{}"), of("/title", "required"));
        for (body, place, code) in [
            (r#"{"title":"x","number":1}"#, "/number", "unknown_field"),
            (r#"{"title":7}"#, "/title", "wrong_type"),
            (
                r#"{"title":"x","labels":["a",7]}"#,
                "/labels/1",
                "wrong_type",
            ),
            (
                r#"{"title":"x","severity":"bad"}"#,
                "/severity",
                "unknown_value",
            ),
            (r#"{"title":"x","title":"y"}"#, "/title", "duplicate_field"),
            (
                r#"{"title":"x","labels":[],"tags":[]}"#,
                "/labels",
                "duplicate_field",
            ),
            (
                r#"{"title":"x","context":{"a":{"b":1,"b":2}}}"#,
                "/context/a/b",
                "duplicate_field",
            ),
            (
                r#"{"title":"x","story_points":1e100}"#,
                "/story_points",
                "wrong_type",
            ),
            (
                r#"{"title":"x","story_points":70000}"#,
                "/story_points",
                "unknown_value",
            ),
            (
                r#"{"title":"x","due_date":"tomorrow"}"#,
                "/due_date",
                "unknown_value",
            ),
        ] {
            assert_eq!(mistakes::<IssueDraft>(body), of(place, code), "{body}");
        }
    }

    #[test]
    fn an_array_is_no_object() {
        assert_eq!(mistakes::<IssueDraft>("[]"), of("", "wrong_type"));
        assert_eq!(
            mistakes::<IssueDraft>(r#"[null,"title"]"#),
            of("", "wrong_type")
        );
        assert_eq!(mistakes::<IssueDraft>("null"), of("", "wrong_type"));
        assert_eq!(
            mistakes::<Bulk>(r#"{"issues":["A-1"],"patch":["x"]}"#),
            of("/patch", "wrong_type")
        );
        let steps = r#"{"statuses":[],"transitions":[["a","b"]]}"#;
        assert_eq!(
            mistakes::<WorkflowInput>(steps),
            of("/transitions/0", "wrong_type")
        );
    }

    #[test]
    fn all_mistakes_are_told_at_once() {
        let body = r#"{"titel":"x","severity":"bad","priority":9,"labels":["a",7,"b",true],"parent":5,"x/y":1}"#;
        let (status, mut all) = mistakes::<IssueDraft>(body);
        all.sort();
        let told: Vec<&str> = all.iter().map(|(place, _)| place.as_str()).collect();
        assert_eq!(status, 422);
        assert_eq!(
            told,
            [
                "/labels/1",
                "/labels/3",
                "/parent",
                "/priority",
                "/severity",
                "/titel",
                "/title",
                "/x~1y"
            ]
        );
    }

    #[test]
    fn a_whole_number_may_be_written_with_a_point() {
        let draft: IssueDraft = read(br#"{"title":"x","story_points":5.0}"#).unwrap();
        assert_eq!(draft.story_points, Some(5));
        assert_eq!(
            mistakes::<IssueDraft>(r#"{"title":"x","story_points":5.5}"#),
            of("/story_points", "wrong_type")
        );
    }

    #[test]
    fn words_are_those_of_json() {
        let problem = read::<IssuePatch>(br#"{"story_points":"5"}"#)
            .unwrap_err()
            .problem();
        assert_eq!(
            problem.errors[0].detail,
            "Expected a whole number, not a text."
        );
        let problem = read::<IssuePatch>(br#"{"labels":{}}"#)
            .unwrap_err()
            .problem();
        assert_eq!(problem.errors[0].detail, "Expected a list, not an object.");
        let problem = read::<IssuePatch>(br#"{"title":null}"#)
            .unwrap_err()
            .problem();
        assert_eq!(problem.errors[0].detail, "Expected a text, not null.");
    }
}
