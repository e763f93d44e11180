import type {
  IdentityProviderType,
  SchemaAttributeType,
  UserPoolClientType,
  UserPoolType,
} from '@aws-sdk/client-cognito-identity-provider';
import type { Change } from '../findings/change.js';
import { atClient } from '../context/app-client.js';
import { type Finding, finding, type Findings } from '../findings/finding.js';

const CONSOLE =
  'Amazon Cognito › User pools › the master pool › Social and external providers › the provider › Attribute mapping';

/**
 * An identity provider of the master pool, and whether the site asks for its users' addresses
 * (SCOPE).
 */
interface Mapped {
  readonly userPoolId: string;
  readonly name: string;
  readonly asksForEmail: boolean;
}

/** What will go wrong when the master pool writes a federated user's attributes. */
export function mappingFindings(
  provider: Mapped,
  { AttributeMapping = {} }: IdentityProviderType,
  { SchemaAttributes: schema = [] }: UserPoolType,
  client: UserPoolClientType | undefined,
): Findings {
  // `username` is no attribute of the schema: it names the user, and is written once.
  const mapped = Object.keys(AttributeMapping).filter((attribute) => attribute !== 'username');
  return [
    ...requiredIn(schema)
      .filter((attribute) => !mapped.includes(attribute))
      .map((attribute) => requiredUnmapped(provider, attribute)),
    ...mapped.map((attribute) => attributeFinding(provider, schema, attribute)),
    writeFinding(provider, mapped, client),
    emailFinding(provider, schema, mapped),
  ];
}

const requiredIn = (schema: readonly SchemaAttributeType[]): string[] =>
  schema
    .filter(({ Required, Name }) => Required === true && Name !== 'sub')
    .map(({ Name = '' }) => Name);

const changeMapping = (
  { userPoolId, name }: Mapped,
  mapping: Readonly<Record<string, string | null>>,
): Change => ({ kind: 'identity-provider', userPoolId, name, mapping });

const requiredUnmapped = (provider: Mapped, attribute: string): Finding =>
  finding(
    'required_attribute_unmapped',
    `The master pool requires “${attribute}”, and “${provider.name}” does not map it.`,
    `Map ${attribute} to the claim the provider has it in, usually of the same name, and ask for its scope.`,
    {
      about: `${provider.name} ${attribute}`,
      console: CONSOLE,
      change: changeMapping(provider, { [attribute]: attribute }),
    },
  );

function attributeFinding(
  provider: Mapped,
  schema: readonly SchemaAttributeType[],
  attribute: string,
): Finding | undefined {
  const known = schema.find(({ Name }) => Name === attribute);
  if (known !== undefined && known.Mutable !== false) return undefined;
  const maps = `“${provider.name}” maps “${attribute}”, which`;
  const more = {
    about: `${provider.name} ${attribute}`,
    console: CONSOLE,
    change: changeMapping(provider, { [attribute]: null }),
  };
  return known === undefined
    ? finding(
        'mapped_attribute_unknown',
        `${maps} the master pool does not have.`,
        'Take it out of the mapping, or add it to the pool as a custom attribute (then it is called custom:…).',
        more,
      )
    : finding(
        'mapped_attribute_immutable',
        `${maps} cannot be changed in the master pool.`,
        'Take it out of the mapping. Mutability cannot be changed later: if the attribute is needed, make the pool anew with it mutable.',
        more,
      );
}

/** An address counts only with both. */
const VERIFIED_EMAIL = ['email', 'email_verified'];

/** What is required was said already, and what cannot be changed must not be mapped. */
function emailFinding(
  provider: Mapped,
  schema: readonly SchemaAttributeType[],
  mapped: readonly string[],
): Finding | undefined {
  const fixed = schema.filter(({ Mutable }) => Mutable === false).map(({ Name }) => Name);
  const others = [...requiredIn(schema), ...fixed, ...mapped];
  const unmapped = VERIFIED_EMAIL.filter((each) => !others.includes(each));
  const isOfUse = provider.asksForEmail || mapped.includes('email');
  if (unmapped.length === 0 || !isOfUse) return undefined;
  return finding(
    'email_verified_unmapped',
    `“${provider.name}” does not map ${unmapped.join(' and ')}.`,
    `Map ${unmapped.map((each) => `${each} to ${each}`).join(' and ')}, if you trust the provider to check addresses${unmapped.includes('email') ? '; or take email out of SCOPE' : ''}.`,
    {
      about: provider.name,
      console: CONSOLE,
      change: changeMapping(provider, Object.fromEntries(unmapped.map((each) => [each, each]))),
    },
  );
}

const VERIFICATIONS = ['email_verified', 'phone_number_verified'];

/**
 * A client without a list may write everything; and Cognito writes verifications itself, which no
 * list can have.
 */
function writeFinding(
  { userPoolId, name }: Mapped,
  mapped: readonly string[],
  { ClientId: clientId = '', WriteAttributes: writable }: UserPoolClientType = {},
): Finding | undefined {
  const refused = mapped.filter(
    (each) => !VERIFICATIONS.includes(each) && writable?.includes(each) === false,
  );
  if (refused.length === 0) return undefined;
  return finding(
    'mapped_attribute_not_writable',
    `“${name}” maps ${refused.join(', ')}, which the app client ${clientId} may not write.`,
    'Allow it to write them.',
    {
      ...atClient({ clientId, userPoolId }, 'Attribute permissions › Edit', {
        add: { WriteAttributes: refused },
      }),
      about: name,
    },
  );
}
