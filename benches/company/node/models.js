// Rows of the database as subscriptions in memory, and as the models that Churnkey reads.
//
// `of` converts a value that a driver has read: `of.json` an object, `of.time` milliseconds, and
// `of.flag` a boolean.

import { endOfDiscount, isCurrent, settle } from './billing.js';

const date = (millis) => (millis === null ? undefined : new Date(millis));
const period = ({ start, end }) => ({ start: date(start), end: date(end) });

function couponFrom(row, of) {
  return {
    id: row.id,
    duration: of.json(row.duration),
    value: of.json(row.value),
    code: row.code,
    name: row.name,
    redemptions: { max: row.max_redemptions ?? undefined, current: row.redemptions },
    expiresAt: date(of.time(row.expires_at)),
  };
}

/** A discount that was given, from a row of a coupon together with its dates. */
export function grantFrom(row, of) {
  return {
    coupon: couponFrom(row, of),
    start: of.time(row.started_at),
    chargesLeft: row.charges_left,
    end: of.time(row.ends_at),
    lastCharge: of.time(row.last_charge_at),
  };
}

export function priceFrom(row, of) {
  return {
    id: row.id,
    type: 'product',
    productId: row.product_id,
    duration: of.json(row.cycle),
    amount: of.json(row.amount),
    name: row.name ?? undefined,
    description: row.description ?? undefined,
  };
}

export function customerFrom(row, addresses, grants, now, of) {
  const current = grants.filter((grant) => isCurrent(grant, now));
  const metadata = of.json(row.metadata);
  return {
    id: row.id,
    name: row.first_name,
    lastName: row.last_name,
    email: row.email ?? undefined,
    phone: row.phone ?? undefined,
    addresses: addresses.length ? addresses : undefined,
    discounts: current.length
      ? current.map(({ coupon, start, end }) => ({ coupon, start: date(start), end: date(end) }))
      : undefined,
    currency: row.currency,
    metadata: Object.keys(metadata).length ? metadata : undefined,
  };
}

/** A subscription in its current state. `priceOf` returns the price with an id. */
export function subscriptionFrom(row, priceOf, discounts, customerDiscounts, now, of) {
  const subscription = {
    id: row.id,
    customerId: row.customer_id,
    version: row.version,
    price: priceOf(row.price_id),
    quantity: row.quantity,
    startedAt: of.time(row.started_at),
    state: row.status,
    unpaid: of.flag(row.unpaid),
    canceledAt: of.time(row.canceled_at),
    billingDay: row.billing_day,
    period: { start: of.time(row.period_start), end: of.time(row.period_end) },
    periodMillis: row.period_millis,
    paid: { amount: row.paid, millis: row.paid_millis },
    trial:
      row.trial_start === null
        ? null
        : { start: of.time(row.trial_start), end: of.time(row.trial_end) },
    endsWithPeriod: of.flag(row.ends_with_period),
    pause:
      row.pause_start_at === null
        ? null
        : {
            startAt: row.pause_start_at,
            length: row.pause_length && of.json(row.pause_length),
            allowAnnual: of.flag(row.pause_allows_annual),
            start: of.time(row.pause_start),
            end: of.time(row.pause_end),
            extendsPeriod: of.flag(row.pause_extends),
          },
    nextPrice: row.next_price_id === null ? null : priceOf(row.next_price_id),
    discounts,
    customerDiscounts,
    metadata: of.json(row.metadata),
  };
  settle(subscription, now);
  return subscription;
}

export function modelOf(subscription, now) {
  const { id, customerId, price, quantity, startedAt, discounts, metadata } = subscription;
  const current = discounts.filter((grant) => isCurrent(grant, now));
  return {
    id,
    customerId,
    status: statusOf(subscription),
    start: date(startedAt),
    duration: price.duration,
    items: [{ id: `item_${id}`, price, quantity }],
    discounts: current.length
      ? current.map((grant) => {
          const end = endOfDiscount(subscription, grant);
          return { coupon: grant.coupon, start: date(grant.start), end: end && date(end) };
        })
      : undefined,
    metadata: Object.keys(metadata).length ? metadata : undefined,
  };
}

function statusOf({ state, pause, trial, unpaid, canceledAt, period: current }) {
  let status = { name: unpaid ? 'unpaid' : 'active' };
  if (state === 'canceled') status = { name: state, canceledAt: date(canceledAt) };
  else if (state === 'paused') status = { name: state, pause: period(pause) };
  else if (state === 'trial') status = { name: state };
  return { ...status, currentPeriod: period(current), trial: trial ? period(trial) : undefined };
}
