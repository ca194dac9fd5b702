/** Runs that go on at the same time: turns, pauses and mutexes. */
import { setTimeout as pause } from 'node:timers/promises';

import { runNode } from '../engine/index.mts';
import {
	byId,
	credentialsOf,
	metadata,
	numbered,
	readable,
	runLicense,
	startShop,
} from '../license/support.mts';
import type { Sandbox } from '../sandbox/types.mts';

let sandbox: Sandbox;

beforeEach(async () => {
	({ sandbox } = await startShop());
});

afterEach(async () => await sandbox.close());

const askToWait = (seconds: number) => ({
	status: 429,
	headers: { 'retry-after': String(seconds) },
});

/** Starts a create that Lukittu asks to come back later. */
async function startPausedCreate(seconds: number, keepTryingFor: number, extra: object = {}) {
	sandbox.addFault({ method: 'POST', kind: askToWait(seconds) });
	const run = runLicense(sandbox, 'create', { options: { keepTryingFor } }, extra);
	while (sandbox.requests.length === 0) await pause(5);
	await pause(50);
	return run;
}

async function timeGet(keepTryingFor: number) {
	const { id } = sandbox.addLicense();
	const { error, durationMs } = await runLicense(sandbox, 'get', {
		license: byId(id),
		options: { keepTryingFor },
	});
	return { text: readable(error).trim(), durationMs };
}

describe('while a create waits for as long as the server asked', () => {
	test.each([
		[0, 0],
		[1, 1000],
	])("a Get with 'Keep Trying For' %i waits no longer than that", async (seconds, atLeast) => {
		const create = startPausedCreate(4, 60);
		await pause(200);
		const { text, durationMs } = await timeGet(seconds);
		expect(text).toBe('');
		expect(durationMs).toBeGreaterThanOrEqual(atLeast);
		expect(durationMs).toBeLessThan(atLeast + 1500);
		expect((await create).items).toHaveLength(1);
	});

	test('an update with a short time is not held for its second request either', async () => {
		const { id } = sandbox.addLicense();
		const create = startPausedCreate(4, 60);
		await pause(200);
		const { error, durationMs } = await runLicense(sandbox, 'update', {
			license: byId(id),
			updateFields: { hwidLimit: 3 },
			options: { keepTryingFor: 0 },
		});
		expect(readable(error).trim()).toBe('');
		expect(durationMs).toBeLessThan(1500);
		await create;
	});

	test('others go on at once when its execution is canceled', async () => {
		let cancel = () => {};
		const cancelAfter = new Promise<void>((resolve) => {
			cancel = resolve;
		});
		const create = startPausedCreate(20, 60, { cancelAfter });
		await pause(300);
		const get = timeGet(60);
		await pause(300);
		cancel();
		const { text, durationMs } = await get;
		expect(text).toBe('');
		expect(durationMs).toBeLessThan(3000);
		expect((await create).status).toBe('canceled');
	});

	test('others go on at once when its run ends because another item failed', async () => {
		sandbox.addFault({ method: 'POST', skip: 1, kind: { delayMs: 600 } });
		sandbox.addFault({ method: 'POST', kind: askToWait(20) });
		sandbox.onRequest = ({ body }) => {
			const { metadata: entries } = (body ?? {}) as { metadata?: Array<{ value: string }> };
			if (entries?.[0]?.value === '1') sandbox.state.licenseLimit = 0;
		};
		const create = runLicense(
			sandbox,
			'create',
			{ additionalFields: { metadata: metadata({ key: 'n', value: '={{ $json.n }}' }) } },
			{ items: numbered(2) },
		);
		await pause(300);
		const { text, durationMs } = await timeGet(60);
		expect(text).toBe('');
		expect(durationMs).toBeLessThan(3000);
		expect(readable((await create).error)).toMatch(/license limit/);
	});
});

test('a Get beside 2,000 creates takes its turn', async () => {
	sandbox.latencyMs = 20;
	const license = sandbox.addLicense();
	const get = async () => {
		const { error, durationMs } = await runLicense(sandbox, 'get', { license: byId(license.id) });
		expect(readable(error).trim()).toBe('');
		return durationMs;
	};
	const alone = await get();
	const creates = runLicense(sandbox, 'create', {}, { items: numbered(2000) });
	while (sandbox.requests.length < 100) await pause(10);
	const beside = [await get(), await get(), await get()];
	expect(sandbox.state.licenses.size).toBeLessThan(2000);
	expect(Math.min(...beside)).toBeLessThan(alone + 1000);
	expect((await creates).items).toHaveLength(2000);
}, 60_000);

test('a Get that starts while 2,000 items are read takes its turn', async () => {
	sandbox.latencyMs = 20;
	const license = sandbox.addLicense();
	const creates = runLicense(
		sandbox,
		'create',
		{
			additionalFields: { metadata: metadata({ key: '=k{{ $json.n }}', value: '={{ $json.n }}' }) },
		},
		{ items: numbered(2000) },
	);
	const begun = Date.now();
	await pause(20);
	const { error } = await runLicense(sandbox, 'get', { license: byId(license.id) });
	const durationMs = Date.now() - begun;
	expect(readable(error).trim()).toBe('');
	expect(durationMs).toBeLessThan(1500);
	expect((await creates).items).toHaveLength(2000);
}, 60_000);

describe('two teams', () => {
	test('with licenses of one ID do not wait for each other', async () => {
		const { teamId, apiKey } = sandbox.otherTeam;
		const license = sandbox.addLicense();
		sandbox.otherTeam.licenses.set(license.id, { ...license, teamId });
		let isHeld = true;
		sandbox.onRequest = async ({ path }) => {
			while (isHeld && path.includes(sandbox.teamId)) await pause(10);
		};
		const parameters = { license: byId(license.id), updateFields: { hwidLimit: 5 } };
		const first = runLicense(sandbox, 'update', parameters);
		const { error } = await runNode({
			credentials: { ...credentialsOf(sandbox), teamId, apiKey },
			parameters: { resource: 'license', operation: 'update', ...parameters } as never,
		});
		isHeld = false;
		expect(readable(error).trim()).toBe('');
		expect(readable((await first).error).trim()).toBe('');
	});

	test('with one idempotency key do not wait for each other', async () => {
		const { teamId, apiKey } = sandbox.otherTeam;
		let isHeld = true;
		sandbox.onRequest = async ({ path }) => {
			while (isHeld && path.includes(sandbox.teamId)) await pause(10);
		};
		const parameters = { additionalFields: { idempotencyKey: 'order-1' } };
		const first = runLicense(sandbox, 'create', parameters);
		const { error } = await runNode({
			credentials: { ...credentialsOf(sandbox), teamId, apiKey },
			parameters: { resource: 'license', operation: 'create', ...parameters } as never,
		});
		isHeld = false;
		expect(readable(error).trim()).toBe('');
		expect(readable((await first).error).trim()).toBe('');
		expect([sandbox.state, sandbox.otherTeam].map(({ licenses }) => licenses.size)).toEqual([1, 1]);
	});
});
