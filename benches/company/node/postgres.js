// The books of the company on PostgreSQL, with pg: the queries of examples/postgres.

import { randomUUID } from 'node:crypto';

import pg from 'pg';

import { Failure } from '../../peers/node/requests.js';
import { pause as pauseInMemory } from './billing.js';
import { afterCursor, pageOf } from './cursor.js';
import { customerFrom, grantFrom, modelOf, priceFrom, subscriptionFrom } from './models.js';

// Numbers up to 2^53 are enough here.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

// Actions have connections of their own, so that reads do not wait behind actions.
const pool = () =>
  new pg.Pool({
    host: process.env.PGHOST,
    user: 'acme',
    database: process.env.PGDATABASE,
    max: 4,
    idleTimeoutMillis: 0,
    options: '-c statement_timeout=5000 -c lock_timeout=3000',
  });
const readers = pool();
const writers = pool();

const of = {
  json: (value) => value,
  time: (value) => (value === null ? null : value.getTime()),
  flag: (value) => value,
};

const sql = {
  now: 'SELECT company_time() AS now',
  customer: 'SELECT * FROM customers WHERE mode = $1 AND id = $2',
  customers: `SELECT * FROM customers WHERE mode = $1 AND (created_at, id) > ($2, $3)
    ORDER BY created_at, id LIMIT $4`,
  addresses: `SELECT customer_id AS owner, address FROM addresses
    WHERE mode = $1 AND customer_id = ANY ($2) ORDER BY customer_id, position`,
  ofCustomers: `SELECT customer_id AS owner, coupons.*, started_at, NULL::bigint AS charges_left,
      ends_at, NULL::timestamptz AS last_charge_at
    FROM customer_discounts
    JOIN coupons ON coupons.mode = customer_discounts.mode AND coupons.id = coupon_id
    WHERE customer_discounts.mode = $1 AND customer_id = ANY ($2)
    ORDER BY started_at, coupon_id`,
  ofSubscriptions: `SELECT subscription_id AS owner, coupons.*, started_at, charges_left, ends_at,
      last_charge_at
    FROM subscription_discounts
    JOIN coupons ON coupons.mode = subscription_discounts.mode AND coupons.id = coupon_id
    WHERE subscription_discounts.mode = $1 AND subscription_id = ANY ($2)
    ORDER BY started_at, coupon_id`,
  subscription: 'SELECT * FROM subscriptions WHERE mode = $1 AND id = $2 AND customer_id = $3',
  prices: 'SELECT * FROM prices WHERE mode = $1 AND id = ANY ($2)',
  lock: `SELECT 1 FROM subscriptions WHERE mode = $1 AND customer_id = $2 AND id = $3
    FOR UPDATE`,
  action: `INSERT INTO actions (mode, subscription_id, version, action, details, at)
    VALUES ($1, $2, $3, $4, $5, $6)`,
  save: `UPDATE subscriptions SET
      version = $4, price_id = $5, quantity = $6, started_at = $7, status = $8, unpaid = $9,
      canceled_at = $10, billing_day = $11, period_start = $12, period_end = $13,
      period_millis = $14, paid = $15, paid_millis = $16, trial_start = $17, trial_end = $18,
      ends_with_period = $19, pause_start_at = $20, pause_length = $21,
      pause_allows_annual = $22, pause_start = $23, pause_end = $24, pause_extends = $25,
      next_price_id = $26, metadata = $27
    WHERE mode = $1 AND id = $2 AND customer_id = $3`,
  saveGrant: `INSERT INTO subscription_discounts (
      mode, subscription_id, coupon_id, started_at, charges_left, ends_at, last_charge_at
    ) VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (mode, subscription_id, coupon_id) DO UPDATE SET
      charges_left = excluded.charges_left, ends_at = excluded.ends_at,
      last_charge_at = excluded.last_charge_at`,
  audit: `INSERT INTO audit (
      mode, at, request_id, action, customer, subscription, outcome, details
    ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
};

/** Converts rows, and groups them by their owner. */
function grouped(rows, convert) {
  const groups = new Map();
  for (const row of rows) {
    if (!groups.has(row.owner)) groups.set(row.owner, []);
    groups.get(row.owner).push(convert(row));
  }
  return groups;
}

/** The books within one transaction. */
class Books {
  constructor(client, mode) {
    this.client = client;
    this.mode = mode;
  }

  /** Runs a prepared statement, with the mode as its first parameter. */
  async rows(name, ...values) {
    const query = { name, text: sql[name], values: [this.mode, ...values] };
    return (await this.client.query(query)).rows;
  }

  async readClock() {
    const { rows } = await this.client.query({ name: 'now', text: sql.now });
    this.now = of.time(rows[0].now);
  }

  async readCustomers(rows) {
    const ids = rows.map(({ id }) => id);
    const addresses = grouped(
      await this.rows('addresses', ids),
      ({ address }) => address,
    );
    const discounts = await this.grants('ofCustomers', ids);
    return rows.map((row) => {
      const [homes, grants] = [addresses, discounts].map((groups) => groups.get(row.id) ?? []);
      return customerFrom(row, homes, grants, this.now, of);
    });
  }

  async readSubscription({ customerId, subscriptionId }) {
    const [row] = await this.rows('subscription', subscriptionId, customerId);
    if (!row) return undefined;
    const ids = [row.price_id, row.next_price_id].filter((id) => id !== null);
    const prices = new Map((await this.rows('prices', ids)).map((one) => [one.id, one]));
    const own = await this.grants('ofSubscriptions', [row.id]);
    const ofCustomer = await this.grants('ofCustomers', [row.customer_id]);
    return subscriptionFrom(
      row,
      (id) => priceFrom(prices.get(id), of),
      own.get(row.id) ?? [],
      ofCustomer.get(row.customer_id) ?? [],
      this.now,
      of,
    );
  }

  async grants(name, owners) {
    return grouped(await this.rows(name, owners), (row) => grantFrom(row, of));
  }

  async save({ id, customerId, version, period, paid, trial, pause: paused, ...rest }) {
    const date = (millis) => (millis === null || millis === undefined ? null : new Date(millis));
    await this.rows(
      'save',
      id,
      customerId,
      version + 1,
      rest.price.id,
      rest.quantity,
      date(rest.startedAt),
      rest.state,
      rest.unpaid,
      date(rest.canceledAt),
      rest.billingDay,
      date(period.start),
      date(period.end),
      rest.periodMillis,
      paid.amount,
      paid.millis,
      date(trial?.start),
      date(trial?.end),
      rest.endsWithPeriod,
      paused?.startAt,
      paused?.length,
      paused?.allowAnnual,
      date(paused?.start),
      date(paused?.end),
      paused?.extendsPeriod,
      rest.nextPrice?.id,
      rest.metadata,
    );
    for (const { coupon, start, chargesLeft, end, lastCharge } of rest.discounts) {
      const dates = [date(end), date(lastCharge)];
      await this.rows('saveGrant', id, coupon.id, date(start), chargesLeft, ...dates);
    }
  }
}

async function transaction(connections, begin, mode, work) {
  const client = await connections.connect();
  try {
    await client.query(begin);
    const result = await work(new Books(client, mode));
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}

function read(mode, work) {
  const begin = 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY';
  return transaction(readers, begin, mode, async (books) => {
    await books.readClock();
    return work(books);
  });
}

export function customer(mode, id) {
  return read(mode, async (books) => {
    const rows = await books.rows('customer', id);
    return (await books.readCustomers(rows))[0];
  });
}

export function customers(mode, limit, cursor) {
  const [age, after] = afterCursor(cursor) ?? ['-infinity', ''];
  return read(mode, async (books) => {
    const rows = await books.rows('customers', age, after, limit + 1);
    const found = await books.readCustomers(rows.slice(0, limit));
    return pageOf(rows, limit, (row) => [row.created_at, row.id], (_, index) => found[index]);
  });
}

export function subscription(mode, customerId, subscriptionId) {
  return read(mode, async (books) => {
    const found = await books.readSubscription({ customerId, subscriptionId });
    return found && modelOf(found, books.now);
  });
}

export function pause(mode, request) {
  const { customerId, subscriptionId, startAt, duration, allowAnnual = null } = request;
  return transaction(writers, 'BEGIN', mode, async (books) => {
    await books.rows('lock', customerId, subscriptionId);
    await books.readClock();
    const found = await books.readSubscription(request);
    if (!found) throw new Failure(404, 'there is no such subscription');
    const outcome = pauseInMemory(found, request, books.now);
    const now = new Date(books.now);
    const details = { allowAnnual, duration, startAt };
    if (outcome === 'applied') {
      await books.rows('action', subscriptionId, found.version, 'pause', details, now);
      await books.save(found);
    }
    const who = [customerId, subscriptionId];
    await books.rows('audit', now, randomUUID(), 'pause', ...who, outcome, details);
  });
}
