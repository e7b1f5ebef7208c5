//! The table of spellings, good and bad.

use serde_json::json;

use super::*;

fn period(amount: u32, unit: TimeUnit) -> OfferDuration {
    OfferDuration::Period { amount, unit }
}

/// `1 September 2026` in UTC.
fn september() -> OfferDuration {
    OfferDuration::Date("2026-09-01T00:00:00Z".parse().expect("a moment"))
}

/// Spellings of two months.
#[rustfmt::skip]
fn two_months() -> Vec<Value> {
    vec![
        json!({"type": "period", "amount": 2, "unit": "month"}),
        json!({"kind": "period", "amount": 2, "unit": "month"}),
        json!({"name": "period", "amount": 2, "unit": "month"}),
        json!({"model": "period", "amount": 2, "unit": "month"}),
        json!({"type": "Period", "amount": 2, "unit": "month"}),
        json!({"type": "period", "kind": "period", "amount": 2, "unit": "month"}),
        json!({"amount": 2, "unit": "month"}),
        json!({"count": 2, "unit": "month"}),
        json!({"value": 2, "unit": "month"}),
        json!({"length": 2, "unit": "month"}),
        json!({"intervalCount": 2, "interval": "month"}),
        json!({"type": "period", "count": 2, "interval": "months"}),
        json!({"type": "period", "value": 2, "unit": "month"}),
        json!({"kind": "period", "length": 2, "unit": "MONTH"}),
        json!({"amount": 2, "unit": "Months"}),
        json!({"amount": 2, "unit": "MONTHS"}),
        json!({"amount": 2.0, "unit": "month"}),
        json!({"amount": "2", "unit": "month"}),
        json!({"amount": "2.0", "unit": "month"}),
        json!({"amount": "02", "unit": "month"}),
        json!({"amount": 2, "count": "2", "unit": "month", "interval": "months"}),
        json!({"months": 2}),
        json!({"months": "2"}),
        json!({"months": 2.0}),
        json!({"type": "period", "months": 2}),
        json!({"days": 0, "weeks": 0, "months": 2, "years": 0}),
        json!({"days": "0", "weeks": 0.0, "months": 2, "years": null}),
        json!({"type": "period", "period": {"days": 0, "weeks": 0, "months": 2, "years": 0}}),
        json!({"period": {"months": 2}}),
        json!({"period": {"months": "2", "days": "0.0"}}),
        json!({"period": {"amount": 2, "unit": "month"}}),
        json!({"kind": "period", "period": {"intervalCount": "2", "interval": "Months"}}),
        json!({"period": {"value": 2, "unit": "month"}, "months": 0}),
        json!({"type": null, "amount": 2, "unit": "month", "date": null, "period": null}),
        json!({"type": "period", "amount": 2, "unit": "month", "days": 0}),
        json!({"type": "period", "amount": 2, "unit": "month", "note": [1], "start": "now"}),
    ]
}

/// Spellings of 1 September 2026.
#[rustfmt::skip]
fn dates() -> Vec<Value> {
    vec![
        json!({"type": "date", "date": "2026-09-01T00:00:00.000Z"}),
        json!({"kind": "date", "date": "2026-09-01T00:00:00.000Z"}),
        json!({"name": "date", "date": "2026-09-01T00:00:00.000Z"}),
        json!({"model": "date", "date": "2026-09-01T00:00:00.000Z"}),
        json!({"type": "DATE", "date": "2026-09-01T00:00:00.000Z"}),
        json!({"date": "2026-09-01T02:00:00+02:00"}),
        json!({"end": "2026-09-01T00:00:00Z"}),
        json!({"until": "2026-09-01T00:00:00Z"}),
        json!({"value": "2026-09-01T00:00:00Z"}),
        json!({"type": "date", "value": "2026-09-01T00:00:00Z"}),
        json!({"date": "2026-09-01"}),
        json!({"type": "date", "until": "2026-09-01"}),
        json!({"date": 1_788_220_800_000_i64}),
        json!({"date": 1_788_220_800_000.0}),
        json!({"date": "1788220800000"}),
        json!({"value": 1_788_220_800_000_i64}),
        json!({"type": "date", "end": "2026-09-01", "date": 1_788_220_800_000_i64}),
        json!({"date": "2026-09-01", "amount": null, "unit": null}),
        json!({"date": "2026-09-01", "days": 0, "weeks": 0, "months": 0, "years": 0}),
    ]
}

#[test]
fn every_spelling_has_the_same_meaning() {
    for document in two_months() {
        let read = OfferDuration::from_json(&document);
        assert_eq!(read, Ok(period(2, TimeUnit::Month)), "{document}");
    }
    for document in dates() {
        assert_eq!(
            OfferDuration::from_json(&document),
            Ok(september()),
            "{document}"
        );
    }
}

#[test]
fn each_unit_is_read_under_each_of_its_names() {
    for (unit, time_unit) in UNITS.iter().zip(TIME_UNITS) {
        let upper = unit.to_ascii_uppercase();
        for document in [
            json!({"amount": u32::MAX, "unit": unit}),
            json!({"amount": u32::MAX, "interval": format!("{upper}S")}),
            json!({format!("{unit}s"): u32::MAX}),
            json!({"period": {format!("{unit}s"): u32::MAX}}),
        ] {
            let read = OfferDuration::from_json(&document);
            assert_eq!(read, Ok(period(u32::MAX, time_unit)), "{document}");
        }
    }
}

