// The provider on Fastify: routes with schemas, from which Fastify generates validation and
// serialisation, with a comparison of the token as a hook.

import Fastify from 'fastify';

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
import { Failure, modeOf, ofFastify, requireToken } from './requests.js';
import * as schemas from './schemas.js';

const app = Fastify({ ajv: { customOptions: { discriminator: true } } });

app.addHook('onRequest', async (request) => {
  requireToken(request.headers, token);
  modeOf(request.headers);
});

const returning = (model) => ({ schema: { response: { 200: model } } });
const accepting = (body) => ({ schema: { body } });
const paging = (model) => ({
  schema: { querystring: schemas.paging, response: { 200: schemas.pageOf(model) } },
});

app.get('/churnkey/features', returning(schemas.manifest), async () => manifest);

app.get('/churnkey/customers', paging(schemas.customer), async ({ query }) =>
  page(customers, Math.min(query.limit, 100), query.cursor));

app.get('/churnkey/customers/:id', returning(schemas.customer), async ({ params }) =>
  find(customers, params.id, 'customer'));

app.get(
  '/churnkey/customers/:customer/subscriptions/:id',
  returning(schemas.subscription),
  async ({ params }) => subscriptionOf(params.customer, params.id),
);

app.get('/churnkey/prices', paging(schemas.price), async ({ query }) =>
  page(prices, Math.min(query.limit, 100), query.cursor));

app.get('/churnkey/prices/:id', returning(schemas.price), async ({ params }) =>
  find(prices, params.id, 'price'));

app.post(
  '/churnkey/actions/subscription/cancel',
  accepting(schemas.cancel),
  async ({ body }, reply) => {
    cancel(body);
    return reply.code(200).send();
  },
);

app.post(
  '/churnkey/actions/subscription/pause',
  accepting(schemas.pause),
  async ({ body }, reply) => {
    pause(body);
    return reply.code(200).send();
  },
);

app.setNotFoundHandler(async () => {
  throw new Failure(404, 'there is no such path');
});

app.setErrorHandler((error, request, reply) => {
  const [code, message] = ofFastify(error);
  reply.code(code).send({ code, message });
});

await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
