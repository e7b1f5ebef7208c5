//! The books: the tables of one mode, opened in one transaction. Each table has its own file.

mod audit;
mod columns;
mod coupons;
mod customers;
mod discounts;
mod families;
mod prices;
mod products;
mod prorations;
mod seed;
mod subscriptions;
mod trial_extensions;

use churnkey::{Error, Mode, Result, Timestamp};
use rusqlite::{CachedStatement, Row, ToSql, Transaction};

use crate::error::failure;

pub use audit::Entry;

/// Access to the tables. Every query binds `:mode` to the mode of the request; a statement without
/// this parameter is rejected.
pub struct Books<'t> {
    transaction: &'t Transaction<'t>,
    mode: Mode,
    now: Timestamp,
}

type Params<'p> = &'p [(&'p str, &'p dyn ToSql)];

impl<'t> Books<'t> {
    pub fn open(transaction: &'t Transaction<'t>, mode: Mode, now: Timestamp) -> Self {
        Self {
            transaction,
            mode,
            now,
        }
    }

    /// The time at which this transaction acts.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    fn all<T>(
        &self,
        sql: &str,
        params: Params<'_>,
        mut read: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let mut statement = self.bind(sql, params)?;
        let mut rows = statement.raw_query();
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(failure)? {
            found.push(read(row)?);
        }
        Ok(found)
    }

    fn one<T>(
        &self,
        sql: &str,
        params: Params<'_>,
        read: impl FnOnce(&Row<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        self.bind(sql, params)?
            .raw_query()
            .next()
            .map_err(failure)?
            .map(read)
            .transpose()
    }

    fn execute(&self, sql: &str, params: Params<'_>) -> Result<usize> {
        self.bind(sql, params)?.raw_execute().map_err(failure)
    }

    fn bind(&self, sql: &str, params: Params<'_>) -> Result<CachedStatement<'_>> {
        let mut statement = self.transaction.prepare_cached(sql).map_err(failure)?;
        let mode = self.mode.as_str();
        for (name, value) in [(":mode", &mode as &dyn ToSql)].iter().chain(params) {
            let index = statement.parameter_index(name).map_err(failure)?;
            let index = index
                .ok_or_else(|| Error::internal(format!("a statement has no {name}: {sql}")))?;
            statement
                .raw_bind_parameter(index, value)
                .map_err(failure)?;
        }
        if statement.parameter_count() != params.len() + 1 {
            return Err(Error::internal(format!(
                "a statement has parameters without a value: {sql}"
            )));
        }
        Ok(statement)
    }
}

#[cfg(test)]
mod tests {
    use super::columns::column;
    use super::*;

    #[test]
    fn a_statement_without_the_mode_is_rejected() {
        let mut file = rusqlite::Connection::open_in_memory().unwrap();
        let transaction = file.transaction().unwrap();
        let books = Books::open(&transaction, Mode::Test, Timestamp::MIN);

        let mode = books
            .one("SELECT :mode", &[], |row| column::<String>(row, 0))
            .unwrap();
        assert_eq!(mode.as_deref(), Some("test"));
        assert_eq!(books.execute("SELECT 1", &[]).unwrap_err().status(), 500);
        assert_eq!(
            books
                .execute("SELECT :mode, :id", &[])
                .unwrap_err()
                .status(),
            500
        );
        assert_eq!(
            books
                .execute("SELECT :mode", &[(":id", &1)])
                .unwrap_err()
                .status(),
            500
        );
    }
}
