//! What outlives a page: session, live changes, messages, look, drafts, clock.

pub mod catalogue;
pub mod clipboard;
pub mod clock;
pub mod drafts;
pub mod enclosed;
pub mod form;
pub mod keys;
pub mod later;
pub mod live;
pub mod loaded;
pub mod pictures;
pub mod profile_theme;
pub mod pulse;
pub mod recents;
pub mod session;
pub mod storage;
pub mod stream;
pub mod theme;
pub mod thrown;
pub mod timeline;
pub mod title;
pub mod toasts;
pub mod uploads;

pub use catalogue::Catalogue;
pub use clock::{Clock, Moment};
pub use drafts::Draft;
pub use enclosed::Enclosed;
pub use keys::{Keys, on_command};
pub use live::Live;
pub use loaded::Loaded;
pub use pictures::Pictures;
pub use session::{Session, SessionState};
pub use theme::Look;
pub use thrown::offer_back;
pub use timeline::Timeline;
pub use toasts::Toasts;
pub use uploads::{Destination, Uploads};

use leptos::prelude::*;

/// The session.
#[must_use]
pub fn session() -> Session {
    expect_context()
}

/// The messages.
#[must_use]
pub fn toasts() -> Toasts {
    expect_context()
}

/// The changes other people make.
#[must_use]
pub fn live() -> Live {
    expect_context()
}

/// The look of the page.
#[must_use]
pub fn look() -> Look {
    expect_context()
}

/// The clock.
#[must_use]
pub fn clock() -> Clock {
    expect_context()
}
