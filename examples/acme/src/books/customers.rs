use churnkey::model::{Address, Metadata};
use churnkey::{Customer, CustomerId, Email, Error, Page, PageRequest, Phone, Result, Timestamp};
use rusqlite::{Row, ToSql};

use super::Books;
use super::columns::{At, Iso4217, Json, column};

impl Books<'_> {
    pub fn customer(&self, id: &CustomerId) -> Result<Option<Customer>> {
        self.customer_where(
            "SELECT * FROM customers WHERE mode = :mode AND id = :key",
            &id.as_str(),
        )
    }

    /// Finds a customer by email address. The case of letters is ignored.
    pub fn customer_by_email(&self, email: &Email) -> Result<Option<Customer>> {
        let wanted = without_case(email.as_str());
        let found = self.customer_where(
            "SELECT * FROM customers WHERE mode = :mode AND email = :key",
            &wanted,
        )?;
        if found.is_some() {
            return Ok(found);
        }
        // SQLite found no equal address because it ignores the case of ASCII letters only.
        let addresses: Vec<(String, String)> = self.all(
            "SELECT id, email FROM customers INDEXED BY customers_beyond_ascii
             WHERE mode = :mode AND email GLOB '*[^ -~]*'
             ORDER BY id",
            &[],
            |row| Ok((column(row, "id")?, column(row, "email")?)),
        )?;
        let mut addresses = addresses.into_iter();
        let found = addresses.find(|(_, address)| without_case(address) == wanted);
        found.map_or(Ok(None), |(id, _)| self.customer(&id.into()))
    }

    /// Finds a customer by phone number. Numbers are stored as `+` and digits; separators between
    /// the digits are ignored.
    pub fn customer_by_phone(&self, phone: &Phone) -> Result<Option<Customer>> {
        let number: String = phone
            .as_str()
            .chars()
            .filter(|c| !matches!(c, ' ' | '-' | '.' | '/' | '(' | ')'))
            .collect();
        self.customer_where(
            "SELECT * FROM customers WHERE mode = :mode AND phone = :key",
            &number,
        )
    }

    /// Lists customers, the oldest first, so that a customer who signs up while the list is read
    /// appears on its last page.
    pub fn customers(&self, page: &PageRequest) -> Result<Page<Customer>> {
        let (age, id): (i64, String) = page.after()?.unwrap_or((i64::MIN, String::new()));
        let rows = self.all(
            "SELECT * FROM customers WHERE mode = :mode AND (created_at, id) > (:age, :id)
             ORDER BY created_at, id LIMIT :limit",
            &[
                (":age", &age),
                (":id", &id),
                (":limit", &page.limit_plus_one()),
            ],
            |row| Ok((column::<i64>(row, "created_at")?, self.read_customer(row)?)),
        )?;
        let page = page.keyset(rows, |(age, customer)| (*age, customer.id.clone()))?;
        Ok(page.map(|(_, customer)| customer))
    }

    pub fn require_customer(&self, id: &CustomerId) -> Result<()> {
        let found = self.one(
            "SELECT 1 FROM customers WHERE mode = :mode AND id = :id",
            &[(":id", &id.as_str())],
            |_| Ok(()),
        )?;
        found.ok_or_else(|| Error::not_found("there is no such customer"))
    }

    pub fn has_customers(&self) -> Result<bool> {
        Ok(self
            .one(
                "SELECT 1 FROM customers WHERE mode = :mode LIMIT 1",
                &[],
                |_| Ok(()),
            )?
            .is_some())
    }

    /// Adds a customer. No two customers have addresses that differ only in case.
    pub fn add_customer(&self, customer: &Customer, created: Timestamp) -> Result<()> {
        if let Some(email) = &customer.email
            && self.customer_by_email(email)?.is_some()
        {
            return Err(Error::conflict("another customer has this email address"));
        }
        self.execute(
            "INSERT INTO customers (mode, id, created_at, first_name, last_name, email, phone, currency, metadata)
             VALUES (:mode, :id, :created, :first_name, :last_name, :email, :phone, :currency,
                 :metadata)",
            &[
                (":id", &customer.id.as_str()),
                (":created", &At(created)),
                (":first_name", &customer.name.as_deref()),
                (":last_name", &customer.last_name.as_deref()),
                (":email", &customer.email.as_ref().map(Email::as_str)),
                (":phone", &customer.phone.as_ref().map(Phone::as_str)),
                (":currency", &customer.currency.map(Iso4217)),
                (":metadata", &Json(&customer.metadata)),
            ],
        )?;
        for (position, address) in (1_i64..).zip(&customer.addresses) {
            self.execute(
                "INSERT INTO addresses (mode, customer_id, position, address) VALUES (:mode, :customer, :position, :address)",
                &[(":customer", &customer.id.as_str()), (":position", &position), (":address", &Json(address))],
            )?;
        }
        Ok(())
    }

    fn customer_where(&self, sql: &str, key: &dyn ToSql) -> Result<Option<Customer>> {
        self.one(sql, &[(":key", key)], |row| self.read_customer(row))
    }

    fn read_customer(&self, row: &Row<'_>) -> Result<Customer> {
        let Iso4217(currency) = column(row, "currency")?;
        let Json(metadata): Json<Metadata> = column(row, "metadata")?;
        let mut customer = Customer::new(column::<String>(row, "id")?)
            .name(column::<String>(row, "first_name")?)
            .last_name(column::<String>(row, "last_name")?)
            .email(column::<Option<String>>(row, "email")?)
            .phone(column::<Option<String>>(row, "phone")?)
            .currency(currency)
            .metadata(metadata);
        customer.addresses = self.addresses_of(&customer.id)?;
        customer.discounts = self.discounts_of_customer(&customer.id)?;
        Ok(customer)
    }

    fn addresses_of(&self, customer: &CustomerId) -> Result<Vec<Address>> {
        self.all(
            "SELECT address FROM addresses WHERE mode = :mode AND customer_id = :customer ORDER BY position",
            &[(":customer", &customer.as_str())],
            |row| {
                let Json(address) = column(row, "address")?;
                Ok(address)
            },
        )
    }
}

/// The text in a form that all its spellings in upper and lower case share. Some letters have more
/// than two: `ß` is `SS` in upper case, and a sigma is `ς` at the end of a word. Turkish pairs `ı`
/// with `I` and `i` with `İ`, so that these four count as one letter.
fn without_case(text: &str) -> String {
    let lower = text.chars().flat_map(char::to_lowercase);
    let upper = lower.flat_map(char::to_uppercase);
    let lower: String = upper.flat_map(char::to_lowercase).collect();
    // The lower case of `İ` is an `i` and a dot of its own.
    lower.replace("i\u{307}", "i")
}
