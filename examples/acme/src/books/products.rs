use churnkey::{FamilyId, Page, PageRequest, Product, ProductId, Result};
use rusqlite::Row;

use super::Books;
use super::columns::column;

impl Books<'_> {
    pub fn product(&self, id: &ProductId) -> Result<Option<Product>> {
        self.one(
            "SELECT * FROM products WHERE mode = :mode AND id = :id",
            &[(":id", &id.as_str())],
            read,
        )
    }

    pub fn products(&self, page: &PageRequest) -> Result<Page<Product>> {
        let after: String = page.after()?.unwrap_or_default();
        let rows = self.all(
            "SELECT * FROM products WHERE mode = :mode AND id > :after ORDER BY id LIMIT :limit",
            &[(":after", &after), (":limit", &page.limit_plus_one())],
            read,
        )?;
        page.keyset(rows, |product| product.id.clone())
    }

    pub fn add_product(&self, product: &Product, family: &FamilyId) -> Result<()> {
        self.execute(
            "INSERT INTO products (mode, id, family_id, name, description, unit_label)
             VALUES (:mode, :id, :family, :name, :description, :unit_label)",
            &[
                (":id", &product.id.as_str()),
                (":family", &family.as_str()),
                (":name", &product.name.as_str()),
                (":description", &product.description.as_deref()),
                (":unit_label", &product.unit_label.as_deref()),
            ],
        )?;
        Ok(())
    }
}

fn read(row: &Row<'_>) -> Result<Product> {
    let (id, family, name): (String, String, String) = (
        column(row, "id")?,
        column(row, "family_id")?,
        column(row, "name")?,
    );
    let product = Product::in_family(id, family, name);
    Ok(product
        .description(column::<Option<String>>(row, "description")?)
        .unit_label(column::<Option<String>>(row, "unit_label")?))
}
