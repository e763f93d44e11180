import { cloudFormationTemplate, type Template } from './cloudformation.js';
import type { SetupInputs } from '../wanted/inputs.js';

/**
 * The CloudFormation template as a stack of the AWS CDK, in TypeScript: constructs of the first
 * level with the logical ids of the template, so that what was deployed from the one can go on with
 * the other.
 */
export function cdkStack(inputs: SetupInputs): string {
  const template = cloudFormationTemplate(inputs);
  const { Description, Parameters, Resources, Outputs } = template;
  const words = new Set(JSON.stringify([Object.values(Resources), Outputs]).match(/\w+/g));
  const construct = (name: string, id: string, properties: object): string => {
    const made = `new ${name}(this, '${id}', ${sourceOf(properties, template)});`;
    return words.has(id) ? `const ${variable(id)} = ${made}` : made;
  };
  const statements = [
    ...Object.entries(Parameters).map(([id, properties]) =>
      construct('CfnParameter', id, properties),
    ),
    ...Object.entries(Resources).map(([id, { Type, Properties }]) =>
      construct(`cognito.Cfn${Type.split('::').at(-1)}`, id, Properties),
    ),
    ...Object.entries(Resources).flatMap(([id, { DependsOn = [] }]) =>
      DependsOn.map((needed) => `${variable(id)}.addDependency(${variable(needed)});`),
    ),
    ...Object.entries(Outputs).map(
      ([id, output]) => `new CfnOutput(this, '${id}', ${sourceOf(output, template)});`,
    ),
  ];
  return `import { CfnOutput, CfnParameter, Stack, type StackProps } from 'aws-cdk-lib';
import * as cognito from 'aws-cdk-lib/aws-cognito';
import type { Construct } from 'constructs';

export class UserPools extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, { description: ${quote(Description)}, ...props });

${indent(statements.join('\n'), 4)}
  }
}
`;
}

type Parts = Pick<Template, 'Parameters'>;

/** A value of the template in TypeScript, its intrinsic functions as members of the constructs. */
function sourceOf(value: unknown, parts: Parts): string {
  if (typeof value === 'string') return quote(value);
  if (Array.isArray(value)) return `[${value.map((each) => sourceOf(each, parts)).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const [[name, argument] = []] = Object.entries(value);
  if (name === 'Ref') return referenceTo(String(argument), parts);
  if (name === 'Fn::GetAtt') {
    const [id, attribute] = argument as [string, string];
    return `${variable(id)}.attr${attribute.charAt(0)}${propertyName(attribute).slice(1)}`;
  }
  if (name === 'Fn::Sub') return templateLiteral(String(argument), parts);
  const members = Object.entries(value).map(([key, each]) => {
    const own = MAPS.has(key) ? mapOf(each as object, parts) : sourceOf(each, parts);
    return `${propertyName(key)}: ${own},`;
  });
  return block(members);
}

/** Members whose keys are the operator's or Cognito's own, and not the construct's. */
const MAPS = new Set(['ProviderDetails', 'AttributeMapping', 'UserPoolTags']);

const mapOf = (map: object, parts: Parts): string =>
  block(Object.entries(map).map(([key, value]) => `${quote(key)}: ${sourceOf(value, parts)},`));

const block = (members: readonly string[]): string => `{\n${indent(members.join('\n'), 2)}\n}`;

const indent = (lines: string, by: number): string => lines.replaceAll(/^(?=.)/gm, ' '.repeat(by));

function referenceTo(id: string, { Parameters }: Parts): string {
  if (id === 'AWS::Region') return 'this.region';
  return `${variable(id)}.${id in Parameters ? 'valueAsString' : 'ref'}`;
}

function templateLiteral(text: string, parts: Parts): string {
  const inside = text
    .replaceAll(/[\\`]/g, String.raw`\$&`)
    .replaceAll(/\$\{(!?)([^}]*)\}/g, (_whole, isLiteral: string, id: string) =>
      isLiteral === '' ? `\${${referenceTo(id, parts)}}` : `\\\${${id}}`,
    );
  return `\`${inside}\``;
}

const quote = (text: string): string => `'${text.replaceAll(/[\\']/g, String.raw`\$&`)}'`;

const variable = (id: string): string => id.charAt(0).toLowerCase() + id.slice(1);

/**
 * As the CDK names a property: `CallbackURLs` is `callbackUrLs`, for a capital before a small
 * letter begins a word.
 */
function propertyName(name: string): string {
  const words = name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .split(' ')
    .map((word) => word.charAt(0) + word.slice(1).toLowerCase());
  return variable(words.join(''));
}
