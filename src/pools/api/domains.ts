import { z } from 'zod';
import { reservedWordIn, isDomain } from '../model/identifiers.js';
import type { PoolDomain } from '../model/pool-state.js';
import type { UserPool } from '../model/user-pool.js';
import { invalidParameter } from './api-error.js';
import { ACCOUNT } from './descriptions.js';
import { userPoolId } from './fields.js';
import { poolWithId } from './lookups.js';
import { operation, type ApiCall, type Operations } from './operation.js';

const domain = z.string().min(1).max(63);
const customDomainConfig = z.object({ CertificateArn: z.string().min(20) });
const managedLoginVersion = z.int().min(1).max(2);

const domainShape = z.object({
  Domain: domain,
  UserPoolId: userPoolId,
  ManagedLoginVersion: managedLoginVersion.optional(),
  CustomDomainConfig: customDomainConfig.optional(),
});

/**
 * Create, Describe, Update, Delete UserPoolDomain. A domain works at once; it is a path of the
 * pools' server.
 */
export const domainOperations: Operations = {
  CreateUserPoolDomain: operation(domainShape, (input, call) => {
    const pool = poolWithId(call, input.UserPoolId);
    const isCustom = input.CustomDomainConfig !== undefined;
    refuseName(input.Domain, isCustom);
    if (poolAt(call, input.Domain) !== undefined) {
      throw invalidParameter('Domain already associated with another user pool.');
    }
    if (pool.domains.some((each) => (each.certificateArn !== undefined) === isCustom)) {
      throw invalidParameter('User pool already has a domain configured.');
    }
    const created = {
      name: input.Domain,
      managedLoginVersion: input.ManagedLoginVersion ?? 1,
      certificateArn: input.CustomDomainConfig?.CertificateArn,
    };
    pool.domains = [...pool.domains, created];
    return answerFor(created);
  }),
  DescribeUserPoolDomain: operation(z.object({ Domain: domain }), ({ Domain }, call) => {
    const pool = poolAt(call, Domain);
    const found = pool?.domains.find(({ name }) => name === Domain);
    return { DomainDescription: pool && found ? describe(pool, found) : {} };
  }),
  UpdateUserPoolDomain: operation(domainShape, (input, call) => {
    const { pool, found } = domainOf(call, input.UserPoolId, input.Domain);
    const updated = {
      name: found.name,
      managedLoginVersion: input.ManagedLoginVersion ?? found.managedLoginVersion,
      certificateArn: input.CustomDomainConfig?.CertificateArn ?? found.certificateArn,
    };
    pool.domains = pool.domains.map((each) => (each === found ? updated : each));
    return answerFor(updated);
  }),
  DeleteUserPoolDomain: operation(
    z.object({ Domain: domain, UserPoolId: userPoolId }),
    ({ Domain, UserPoolId }, call) => {
      const { pool, found } = domainOf(call, UserPoolId, Domain);
      pool.domains = pool.domains.filter((each) => each !== found);
      return {};
    },
  ),
};

function refuseName(name: string, isCustom: boolean): void {
  const reserved = reservedWordIn(name);
  if (!isCustom && reserved !== undefined) {
    throw invalidParameter(`Domain cannot contain reserved word: ${reserved}`);
  }
  if (!isDomain(name) || name.includes('.') !== isCustom) {
    throw invalidParameter(`Invalid domain: ${name}`);
  }
}

const poolAt = ({ runtime }: ApiCall, name: string): UserPool | undefined =>
  runtime.pools.find(({ domains }) => domains.some((each) => each.name === name));

function domainOf(
  call: ApiCall,
  poolId: string,
  name: string,
): { pool: UserPool; found: PoolDomain } {
  const pool = poolWithId(call, poolId);
  const found = pool.domains.find((each) => each.name === name);
  if (found === undefined) throw invalidParameter('No such domain or user pool exists.');
  return { pool, found };
}

const answerFor = ({ managedLoginVersion: version, certificateArn }: PoolDomain): object => ({
  ManagedLoginVersion: version,
  CloudFrontDomain: certificateArn && CLOUD_FRONT,
});

const CLOUD_FRONT = 'd111111abcdef8.cloudfront.net';

const describe = (pool: UserPool, found: PoolDomain): object => ({
  UserPoolId: pool.id,
  AWSAccountId: ACCOUNT,
  Domain: found.name,
  S3Bucket: `aws-cognito-prod-${pool.region}-assets`,
  CloudFrontDistribution: CLOUD_FRONT,
  Version: '1',
  Status: 'ACTIVE',
  CustomDomainConfig: found.certificateArn ? { CertificateArn: found.certificateArn } : {},
  ManagedLoginVersion: found.managedLoginVersion,
});
