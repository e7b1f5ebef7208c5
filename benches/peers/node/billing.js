// The data of both peers, and the actions pause and cancel.

import { readFileSync } from 'node:fs';

import { Failure } from './requests.js';

const data = JSON.parse(readFileSync(new URL('../data.json', import.meta.url), 'utf8'));

export const token = process.env.TOKEN;
export const manifest = data.manifest;
export const customers = new Map(data.customers.map((customer) => [customer.id, customer]));
export const prices = new Map(data.prices.map((price) => [price.id, price]));
const subscriptions = new Map(data.subscriptions.map((one) => [one.id, one]));

export function find(models, id, name) {
  const model = models.get(id);
  if (!model) throw new Failure(404, `there is no such ${name}`);
  return model;
}

export function subscriptionOf(customerId, id) {
  const subscription = subscriptions.get(id);
  if (subscription?.customerId !== customerId) {
    throw new Failure(404, 'there is no such subscription');
  }
  return subscription;
}

/**
 * Returns the rows after a cursor, which is the last id of the previous page. The maps are sorted
 * by id.
 */
export function page(models, limit, cursor) {
  let rows = [...models.values()];
  if (cursor) rows = rows.filter((row) => row.id > cursor);
  const data = rows.slice(0, limit);
  return rows.length > limit ? { data, next: data.at(-1).id } : { data };
}

export function cancel({ customerId, subscriptionId }) {
  const subscription = subscriptionOf(customerId, subscriptionId);
  if (subscription.status.name === 'canceled') return;
  const { currentPeriod } = subscription.status;
  subscription.status = { name: 'canceled', canceledAt: new Date(), currentPeriod };
}

export function pause({ customerId, subscriptionId, startAt, duration }) {
  const subscription = subscriptionOf(customerId, subscriptionId);
  const { amount, unit } = subscription.duration;
  if (unit === 'year' || amount >= 12) {
    throw new Failure(400, '`allowAnnual` must be true to pause an annual subscription');
  }
  const { name, currentPeriod } = subscription.status;
  if (name === 'canceled') throw new Failure(409, 'the subscription is canceled');
  const start = startOf(subscription.status, startAt);
  const end = endOf(start, duration);
  if (!(end > start)) throw new Failure(400, '`duration` must end after the start of the pause');
  subscription.status = { name: 'paused', pause: { start, end }, currentPeriod };
}

function startOf(status, startAt) {
  if (status.name === 'paused') return status.pause.start;
  const atEnd = startAt === 'end-of-period' && status.currentPeriod;
  return atEnd ? new Date(status.currentPeriod.end) : new Date();
}

function endOf(start, { amount, unit, date }) {
  if (date) return new Date(date);
  const end = new Date(start);
  if (unit === 'day') end.setUTCDate(end.getUTCDate() + amount);
  else if (unit === 'week') end.setUTCDate(end.getUTCDate() + 7 * amount);
  else {
    // The same day of the month, or the last day of a shorter month.
    const day = end.getUTCDate();
    end.setUTCDate(1);
    end.setUTCMonth(end.getUTCMonth() + (unit === 'year' ? 12 : 1) * amount);
    const days = new Date(Date.UTC(end.getUTCFullYear(), end.getUTCMonth() + 1, 0)).getUTCDate();
    end.setUTCDate(Math.min(day, days));
  }
  return end;
}
