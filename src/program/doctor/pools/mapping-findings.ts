import type {
  IdentityProviderType,
  UserPoolClientType,
  UserPoolType,
} from '@aws-sdk/client-cognito-identity-provider';
import type { Finding } from '../finding.js';

const CONSOLE =
  'Amazon Cognito › User pools › the master pool › Social and external providers › the provider › Attribute mapping';

/** An identity provider of the master pool, and whether the site asks for its users' addresses (SCOPE). */
interface Mapped {
  readonly userPoolId: string;
  readonly name: string;
  readonly asksForEmail: boolean;
}

/** What will go wrong when the master pool writes a federated user's attributes. */
export function mappingFindings(
  { userPoolId, name, asksForEmail }: Mapped,
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
  // What is required was said above, and what cannot be changed must not be mapped.
  const fixed = schema.filter(({ Mutable }) => Mutable === false);
  const others = [...required, ...fixed].map(({ Name }) => Name);
  const unmapped = VERIFIED_EMAIL.filter(
    (each) => !mapped.includes(each) && !others.includes(each),
  );
  if (unmapped.length > 0 && (asksForEmail || mapped.includes('email'))) {
    findings.push({
      code: 'email_verified_unmapped',
      about: name,
      what: `“${name}” does not map ${unmapped.join(' and ')}.`,
      fix: {
        text: `Map ${unmapped.map((each) => `${each} to ${each}`).join(' and ')}, if you trust the provider to check addresses${unmapped.includes('email') ? '; or take email out of SCOPE' : ''}.`,
        console: CONSOLE,
        change: map(Object.fromEntries(unmapped.map((each) => [each, each]))),
      },
    });
  }
  return findings;
}

/** An address counts only with both. */
const VERIFIED_EMAIL = ['email', 'email_verified'];

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
