use churnkey::model::{CouponDuration, CouponValue, Redemptions};
use churnkey::{Coupon, CouponId, Page, PageRequest, Result};
use rusqlite::Row;

use super::Books;
use super::columns::{At, Json, column};

impl Books<'_> {
    pub fn coupon(&self, id: &CouponId) -> Result<Option<Coupon>> {
        self.one(
            "SELECT * FROM coupons WHERE mode = :mode AND id = :id",
            &[(":id", &id.as_str())],
            read,
        )
    }

    pub fn coupons(&self, page: &PageRequest) -> Result<Page<Coupon>> {
        let after: String = page.after()?.unwrap_or_default();
        let rows = self.all(
            "SELECT * FROM coupons WHERE mode = :mode AND id > :after ORDER BY id LIMIT :limit",
            &[(":after", &after), (":limit", &page.limit_plus_one())],
            read,
        )?;
        page.keyset(rows, |coupon| coupon.id.clone())
    }

    /// Counts one redemption. A constraint of the schema rejects one beyond the limit.
    pub fn count_redemption(&self, id: &CouponId) -> Result<()> {
        self.execute(
            "UPDATE coupons SET redemptions = redemptions + 1 WHERE mode = :mode AND id = :id",
            &[(":id", &id.as_str())],
        )?;
        Ok(())
    }

    pub fn add_coupon(&self, coupon: &Coupon) -> Result<()> {
        let redemptions = coupon.redemptions.unwrap_or_default();
        self.execute(
            "INSERT INTO coupons (mode, id, code, name, duration, value, max_redemptions, redemptions, expires_at)
             VALUES (:mode, :id, :code, :name, :duration, :value, :max, :current, :expires)",
            &[
                (":id", &coupon.id.as_str()),
                (":code", &coupon.code.as_deref()),
                (":name", &coupon.name.as_deref()),
                (":duration", &Json(coupon.duration)),
                (":value", &Json(&coupon.value)),
                (":max", &redemptions.max),
                (":current", &redemptions.current.unwrap_or_default()),
                (":expires", &coupon.expires_at.map(At)),
            ],
        )?;
        Ok(())
    }
}

pub(super) fn read(row: &Row<'_>) -> Result<Coupon> {
    let Json(duration): Json<CouponDuration> = column(row, "duration")?;
    let Json(value): Json<CouponValue> = column(row, "value")?;
    let expires_at: Option<At> = column(row, "expires_at")?;
    let redemptions = Redemptions::new()
        .max(column::<Option<u64>>(row, "max_redemptions")?)
        .current(column::<u64>(row, "redemptions")?);
    Ok(Coupon::new(column::<String>(row, "id")?, duration, value)
        .code(column::<Option<String>>(row, "code")?)
        .name(column::<Option<String>>(row, "name")?)
        .expires_at(expires_at.map(|At(moment)| moment))
        .redemptions(redemptions))
}
