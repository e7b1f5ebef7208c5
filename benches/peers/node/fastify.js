// The provider on Fastify: routes with schemas, from which Fastify generates validation and
// serialisation, with a comparison of the token as a hook.

import Fastify from 'fastify';

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
import * as schemas from './schemas.js';

const app = Fastify({ ajv: { customOptions: { discriminator: true } } });

app.addHook('onRequest', async (request) => {
  const { authorization } = request.headers;
  if (authorization !== `Bearer ${token}` && authorization !== token) {
    throw new Failure(401, 'Unauthorized');
  }
  const mode = request.headers['x-churnkey-mode'] ?? 'live';
  if (mode !== 'live' && mode !== 'test') {
    throw new Failure(400, 'the header `X-Churnkey-Mode` must be `test` or `live`');
  }
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
  const [code, message] = codeAndMessage(error);
  reply.code(code).send({ code, message });
});

function codeAndMessage(error) {
  if (error instanceof Failure) return [error.status, error.message];
  if (error.validation) return [400, messageOf(error.validation[0])];
  if (error.code === 'FST_ERR_CTP_INVALID_JSON_BODY') return [400, 'the body must be valid JSON'];
  return [500, 'Internal Server Error'];
}

/** Converts a validation error to the message of the other peers. */
function messageOf({ keyword, instancePath, params, message }) {
  const path = instancePath.split('/').slice(1);
  if (keyword === 'required') path.push(params.missingProperty);
  const field = path.join('.');
  if (keyword === 'required') return `\`${field}\` is required`;
  if (keyword === 'minimum') return `\`${field}\` must be a whole number from 1`;
  if (field === 'scheduledAt') {
    return '`scheduledAt` must be `immediate`: this provider does not offer `end-of-period`';
  }
  return `\`${field}\` ${message}`;
}

await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
