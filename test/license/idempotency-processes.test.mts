import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { IDataObject } from 'n8n-workflow';

import { clientOf } from '../sandbox/client.mts';
import { startSandbox, type Features, type LicenseSeed, type Sandbox } from '../sandbox/server.mts';
import { addKeyed, count, createKeyed, keysIn, licensesOf, outcomesOf } from './idempotency.mts';
import type { Order } from './second-process.mts';
import { credentialsOf, customers } from './support.mts';

const KEY = 'pi_3Nabc_DEF';
const LEFT = 'left to the run that created it';
const NOW = new Date('2026-06-01T12:00:00Z');
const EARLIER = { createdAt: new Date(NOW.getTime() - 1) };
const LATER = { createdAt: new Date(NOW.getTime() + 1) };

let sandbox: Sandbox;
/** The keys of the licenses that the node made, in order. */
let own: string[];

beforeEach(async () => {
	sandbox = await startSandbox({ now: () => NOW });
	own = [];
});

afterEach(async () => await sandbox.close());

/** Lets other processes create licenses with the same key while the node's create is on its way. */
function meanwhile(...others: LicenseSeed[]): void {
	sandbox.onRequest = ({ method, path: target }) => {
		if (method === 'POST') others.splice(0).forEach((fields) => addKeyed(sandbox, KEY, fields));
		const deleted = sandbox.state.licenses.get(target.split('/').at(-1) ?? '');
		if (method === 'DELETE' && deleted) own.push(deleted.licenseKey);
	};
}

const oldest = () =>
	licensesOf(sandbox).sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime())[0];
const youngest = () =>
	licensesOf(sandbox).sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime())[0];

describe('another process creates an older one at the same moment', () => {
	test.each<[string, Partial<Features>]>([
		['as observed', {}],
		['that ignores the filters', { undocumentedFilters: false }],
		['whose lists have no metadata', { fullLists: false }],
		['without a total', { totalResults: false }],
	])('the own one is deleted, on a server %s', async (_, features) => {
		Object.assign(sandbox.features, features);
		meanwhile(EARLIER);
		const result = await createKeyed(sandbox, KEY);

		expect(result.error).toBeUndefined();
		expect(keysIn(sandbox)).toEqual([KEY]);
		expect(outcomesOf(result)).toEqual([
			{ id: oldest().id, alreadyExisted: true, surplusLicenses: `${own[0]} (deleted)` },
		]);
		expect([count(sandbox, 'POST'), count(sandbox, 'DELETE')]).toEqual([1, 1]);
	});

	test('and yet another a younger one, which is left to it', async () => {
		meanwhile(EARLIER, LATER);
		const result = await createKeyed(sandbox, KEY);
		const surplusLicenses = `${own[0]} (deleted), ${youngest().licenseKey} (${LEFT})`;
		expect(outcomesOf(result)).toEqual([
			{ id: oldest().id, alreadyExisted: true, surplusLicenses },
		]);
		expect(licensesOf(sandbox)).toHaveLength(2);
	});

	test.each<[string, IDataObject, number, string]>([
		['where its key was e-mailed, the own one is kept', { sendEmailDelivery: true }, 1, 'kept'],
		['where no e-mail was asked for, it is deleted', { sendEmailDelivery: false }, 1, 'deleted'],
		['where there are no customers, it is deleted', {}, 0, 'deleted'],
	])('%s', async (_, additional, customerCount, fate) => {
		const ids = Array.from({ length: customerCount }, () => sandbox.addCustomer().id);
		meanwhile({ ...EARLIER, customerIds: ids });
		const parameters = { customers: customers(...ids) };
		const result = await createKeyed(sandbox, KEY, additional, { parameters });

		const surplus = fate === 'kept' ? youngest().licenseKey : own[0];
		expect(outcomesOf(result)).toEqual([
			{ id: oldest().id, alreadyExisted: true, surplusLicenses: `${surplus} (${fate})` },
		]);
		expect(licensesOf(sandbox)).toHaveLength(fate === 'kept' ? 2 : 1);
		expect(count(sandbox, 'DELETE')).toBe(fate === 'kept' ? 0 : 1);
		expect(sandbox.emails).toHaveLength(fate === 'kept' ? 1 : 0);
	});

	test('and the deletion of the own one is refused: it is kept, and the run goes on', async () => {
		meanwhile(EARLIER);
		sandbox.addFault({ method: 'DELETE', kind: { status: 400 } });
		const items = [{ key: KEY }, ...Array.from({ length: 20 }, (_, n) => ({ key: `k${n}` }))];
		const result = await createKeyed(sandbox, '={{ $json.key }}', {}, { items });

		expect(result.error).toBeUndefined();
		expect(result.items).toHaveLength(21);
		const [first] = outcomesOf(result);
		expect(first).toMatchObject({ alreadyExisted: true, surplusLicenses: `${own[0]} (kept)` });
		expect(sandbox.state.licenses.get(String(first.id))?.createdAt).toEqual(EARLIER.createdAt);
	});
});

