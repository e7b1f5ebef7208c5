// The provider on Express: plain routes, with a comparison of the token as middleware.

import express from 'express';

import {
  Failure,
  cancel,
  customers,
  find,
  manifest,
  page,
  pause,
  prices,
  subscriptionOf,
  token,
} from './billing.js';

const app = express();
app.disable('x-powered-by');

app.use((request, response, next) => {
  const { authorization } = request.headers;
  if (authorization !== `Bearer ${token}` && authorization !== token) {
    throw new Failure(401, 'Unauthorized');
  }
  next();
});

app.use((request, response, next) => {
  const mode = request.headers['x-churnkey-mode'] ?? 'live';
  if (mode !== 'live' && mode !== 'test') {
    throw new Failure(400, 'the header `X-Churnkey-Mode` must be `test` or `live`');
  }
  next();
});

app.use(express.json());

app.get('/churnkey/features', (request, response) => {
  response.json(manifest);
});

app.get('/churnkey/customers', (request, response) => {
  response.json(page(customers, limitOf(request.query), request.query.cursor));
});

app.get('/churnkey/customers/:id', (request, response) => {
  response.json(find(customers, request.params.id, 'customer'));
});

app.get('/churnkey/customers/:customer/subscriptions/:id', (request, response) => {
  response.json(subscriptionOf(request.params.customer, request.params.id));
});

app.get('/churnkey/prices', (request, response) => {
  response.json(page(prices, limitOf(request.query), request.query.cursor));
});

app.get('/churnkey/prices/:id', (request, response) => {
  response.json(find(prices, request.params.id, 'price'));
});

app.post('/churnkey/actions/subscription/cancel', (request, response) => {
  const body = request.body ?? {};
  for (const field of ['customerId', 'subscriptionId', 'scheduledAt']) require(body, field);
  if (body.scheduledAt === 'end-of-period') {
    throw new Failure(
      400,
      '`scheduledAt` must be `immediate`: this provider does not offer `end-of-period`',
    );
  }
  if (body.scheduledAt !== 'immediate') {
    throw new Failure(400, '`scheduledAt` must be `immediate` or `end-of-period`');
  }
  cancel(body);
  response.status(200).end();
});

app.post('/churnkey/actions/subscription/pause', (request, response) => {
  const body = request.body ?? {};
  for (const field of ['customerId', 'startAt', 'subscriptionId']) require(body, field);
  if (!['immediate', 'end-of-period'].includes(body.startAt)) {
    throw new Failure(400, '`startAt` must be `immediate` or `end-of-period`');
  }
  requireDuration(body.duration);
  pause(body);
  response.status(200).end();
});

app.use(() => {
  throw new Failure(404, 'there is no such path');
});

// Express recognises an error handler by its four arguments.
// eslint-disable-next-line no-unused-vars
app.use((error, request, response, next) => {
  const isSyntax = error.type === 'entity.parse.failed';
  const known = error instanceof Failure || isSyntax;
  const code = known ? error.status : 500;
  let message = 'Internal Server Error';
  if (known) message = isSyntax ? 'the body must be valid JSON' : error.message;
  response.status(code).json({ code, message });
});

function limitOf({ limit = '10' }) {
  const number = Number(limit);
  if (!Number.isInteger(number) || number < 1) {
    throw new Failure(400, '`limit` must be a whole number from 1');
  }
  return Math.min(number, 100);
}

function require(body, field) {
  if (body[field] === undefined) throw new Failure(400, `\`${field}\` is required`);
  if (typeof body[field] !== 'string') throw new Failure(400, `\`${field}\` must be a string`);
  if (body[field] === '') throw new Failure(400, `\`${field}\` must not be empty`);
}

function requireDuration(duration) {
  if (duration === undefined) throw new Failure(400, '`duration` is required');
  if (duration?.type === 'date') {
    if (Number.isNaN(Date.parse(duration.date))) {
      throw new Failure(400, '`duration.date` must be an RFC 3339 date-time with an offset');
    }
  } else if (duration?.type === 'period') {
    if (!Number.isInteger(duration.amount) || duration.amount < 1) {
      throw new Failure(400, '`duration.amount` must be a whole number from 1');
    }
    if (!['day', 'week', 'month', 'year'].includes(duration.unit)) {
      throw new Failure(400, '`duration.unit` must be day, week, month or year');
    }
  } else throw new Failure(400, '`duration.type` must be period or date');
}

app.listen(Number(process.env.PORT), '127.0.0.1');
