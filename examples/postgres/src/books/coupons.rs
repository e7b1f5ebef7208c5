use churnkey::model::{CouponDuration, CouponValue, Redemptions};
use churnkey::{Coupon, CouponId, Page, PageRequest, Result, ResultExt as _};
use tokio_postgres::Row;

use super::Books;
use super::columns::{Json, at_if, column, json, moment_if};

impl Books<'_> {
    pub async fn coupon(&self, id: &CouponId) -> Result<Option<Coupon>> {
        let sql = "SELECT * FROM coupons WHERE mode = $1 AND id = $2";
        let row = self.one(sql, &[&id.as_str()]).await?;
        row.as_ref().map(read).transpose()
    }

    /// Locks a coupon until the end of the transaction, so that its last redemption is not used
    /// twice.
    ///
    /// An action locks the subscription first and the coupon last, so no deadlock is possible.
    pub async fn coupon_to_redeem(&self, id: &CouponId) -> Result<Option<Coupon>> {
        let sql = "SELECT * FROM coupons WHERE mode = $1 AND id = $2 FOR NO KEY UPDATE";
        let row = self.one(sql, &[&id.as_str()]).await?;
        row.as_ref().map(read).transpose()
    }

    pub async fn coupons(&self, page: &PageRequest) -> Result<Page<Coupon>> {
        let after: String = page.after()?.unwrap_or_default();
        let sql = "SELECT * FROM coupons WHERE mode = $1 AND id > $2 ORDER BY id LIMIT $3";
        let rows = self.all(sql, &[&after, &page.limit_plus_one()]).await?;
        let coupons = rows.iter().map(read).collect::<Result<_>>()?;
        page.keyset(coupons, |coupon: &Coupon| coupon.id.clone())
    }

    /// Counts one redemption. A constraint of the schema rejects one beyond the limit.
    pub async fn count_redemption(&self, id: &CouponId) -> Result<()> {
        self.execute(
            "UPDATE coupons SET redemptions = redemptions + 1 WHERE mode = $1 AND id = $2",
            &[&id.as_str()],
        )
        .await
    }

    pub async fn add_coupon(&self, coupon: &Coupon) -> Result<()> {
        let redemptions = coupon.redemptions.unwrap_or_default();
        let max = redemptions
            .max
            .map(i64::try_from)
            .transpose()
            .or_internal()?;
        let current = i64::try_from(redemptions.current.unwrap_or_default()).or_internal()?;
        self.execute(
            "INSERT INTO coupons (mode, id, code, name, duration, value, max_redemptions, redemptions, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            &[
                &coupon.id.as_str(),
                &coupon.code.as_deref(),
                &coupon.name.as_deref(),
                &Json(coupon.duration),
                &Json(&coupon.value),
                &max,
                &current,
                &at_if(coupon.expires_at)?,
            ],
        )
        .await
    }
}

pub(super) fn read(row: &Row) -> Result<Coupon> {
    let duration: CouponDuration = json(row, "duration")?;
    let value: CouponValue = json(row, "value")?;
    let redemptions = Redemptions::new()
        .max(column::<Option<i64>>(row, "max_redemptions")?)
        .current(column::<i64>(row, "redemptions")?);
    Ok(Coupon::new(column::<String>(row, "id")?, duration, value)
        .code(column::<Option<String>>(row, "code")?)
        .name(column::<Option<String>>(row, "name")?)
        .expires_at(moment_if(row, "expires_at")?)
        .redemptions(redemptions))
}
