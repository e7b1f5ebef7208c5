// The company on Fastify, with the books of the module that BOOKS names.

import Fastify from 'fastify';

import { Failure, modeOf, ofFastify, requireToken } from '../../peers/node/requests.js';
import * as schemas from '../../peers/node/schemas.js';

const books = await import(`./${process.env.BOOKS}.js`);
const app = Fastify({ ajv: { customOptions: { discriminator: true } } });

app.decorateRequest('mode', '');

app.addHook('onRequest', async (request) => {
  requireToken(request.headers, process.env.TOKEN);
  request.mode = modeOf(request.headers);
});

const returning = (model) => ({ schema: { response: { 200: model } } });

app.get(
  '/churnkey/customers',
  {
    schema: {
      querystring: schemas.paging,
      response: { 200: schemas.pageOf(schemas.customer) },
    },
  },
  async ({ mode, query }) => books.customers(mode, Math.min(query.limit, 100), query.cursor),
);

app.get(
  '/churnkey/customers/:id',
  returning(schemas.customer),
  async ({ mode, params }) => {
    const customer = await books.customer(mode, params.id);
    if (!customer) throw new Failure(404, 'there is no such customer');
    return customer;
  },
);

app.get(
  '/churnkey/customers/:customer/subscriptions/:id',
  returning(schemas.subscription),
  async ({ mode, params }) => {
    const subscription = await books.subscription(mode, params.customer, params.id);
    if (!subscription) throw new Failure(404, 'there is no such subscription');
    return subscription;
  },
);

app.post(
  '/churnkey/actions/subscription/pause',
  { schema: { body: schemas.pause } },
  async ({ mode, body }, reply) => {
    await books.pause(mode, body);
    return reply.code(200).send();
  },
);

app.setErrorHandler((error, request, reply) => {
  const [code, message] = ofFastify(error);
  reply.code(code).send({ code, message });
});

await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
