//! Connections, each with the number by which its statements can be cancelled.

use crate::db::DbConfig;
use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::r2d2::{Error, ManageConnection, R2D2Connection};
use diesel::{Connection, RunQueryDsl};

statement! {
    /// The number of the server's process behind this connection.
    BackendPid {} -> diesel::sql_types::Integer : "select pg_backend_pid()"
}

/// A connection that is kept open between uses.
pub struct Session {
    /// Where statements go.
    pub(crate) pg: PgConnection,
    /// Number of the server's process behind it.
    pub(crate) backend: i32,
    /// Left in a state that nobody else may find.
    pub(crate) spoiled: bool,
}

/// Makes and judges connections for the pool.
#[derive(Debug)]
pub struct Manager(pub(crate) DbConfig);

impl ManageConnection for Manager {
    type Connection = Session;
    type Error = Error;

    fn connect(&self) -> Result<Session, Error> {
        let mut pg = PgConnection::establish(&self.0.url).map_err(Error::ConnectionError)?;
        pg.batch_execute(&self.0.session_settings())
            .map_err(Error::QueryError)?;
        let backend = BackendPid {}
            .get_result(&mut pg)
            .map_err(Error::QueryError)?;
        Ok(Session {
            pg,
            backend,
            spoiled: false,
        })
    }

    fn is_valid(&self, session: &mut Session) -> Result<(), Error> {
        session.pg.ping().map_err(Error::QueryError)
    }

    fn has_broken(&self, session: &mut Session) -> bool {
        std::thread::panicking() || session.spoiled || session.pg.is_broken()
    }
}
