use churnkey::{FamilyId, Page, PageRequest, ProductFamily, Result};
use tokio_postgres::Row;

use super::Books;
use super::columns::column;

impl Books<'_> {
    pub async fn family(&self, id: &FamilyId) -> Result<Option<ProductFamily>> {
        let sql = "SELECT * FROM families WHERE mode = $1 AND id = $2";
        let row = self.one(sql, &[&id.as_str()]).await?;
        row.as_ref().map(read).transpose()
    }

    pub async fn families(&self, page: &PageRequest) -> Result<Page<ProductFamily>> {
        let after: String = page.after()?.unwrap_or_default();
        let sql = "SELECT * FROM families WHERE mode = $1 AND id > $2 ORDER BY id LIMIT $3";
        let rows = self.all(sql, &[&after, &page.limit_plus_one()]).await?;
        let families = rows.iter().map(read).collect::<Result<_>>()?;
        page.keyset(families, |family: &ProductFamily| family.id.clone())
    }

    pub async fn add_family(&self, family: &ProductFamily) -> Result<()> {
        self.execute(
            "INSERT INTO families (mode, id, name, description) VALUES ($1, $2, $3, $4)",
            &[
                &family.id.as_str(),
                &family.name.as_str(),
                &family.description.as_deref(),
            ],
        )
        .await
    }
}

fn read(row: &Row) -> Result<ProductFamily> {
    let (id, name): (String, String) = (column(row, "id")?, column(row, "name")?);
    let family = ProductFamily::new(id, name);
    Ok(family.description(column::<Option<String>>(row, "description")?))
}
