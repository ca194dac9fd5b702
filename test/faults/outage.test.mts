/** Lukittu is away for some seconds: requests keep trying for their time, and nothing is lost. */
import { setTimeout as pause } from 'node:timers/promises';

import type { IDataObject } from 'n8n-workflow';

import {
	byId,
	credentialsOf,
	metadata,
	numbered,
	readable,
	runLicense,
	startShop,
	untilInFlight,
} from '../license/support.mts';
import type { Operation } from '../license/support.mts';
import type { Sandbox, StatusFault } from '../sandbox/types.mts';
import { Relay } from './relay.mts';

let sandbox: Sandbox;
let relay: Relay;

beforeEach(async () => {
	({ sandbox } = await startShop());
	relay = new Relay(Number(new URL(sandbox.url).port));
	await relay.up();
});

afterEach(async () => {
	await relay.down();
	await sandbox.close();
});

const run = async (operation: Operation, parameters: IDataObject = {}, extra: object = {}) =>
	await runLicense(sandbox, operation, parameters, {
		credentials: { ...credentialsOf(sandbox), baseUrl: relay.url },
		...extra,
	});

/** Creates that can be repeated: the number of each item is its key. */
const keyed = {
	additionalFields: {
		idempotencyKey: '=order:{{ $json.n }}x',
		metadata: metadata({ key: 'n', value: '={{ $json.n }}' }),
	},
};

describe('nothing answers for 3 seconds', () => {
	test('a Get waits for it', async () => {
		const { id } = sandbox.addLicense();
		await relay.down();
		const get = run('get', { license: byId(id) });
		await pause(3000);
		await relay.up();
		const { error, items } = await get;
		expect(readable(error).trim()).toBe('');
		expect(items[0].json.id).toBe(id);
	});

	test("a Get with 'Keep Trying For' 1 ends after that", async () => {
		await relay.down();
		const { error, durationMs } = await run('get', {
			license: byId('123e4567-e89b-42d3-a456-426614174000'),
			options: { keepTryingFor: 1 },
		});
		expect(readable(error)).toMatch(/nothing answers there/);
		expect(durationMs).toBeLessThan(3000);
		await relay.up();
	});

	test('200 keyed creates all succeed, each once', async () => {
		sandbox.latencyMs = 20;
		const creates = run('create', keyed, { items: numbered(200) });
		await pause(600);
		await relay.restart(3000);
		const { error, items } = await creates;
		expect(readable(error).trim()).toBe('');
		expect(items).toHaveLength(200);
		const numbers = [...sandbox.state.licenses.values()].map(
			(license) => license.metadata.find(({ key }) => key === 'n')?.value,
		);
		expect(numbers).toHaveLength(200);
		expect(new Set(numbers).size).toBe(200);
	}, 60_000);

	test('updates all succeed', async () => {
		sandbox.latencyMs = 20;
		const licenses = numbered(60).map(() => sandbox.addLicense());
		const updates = run(
			'update',
			{ license: byId('={{ $json.id }}'), updateFields: { hwidLimit: 7 } },
			{ items: licenses.map(({ id }) => ({ id })) },
		);
		await pause(300);
		await relay.restart(3000);
		const { error } = await updates;
		expect(readable(error).trim()).toBe('');
		expect(licenses.every(({ hwidLimit }) => hwidLimit === 7)).toBe(true);
	}, 60_000);

	test('a list is complete', async () => {
		for (let n = 0; n < 1500; n += 1) sandbox.addLicense();
		sandbox.latencyMs = 60;
		const list = run('getAll', { returnAll: true });
		await pause(150);
		await relay.restart(2000);
		const { error, items } = await list;
		expect(readable(error).trim()).toBe('');
		expect(new Set(items.map(({ json }) => json.id)).size).toBe(1500);
	}, 60_000);
});

const STATUSES: StatusFault[] = [
	{ status: 500, details: 'Internal server error' },
	...[502, 503, 504, 520, 521, 522, 523, 524, 525, 526].map((status) => ({ status, html: true })),
];

describe.each(STATUSES)('status $status for a moment', (kind) => {
	test('does not end a Return All', async () => {
		for (let n = 0; n < 250; n += 1) sandbox.addLicense();
		sandbox.addFault({ skip: 1, times: 2, kind });
		const { error, items } = await run('getAll', { returnAll: true });
		expect(readable(error).trim()).toBe('');
		expect(items).toHaveLength(250);
	});

	test('does not end an update', async () => {
		const license = sandbox.addLicense();
		sandbox.addFault({ method: 'PUT', times: 2, kind });
		const { error } = await run('update', {
			license: byId(license.id),
			updateFields: { hwidLimit: 7 },
		});
		expect(readable(error).trim()).toBe('');
		expect(license.hwidLimit).toBe(7);
	});
});