#[test]
fn anything_else_names_the_field_and_the_rule() {
    let kind = "type must be period or date";
    let both = "duration must be a period or a date, not both";
    let amount = "amount must be a whole number from 1";
    let unit = "unit must be day, week, month or year";
    let date = "date must be an RFC 3339 date-time, a date or epoch milliseconds";
    let several = "duration must have one length only";
    #[rustfmt::skip]
    let table = [
        (json!(null), "duration must be an object"),
        (json!("2 months"), "duration must be an object"),
        (json!("P2M"), "duration must be an object"),
        (json!(60), "duration must be an object"),
        (json!([]), "duration must be an object"),
        (json!({}), kind),
        (json!({"type": "until", "date": "2026-09-01T00:00:00Z"}), kind),
        (json!({"type": "month", "amount": 2}), kind),
        (json!({"type": 1, "amount": 2, "unit": "month"}), kind),
        (json!({"type": "", "amount": 2, "unit": "month"}), kind),
        (json!({"type": "period", "name": "Summer", "amount": 2, "unit": "month"}),
            "name must be period or date"),
        (json!({"type": "period", "kind": "date", "amount": 2, "unit": "month"}),
            "kind must be the same as under its other name"),
        (json!({"months": 0}), kind),
        (json!({"type": "period"}), amount),
        (json!({"type": "period", "months": 0}), amount),
        (json!({"amount": 2, "unit": "month", "date": "2026-09-01T00:00:00Z"}), both),
        (json!({"type": "period", "amount": 2, "unit": "month", "date": "2026-09-01"}), both),
        (json!({"months": 2, "until": "2026-09-01"}), both),
        (json!({"period": {"months": 2}, "end": "2026-09-01"}), both),
        (json!({"type": "period", "date": "2026-09-01T00:00:00Z"}),
            "duration must be a date, or have the fields of a period"),
        (json!({"type": "date", "amount": 2, "unit": "month"}),
            "duration must be a period, or have the fields of a date"),
        (json!({"type": "date", "date": null, "months": 2}),
            "duration must be a period, or have the fields of a date"),
        (json!({"amount": 0, "unit": "month"}), amount),
        (json!({"amount": -1, "unit": "month"}), amount),
        (json!({"amount": 1.5, "unit": "month"}), amount),
        (json!({"amount": "", "unit": "month"}), amount),
        (json!({"amount": "two", "unit": "month"}), amount),
        (json!({"amount": "1.5", "unit": "month"}), amount),
        (json!({"amount": "2.", "unit": "month"}), amount),
        (json!({"amount": "+2", "unit": "month"}), amount),
        (json!({"amount": " 2", "unit": "month"}), amount),
        (json!({"amount": "2e0", "unit": "month"}), amount),
        (json!({"amount": "1000000000", "unit": "month"}), amount),
        (json!({"amount": 4_294_967_296_u64, "unit": "month"}), amount),
        (json!({"amount": true, "unit": "month"}), amount),
        (json!({"amount": [2], "unit": "month"}), amount),
        (json!({"amount": 2, "count": 3, "unit": "month"}),
            "count must be the same as under its other name"),
        (json!({"count": 0, "unit": "month"}), "count must be a whole number from 1"),
        (json!({"unit": "month"}), amount),
        (json!({"interval": "month"}), amount),
        (json!({"amount": 2}), unit),
        (json!({"amount": 2, "unit": "hour"}), unit),
        (json!({"amount": 2, "unit": "mo"}), unit),
        (json!({"amount": 2, "unit": "monthss"}), unit),
        (json!({"amount": 2, "unit": " month"}), unit),
        (json!({"amount": 2, "unit": 7}), unit),
        (json!({"amount": 2, "interval": 1}), "interval must be day, week, month or year"),
        (json!({"amount": 2, "unit": "month", "interval": "year"}),
            "interval must be the same as under its other name"),
        (json!({"amount": 2, "unit": "month", "days": 3}), several),
        (json!({"months": 2, "days": 3}), several),
        (json!({"months": 2, "period": {"months": 2}}), several),
        (json!({"months": 2, "period": {}}), several),
        (json!({"period": {"months": 2, "days": 3}}), several),
        (json!({"period": {}}), amount),
        (json!({"period": "month", "amount": 2}), unit),
        (json!({"period": "P2M"}), "period must be an object"),
        (json!({"period": {"amount": 2, "unit": "hour"}}),
            "period.unit must be day, week, month or year"),
        (json!({"period": {"amount": 2}}), "period.unit must be day, week, month or year"),
        (json!({"period": {"unit": "day"}}), "period.amount must be a whole number from 1"),
        (json!({"months": -2}), "months must be a whole number"),
        (json!({"months": true}), "months must be a whole number"),
        (json!({"period": {"days": 0.5}}), "period.days must be a whole number"),
        (json!({"type": "date"}), date),
        (json!({"date": "2026-02-30T00:00:00Z"}), date),
        (json!({"date": "2026-02-30"}), date),
        (json!({"date": "2026-9-1"}), date),
        (json!({"date": "01/09/2026"}), date),
        (json!({"date": "2026-09-01T00:00:00"}), date),
        (json!({"date": "tomorrow"}), date),
        (json!({"date": 1_788_220_800}), date),
        (json!({"date": "1788220800"}), date),
        (json!({"date": 1_788_220_800_000.5}), date),
        (json!({"date": 253_402_300_800_000_i64}), date),
        (json!({"date": {"date": "2026-09-01"}}), date),
        (json!({"value": 2}), "value must be an RFC 3339 date-time, a date or epoch milliseconds"),
        (json!({"type": "date", "date": "2026-09-01", "until": "2026-09-02"}),
            "until must be the same as under its other name"),
    ];
    for (document, message) in table {
        let fault = OfferDuration::from_json(&document).expect_err(&document.to_string());
        assert_eq!(fault.to_string(), message, "{document}");
        let error = serde_json::from_value::<OfferDuration>(document).expect_err("a fault");
        assert_eq!(error.to_string(), message);
    }
}
