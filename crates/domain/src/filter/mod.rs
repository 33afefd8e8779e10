//! The filter language (`q`): one parser for server, browser and programs.
//!
//! [`table`] is the language's vocabulary as data; parser, completion, help and SQL read it.
//! [`parse`] gives a [`Query`] or a [`Mistake`] with its place, [`read`] also what may have been meant
//! otherwise; printing a query gives its canonical
//! text, and parsing that gives the same query again. [`cost`] weighs what it asks for. [`evaluate()`] decides in memory what the store
//! decides in SQL.

mod ast;
mod chips;
mod complete;
pub mod cost;
mod errors;
mod evaluate;
mod lexer;
mod parser;
mod plain;
mod printer;
pub mod table;
#[cfg(test)]
mod tests;
mod values;
mod words;

pub use ast::{Day, Expr, Op, Query, Term, Test, Unit, Value};
pub use chips::{Chip, chips};
pub use complete::{Completion, Vocabulary, complete, wanted_at};
pub use errors::{Mistake, Reason};
pub use evaluate::{Asking, Facts, Snapshot, evaluate};
pub use parser::{DEPTH_MAX, LENGTH_MAX, VALUES_MAX, parse, parse_surely, read};
pub use plain::plain;
pub use table::{Changed, Field, Flag, Kind, Thing};
pub use words::words_of;
