// errors: 1

use churnkey::{CouponDuration, CouponValue, Coupon};

fn main() {
    let _ = Coupon::new("ten", CouponDuration::Once, CouponValue::percentage(10.0));
}
