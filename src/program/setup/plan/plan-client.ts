import type {
  ExplicitAuthFlowsType,
  RefreshTokenRotationType,
  UpdateUserPoolClientRequest,
} from '@aws-sdk/client-cognito-identity-provider';
import type { Actual, ClientSecretState, FoundClient, FoundPool } from '../account/actual.js';
import type { Call } from '../account/call.js';
import { attributeMapping } from '../wanted/desired.js';
import { differences, inWords, withAll } from './differences.js';
import type { Text, ClientProperties, ClientResource } from '../wanted/resources.js';
import { resolve, show } from '../account/resolve.js';
import { creation, type Outcome } from './step.js';

/** What an app client needs to be as wanted. */
export function planClient(resource: ClientResource, actual: Actual): Outcome {
  const pool = actual[resource.pool];
  const found = actual[resource.id];
  const ownership = actual.owners[resource.id]?.ownership;
  const isShared = ownership === 'adopted' || ownership === 'named';
  const wanted = forPool(isShared ? forOthersToo(resource.properties) : resource.properties, pool);
  return found === undefined || pool === undefined
    ? planNew(resource, wanted, pool, actual)
    : planChange(resource, wanted, found, pool, actual);
}

/**
 * What a client needs that others live on: nothing that changes how they sign in or refresh.
 * Rotation would end the refresh tokens that they keep, and excludes their refreshing through the
 * API.
 */
function forOthersToo(wanted: ClientProperties): ClientProperties {
  const {
    RefreshTokenRotation: _rotation,
    ExplicitAuthFlows: _flows,
    PreventUserExistenceErrors: _errors,
    ...rest
  } = wanted;
  return rest;
}

/** The Lite plan has no refresh token rotation. */
function forPool(wanted: ClientProperties, pool: FoundPool | undefined): ClientProperties {
  if (pool?.UserPoolTier !== 'LITE') return wanted;
  const { RefreshTokenRotation: _rotation, ...rest } = wanted;
  return rest;
}

function planNew(
  resource: ClientResource,
  wanted: ClientProperties,
  pool: FoundPool | undefined,
  actual: Actual,
): Outcome {
  const { ClientName, CallbackURLs = [], ...rest } = wanted;
  const urls = CallbackURLs.map((url) => resolve(url, actual));
  const isReady = pool !== undefined && urls.every((url) => url !== undefined);
  const isCalledBack = CallbackURLs.length > 0;
  const callback = isCalledBack ? { CallbackURLs: shownUrls(CallbackURLs, actual) } : {};
  const changes = Object.entries({ ...rest, ...callback }).map(([property, value]) => ({
    property,
    text: inWords(value),
  }));
  const input = isReady && {
    UserPoolId: pool.Id,
    ClientName,
    ...rest,
    ...(isCalledBack && { CallbackURLs: urls }),
  };
  const call: Call | undefined = input ? { operation: 'createUserPoolClient', input } : undefined;
  return { ...creation(resource, changes, call), notes: [planNote(resource, pool)] };
}

const shownUrls = (urls: readonly Text[], actual: Actual): string[] =>
  urls.map((url) => show(url, actual));

function planChange(
  resource: ClientResource,
  wanted: ClientProperties,
  found: FoundClient,
  pool: FoundPool,
  actual: Actual,
): Outcome {
  const urls = (wanted.CallbackURLs ?? []).map((url) => resolve(url, actual));
  const isReady = urls.every((url) => url !== undefined);
  const wantedUrls = isReady ? urls : shownUrls(wanted.CallbackURLs ?? [], actual);
  const next = mergeClient(found, wanted, wantedUrls, pool.Id);
  const changes = differences(found, next);
  return {
    step:
      changes.length === 0
        ? undefined
        : {
            resource,
            action: 'change',
            changes,
            call: isReady ? { operation: 'updateUserPoolClient', input: next } : undefined,
          },
    problems: problemsOf(resource, actual.secrets[resource.id], next),
    notes: [planNote(resource, pool), sharedNote(resource, wanted, found)],
  };
}

/**
 * The whole client as it should be: all that its description has goes back, since an update resets
 * what it does not name. What can only be described, the SDK leaves out when it writes the request.
 */
