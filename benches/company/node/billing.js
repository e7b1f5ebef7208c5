// The rules of the company's billing, as in examples/acme/src/billing. Times are milliseconds.

import { Failure } from '../../peers/node/requests.js';
import { billingDayAfter, dayOfMonth, endFrom, endOfCycles, isAnnual } from './calendar.js';

/** Carries out every event that was due by now, in order, each at the time when it was due. */
export function settle(subscription, now) {
  for (;;) {
    const due = nextDue(subscription);
    if (!due || due.at > now) return;
    due.event(subscription, due.at);
  }
}

/** The next event. Events that are due at the same time happen in the order of this list. */
function nextDue({ state, period, pause, endsWithPeriod, nextPrice }) {
  if (state === 'canceled') return undefined;
  let next;
  const consider = (at, event) => {
    if (!next || at < next.at) next = { at, event };
  };
  if (endsWithPeriod) consider(period.end, end);
  if (nextPrice) consider(period.end, takeNextPrice);
  if (pause && pause.end !== null) consider(pause.end, resume);
  if (pause && pause.start === null) consider(period.end, startPause);
  if (state !== 'paused') consider(period.end, renew);
  return next;
}

function end(subscription, at) {
  subscription.state = 'canceled';
  subscription.canceledAt = at;
  endPeriod(subscription, at);
  subscription.endsWithPeriod = false;
  subscription.pause = null;
  subscription.nextPrice = null;
  for (const grant of subscription.discounts) grant.end = Math.min(grant.end ?? at, at);
}

/** Ends the period early, but not before its start: the clock may have been set back. */
function endPeriod(subscription, at) {
  const { period, pause } = subscription;
  period.end = Math.max(Math.min(period.end, at), period.start);
  subscription.paid = { amount: 0, millis: 0 };
  if (pause) pause.extendsPeriod = false;
}

function takeNextPrice(subscription, at) {
  const { price, nextPrice } = subscription;
  const sameCycle =
    price.duration.amount === nextPrice.duration.amount &&
    price.duration.unit === nextPrice.duration.unit;
  subscription.price = nextPrice;
  subscription.nextPrice = null;
  if (subscription.state === 'paused' && !sameCycle && !isTriedOut(subscription, at)) {
    endPeriod(subscription, at);
  }
}

/** True while the trial runs, also during a pause: nothing has been paid yet. */
function isTriedOut({ trial }, at) {
  return trial !== null && at < trial.end;
}

function renew(subscription, at) {
  subscription.state = 'running';
  beginPeriod(subscription, at);
}

/** Begins a new period and charges it: the price, less the discounts of this moment. */
function beginPeriod(subscription, at) {
  const { price, quantity, billingDay, discounts, customerDiscounts } = subscription;
  const periodEnd = endOfCycles(at, price.duration, 1, billingDay);
  if (periodEnd === undefined) throw new Error('a period would end after the year 9999');
  subscription.period = { start: at, end: periodEnd };
  subscription.periodMillis = periodEnd - at;
  const grants = discounts.filter((grant) => take(grant, at));
  const ofCustomer = customerDiscounts.filter((grant) => isCurrent(grant, at));
  let amount = chargeOf(price.amount, quantity);
  for (const grant of [...grants, ...ofCustomer]) amount = reduced(grant, amount, quantity);
  subscription.paid = { amount, millis: subscription.periodMillis };
}

/** Starts the pause, which extends an annual term: that was paid for a year. */
function startPause(subscription, at) {
  const { pause, period, price } = subscription;
  const isPrepaid =
    isAnnual(price.duration) && !isTriedOut(subscription, at) && at < period.end;
  pause.start = at;
  pause.end = (pause.length && endFrom(at, pause.length)) ?? null;
  subscription.state = 'paused';
  if (isPrepaid && pause.end !== null) {
    pause.extendsPeriod = true;
    moveEnd(subscription, period.end + (pause.end - at));
  }
}

/** Ends a pause. A period or a trial that is not over continues; otherwise a new period begins. */
function resume(subscription, at) {
  const { pause } = subscription;
  subscription.pause = null;
  subscription.state = 'running';
  if (pause.extendsPeriod && pause.end !== null && at < pause.end) {
    moveEnd(subscription, subscription.period.end - (pause.end - at));
  }
  if (pause.start !== null && subscription.period.end < at) {
    subscription.billingDay =
      billingDayAfter(pause.start, pause.length, at, subscription.billingDay);
  }
  if (subscription.period.end <= at) beginPeriod(subscription, at);
  else if (isTriedOut(subscription, at)) subscription.state = 'trial';
}

