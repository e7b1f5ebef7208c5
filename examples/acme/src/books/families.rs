use churnkey::{FamilyId, Page, PageRequest, ProductFamily, Result};
use rusqlite::Row;

use super::Books;
use super::columns::column;

impl Books<'_> {
    pub fn family(&self, id: &FamilyId) -> Result<Option<ProductFamily>> {
        self.one(
            "SELECT * FROM families WHERE mode = :mode AND id = :id",
            &[(":id", &id.as_str())],
            read,
        )
    }

    pub fn families(&self, page: &PageRequest) -> Result<Page<ProductFamily>> {
        let after: String = page.after()?.unwrap_or_default();
        let rows = self.all(
            "SELECT * FROM families WHERE mode = :mode AND id > :after ORDER BY id LIMIT :limit",
            &[(":after", &after), (":limit", &page.limit_plus_one())],
            read,
        )?;
        page.keyset(rows, |family| family.id.clone())
    }

    pub fn add_family(&self, family: &ProductFamily) -> Result<()> {
        self.execute(
            "INSERT INTO families (mode, id, name, description) VALUES (:mode, :id, :name, :description)",
            &[(":id", &family.id.as_str()), (":name", &family.name.as_str()), (":description", &family.description.as_deref())],
        )?;
        Ok(())
    }
}

fn read(row: &Row<'_>) -> Result<ProductFamily> {
    let family = ProductFamily::new(column::<String>(row, "id")?, column::<String>(row, "name")?);
    Ok(family.description(column::<Option<String>>(row, "description")?))
}
