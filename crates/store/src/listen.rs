//! The bell of other instances: a connection of its own that listens for committed events.

use crate::db::DbConfig;
use crate::error::Result;
use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;

/// A connection that listens.
pub struct Listener(PgConnection);

impl std::fmt::Debug for Listener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Listener")
    }
}

impl Listener {
    /// Connects and listens.
    ///
    /// # Errors
    /// When the database is away.
    pub fn connect(config: &DbConfig) -> Result<Self> {
        let mut conn = config.connect()?;
        conn.batch_execute("listen iit_event")?;
        Ok(Self(conn))
    }

    /// Whether the bell rang since the last look. Never waits.
    ///
    /// # Errors
    /// When the connection broke; connect again.
    pub fn rang(&mut self) -> Result<bool> {
        let mut rang = false;
        for notification in self.0.notifications_iter() {
            notification?;
            rang = true;
        }
        Ok(rang)
    }
}