/** Moves the end of the period, and with it the billing day. */
function moveEnd(subscription, at) {
  subscription.period.end = at;
  subscription.billingDay = dayOfMonth(at);
}

/** Pauses at once or from the end of the period; returns `applied` or `repeated`. */
export function pause(subscription, { startAt, duration, allowAnnual }, now) {
  if (isAnnual(subscription.price.duration) && allowAnnual !== true) {
    throw new Failure(400, '`allowAnnual` must be true to pause an annual subscription');
  }
  const { pause: current } = subscription;
  if (current) {
    if (current.startAt === startAt && isSame(current.length, duration)) return 'repeated';
    throw new Failure(409, 'the subscription already has a different pause');
  }
  if (subscription.state === 'canceled') throw new Failure(409, 'the subscription is canceled');
  if (subscription.endsWithPeriod) {
    throw new Failure(
      409,
      'the subscription is due to be canceled at the end of its period',
    );
  }
  const start = startAt === 'immediate' ? now : subscription.period.end;
  if (endFrom(start, duration) === undefined) {
    throw new Failure(
      400,
      '`duration` must end after the pause starts, and before the year 10000',
    );
  }
  subscription.pause = {
    startAt,
    length: duration,
    allowAnnual: allowAnnual === true,
    start: null,
    end: null,
    extendsPeriod: false,
  };
  if (startAt === 'immediate') startPause(subscription, now);
  return 'applied';
}

function isSame(one, other) {
  if (one?.type !== other.type) return false;
  if (one.type === 'date') return Date.parse(one.date) === Date.parse(other.date);
  return one.amount === other.amount && one.unit === other.unit;
}

export function isCurrent({ start, end: until }, now) {
  return start <= now && (until === null || now < until);
}

/** Counts a charge, and returns true if the discount reduces it. */
function take(grant, at) {
  if (!isCurrent(grant, at)) return false;
  if (grant.chargesLeft === 0) {
    grant.end = at;
    return false;
  }
  if (grant.chargesLeft !== null) grant.chargesLeft -= 1;
  grant.lastCharge = at;
  return true;
}

/** The charge of one billing cycle without discounts, in minor units. */
function chargeOf(amount, quantity) {
  const linear = ({ unit = 0, flat = 0 }, units) => unit * units + flat;
  if (amount.model === 'fixed') return linear(amount, quantity);
  if (amount.mode === 'total') {
    return linear(amount.tiers.find(({ upTo }) => !(upTo < quantity)), quantity);
  }
  let sum = 0;
  let below = 0;
  for (const tier of amount.tiers) {
    const reached = Math.min(tier.upTo ?? quantity, quantity);
    sum += linear(tier, reached - below);
    if (reached === quantity) return sum;
    below = reached;
  }
  throw new Error('a quantity is outside all tiers');
}

/** The sum that a discount leaves, never below zero. */
function reduced({ coupon }, sum, quantity) {
  const { type, percent, unit = 0, flat = 0 } = coupon.value;
  const rebate = type === 'percentage' ? Math.round((sum * percent) / 100) : unit * quantity + flat;
  return sum - Math.min(Math.max(rebate, 0), Math.max(sum, 0));
}

/** The exclusive end of a current discount, as far as it is known today. */
export function endOfDiscount(subscription, grant) {
  const { period, endsWithPeriod, price, nextPrice } = subscription;
  if (grant.chargesLeft === null || grant.end !== null) return grant.end ?? undefined;
  if (endsWithPeriod) return period.end;
  const next = nextCharge(subscription);
  if (!next || grant.chargesLeft === 0) return next?.at;
  return endOfCycles(next.at, (nextPrice ?? price).duration, grant.chargesLeft, next.billingDay);
}

/** The next charge, and the billing day from then on. Undefined if a pause has no end. */
function nextCharge({ period, pause: current, billingDay }) {
  if (!current) return { at: period.end, billingDay };
  const start = current.start ?? period.end;
  const until =
    current.start === null ? current.length && endFrom(start, current.length) : current.end;
  if (until === null || until === undefined) return undefined;
  if (until <= period.end) return { at: period.end, billingDay };
  return { at: until, billingDay: billingDayAfter(start, current.length, until, billingDay) };
}
