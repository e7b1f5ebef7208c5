use std::collections::HashMap;

use churnkey::{Amount, Page, PageRequest, Price, PriceId, ProductId, Result};
use tokio_postgres::Row;

use super::Books;
use super::columns::{Json, column, json};

impl Books<'_> {
    pub async fn price(&self, id: &PriceId) -> Result<Option<Price>> {
        let sql = "SELECT * FROM prices WHERE mode = $1 AND id = $2";
        let row = self.one(sql, &[&id.as_str()]).await?;
        row.as_ref().map(read).transpose()
    }

    pub async fn prices(&self, page: &PageRequest) -> Result<Page<Price>> {
        let after: String = page.after()?.unwrap_or_default();
        let sql = "SELECT * FROM prices WHERE mode = $1 AND id > $2 ORDER BY id LIMIT $3";
        let rows = self.all(sql, &[&after, &page.limit_plus_one()]).await?;
        let prices = rows.iter().map(read).collect::<Result<_>>()?;
        page.keyset(prices, |price: &Price| price.id.clone())
    }

    /// The prices with these ids.
    pub(super) async fn prices_by_id(&self, ids: &[String]) -> Result<HashMap<String, Price>> {
        let sql = "SELECT * FROM prices WHERE mode = $1 AND id = ANY ($2)";
        let rows = self.all(sql, &[&ids]).await?;
        rows.iter()
            .map(|row| Ok((column(row, "id")?, read(row)?)))
            .collect()
    }

    pub async fn add_price(&self, price: &Price, product: &ProductId) -> Result<()> {
        self.execute(
            "INSERT INTO prices (mode, id, product_id, name, description, cycle, amount)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            &[
                &price.id.as_str(),
                &product.as_str(),
                &price.name.as_deref(),
                &price.description.as_deref(),
                &Json(price.duration),
                &Json(&price.amount),
            ],
        )
        .await
    }
}

fn read(row: &Row) -> Result<Price> {
    let (id, product): (String, String) = (column(row, "id")?, column(row, "product_id")?);
    let amount: Amount = json(row, "amount")?;
    let price = Price::of_product(id, product, json(row, "cycle")?, amount);
    Ok(price
        .name(column::<Option<String>>(row, "name")?)
        .description(column::<Option<String>>(row, "description")?))
}