test('no status of an outage ends a create with an idempotency key', async () => {
	// All at once: after each of them the license is looked for for 15 seconds.
	const tries = [500, 502, 503, 520, 521, 525].map(async (status) => {
		const { sandbox: own, credentials } = await startShop();
		own.addFault({ method: 'POST', times: 2, kind: { status, html: true } });
		const { error } = await runLicense(own, 'create', keyed, { credentials, items: [{ n: 1 }] });
		await own.close();
		return { status, error: readable(error).trim(), licenses: own.state.licenses.size };
	});
	for (const { status, ...outcome } of await Promise.all(tries)) {
		expect([status, outcome]).toEqual([status, { error: '', licenses: 1 }]);
	}
}, 60_000);

test.each([500, 502, 504, 520, 524])(
	'status %i to a create without a key is not known, and not sent again',
	async (status) => {
		sandbox.addFault({ method: 'POST', kind: { status, html: true } });
		const { error } = await run('create');
		expect(readable(error)).toMatch(/not known whether the new license was created/);
		expect(sandbox.requests).toHaveLength(1);
	},
);

test.each([521, 522, 523, 525, 526])(
	'status %i did not reach the server: a create without a key is sent again',
	async (status) => {
		sandbox.addFault({ method: 'POST', kind: { status, html: true } });
		const { error } = await run('create');
		expect(readable(error).trim()).toBe('');
		expect(sandbox.state.licenses.size).toBe(1);
	},
);

describe('401', () => {
	const unauthorized = { status: 401, details: 'Invalid API key' };

	test.each(['get', 'create'] as const)(
		'to the first request ends a %s at once',
		async (operation) => {
			sandbox.addFault({ times: 100, kind: unauthorized });
			const { error, durationMs } = await run(operation, {
				license: byId('123e4567-e89b-42d3-a456-426614174000'),
			});
			expect(readable(error)).toMatch(/did not accept the API key/);
			expect(durationMs).toBeLessThan(2500);
		},
	);

	test.each([
		['creates without a key', {}],
		['creates with a key', keyed],
	])('after requests that were accepted does not end %s', async (_, parameters) => {
		sandbox.addFault({ skip: 12, times: 5, kind: unauthorized });
		const { error, items } = await run('create', parameters, { items: numbered(30) });
		expect(readable(error).trim()).toBe('');
		expect(items).toHaveLength(30);
		expect(sandbox.state.licenses.size).toBe(30);
	});

	test('in the middle of a list does not end it', async () => {
		for (let n = 0; n < 450; n += 1) sandbox.addLicense();
		sandbox.addFault({ skip: 2, times: 3, kind: unauthorized });
		const { error, items } = await run('getAll', { returnAll: true });
		expect(readable(error).trim()).toBe('');
		expect(items).toHaveLength(450);
	});
});

test('a server that is down gets fewer requests at once, and more again when it is up', async () => {
	sandbox.latencyMs = 50;
	const inFlight: number[] = [];
	const hold = untilInFlight(sandbox, 10);
	sandbox.onRequest = async () => {
		inFlight.push(sandbox.inFlight);
		await hold();
	};
	sandbox.addFault({ skip: 20, times: 20, kind: { status: 500, details: 'Down' } });
	await run('create', keyed, { items: numbered(200) });
	expect(Math.max(...inFlight.slice(0, 20))).toBe(10);
	expect(Math.min(...inFlight.slice(45, 80))).toBeLessThanOrEqual(3);
	expect(Math.max(...inFlight.slice(-60))).toBeGreaterThan(3);
}, 60_000);

test('a permanent fault of one execution does not hold another one up', async () => {
	const { id } = sandbox.addLicense();
	sandbox.addFault({ path: /licenses$/, times: 1000, kind: { status: 500, details: 'Broken' } });
	const failing = run('getAll', { options: { keepTryingFor: 3 } });
	await pause(700);
	const { durationMs } = await run('get', { license: byId(id) });
	expect(durationMs).toBeLessThan(1000);
	expect(readable((await failing).error)).toMatch(/status 500: Broken/);
});
