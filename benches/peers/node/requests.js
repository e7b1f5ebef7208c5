// The checks of requests, and the errors, that the providers have in common.

/** An error response. */
export class Failure extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export function requireToken({ authorization }, token) {
  if (authorization !== `Bearer ${token}` && authorization !== token) {
    throw new Failure(401, 'Unauthorized');
  }
}

/** Reads the mode of a request. */
export function modeOf(headers) {
  const mode = headers['x-churnkey-mode'] ?? 'live';
  if (mode !== 'live' && mode !== 'test') {
    throw new Failure(400, 'the header `X-Churnkey-Mode` must be `test` or `live`');
  }
  return mode;
}

/** Reads the limit of a page from a query without a schema. */
export function limitOf({ limit = '10' }) {
  const number = Number(limit);
  if (!Number.isInteger(number) || number < 1) {
    throw new Failure(400, '`limit` must be a whole number from 1');
  }
  return Math.min(number, 100);
}

/** Checks the body of a pause without a schema. */
export function requirePause(body) {
  for (const field of ['customerId', 'startAt', 'subscriptionId']) requireText(body, field);
  if (!['immediate', 'end-of-period'].includes(body.startAt)) {
    throw new Failure(400, '`startAt` must be `immediate` or `end-of-period`');
  }
  const { duration } = body;
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

export function requireText(body, field) {
  if (body[field] === undefined) throw new Failure(400, `\`${field}\` is required`);
  if (typeof body[field] !== 'string') throw new Failure(400, `\`${field}\` must be a string`);
  if (body[field] === '') throw new Failure(400, `\`${field}\` must not be empty`);
}

/** Converts an error of Express to status and message. */
export function ofExpress(error) {
  if (error.type === 'entity.parse.failed') return [error.status, 'the body must be valid JSON'];
  return of(error);
}

/** Converts an error of Fastify to status and message. */
export function ofFastify(error) {
  if (error.validation) return [400, messageOf(error.validation[0])];
  if (error.code === 'FST_ERR_CTP_INVALID_JSON_BODY') return [400, 'the body must be valid JSON'];
  return of(error);
}

function of(error) {
  return error instanceof Failure ? [error.status, error.message] : [500, 'Internal Server Error'];
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
