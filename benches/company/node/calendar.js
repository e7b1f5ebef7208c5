// Billing days, and the ends of billing cycles, by the UTC calendar. Times are milliseconds.

const DAY = 24 * 60 * 60 * 1000;

/** The last moment of the year 9999. */
const LAST = Date.UTC(10000, 0, 1) - 1;

/** The moment an amount of time later; undefined after the year 9999. */
export function plus(at, amount, unit) {
  if (unit === 'day') return inRange(at + amount * DAY);
  if (unit === 'week') return inRange(at + amount * 7 * DAY);
  const later = new Date(at);
  // The same day of the month, or the last day of a shorter month.
  const day = later.getUTCDate();
  later.setUTCDate(1);
  later.setUTCMonth(later.getUTCMonth() + (unit === 'year' ? 12 : 1) * amount);
  const days = new Date(Date.UTC(later.getUTCFullYear(), later.getUTCMonth() + 1, 0)).getUTCDate();
  later.setUTCDate(Math.min(day, days));
  return inRange(later.getTime());
}

function inRange(at) {
  return at <= LAST ? at : undefined;
}

/** The end of a pause; undefined if it is not after the start, or after the year 9999. */
export function endFrom(start, { type, amount, unit, date }) {
  const end = type === 'date' ? Date.parse(date) : plus(start, amount, unit);
  return end > start ? end : undefined;
}

export function dayOfMonth(at) {
  return new Date(at).getUTCDate();
}

function isLastOfMonth(at) {
  return dayOfMonth(at + DAY) === 1;
}

/**
 * The end of a number of billing cycles: on the billing day, or on the last day of a month without
 * it. Undefined after the year 9999.
 */
export function endOfCycles(start, cycle, cycles, billingDay) {
  let end = plus(start, cycle.amount * cycles, cycle.unit);
  while (end !== undefined && dayOfMonth(end) < billingDay && !isLastOfMonth(end)) {
    end = plus(end, 1, 'day');
  }
  return end;
}

/**
 * The billing day after a pause. A pause of whole months or years keeps the day from which it was
 * counted; every other pause sets the day on which it ends.
 */
export function billingDayAfter(start, length, end, billingDay) {
  const counted = length?.unit === 'month' || length?.unit === 'year';
  if (!counted || endFrom(start, length) !== end) return dayOfMonth(end);
  const day = dayOfMonth(start);
  return day < billingDay && isLastOfMonth(start) ? billingDay : day;
}

export function isAnnual({ amount, unit }) {
  return unit === 'year' || amount >= 12;
}
