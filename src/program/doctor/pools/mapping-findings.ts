import type {
  IdentityProviderType,
  SchemaAttributeType,
  UserPoolClientType,
  UserPoolType,
} from '@aws-sdk/client-cognito-identity-provider';
import type { Change } from '../findings/change.js';
import type { Finding } from '../findings/finding.js';

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
  provider: Mapped,
  { AttributeMapping = {} }: IdentityProviderType,
  { SchemaAttributes: schema = [] }: UserPoolType,
  client: UserPoolClientType | undefined,
): Finding[] {
  // `username` is no attribute of the schema: it names the user, and is written once.
  const mapped = Object.keys(AttributeMapping).filter((attribute) => attribute !== 'username');
  return [
    ...requiredIn(schema)
      .filter((attribute) => !mapped.includes(attribute))
      .map((attribute) => requiredUnmapped(provider, attribute)),
    ...mapped.flatMap((attribute) => attributeFindings(provider, schema, attribute)),
    ...writeFindings(provider, mapped, client),
    ...emailFindings(provider, schema, mapped),
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

const requiredUnmapped = (provider: Mapped, attribute: string): Finding => ({
  code: 'required_attribute_unmapped',
  about: `${provider.name} ${attribute}`,
  what: `The master pool requires “${attribute}”, and “${provider.name}” does not map it.`,
  fix: {
    text: `Map ${attribute} to the claim the provider has it in, usually of the same name, and ask for its scope.`,
    console: CONSOLE,
    change: changeMapping(provider, { [attribute]: attribute }),
  },
});

function attributeFindings(
  provider: Mapped,
  schema: readonly SchemaAttributeType[],
  attribute: string,
): Finding[] {
  const known = schema.find(({ Name }) => Name === attribute);
  if (known !== undefined && known.Mutable !== false) return [];
  const maps = `“${provider.name}” maps “${attribute}”, which`;
  const [code, what, text] =
    known === undefined
      ? ([
          'mapped_attribute_unknown',
          `${maps} the master pool does not have.`,
          'Take it out of the mapping, or add it to the pool as a custom attribute (then it is called custom:…).',
        ] as const)
      : ([
          'mapped_attribute_immutable',
          `${maps} cannot be changed in the master pool.`,
          'Take it out of the mapping. Mutability cannot be changed later: if the attribute is needed, make the pool anew with it mutable.',
        ] as const);
  const change = changeMapping(provider, { [attribute]: null });
  const about = `${provider.name} ${attribute}`;
  return [{ code, about, what, fix: { text, console: CONSOLE, change } }];
}

/** An address counts only with both. */
const VERIFIED_EMAIL = ['email', 'email_verified'];

/** What is required was said already, and what cannot be changed must not be mapped. */
function emailFindings(
  provider: Mapped,
  schema: readonly SchemaAttributeType[],
  mapped: readonly string[],
): Finding[] {
  const fixed = schema.filter(({ Mutable }) => Mutable === false).map(({ Name }) => Name);
  const others = [...requiredIn(schema), ...fixed, ...mapped];
  const unmapped = VERIFIED_EMAIL.filter((each) => !others.includes(each));
  const isOfUse = provider.asksForEmail || mapped.includes('email');
  if (unmapped.length === 0 || !isOfUse) return [];
  return [
    {
      code: 'email_verified_unmapped',
      about: provider.name,
      what: `“${provider.name}” does not map ${unmapped.join(' and ')}.`,
      fix: {
        text: `Map ${unmapped.map((each) => `${each} to ${each}`).join(' and ')}, if you trust the provider to check addresses${unmapped.includes('email') ? '; or take email out of SCOPE' : ''}.`,
        console: CONSOLE,
        change: changeMapping(provider, Object.fromEntries(unmapped.map((each) => [each, each]))),
      },
    },
  ];
}

const VERIFICATIONS = ['email_verified', 'phone_number_verified'];

/** A client without a list may write everything; and Cognito writes verifications itself, which no list can have. */
function writeFindings(
  { userPoolId, name }: Mapped,
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