function mergeClient(
  found: FoundClient,
  wanted: ClientProperties,
  callbackUrls: readonly string[],
  UserPoolId: string,
): UpdateUserPoolClientRequest {
  const isForPeople = wanted.AllowedOAuthFlows?.includes('code') ?? false;
  return {
    ...found,
    UserPoolId,
    AllowedOAuthFlowsUserPoolClient: wanted.AllowedOAuthFlowsUserPoolClient,
    EnableTokenRevocation: wanted.EnableTokenRevocation,
    PreventUserExistenceErrors:
      wanted.PreventUserExistenceErrors ?? found.PreventUserExistenceErrors,
    AllowedOAuthFlows: withAll(found.AllowedOAuthFlows, wanted.AllowedOAuthFlows),
    AllowedOAuthScopes: withAll(found.AllowedOAuthScopes, wanted.AllowedOAuthScopes),
    CallbackURLs: withAll(found.CallbackURLs, callbackUrls.length > 0 ? callbackUrls : undefined),
    LogoutURLs: withAll(found.LogoutURLs, wanted.LogoutURLs),
    SupportedIdentityProviders: withAll(
      found.SupportedIdentityProviders,
      wanted.SupportedIdentityProviders,
    ),
    ...(isForPeople && {
      ReadAttributes: complete(found.ReadAttributes, Object.keys(attributeMapping)),
      WriteAttributes: complete(found.WriteAttributes, writable),
    }),
    ...(wanted.RefreshTokenRotation && {
      RefreshTokenRotation: rotation(found.RefreshTokenRotation, wanted.RefreshTokenRotation),
      ExplicitAuthFlows: withoutRefresh(found.ExplicitAuthFlows, wanted.ExplicitAuthFlows),
    }),
  };
}

/** Cognito writes `…_verified` itself and refuses it in the list of what a client may write. */
const writable = Object.keys(attributeMapping).filter((name) => !name.endsWith('_verified'));

/** No list means every attribute, so only a list can lack one. */
const complete = (
  found: readonly string[] | undefined,
  mapped: readonly string[],
): string[] | undefined =>
  found === undefined || found.length === 0 ? found && [...found] : withAll(found, mapped);

/**
 * A shorter grace than ours is over before a lost answer has been asked for again as often as it
 * will be.
 */
const rotation = (
  found: RefreshTokenRotationType | undefined,
  wanted: RefreshTokenRotationType,
): RefreshTokenRotationType =>
  found?.Feature === 'ENABLED' &&
  (found.RetryGracePeriodSeconds ?? 0) >= (wanted.RetryGracePeriodSeconds ?? 0)
    ? found
    : wanted;

const withoutRefresh = (
  found: readonly ExplicitAuthFlowsType[] = [],
  wanted: readonly ExplicitAuthFlowsType[] = [],
): ExplicitAuthFlowsType[] => {
  const kept = found.filter((flow) => flow !== 'ALLOW_REFRESH_TOKEN_AUTH');
  return kept.length > 0 ? kept : [...wanted];
};

function problemsOf(
  { id, title }: ClientResource,
  secret: ClientSecretState | undefined,
  { AllowedOAuthFlows = [] }: UpdateUserPoolClientRequest,
): string[] {
  const problems: string[] = [];
  if (AllowedOAuthFlows.includes('client_credentials') && AllowedOAuthFlows.length > 1) {
    problems.push(
      `The ${title} would have client_credentials beside another grant, which Cognito refuses: rename it, or take its grant away.`,
    );
  }
  // A site's client may be a public one.
  if (secret === 'none' && id !== 'SiteClient') {
    problems.push(
      `The ${title} has no secret, and none can be given to it later: delete or rename it, and one with a secret is made.`,
    );
  }
  return problems;
}

const sharedNote = (
  { title, properties }: ClientResource,
  wanted: ClientProperties,
  { RefreshTokenRotation }: FoundClient,
): string | undefined =>
  properties.RefreshTokenRotation !== undefined &&
  wanted.ExplicitAuthFlows === undefined &&
  RefreshTokenRotation?.Feature !== 'ENABLED'
    ? `The ${title} was made by others and stays without refresh token rotation, which would break what they keep of it.`
    : undefined;

const planNote = ({ title }: ClientResource, pool: FoundPool | undefined): string | undefined =>
  pool?.UserPoolTier === 'LITE'
    ? `The ${title} stays without refresh token rotation, which the Lite plan of its pool lacks (console: Settings, Feature plan).`
    : undefined;
