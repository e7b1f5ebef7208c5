use std::collections::HashMap;
use std::time::SystemTime;

use churnkey::model::{Address, Discount};
use churnkey::{
    Currency, Customer, CustomerId, Email, Error, Page, PageRequest, Phone, Result, Timestamp,
};
use tokio_postgres::Row;

use super::Books;
use super::columns::{Json, at, column, json, moment};
use crate::billing::Grant;

impl Books<'_> {
    pub async fn customer(&self, id: &CustomerId) -> Result<Option<Customer>> {
        let sql = "SELECT * FROM customers WHERE mode = $1 AND id = $2";
        self.customer_where(sql, id.as_str()).await
    }

    /// Finds a customer by email address. Case is ignored: no two customers have addresses that
    /// differ only in case.
    pub async fn customer_by_email(&self, email: &Email) -> Result<Option<Customer>> {
        let sql = "SELECT * FROM customers WHERE mode = $1 AND email_key = $2";
        self.customer_where(sql, &without_case(email.as_str()))
            .await
    }

    /// Finds a customer by phone number. Numbers are stored as `+` and digits; separators between
    /// the digits are ignored.
    pub async fn customer_by_phone(&self, phone: &Phone) -> Result<Option<Customer>> {
        let number: String = phone
            .as_str()
            .chars()
            .filter(|c| !matches!(c, ' ' | '-' | '.' | '/' | '(' | ')'))
            .collect();
        let sql = "SELECT * FROM customers WHERE mode = $1 AND phone = $2";
        self.customer_where(sql, &number).await
    }

    /// Lists customers, the oldest first, so that a customer who signs up while the list is read
    /// appears on its last page.
    pub async fn customers(&self, page: &PageRequest) -> Result<Page<Customer>> {
        let (age, id) = page.after()?.unwrap_or((Timestamp::MIN, String::new()));
        let sql = "SELECT * FROM customers WHERE mode = $1 AND (created_at, id) > ($2, $3)
                   ORDER BY created_at, id LIMIT $4";
        let rows = self
            .all(sql, &[&at(age)?, &id, &page.limit_plus_one()])
            .await?;
        let ages = rows
            .iter()
            .map(|row| moment(row, "created_at"))
            .collect::<Result<Vec<_>>>()?;
        let customers = ages.into_iter().zip(self.read_customers(&rows).await?);
        let page = page.keyset(customers.collect(), |(age, customer)| {
            (*age, customer.id.clone())
        })?;
        Ok(page.map(|(_, customer)| customer))
    }

    pub async fn require_customer(&self, id: &CustomerId) -> Result<()> {
        let sql = "SELECT 1 FROM customers WHERE mode = $1 AND id = $2";
        let found = self.one(sql, &[&id.as_str()]).await?;
        found
            .map(drop)
            .ok_or_else(|| Error::not_found("there is no such customer"))
    }

    pub async fn has_customers(&self) -> Result<bool> {
        let sql = "SELECT 1 FROM customers WHERE mode = $1 LIMIT 1";
        Ok(self.one(sql, &[]).await?.is_some())
    }

    pub async fn add_customer(&self, customer: &Customer, created: Timestamp) -> Result<()> {
        let created: SystemTime = at(created)?;
        self.execute(
            "INSERT INTO customers (mode, id, created_at, first_name, last_name, email, email_key, phone, currency, metadata)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            &[
                &customer.id.as_str(),
                &created,
                &customer.name.as_deref(),
                &customer.last_name.as_deref(),
                &customer.email.as_ref().map(Email::as_str),
                &customer.email.as_ref().map(|email| without_case(email.as_str())),
                &customer.phone.as_ref().map(Phone::as_str),
                &customer.currency.map(Currency::code),
                &Json(&customer.metadata),
            ],
        )
        .await?;
        for (position, address) in (1_i32..).zip(&customer.addresses) {
            self.execute(
                "INSERT INTO addresses (mode, customer_id, position, address) VALUES ($1, $2, $3, $4)",
                &[&customer.id.as_str(), &position, &Json(address)],
            )
            .await?;
        }
        Ok(())
    }

    async fn customer_where(&self, sql: &str, key: &str) -> Result<Option<Customer>> {
        let rows = self.all(sql, &[&key]).await?;
        Ok(self.read_customers(&rows).await?.pop())
    }

    /// Reads the customers of a whole page with as many queries as one customer needs.
    async fn read_customers(&self, rows: &[Row]) -> Result<Vec<Customer>> {
        let ids = rows
            .iter()
            .map(|row| column(row, "id"))
            .collect::<Result<Vec<String>>>()?;
        let mut addresses = self.addresses_of(&ids).await?;
        let mut discounts = self.grants_of_customers(&ids).await?;
        rows.iter()
            .zip(ids)
            .map(|(row, id)| {
                let mut customer = read(row)?;
                customer.addresses = addresses.remove(&id).unwrap_or_default();
                let grants = discounts.remove(&id).unwrap_or_default().into_iter();
                let current = grants.filter(|grant| grant.is_current(self.now));
                customer.discounts = current.map(discount).collect();
                Ok(customer)
            })
            .collect()
    }

    async fn addresses_of(&self, customers: &[String]) -> Result<HashMap<String, Vec<Address>>> {
        let sql = "SELECT customer_id, address FROM addresses
                   WHERE mode = $1 AND customer_id = ANY ($2) ORDER BY customer_id, position";
        let mut addresses: HashMap<String, Vec<Address>> = HashMap::new();
        for row in self.all(sql, &[&customers]).await? {
            addresses
                .entry(column(&row, "customer_id")?)
                .or_default()
                .push(json(&row, "address")?);
        }
        Ok(addresses)
    }
}

fn discount(grant: Grant) -> Discount {
    let mut discount = Discount::new(grant.coupon).start(grant.start);
    discount.end = grant.end;
    discount
}

fn read(row: &Row) -> Result<Customer> {
    let currency: Currency = column::<&str>(row, "currency")?.parse()?;
    let mut customer = Customer::new(column::<String>(row, "id")?)
        .name(column::<String>(row, "first_name")?)
        .last_name(column::<String>(row, "last_name")?)
        .email(column::<Option<String>>(row, "email")?)
        .phone(column::<Option<String>>(row, "phone")?)
        .currency(currency);
    customer.metadata = json(row, "metadata")?;
    Ok(customer)
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
