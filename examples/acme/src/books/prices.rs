use churnkey::{Amount, BillingCycle, Page, PageRequest, Price, PriceId, ProductId, Result};
use rusqlite::Row;

use super::Books;
use super::columns::{Json, column};

impl Books<'_> {
    pub fn price(&self, id: &PriceId) -> Result<Option<Price>> {
        self.one(
            "SELECT * FROM prices WHERE mode = :mode AND id = :id",
            &[(":id", &id.as_str())],
            read,
        )
    }

    pub fn prices(&self, page: &PageRequest) -> Result<Page<Price>> {
        let after: String = page.after()?.unwrap_or_default();
        let rows = self.all(
            "SELECT * FROM prices WHERE mode = :mode AND id > :after ORDER BY id LIMIT :limit",
            &[(":after", &after), (":limit", &page.limit_plus_one())],
            read,
        )?;
        page.keyset(rows, |price| price.id.clone())
    }

    pub fn add_price(&self, price: &Price, product: &ProductId) -> Result<()> {
        self.execute(
            "INSERT INTO prices (mode, id, product_id, name, description, cycle, amount)
             VALUES (:mode, :id, :product, :name, :description, :cycle, :amount)",
            &[
                (":id", &price.id.as_str()),
                (":product", &product.as_str()),
                (":name", &price.name.as_deref()),
                (":description", &price.description.as_deref()),
                (":cycle", &Json(price.duration)),
                (":amount", &Json(&price.amount)),
            ],
        )?;
        Ok(())
    }
}

fn read(row: &Row<'_>) -> Result<Price> {
    let (id, product): (String, String) = (column(row, "id")?, column(row, "product_id")?);
    let Json(cycle): Json<BillingCycle> = column(row, "cycle")?;
    let Json(amount): Json<Amount> = column(row, "amount")?;
    let price = Price::of_product(id, product, cycle, amount);
    Ok(price
        .name(column::<Option<String>>(row, "name")?)
        .description(column::<Option<String>>(row, "description")?))
}
