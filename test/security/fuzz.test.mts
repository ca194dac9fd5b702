import { expectEnded, expectKnownPaths, expectUnpolluted } from './expectations.mts';
import { fuzz } from './fuzz.mts';
import { API_KEY, TEAM_ID } from './hostile-server.mts';
import { textOf } from './logged.mts';

/** `npm run fuzz -- --runs 20000 --seed 7` sets them. */
const RUNS = Number(process.env.FUZZ_RUNS ?? 500);
const SEED = Number(process.env.FUZZ_SEED ?? 20261122);

jest.setTimeout(120_000 + RUNS * 100);

test(`${RUNS} runs with hostile parameters and answers end as they must`, async () => {
	let sent = 0;
	await fuzz(RUNS, SEED, (result, requests) => {
		expectEnded(result);
		expectKnownPaths(requests, TEAM_ID);
		expectUnpolluted();
		expect(textOf(result)).not.toContain(API_KEY.slice(0, 16));
		sent += requests.length;
	});
	// Else nothing but the checks of the parameters was tried.
	expect(sent).toBeGreaterThan(RUNS / 5);
});
