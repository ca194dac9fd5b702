import { setTimeout as sleep } from 'node:timers/promises';

import type { NodeResult } from '../engine/index.mts';
import { byId, runLicense, startShop, untilInFlight } from '../license/support.mts';
import type { LicenseRow, Sandbox } from '../sandbox/types.mts';
import { CASES, runCase, until, type Case } from './operations.mts';

let sandbox: Sandbox;
const unhandled: unknown[] = [];
const warnings: Error[] = [];
const onUnhandled = (reason: unknown) => unhandled.push(reason);
const onWarning = (warning: Error) => warnings.push(warning);

beforeAll(() => {
	process.on('unhandledRejection', onUnhandled);
	process.on('warning', onWarning);
});

afterAll(() => {
	process.off('unhandledRejection', onUnhandled);
	process.off('warning', onWarning);
});

beforeEach(async () => {
	({ sandbox } = await startShop());
});

afterEach(async () => {
	await sandbox.close();
	expect(unhandled).toEqual([]);
	expect(warnings.filter(({ name }) => name === 'MaxListenersExceededWarning')).toEqual([]);
});

const caseOf = (name: string) => CASES.find((tried) => tried.name === name) as Case;

/** Cancels a run at a moment, and expects it to end within a second from then. */
async function canceledAt(
	moment: Promise<unknown>,
	run: (cancelAfter: Promise<unknown>) => Promise<NodeResult>,
): Promise<NodeResult> {
	let canceledAtMs = NaN;
	const result = await run(moment.then(() => (canceledAtMs = Date.now())));
	expect(Date.now() - canceledAtMs).toBeLessThan(1000);
	expect(result.status).toBe('canceled');
	return result;
}

/** Expects that nothing more is sent, and returns how many requests there were. */
async function requestsInTheEnd(): Promise<number> {
	// Those that were on their way may still arrive.
	await sleep(200);
	const { length } = sandbox.requests;
	await sleep(500);
	expect(sandbox.requests).toHaveLength(length);
	return length;
}

test.each(['License: Create', 'License: Create with Idempotency Key', 'License: Renew by days'])(
	'%s: in the middle of 1,000 items, nothing more is sent and nothing is there twice',
	async (name) => {
		const tried = caseOf(name);
		sandbox.latencyMs = 5;
		const items = tried.seed(sandbox, 1000);
		const before = new Map(
			[...sandbox.state.licenses.values()].map(({ id, expirationDate }) => [id, expirationDate]),
		);

		const writes = () => sandbox.requests.filter(({ method }) => method !== 'GET').length;
		const enough = until(() => writes() >= 100);
		await canceledAt(enough, async (cancelAfter) =>
			runCase(sandbox, tried, items, {}, { cancelAfter }),
		);

		await requestsInTheEnd();
		expect(writes()).toBeLessThan(160);
		const rows = [...sandbox.state.licenses.values()];
		const orders = rows.map(({ metadata }) => metadata.find(({ key }) => key === 'order')?.value);
		expect(new Set(orders).size).toBe(orders.length);
		const days = (row: LicenseRow) =>
			(Number(row.expirationDate) - Number(before.get(row.id))) / 86_400_000;
		if (before.size > 0) expect(new Set(rows.map(days))).toEqual(new Set([0, 30]));
	},
	60_000,
);

test.each(['License: Get Many', 'Customer: Get Many'])('%s: while pages are read', async (name) => {
	const tried = caseOf(name);
	tried.seed(sandbox, 1);
	for (let n = 0; n < 3000; n += 1) {
		if (tried.resource === 'license') sandbox.addLicense();
		else sandbox.addCustomer();
	}
	sandbox.latencyMs = 20;

	const enough = until(() => sandbox.requests.length >= 12);
	const { items } = await canceledAt(enough, async (cancelAfter) =>
		runCase(sandbox, tried, [{}], {}, { cancelAfter }),
	);

	expect(items).toEqual([]);
	expect(await requestsInTheEnd()).toBeLessThan(25);
});

describe('while it waits before another attempt', () => {
	test.each([
		['429', { status: 429, headers: { 'retry-after': '5' } }],
		['503', { status: 503, headers: { 'retry-after': '5' } }],
	])('after a %s', async (_, kind) => {
		sandbox.addFault({ kind });
		const tried = caseOf('License: Create');
		const waiting = until(() => sandbox.requests[0]?.status !== undefined).then(() => sleep(50));

		await canceledAt(waiting, async (cancelAfter) =>
			runCase(sandbox, tried, tried.seed(sandbox, 20), {}, { cancelAfter }),
		);

		expect(await requestsInTheEnd()).toBeLessThanOrEqual(10);
	});

	test('after a lost answer, which stays unknown', async () => {
		sandbox.addFault({ times: 100, kind: 'resetBefore' });
		const tried = caseOf('License: Suspend');
		const items = tried.seed(sandbox, 1);
		const waiting = until(() => sandbox.requests.length >= 3).then(() => sleep(100));

		await canceledAt(waiting, async (cancelAfter) =>
			runCase(sandbox, tried, items, {}, { cancelAfter }),
		);

		expect(await requestsInTheEnd()).toBe(3);
	});
});

test('while it waits for the mutex of a license that another execution holds', async () => {
	const license = sandbox.addLicense();
	const other = sandbox.addLicense();
	const suspend = async (cancelAfter?: Promise<unknown>, id = license.id) =>
		await runLicense(sandbox, 'suspend', { license: byId(id) }, { cancelAfter });
	sandbox.addFault({ method: 'PUT', kind: 'hang' });
	let releaseFirst = () => {};
	const first = suspend(new Promise<void>((resolve) => (releaseFirst = resolve)));
	await until(() => sandbox.requests.some(({ method }) => method === 'PUT'));

	const puts = () => sandbox.requests.filter(({ method }) => method === 'PUT').length;
	const isWaiting = until(() => sandbox.requests.length >= 3).then(() => sleep(100));
	await canceledAt(isWaiting, async (cancelAfter) => await suspend(cancelAfter));

	expect(puts()).toBe(1);
	expect((await suspend(undefined, other.id)).error).toBeUndefined();
	expect(other.suspended).toBe(true);
	releaseFirst();
	expect((await first).status).toBe('canceled');

	// The mutex is free again.
	expect((await suspend()).error).toBeUndefined();
	expect(license.suspended).toBe(true);
});

test('a canceled run frees its slots of the request limiter', async () => {
	sandbox.addFault({ times: 10, kind: 'hang' });
	const tried = caseOf('License: Create');
	const items = tried.seed(sandbox, 50);
	const full = until(() => sandbox.requests.length >= 10);
	await canceledAt(full, async (cancelAfter) =>
		runCase(sandbox, tried, items, {}, { cancelAfter }),
	);
	expect(sandbox.requests).toHaveLength(10);

	sandbox.clearRequests();
	sandbox.latencyMs = 20;
	sandbox.onRequest = untilInFlight(sandbox, 10);
	const { items: output } = await runCase(sandbox, tried, items);
	expect(output).toHaveLength(50);
	expect(sandbox.maxInFlight).toBe(10);
});
