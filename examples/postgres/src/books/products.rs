use churnkey::{FamilyId, Page, PageRequest, Product, ProductId, Result};
use tokio_postgres::Row;

use super::Books;
use super::columns::column;

impl Books<'_> {
    pub async fn product(&self, id: &ProductId) -> Result<Option<Product>> {
        let sql = "SELECT * FROM products WHERE mode = $1 AND id = $2";
        let row = self.one(sql, &[&id.as_str()]).await?;
        row.as_ref().map(read).transpose()
    }

    pub async fn products(&self, page: &PageRequest) -> Result<Page<Product>> {
        let after: String = page.after()?.unwrap_or_default();
        let sql = "SELECT * FROM products WHERE mode = $1 AND id > $2 ORDER BY id LIMIT $3";
        let rows = self.all(sql, &[&after, &page.limit_plus_one()]).await?;
        let products = rows.iter().map(read).collect::<Result<_>>()?;
        page.keyset(products, |product: &Product| product.id.clone())
    }

    pub async fn add_product(&self, product: &Product, family: &FamilyId) -> Result<()> {
        self.execute(
            "INSERT INTO products (mode, id, family_id, name, description, unit_label)
             VALUES ($1, $2, $3, $4, $5, $6)",
            &[
                &product.id.as_str(),
                &family.as_str(),
                &product.name.as_str(),
                &product.description.as_deref(),
                &product.unit_label.as_deref(),
            ],
        )
        .await
    }
}

fn read(row: &Row) -> Result<Product> {
    let (id, family): (String, String) = (column(row, "id")?, column(row, "family_id")?);
    let product = Product::in_family(id, family, column::<String>(row, "name")?);
    Ok(product
        .description(column::<Option<String>>(row, "description")?)
        .unit_label(column::<Option<String>>(row, "unit_label")?))
}
