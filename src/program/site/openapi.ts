import { z } from 'zod';
import { problem } from './api-schemas.js';

/** A route of the API, for its description. */
export interface DescribedRoute {
  readonly path: string;
  readonly summary: string;
  readonly answer: z.ZodType;
  /** The scope it asks for. */
  readonly scope?: string | undefined;
}

export interface OpenApiOptions {
  readonly baseUrl: string;
  /** The session cookie's name. */
  readonly cookie: string;
  readonly routes: readonly DescribedRoute[];
}

/** The API as an OpenAPI 3.0 document. @see OpenAPI Specification 3.0.3 */
export function openApiDocument({ baseUrl, cookie, routes }: OpenApiOptions): object {
  return {
    openapi: '3.0.3',
    info: {
      title: 'Lifeguard: the demonstration API',
      version: '1',
      license: { name: 'MIT' },
    },
    servers: [{ url: baseUrl }],
    paths: Object.fromEntries(routes.map((route) => [route.path, { get: operation(route) }])),
    components: {
      schemas: { Problem: schemaOf(problem) },
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        session: { type: 'apiKey', in: 'cookie', name: cookie },
      },
    },
  };
}

function operation({ path, summary, answer, scope }: DescribedRoute): object {
  return {
    summary,
    operationId: path.replaceAll(/\W+/g, '_').replace(/^_/, ''),
    description: scope === undefined ? 'For any caller.' : `Needs the scope \`${scope}\`.`,
    security: [{ bearer: [] }, { session: [] }],
    responses: {
      200: {
        description: answer.description ?? 'The answer',
        content: { 'application/json': { schema: schemaOf(answer) } },
      },
      400: refusal('The Authorization header cannot be read'),
      401: refusal('Without a session and without a token that counts'),
      403: refusal('Known, but not allowed'),
      503: refusal('Cannot be checked at the moment'),
    },
  };
}

const refusal = (description: string): object => ({
  description,
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
});

const schemaOf = (schema: z.ZodType): object => z.toJSONSchema(schema, { target: 'openapi-3.0' });
