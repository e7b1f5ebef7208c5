// What Fastify makes its validation and its serialisation of.

const text = { type: 'string' };
const id = { type: 'string', minLength: 1 };
const integer = { type: 'integer' };
const moment = { type: 'string', format: 'date-time' };
const object = (properties, required = []) => ({ type: 'object', properties, required });
const list = (items) => ({ type: 'array', items });
const notes = { type: 'object', additionalProperties: text };

const cycle = object({ amount: integer, unit: text }, ['amount', 'unit']);
const period = object({ start: moment, end: moment }, ['start']);
const amount = object({
  model: text,
  currency: text,
  mode: text,
  unit: integer,
  flat: integer,
  tiers: list(object({ unit: integer, flat: integer, upTo: integer })),
}, ['model', 'currency']);
const coupon = object({
  id,
  duration: object({ type: text, amount: integer, unit: text, cycles: integer }, ['type']),
  value: object({ type: text, currency: text, unit: integer, flat: integer, percent: { type: 'number' } }, ['type']),
  code: text,
  name: text,
  redemptions: object({ max: integer, current: integer }),
  expiresAt: moment,
}, ['id', 'duration', 'value']);
const discounts = list(object({ coupon, start: moment, end: moment }, ['coupon']));

export const price = object({
  id, type: text, productId: text, duration: cycle, amount, name: text, description: text,
}, ['id', 'type', 'duration', 'amount']);

export const customer = object({
  id,
  name: text,
  lastName: text,
  email: text,
  phone: text,
  addresses: list(object({ country: text, state: text, city: text, postalCode: text, line1: text, line2: text })),
  discounts,
  currency: text,
  metadata: notes,
}, ['id']);

export const subscription = object({
  id,
  customerId: id,
  status: object({ name: text, pause: period, canceledAt: moment, currentPeriod: period, trial: period }, ['name']),
  start: moment,
  duration: cycle,
  items: list(object({ id, price, quantity: integer }, ['id', 'price', 'quantity'])),
  discounts,
  metadata: notes,
}, ['id', 'customerId', 'status', 'start', 'duration', 'items']);

export const pageOf = (model) => object({ data: list(model), next: text }, ['data']);

export const manifest = object({
  controllers: object({
    customers: { type: 'boolean' },
    prices: object({ enabled: { type: 'boolean' }, type: text }),
    subscriptions: { type: 'boolean' },
  }),
  actions: { type: 'object', additionalProperties: true },
});

export const paging = object({ limit: { type: 'integer', minimum: 1, default: 10 }, cursor: text });

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
      object({ type: { const: 'date' }, date: moment }, ['date']),
    ],
  },
}, ['customerId', 'startAt', 'duration', 'subscriptionId']);
