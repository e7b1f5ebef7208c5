// The schemas from which Fastify generates validation and serialisation.

const string = { type: 'string' };
const id = { type: 'string', minLength: 1 };
const integer = { type: 'integer' };
const timestamp = { type: 'string', format: 'date-time' };
const object = (properties, required = []) => ({ type: 'object', properties, required });
const list = (items) => ({ type: 'array', items });
const metadata = { type: 'object', additionalProperties: string };

const cycle = object({ amount: integer, unit: string }, ['amount', 'unit']);
const period = object({ start: timestamp, end: timestamp }, ['start']);
const amount = object({
  model: string,
  currency: string,
  mode: string,
  unit: integer,
  flat: integer,
  tiers: list(object({ unit: integer, flat: integer, upTo: integer })),
}, ['model', 'currency']);
const coupon = object({
  id,
  duration: object({ type: string, amount: integer, unit: string, cycles: integer }, ['type']),
  value: object({
    type: string, currency: string, unit: integer, flat: integer, percent: { type: 'number' },
  }, ['type']),
  code: string,
  name: string,
  redemptions: object({ max: integer, current: integer }),
  expiresAt: timestamp,
}, ['id', 'duration', 'value']);
const discounts = list(object({ coupon, start: timestamp, end: timestamp }, ['coupon']));

export const price = object({
  id, type: string, productId: string, duration: cycle, amount, name: string, description: string,
}, ['id', 'type', 'duration', 'amount']);

export const customer = object({
  id,
  name: string,
  lastName: string,
  email: string,
  phone: string,
  addresses: list(object({
    country: string, state: string, city: string, postalCode: string, line1: string, line2: string,
  })),
  discounts,
  currency: string,
  metadata,
}, ['id']);

export const subscription = object({
  id,
  customerId: id,
  status: object({
    name: string, pause: period, canceledAt: timestamp, currentPeriod: period, trial: period,
  }, ['name']),
  start: timestamp,
  duration: cycle,
  items: list(object({ id, price, quantity: integer }, ['id', 'price', 'quantity'])),
  discounts,
  metadata,
}, ['id', 'customerId', 'status', 'start', 'duration', 'items']);

export const pageOf = (model) => object({ data: list(model), next: string }, ['data']);

export const manifest = object({
  controllers: object({
    customers: { type: 'boolean' },
    prices: object({ enabled: { type: 'boolean' }, type: string }),
    subscriptions: { type: 'boolean' },
  }),
  actions: { type: 'object', additionalProperties: true },
});

export const paging = object({
  limit: { type: 'integer', minimum: 1, default: 10 }, cursor: string,
});

export const cancel = object({
  customerId: id, subscriptionId: id, scheduledAt: { enum: ['immediate'] },
}, ['customerId', 'subscriptionId', 'scheduledAt']);

export const pause = object({
  customerId: id,
  subscriptionId: id,
  startAt: { enum: ['immediate', 'end-of-period'] },
  duration: {
    type: 'object',
    required: ['type'],
    discriminator: { propertyName: 'type' },
    oneOf: [
      object({
        type: { const: 'period' },
        amount: { type: 'integer', minimum: 1 },
        unit: { enum: ['day', 'week', 'month', 'year'] },
      }, ['amount', 'unit']),
      object({ type: { const: 'date' }, date: timestamp }, ['date']),
    ],
  },
}, ['customerId', 'startAt', 'duration', 'subscriptionId']);
