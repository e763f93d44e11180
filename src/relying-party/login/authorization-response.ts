import type { Request, Response } from 'express';
import type * as client from 'openid-client';
import { recogniseAuthorizationError } from '../../cognito/error-descriptions.js';
import { errorCatalogue, RelyingPartyError } from '../../errors/relying-party-error.js';
import { quoted } from '../../errors/strangers-words.js';
import { queryOf } from '../../web/request/query.js';
import type { TellStrayError } from './stray-errors.js';

export const MAX_PARAMETER_LENGTH = 4096;

/**
 * Hostile input: each parameter once, as text, of a sane length (RFC 6749 section 3.1), and of our
 * OP if it says whose. What it says of an error is told all the same, since it may be the only
 * trace of the cause.
 */
export function readAuthorizationResponse(
  issuer: string,
  tellStrayError: TellStrayError,
  req: Request,
  res: Response,
): URLSearchParams {
  const parameters = new URLSearchParams();
  let problem: string | undefined;
  for (const [name, value = ''] of Object.entries(queryOf(req))) {
    if (typeof value !== 'string' || value.length > MAX_PARAMETER_LENGTH) {
      problem = 'a parameter is repeated or too long';
    }
    parameters.set(name, [value].flat().join(' | ').slice(0, MAX_PARAMETER_LENGTH));
  }
  if ((parameters.get('iss') ?? issuer) !== issuer) problem ??= 'iss is another issuer';
  if (problem === undefined) return parameters;
  tellStrayError(parameters, res);
  throw new RelyingPartyError('callback_malformed', problem);
}

/**
 * Why the answer cannot be one to our request, before anybody else is asked about it (RFC 6749
 * section 4.1.2, RFC 9207).
 */
export function whatIsMissing(
  parameters: URLSearchParams,
  { authorization_response_iss_parameter_supported: namesIssuer }: client.ServerMetadata,
): string | undefined {
  if (!parameters.get('code') && !parameters.get('error')) return 'neither code nor error';
  if (parameters.has('response') || parameters.has('id_token')) {
    return 'response or id_token, which nobody asked for';
  }
  return namesIssuer === true && !parameters.has('iss')
    ? 'no iss, although discovery announces it'
    : undefined;
}

/**
 * Recognised where it can be; the description, and what it means, are for the operator. Anybody can
 * begin a sign-in and end it with words of their own, so what the browser brought comes last, where
 * it cannot pass for ours. It is not told more seldom than that sign-ins fail, though: then a
 * stranger could silence what the provider says to everybody else.
 */
export function authorizationError(error: client.AuthorizationResponseError): RelyingPartyError {
  const code = recogniseAuthorizationError(error.error, error.error_description);
  const said = `${error.error}: ${error.error_description ?? 'no description'}`;
  const { cause, fix } = errorCatalogue[code];
  const help = `${cause} | ${fix} | docs/errors/${code}.md`;
  const message = `${help} | unverified, the browser brought: ${quoted(said.trim())}`;
  return new RelyingPartyError(code, message, { cause: error });
}
