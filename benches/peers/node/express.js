// The provider on Express: plain routes, with a comparison of the token as middleware.

import express from 'express';

import {
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
import {
  Failure,
  limitOf,
  modeOf,
  ofExpress,
  requirePause,
  requireText,
  requireToken,
} from './requests.js';

const app = express();
app.disable('x-powered-by');

app.use((request, response, next) => {
  requireToken(request.headers, token);
  modeOf(request.headers);
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
  for (const field of ['customerId', 'subscriptionId', 'scheduledAt']) requireText(body, field);
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
  requirePause(body);
  pause(body);
  response.status(200).end();
});

app.use(() => {
  throw new Failure(404, 'there is no such path');
});

// Express recognises an error handler by its four arguments.
// eslint-disable-next-line no-unused-vars
app.use((error, request, response, next) => {
  const [code, message] = ofExpress(error);
  response.status(code).json({ code, message });
});

app.listen(Number(process.env.PORT), '127.0.0.1');
