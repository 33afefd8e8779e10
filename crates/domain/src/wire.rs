//! How words travel: closed sets of words (enums) and the difference between "absent" and "null".

use serde::{Deserialize, Deserializer};

/// A field of a PATCH body: absent keeps the value, `null` clears it, anything else sets it.
///
/// Use with `#[serde(default, deserialize_with = "Patch::read", skip_serializing_if = "Patch::is_keep")]`
/// or simply as `Option<Option<T>>` through [`double_option`].
pub type Patch<T> = Option<Option<T>>;

/// Reads a present field as `Some(value or null)`; serde's default gives `None` when it is absent.
///
/// # Errors
/// Whatever `T` refuses.
pub fn double_option<'de, T, D>(deserializer: D) -> Result<Patch<T>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::<T>::deserialize(deserializer).map(Some)
}

/// Reads a present field of a PATCH body that cannot be cleared: `null` is refused, not overlooked.
///
/// # Errors
/// `null`, and whatever `T` refuses.
pub fn present<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    T::deserialize(deserializer).map(Some)
}

/// Input that is not one of the words of a closed set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownWord {
    /// What the set is called, for the message.
    pub set: &'static str,
    /// The words that would have been understood.
    pub expected: &'static [&'static str],
}

impl std::fmt::Display for UnknownWord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} is one of {}", self.set, self.expected.join(", "))
    }
}

impl std::error::Error for UnknownWord {}

/// Folds case and separators, so that `In Progress`, `in-progress` and `IN_PROGRESS` are one word.
#[must_use]
pub fn fold_word(input: &str) -> String {
    input
        .trim()
        .chars()
        .map(|c| match c {
            ' ' | '-' => '_',
            other => other.to_ascii_lowercase(),
        })
        .collect()
}

/// Declares a closed set of words: `snake_case` on the wire, forgiving on input.
macro_rules! words {
    (
        $(#[$meta:meta])*
        $name:ident ($set:literal) {
            $( $(#[$vmeta:meta])* $variant:ident = $slug:literal $( | $alias:literal )* , )+
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(rename_all = "snake_case"))]
        pub enum $name { $( $(#[$vmeta])* $variant, )+ }

        impl $name {
            /// Every word of the set, in its natural order.
            pub const ALL: &'static [$name] = &[ $( $name::$variant, )+ ];
            /// The words as they travel, in the same order.
            pub const SLUGS: &'static [&'static str] = &[ $( $slug, )+ ];

            /// The word as it travels and is stored.
            #[must_use]
            pub const fn slug(self) -> &'static str {
                match self { $( $name::$variant => $slug, )+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.slug())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::wire::UnknownWord;
            fn from_str(input: &str) -> Result<Self, Self::Err> {
                match $crate::wire::fold_word(input).as_str() {
                    $( $slug $( | $alias )* => Ok($name::$variant), )+
                    _ => Err($crate::wire::UnknownWord { set: $set, expected: Self::SLUGS }),
                }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.slug())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let word = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(deserializer)?;
                word.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}