test('another process creates a younger one at the same moment: the own one stays', async () => {
	meanwhile(LATER);
	const result = await createKeyed(sandbox, KEY);
	expect(outcomesOf(result)).toEqual([
		{
			id: oldest().id,
			alreadyExisted: false,
			surplusLicenses: `${youngest().licenseKey} (${LEFT})`,
		},
	]);
	expect(count(sandbox, 'DELETE')).toBe(0);
});

test.each([
	['lower', '00000000-0000-4000-8000-000000000000', true],
	['higher', 'ffffffff-ffff-4fff-bfff-ffffffffffff', false],
])('of two with one timestamp the lower ID stays: the other is %s', async (_, id, yields) => {
	meanwhile({ createdAt: NOW, id });
	const [item] = outcomesOf(await createKeyed(sandbox, KEY));
	expect(item.alreadyExisted).toBe(yields);
	expect(item.id === id).toBe(yields);
	expect(count(sandbox, 'DELETE')).toBe(yields ? 1 : 0);
});

test.each<[string, LicenseSeed, boolean]>([
	['yields to an older one', EARLIER, true],
	['does not yield to a younger one', LATER, false],
])('a process whose list lacks its own license %s', async (_, fields, yields) => {
	const { data } = await clientOf(sandbox).get(
		`/licenses/${addKeyed(sandbox, KEY, fields).licenseKey}`,
	);
	const answer = (licenses: unknown[]) => ({
		status: 200,
		data: { licenses, hasNextPage: false, totalResults: licenses.length },
	});
	sandbox.clearRequests();
	sandbox.addFault({ method: 'GET', kind: answer([]) });
	sandbox.addFault({ method: 'GET', kind: answer([data.data]) });
	const [item] = outcomesOf(await createKeyed(sandbox, KEY));

	expect(item.alreadyExisted).toBe(yields);
	expect(count(sandbox, 'DELETE')).toBe(yields ? 1 : 0);
	expect(licensesOf(sandbox).map(({ id }) => id)).toContain(item.id);
});

describe('two processes', () => {
	let children: ChildProcess[];

	beforeEach(async () => {
		children = ['a', 'b'].map((name) =>
			fork(path.resolve('test/license/second-process.mts'), {
				execArgv: ['--import', 'tsx', '--no-warnings'],
				// Each needs a folder of its own for what n8n writes when it starts.
				env: { ...process.env, JEST_WORKER_ID: `process-${name}` },
			}),
		);
		await Promise.all(children.map(async (child) => await once(child, 'message')));
	});

	afterEach(() => children.forEach((child) => child.kill()));

	/** Lets both processes carry out the same at once, and gives back what each put out. */
	async function runInBoth(keys: string[], parameters: IDataObject, fields: IDataObject) {
		const additionalFields = { ...fields, idempotencyKey: '={{ $json.key }}' };
		const order: Order = {
			credentials: credentialsOf(sandbox),
			items: keys.map((key) => ({ key })),
			parameters: { ...parameters, additionalFields },
		};
		return await Promise.all(
			children.map(async (child) => {
				child.send(order);
				const [outputs] = (await once(child, 'message')) as [IDataObject[]];
				return outputs;
			}),
		);
	}

	/** Holds the first creates until both processes are at theirs, so that each key meets its twin. */
	function letThemMeet(): void {
		let release: () => void = () => {};
		const met = new Promise<void>((resolve) => (release = resolve));
		sandbox.onRequest = async ({ method }) => {
			if (count(sandbox, 'POST') === 20) release();
			if (method === 'POST') await met;
		};
	}

	beforeEach(async () => {
		await sandbox.close();
		sandbox = await startSandbox({ latencyMs: 20 });
	});

	test.each<[string, number, boolean]>([
		['50 keys leave 50 licenses', 50, false],
		['10 keys and e-mails leave 20 licenses', 10, true],
	])('that create with the same %s, and put out the same', async (_, size, isMailed) => {
		letThemMeet();
		const keys = Array.from({ length: size }, (__, n) => `order-${n + 100}`);
		const [a, b] = await runInBoth(
			keys,
			{ customers: customers(sandbox.addCustomer().id) },
			{ sendEmailDelivery: isMailed },
		);

		expect(count(sandbox, 'POST')).toBe(2 * size);
		expect(count(sandbox, 'DELETE')).toBe(isMailed ? 0 : size);
		expect(keysIn(sandbox)).toEqual(isMailed ? [...keys, ...keys].sort() : keys);
		expect(sandbox.emails).toHaveLength(isMailed ? 2 * size : 0);
		const fate = isMailed ? /^[A-Z\d-]{29} \(kept\)$/ : /^[A-Z\d-]{29} \(deleted\)$/;
		keys.forEach((__, n) => {
			expect(a[n].id).toBe(b[n].id);
			expect(sandbox.state.licenses.has(String(a[n].id))).toBe(true);
			const [first, second] = a[n].alreadyExisted ? [b[n], a[n]] : [a[n], b[n]];
			expect(first.alreadyExisted).toBe(false);
			expect(first.surplusLicenses ?? LEFT).toContain(LEFT);
			expect(second.alreadyExisted).toBe(true);
			expect(second.surplusLicenses).toMatch(fate);
		});
	});
});
