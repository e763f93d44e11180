import type { ReadSettings } from '../config/from-environment.js';
import type { Problem } from '../../errors/config-error.js';
import { type FindingCode, findingKinds, type Severity, symptoms } from './findings/catalogue.js';
import { commandFor, questionCommand } from './findings/commands.js';
import { apiIssuers } from './checks/api-issuers.js';
import { authorization } from './checks/authorization.js';
import { clientSecret } from './checks/client-secret.js';
import { clock } from './checks/clock.js';
import { discovery } from './checks/discovery.js';
import { identityProviders } from './checks/identity-providers.js';
import { keys } from './checks/keys.js';
import { masterPoolSettings } from './checks/master-pool.js';
import { proxy } from './checks/proxy.js';
import { secrets } from './checks/secrets.js';
import { settingProblems, settingWarnings } from './checks/settings.js';
import { signOut } from './checks/sign-out.js';
import { store } from './checks/store.js';
import type { Check, DoctorContext, DoctorParts } from './context/context.js';
import { type CheckResult, type Finding, finding } from './findings/finding.js';
import { issuerNearMiss } from './visits/issuer-near-miss.js';

/** What a check came to. */
export interface CheckOutcome {
  readonly name: string;
  readonly title: string;
  readonly outcome: 'fine' | 'skipped' | Severity;
  /** What it saw, or why it was skipped. */
  readonly detail: string | undefined;
}

/** A finding with all there is to say about it. */
export interface Diagnosed extends Finding {
  readonly severity: Severity;
  readonly why: string;
}

/** The whole report: most fundamental and most specific cause first. */
export interface Diagnosis {
  readonly checks: readonly CheckOutcome[];
  readonly findings: readonly Diagnosed[];
}

/** What comes after the discovery document, and goes by it. */
const others = [
  keys,
  clock,
  masterPoolSettings,
  identityProviders,
  authorization,
  clientSecret,
  signOut,
  apiIssuers,
  secrets,
  proxy,
  store,
];

/** How long any one request may take. */
const REQUEST_TIMEOUT_MS = 5000;

/**
 * Examines a whole set-up. Changes nothing, signs nobody in or out, and never puts a secret into
 * the report.
 */
export async function diagnose(read: ReadSettings, given: DoctorParts): Promise<Diagnosis> {
  const otherWays = given.otherWays?.map((way) => ({ ...way, fetch: impatient(way.fetch) }));
  const parts = { ...given, fetch: impatient(given.fetch), otherWays };
  if ('problems' in read) {
    const result = { findings: await problemsIn(read.problems, parts) };
    return report([[settings, result], ...skipAll('the settings are not complete')], parts);
  }
  const context: DoctorContext = { ...parts, settings: read.settings };
  const first = await run(discovery, context);
  const rest = await Promise.all(others.map((check) => run(check, context)));
  const found = { findings: settingWarnings(read.warnings) };
  return report([[settings, found], first, ...rest], parts);
}

const impatient =
  (fetch: typeof globalThis.fetch): typeof fetch =>
  (input, init) =>
    fetch(input, { ...init, signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });

/** The list that `serve` prints; but what was written in place of the issuer is recognised. */
async function problemsIn(problems: readonly Problem[], parts: DoctorParts): Promise<Finding[]> {
  const { ISSUER: written = '', CLIENT_ID: clientId } = parts.environment ?? {};
  const isIssuer = ({ option }: Problem): boolean => option === 'ISSUER';
  const miss =
    problems.some(isIssuer) && written !== ''
      ? await issuerNearMiss(written.trim(), { ...parts, clientId })
      : undefined;
  if (miss === undefined) return settingProblems(problems);
  return [miss.finding, ...settingProblems(problems.filter((each) => !isIssuer(each)))];
}

type Run = readonly [Pick<Check, 'name' | 'title'>, CheckResult];

const settings = { name: 'settings', title: 'Settings' };

const skipAll = (skipped: string): Run[] =>
  [discovery, ...others].map((check) => [check, { skipped }]);

async function run(check: Check, context: DoctorContext): Promise<Run> {
  try {
    return [check, await check.run(context)];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const failed = finding(
      'check_failed',
      `“${check.title}” could not be checked: ${reason}.`,
      'Run doctor again. If it stays, this is a fault of doctor itself.',
      { about: check.name },
    );
    return [check, { findings: [failed] }];
  }
}

function report(runs: readonly Run[], { endpointUrl }: DoctorParts): Diagnosis {
  const found = runs.flatMap(([, result]) => ('skipped' in result ? [] : result.findings));
  const findings = causesFirst(found).map((each) => ({
    ...each,
    fix: { ...each.fix, command: commandOf(each, endpointUrl) },
    ...findingKinds[each.code],
  }));
  return { checks: runs.map(outcomeOf), findings };
}

function outcomeOf([{ name, title }, result]: Run): CheckOutcome {
  if ('skipped' in result) return { name, title, outcome: 'skipped', detail: result.skipped };
  const severities = result.findings.map(({ code }) => findingKinds[code].severity);
  const outcome = bySeverity.find((each) => severities.includes(each)) ?? 'fine';
  return { name, title, outcome, detail: result.detail };
}

const bySeverity: readonly Severity[] = ['problem', 'unchecked', 'warning'];
const byRank = Object.keys(findingKinds) as FindingCode[];

/**
 * Each cause once, without what only shows of another one; in the order of the catalogue, graver
 * ones first.
 */
function causesFirst(findings: readonly Finding[]): Finding[] {
  const each = findings.filter(
    ({ code, about }, index) =>
      findings.findIndex((other) => other.code === code && other.about === about) === index,
  );
  const causes = each.filter((one) => !each.some((other) => explains(other, one)));
  const rank = ({ code }: Finding): number => byRank.indexOf(code);
  return causes.toSorted((left, right) => rank(left) - rank(right));
}

const explains = (cause: Finding, symptom: Finding): boolean =>
  symptoms[cause.code]?.includes(symptom.code) === true &&
  (cause.about === undefined || symptom.about === undefined || cause.about === symptom.about);

function commandOf({ fix }: Finding, endpointUrl: string | undefined): string | undefined {
  if (fix.change !== undefined) return commandFor(fix.change, endpointUrl);
  return fix.question === undefined ? fix.command : questionCommand(fix.question, endpointUrl);
}
