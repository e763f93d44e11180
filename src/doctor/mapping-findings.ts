import type {
  IdentityProviderType,
  UserPoolClientType,
  UserPoolType,
} from '@aws-sdk/client-cognito-identity-provider';
import type { Finding } from './finding.js';

const CONSOLE =
  'Amazon Cognito › User pools › the master pool › Social and external providers › the provider › Attribute mapping';

/** What will go wrong when the master pool writes a federated user's attributes. */
export function mappingFindings(
  { userPoolId, name }: { readonly userPoolId: string; readonly name: string },
  { AttributeMapping = {} }: IdentityProviderType,
  pool: UserPoolType,
  client: UserPoolClientType | undefined,
): Finding[] {
  const schema = pool.SchemaAttributes ?? [];
  // `username` is no attribute of the schema: it names the user, and is written once.
  const mapped = Object.keys(AttributeMapping).filter((attribute) => attribute !== 'username');
  const map = (mapping: Readonly<Record<string, string | null>>): Finding['fix']['change'] => ({
    kind: 'identity-provider',
    userPoolId,
    name,
    mapping,
  });
  const findings: Finding[] = [];

  const required = schema.filter(({ Required, Name }) => Required === true && Name !== 'sub');
  for (const { Name = '' } of required) {
    if (mapped.includes(Name)) continue;
    findings.push({
      code: 'required_attribute_unmapped',
      about: `${name} ${Name}`,
      what: `The master pool requires “${Name}”, and “${name}” does not map it.`,
      fix: {
        text: `Map ${Name} to the claim the provider has it in, usually of the same name, and ask for its scope.`,
        console: CONSOLE,
        change: map({ [Name]: Name }),
      },
    });
  }
  for (const attribute of mapped) {
    const known = schema.find(({ Name }) => Name === attribute);
    if (known === undefined) {
      findings.push({
        code: 'mapped_attribute_unknown',
        about: `${name} ${attribute}`,
        what: `“${name}” maps “${attribute}”, which the master pool does not have.`,
        fix: {
          text: 'Take it out of the mapping, or add it to the pool as a custom attribute (then it is called custom:…).',
          console: CONSOLE,
          change: map({ [attribute]: null }),
        },
      });
    } else if (known.Mutable === false) {
      findings.push({
        code: 'mapped_attribute_immutable',
        about: `${name} ${attribute}`,
        what: `“${name}” maps “${attribute}”, which cannot be changed in the master pool.`,
        fix: {
          text: 'Take it out of the mapping. Mutability cannot be changed later: if the attribute is needed, make the pool anew with it mutable.',
          console: CONSOLE,
          change: map({ [attribute]: null }),
        },
      });
    }
  }
  findings.push(...writeFindings({ userPoolId, name }, mapped, client));
  if (mapped.includes('email') && !mapped.includes('email_verified')) {
    findings.push({
      code: 'email_verified_unmapped',
      about: name,
      what: `“${name}” maps email but not email_verified.`,
      fix: {
        text: 'Map email_verified to email_verified, if you trust the provider to check addresses.',
        console: CONSOLE,
        change: map({ email_verified: 'email_verified' }),
      },
    });
  }
  return findings;
}

const VERIFICATIONS = ['email_verified', 'phone_number_verified'];

/** A client without a list may write everything; and Cognito writes verifications itself, which no list can have. */
function writeFindings(
  { userPoolId, name }: { readonly userPoolId: string; readonly name: string },
  mapped: readonly string[],
  client: UserPoolClientType | undefined,
): Finding[] {
  const writable = client?.WriteAttributes;
  const refused = mapped.filter(
    (each) => !VERIFICATIONS.includes(each) && writable?.includes(each) === false,
  );
  if (refused.length === 0) return [];
  const clientId = client?.ClientId ?? '';
  return [
    {
      code: 'mapped_attribute_not_writable',
      about: name,
      what: `“${name}” maps ${refused.join(', ')}, which the app client ${clientId} may not write.`,
      fix: {
        text: 'Allow it to write them.',
        console:
          'Amazon Cognito › User pools › the master pool › App clients › the client › Attribute permissions › Edit',
        change: { kind: 'app-client', userPoolId, clientId, add: { WriteAttributes: refused } },
      },
    },
  ];
}
