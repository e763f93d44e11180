import type { PoolSettings, SchemaAttribute } from './settings.js';

const string = (Name: string, max = '2048', min = '0'): SchemaAttribute => ({
  Name,
  AttributeDataType: 'String',
  DeveloperOnlyAttribute: false,
  Mutable: true,
  Required: false,
  StringAttributeConstraints: { MinLength: min, MaxLength: max },
});

const boolean = (Name: string): SchemaAttribute => ({
  Name,
  AttributeDataType: 'Boolean',
  DeveloperOnlyAttribute: false,
  Mutable: true,
  Required: false,
});

/** What every pool has, in the order DescribeUserPool lists it. */
const standardAttributes: readonly SchemaAttribute[] = [
  string('profile'),
  string('address'),
  string('birthdate', '10', '10'),
  string('gender'),
  string('preferred_username'),
  {
    Name: 'updated_at',
    AttributeDataType: 'Number',
    DeveloperOnlyAttribute: false,
    Mutable: true,
    Required: false,
    NumberAttributeConstraints: { MinValue: '0' },
  },
  string('website'),
  string('picture'),
  { ...string('identities'), StringAttributeConstraints: {} },
  { ...string('sub', '2048', '1'), Mutable: false, Required: true },
  string('phone_number'),
  boolean('phone_number_verified'),
  string('zoneinfo'),
  string('locale'),
  string('email'),
  boolean('email_verified'),
  string('given_name'),
  string('family_name'),
  string('middle_name'),
  string('name'),
  string('nickname'),
];

/** True for an attribute every pool has. */
export const isStandardAttribute = (name: string): boolean =>
  standardAttributes.some(({ Name }) => Name === name);

/**
 * The whole schema of a pool: the standard attributes with the caller's changes, then the custom
 * ones.
 */
export function schemaOf({ Schema = [] }: PoolSettings): readonly SchemaAttribute[] {
  const standard = standardAttributes.map((attribute) => {
    const { AttributeDataType: _type, ...change } =
      Schema.find(({ Name }) => Name === attribute.Name) ?? {};
    return { ...attribute, ...change };
  });
  return [
    ...standard,
    ...Schema.filter(({ Name }) => !isStandardAttribute(Name)).map(customAttribute),
  ];
}

/** A custom attribute under its full name, with the defaults the API shows. */
export function customAttribute(attribute: SchemaAttribute): SchemaAttribute {
  const { Name, AttributeDataType = 'String', DeveloperOnlyAttribute = false } = attribute;
  const constraints =
    AttributeDataType === 'String'
      ? { StringAttributeConstraints: attribute.StringAttributeConstraints ?? {} }
      : AttributeDataType === 'Number'
        ? { NumberAttributeConstraints: attribute.NumberAttributeConstraints ?? {} }
        : {};
  const prefix = DeveloperOnlyAttribute ? 'dev:custom:' : 'custom:';
  return {
    Name: Name.includes('custom:') ? Name : `${prefix}${Name}`,
    AttributeDataType,
    DeveloperOnlyAttribute,
    Mutable: attribute.Mutable ?? true,
    Required: false,
    ...constraints,
  };
}

/**
 * What is wrong with values for a user's attributes, in Cognito's words after the attribute's name;
 * `undefined` if they will do. Whether an attribute may be changed is another question.
 */
export function schemaViolation(
  schema: readonly SchemaAttribute[],
  attributes: Readonly<Record<string, string>>,
): string | undefined {
  for (const [name, value] of Object.entries(attributes)) {
    const attribute = schema.find(({ Name }) => Name === name);
    if (attribute === undefined) return `${name}: Attribute does not exist in the schema.`;
    const problem = valueProblem(attribute, value);
    if (problem !== undefined) return `${name}: ${problem}`;
  }
  return undefined;
}

function valueProblem(attribute: SchemaAttribute, value: string): string | undefined {
  const { StringAttributeConstraints: length, NumberAttributeConstraints: range } = attribute;
  // An empty value takes an attribute away.
  if (value === '') return undefined;
  switch (attribute.AttributeDataType) {
    case 'Boolean':
      return value === 'true' || value === 'false' ? undefined : 'Invalid boolean value.';
    case 'Number':
      if (!/^-?\d+(\.\d+)?$/.test(value)) return 'Invalid number.';
      if (Number(value) < Number(range?.MinValue ?? Number.NEGATIVE_INFINITY)) return tooSmall;
      return Number(value) > Number(range?.MaxValue ?? Number.POSITIVE_INFINITY)
        ? tooLarge
        : undefined;
    case 'DateTime':
      return Number.isNaN(Date.parse(value)) ? 'Invalid date.' : undefined;
    case 'String':
    case undefined:
      if (value.length < Number(length?.MinLength ?? 0)) {
        return `String must be at least ${length?.MinLength} characters`;
      }
      return value.length > Number(length?.MaxLength ?? 2048)
        ? `String must be no longer than ${length?.MaxLength ?? 2048} characters`
        : formatProblem(attribute.Name, value);
  }
}

const tooSmall = 'The value is smaller than the minimum.';
const tooLarge = 'The value is larger than the maximum.';

function formatProblem(name: string, value: string): string | undefined {
  if (name === 'email' && !isEmail(value)) return 'Invalid email address format.';
  if (name === 'phone_number' && !/^\+\d{1,15}$/.test(value)) {
    return 'Invalid phone number format.';
  }
  return undefined;
}

/** Does it look like an e-mail address? */
export const isEmail = (value: string): boolean => /^[^\s@]+@[^\s@]+$/.test(value);

/**
 * `email_verified` and `phone_number_verified` are booleans in ID tokens and strings everywhere
 * else.
 */
export const isBooleanAttribute = (name: string): boolean =>
  /^(email|phone_number)_verified$/.test(name);

/**
 * What a pool writes and no client ever may: who somebody is, and whether an address was verified.
 */
export const isPoolsOwn = (attribute: string): boolean =>
  attribute === 'sub' || isBooleanAttribute(attribute);
