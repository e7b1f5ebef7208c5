// The books of the company on SQLite, with better-sqlite3: the queries of examples/acme.

import { randomUUID } from 'node:crypto';

import Database from 'better-sqlite3';

import { Failure } from '../../peers/node/requests.js';
import { pause as pauseInMemory } from './billing.js';
import { afterCursor, pageOf } from './cursor.js';
import { customerFrom, grantFrom, modelOf, priceFrom, subscriptionFrom } from './models.js';

const database = new Database(process.env.ACME_DB, { fileMustExist: true });
database.pragma('foreign_keys = ON');
database.pragma('journal_mode = WAL');
database.pragma('synchronous = FULL');
database.pragma('busy_timeout = 2000');

const of = {
  json: JSON.parse,
  time: (millis) => millis,
  flag: (number) => number === 1,
};

const sql = {
  customer: 'SELECT * FROM customers WHERE mode = ? AND id = ?',
  customers: `SELECT * FROM customers WHERE mode = ? AND (created_at, id) > (?, ?)
    ORDER BY created_at, id LIMIT ?`,
  addresses: 'SELECT address FROM addresses WHERE mode = ? AND customer_id = ? ORDER BY position',
  ofCustomer: `SELECT coupons.*, started_at, NULL AS charges_left, ends_at, NULL AS last_charge_at
    FROM customer_discounts
    JOIN coupons ON coupons.mode = customer_discounts.mode AND coupons.id = coupon_id
    WHERE customer_discounts.mode = ? AND customer_id = ? ORDER BY started_at, coupon_id`,
  ofSubscription: `SELECT coupons.*, started_at, charges_left, ends_at, last_charge_at
    FROM subscription_discounts
    JOIN coupons ON coupons.mode = subscription_discounts.mode AND coupons.id = coupon_id
    WHERE subscription_discounts.mode = ? AND subscription_id = ? ORDER BY started_at, coupon_id`,
  subscription: 'SELECT * FROM subscriptions WHERE mode = ? AND id = ? AND customer_id = ?',
  price: 'SELECT * FROM prices WHERE mode = ? AND id = ?',
  save: `UPDATE subscriptions SET
      price_id = :price, quantity = :quantity, started_at = :started, status = :status,
      unpaid = :unpaid, canceled_at = :canceled, billing_day = :billingDay,
      period_start = :periodStart, period_end = :periodEnd, period_millis = :periodMillis,
      paid = :paid, paid_millis = :paidMillis, trial_start = :trialStart, trial_end = :trialEnd,
      ends_with_period = :endsWithPeriod, pause_start_at = :pauseStartAt,
      pause_length = :pauseLength, pause_allows_annual = :pauseAllowsAnnual,
      pause_start = :pauseStart, pause_end = :pauseEnd, pause_extends = :pauseExtends,
      next_price_id = :nextPrice, metadata = :metadata
    WHERE mode = :mode AND id = :id AND customer_id = :customer`,
  saveGrant: `INSERT INTO subscription_discounts (
      mode, subscription_id, coupon_id, started_at, charges_left, ends_at, last_charge_at
    ) VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET charges_left = excluded.charges_left, ends_at = excluded.ends_at,
      last_charge_at = excluded.last_charge_at`,
  audit: `INSERT INTO audit (
      mode, number, at, request_id, action, customer, subscription, outcome, details
    ) SELECT :mode, coalesce(max(number), 0) + 1, :now, :request, :action, :customer,
        :subscription, :outcome, :details
    FROM audit WHERE mode = :mode`,
};
const statements = Object.fromEntries(
  Object.entries(sql).map(([name, text]) => [name, database.prepare(text)]),
);

const grants = (rows) => rows.map((row) => grantFrom(row, of));

function readCustomer(mode, row, now) {
  const addresses = statements.addresses.all(mode, row.id).map(({ address }) => of.json(address));
  return customerFrom(row, addresses, grants(statements.ofCustomer.all(mode, row.id)), now, of);
}

function readSubscription(mode, { customerId, subscriptionId }, now) {
  const row = statements.subscription.get(mode, subscriptionId, customerId);
  if (!row) return undefined;
  const priceOf = (id) => priceFrom(statements.price.get(mode, id), of);
  const own = grants(statements.ofSubscription.all(mode, row.id));
  const ofCustomer = grants(statements.ofCustomer.all(mode, row.customer_id));
  return subscriptionFrom(row, priceOf, own, ofCustomer, now, of);
}

export const customer = database.transaction((mode, id) => {
  const row = statements.customer.get(mode, id);
  return row && readCustomer(mode, row, Date.now());
});

export const customers = database.transaction((mode, limit, cursor) => {
  const [age, id] = afterCursor(cursor) ?? [Number.MIN_SAFE_INTEGER, ''];
  const now = Date.now();
  const rows = statements.customers.all(mode, age, id, limit + 1);
  return pageOf(rows, limit, (row) => [row.created_at, row.id], (row) =>
    readCustomer(mode, row, now));
});

export const subscription = database.transaction((mode, customerId, subscriptionId) => {
  const now = Date.now();
  const found = readSubscription(mode, { customerId, subscriptionId }, now);
  return found && modelOf(found, now);
});

export const pause = database.transaction((mode, request) => {
  const now = Date.now();
  const found = readSubscription(mode, request, now);
  if (!found) throw new Failure(404, 'there is no such subscription');
  const outcome = pauseInMemory(found, request, now);
  save(mode, found);
  const { startAt, duration, allowAnnual = null } = request;
  statements.audit.run({
    mode,
    now,
    request: randomUUID(),
    action: 'pause',
    customer: found.customerId,
    subscription: found.id,
    outcome,
    details: JSON.stringify({ allowAnnual, duration, startAt }),
  });
}).immediate;

function save(mode, { id, customerId, period, paid, trial, pause: paused, ...rest }) {
  const flag = (value) => (value ? 1 : 0);
  statements.save.run({
    mode,
    id,
    customer: customerId,
    price: rest.price.id,
    quantity: rest.quantity,
    started: rest.startedAt,
    status: rest.state,
    unpaid: flag(rest.unpaid),
    canceled: rest.canceledAt,
    billingDay: rest.billingDay,
    periodStart: period.start,
    periodEnd: period.end,
    periodMillis: rest.periodMillis,
    paid: paid.amount,
    paidMillis: paid.millis,
    trialStart: trial && trial.start,
    trialEnd: trial && trial.end,
    endsWithPeriod: flag(rest.endsWithPeriod),
    pauseStartAt: paused && paused.startAt,
    pauseLength: paused?.length ? JSON.stringify(paused.length) : null,
    pauseAllowsAnnual: paused && flag(paused.allowAnnual),
    pauseStart: paused && paused.start,
    pauseEnd: paused && paused.end,
    pauseExtends: paused && flag(paused.extendsPeriod),
    nextPrice: rest.nextPrice && rest.nextPrice.id,
    metadata: JSON.stringify(rest.metadata),
  });
  for (const { coupon, start, chargesLeft, end, lastCharge } of rest.discounts) {
    statements.saveGrant.run(mode, id, coupon.id, start, chargesLeft, end, lastCharge);
  }
}
