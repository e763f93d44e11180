import { fullStore } from './full-store.js';
import { hangingProvider, type Waits } from './hanging-provider.js';
import { killedRefreshes } from './killed-refresh.js';
import { killedSites } from './kills.js';
import { fullLogDisk } from './log-output.js';
import { lostAnswers } from './lost-answers.js';
import { rollingRestarts } from './rolling-restarts.js';
import { portion, type Finding, type Later, type Scenario } from './scenario.js';
import { stopsOfTheProcessGroup } from './stops.js';

const STORES = ['SQLite', 'Redis'] as const;
const A_SECOND = 1000;

/** Every fault there is, in the order of the table. */
export const scenarios: readonly Scenario[] = [
  ...STORES.map((store) => ({
    name: `kills-${store.toLowerCase()}`,
    limitSeconds: 240,
    run: async (share: number, later: Later) => {
      const counts = await killedSites(store, portion(30, share), 20, later);
      const { kills, people, requests, refreshes, signOuts, lost, revived } = counts;
      return [
        {
          done: `${store}: ${kills} kills; ${people} people, ${requests} requests, ${refreshes} refreshes, ${signOuts} sign-outs`,
          seen: `${lost} sessions lost, ${revived} revived`,
          target: '0 lost, 0 revived',
          isMet: lost === 0 && revived === 0 && signOuts === kills,
        },
      ];
    },
  })),
  {
    name: 'lost-answers',
    limitSeconds: 150,
    run: async (share, later) => {
      const counts = await lostAnswers(portion(20, share), later);
      const { people, answersLost, refreshes, stillSignedIn } = counts;
      return [
        {
          done: `${answersLost} answers lost after rotation, of ${people} people; ${refreshes} refreshes, until the grace was over`,
          seen: `${stillSignedIn} still signed in`,
          target: `${people}`,
          isMet: stillSignedIn === people && answersLost === people,
        },
      ];
    },
  },
  ...STORES.map((store) => ({
    name: `killed-refresh-${store.toLowerCase()}`,
    limitSeconds: 120,
    run: async (share: number, later: Later) => {
      const { kills, alive, slowestMs } = await killedRefreshes(store, portion(10, share), later);
      return [
        {
          done: `${store}: ${kills} kills in the middle of a refresh`,
          seen: `${alive} alive, next request at most ${inMs(slowestMs)}`,
          target: `${kills}, ≤ 1 s`,
          isMet: alive === kills && slowestMs <= A_SECOND,
        },
      ];
    },
  })),
  ...(['warm', 'cold'] as const).map((begin) => ({
    name: `hanging-provider-${begin}`,
    limitSeconds: 120,
    run: async (share: number, later: Later) => {
      const size = { people: portion(10, share), seconds: Math.max(8, 20 * share) };
      const counts = await hangingProvider(begin, size, later);
      const row = (what: string, waits: Waits): Finding => ({
        done: `${begin}: ${waits.requests} ${what}`,
        seen: `${waits.answered} answered, p99 ${inMs(waits.p99Ms)}`,
        target: 'all, p99 ≤ 1 s',
        isMet: waits.answered === waits.requests && waits.p99Ms <= A_SECOND,
      });
      return [
        row('requests with a good token', counts.good),
        row('with one that is due', counts.due),
        row('with one that has expired', counts.expired),
        row('sign-outs', counts.signOuts),
        row(`/login after one that took ${inMs(counts.firstLoginMs)}`, counts.logins),
      ];
    },
  })),
  {
    name: 'stops',
    limitSeconds: 180,
    run: async (share) => {
      const { stops, logins, cut, exitCodes } = await stopsOfTheProcessGroup(portion(12, share));
      return [
        {
          done: `${stops} stops of the process group with two workers, ${logins} logins under way`,
          seen: `${cut} cut, ${count(exitCodes, 0)} exits with 0`,
          target: `0, ${stops}`,
          isMet: cut === 0 && count(exitCodes, 0) === stops,
        },
      ];
    },
  },
  {
    name: 'rolling-restarts',
    limitSeconds: 300,
    run: async (share, later) => {
      const counts = await rollingRestarts(portion(26_000, share), portion(12, share), later);
      const { posts, restarts, byStatus, exitCodes } = counts;
      const statuses = Object.entries(byStatus).map(([status, many]) => `${many} × ${status}`);
      return [
        {
          done: `${posts} POSTs through nginx over ${restarts} restarts of two processes in turn`,
          seen: `${statuses.join(', ')}; ${count(exitCodes, 0)} exits with 0`,
          target: `one status for all, below 400; ${restarts}`,
          isMet:
            Object.keys(byStatus).every(
              (status) => Number(status) >= 200 && Number(status) < 400,
            ) &&
            statuses.length === 1 &&
            count(exitCodes, 0) === restarts,
        },
      ];
    },
  },
  {
    name: 'full-log-disk',
    limitSeconds: 120,
    run: async (share) => {
      // Fewer would not fill it.
      const size = Math.max(200, portion(1000, share));
      const { requests, answered, linesLost, exitCode } = await fullLogDisk(size);
      return [
        {
          done: `log disk full: ${requests} requests, as many for /healthz; ${linesLost} lines lost; SIGTERM`,
          seen: `${answered} answered, exit ${exitCode}`,
          target: `${requests}, exit 0`,
          isMet: answered === requests && exitCode === 0 && linesLost > 0,
        },
      ];
    },
  },
  ...STORES.map((store) => ({
    name: `full-${store.toLowerCase()}`,
    limitSeconds: 120,
    run: async (share: number, later: Later) => {
      const counts = await fullStore(store, portion(10, share), later);
      const { requests, answered, signOuts, signedOut, alive } = counts;
      return [
        {
          done: `${store} full: ${requests} requests, ${signOuts} sign-outs, then room again`,
          seen: `${answered} answered, ${signedOut} signed out everywhere, ${alive} sessions alive`,
          target: `${requests}, ${signOuts}, 0`,
          isMet: answered === requests && signedOut === signOuts && alive === 0,
        },
      ];
    },
  })),
];

const inMs = (ms: number): string => `${Math.ceil(ms)} ms`;

const count = <T>(values: readonly T[], wanted: T): number =>
  values.filter((value) => value === wanted).length;
