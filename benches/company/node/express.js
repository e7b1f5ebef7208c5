// The company on Express, with the books of the module that BOOKS names.

import express from 'express';

import {
  Failure,
  limitOf,
  modeOf,
  ofExpress,
  requirePause,
  requireToken,
} from '../../peers/node/requests.js';

const books = await import(`./${process.env.BOOKS}.js`);
const app = express();
app.disable('x-powered-by');

app.use((request, response, next) => {
  requireToken(request.headers, process.env.TOKEN);
  request.mode = modeOf(request.headers);
  next();
});

app.use(express.json());

app.get('/churnkey/customers', async ({ mode, query }, response) => {
  response.json(await books.customers(mode, limitOf(query), query.cursor));
});

app.get('/churnkey/customers/:id', async ({ mode, params }, response) => {
  const customer = await books.customer(mode, params.id);
  if (!customer) throw new Failure(404, 'there is no such customer');
  response.json(customer);
});

app.get('/churnkey/customers/:customer/subscriptions/:id', async ({ mode, params }, response) => {
  const subscription = await books.subscription(mode, params.customer, params.id);
  if (!subscription) throw new Failure(404, 'there is no such subscription');
  response.json(subscription);
});

app.post('/churnkey/actions/subscription/pause', async ({ mode, body = {} }, response) => {
  requirePause(body);
  await books.pause(mode, body);
  response.status(200).end();
});

// Express recognises an error handler by its four arguments.
// eslint-disable-next-line no-unused-vars
app.use((error, request, response, next) => {
  const [code, message] = ofExpress(error);
  response.status(code).json({ code, message });
});

app.listen(Number(process.env.PORT), '127.0.0.1');
