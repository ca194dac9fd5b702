import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { listEntries } from '../../nodes/Lukittu/lists/listEntries.ts';
import { licenseList } from '../../nodes/Lukittu/resources/license/list.ts';
import { runNode, searchList } from '../engine/index.mts';
import { byKey } from '../license/support.mts';
import {
	expectEnded,
	expectKnownPaths,
	expectReadable,
	expectUnpolluted,
} from './expectations.mts';
import { ALL_OPERATIONS } from './fields.mts';
import { deepAnswer, HOSTILE_TEXTS, HUGE, share } from './hostile.mts';
import {
	enveloped,
	startHostileServer,
	TEAM_ID,
	type Answerer,
	type HostileServer,
} from './hostile-server.mts';
import { CUSTOMER, LICENSE, PARAMETERS } from './answers.mts';

jest.setTimeout(120_000);

/** An answer must not keep the process busy; a busy machine is slow. */
const LONGEST_MS = 20_000;

let server: HostileServer;

beforeAll(async () => {
	server = await startHostileServer();
});

afterAll(async () => await server.close());

async function run(
	resource: string,
	operation: string,
	answerer: Answerer,
	extra: IDataObject = {},
) {
	server.answerWith(answerer);
	const result = await runNode({
		credentials: server.credentials,
		parameters: {
			...PARAMETERS[`${resource} ${operation}`],
			...extra,
			resource,
			operation,
		} as INodeParameters,
	});
	expectEnded(result);
	expectKnownPaths(server.requests, TEAM_ID);
	expectUnpolluted();
	expect(result.durationMs).toBeLessThan(LONGEST_MS);
	return result;
}

/** One answer for all: a list where a list is asked for, else the entry itself. */
const answering =
	(resource: string, entry: unknown): Answerer =>
	({ method, path }) => {
		const isList = method === 'GET' && path.endsWith(`/${resource}s`);
		const list = { [`${resource}s`]: [entry], hasNextPage: false, totalResults: 1 };
		return { body: enveloped(isList ? list : entry) };
	};

const good: Record<string, IDataObject> = { license: LICENSE, customer: CUSTOMER };

/** Refusals that the node explains from what it sent, here in answer to anything. */
const KNOWN_DETAILS = ['Invalid customerIds', 'Invalid email', 'License key already exists'];

const WRONG_DATA: Array<[string, unknown]> = [
	['an array', [1, 2]],
	['an empty array', []],
	['a text', 'x'],
	['a number', 7],
	['null', null],
	['false', false],
	['an empty object', {}],
	['10 MB', HUGE],
];

describe.each(ALL_OPERATIONS)('%s %s', (resource, operation) => {
	test('goes well with a good answer', async () => {
		const { error } = await run(resource, operation, answering(resource, good[resource]));
		expect(error).toBeUndefined();
	});

	test.each(WRONG_DATA)('ends where the data is %s', async (_, data) => {
		const { error } = await run(resource, operation, () => ({ body: enveloped(data) }));
		if (operation !== 'delete') expect(error).toBeDefined();
	});

	test.each([50, 5000, 500_000])('ends where the data is nested %i times', async (levels) => {
		const { error } = await run(resource, operation, () => ({ body: deepAnswer(levels) }));
		expect(error).toBeDefined();
	});

	test('ends where one field of the entry has another type', async () => {
		const wrong = [null, undefined, 7, {}, [{ id: '../..' }], '../../x'];
		for (const [index, field] of Object.keys(good[resource]).entries()) {
			for (const value of share(wrong, index, 3)) {
				await run(resource, operation, answering(resource, { ...good[resource], [field]: value }));
			}
		}
	});

	test('ends where the refusal has 10 MB of words', async () => {
		const body = enveloped(null, HUGE, false);
		const { error } = await run(resource, operation, () => ({ status: 400, body }));
		expect(error).toBeDefined();
	});

	test('ends in words of its own where the refusal is strange', async () => {
		const bodies = [
			'',
			'<html>',
			'null',
			'[]',
			'"x"',
			'{"data":null,"result":null}',
			'{"data":null,"result":"x"}',
			'{"data":[null,7,{"path":7},{"path":["__proto__",{}]}],"result":{"details":7}}',
			'{"data":{},"result":{"details":"x","valid":"no"}}',
			JSON.stringify(enveloped(null, 'a\nb\u2028c', false)),
			...KNOWN_DETAILS.map((details) => JSON.stringify(enveloped(null, details, false))),
			JSON.stringify(enveloped(null, '__proto__', false)),
			JSON.stringify(
				enveloped(
					Array.from({ length: 5000 }, () => ({
						message: 'm\n'.repeat(99),
						path: ['constructor'],
					})),
				),
			),
		];
		for (const status of [200, 400, 500]) {
			for (const body of bodies) {
				const options = { options: { keepTryingFor: 0 } };
				const { error } = await run(resource, operation, () => ({ status, body }), options);
				if (status >= 300) expect(error).toBeDefined();
			}
		}
	});
});

test.each(['suspend', 'renew', 'update', 'create'])(
	'%s sends nothing to a path made of an ID that is none',
	async (operation) => {
		for (const id of ['../../x', '..%2f', 'x', '', `${LICENSE.id}/../y`, 7, null]) {
			const extra =
				operation === 'create'
					? { additionalFields: { idempotencyKey: 'sale' } }
					: { license: byKey(LICENSE.licenseKey) as unknown as IDataObject };
			const { error } = await run(
				'license',
				operation,
				answering('license', { ...LICENSE, id }),
				extra,
			);
			expect(error?.message).toMatch(/cannot read: (in the list of licenses, )?'id' is /);
			expect(server.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
		}
	},
);

test('a license that was created but cannot be read is not passed over', async () => {
	const { error } = await run(
		'license',
		'create',
		answering('license', { ...LICENSE, id: '../x' }),
	);
	expect(error?.message).toBe(`Lukittu answered with what the node cannot read: 'id' is "../x"`);
	expect((error as { description?: string }).description).toContain(
		'It is not known whether the new license was created',
	);
});

describe('servers of other versions', () => {
	/** What Lukittu's documents promise of each. */
	const { id, createdAt, updatedAt } = LICENSE;
	const row = { id, createdAt, updatedAt };
	const { licenseKey } = LICENSE;
	const least = { ...row, licenseKey, expirationType: 'NEVER', suspended: false };

	test.each<[string, IDataObject]>([
		['only what the documents promise', least],
		['null in place of what is missing', { ...least, expirationDate: null, lastActiveAt: null }],
		['fields the node does not know', { ...LICENSE, seats: 7, tags: [{ a: null }], url: 'x' }],
		['products and customers without names', { ...least, products: [{ id }], customers: [{ id }] }],
		['a type of expiration the node does not know', { ...LICENSE, expirationType: 'TRIAL' }],
		['limits of another kind', { ...LICENSE, hwidLimit: '2', ipLimit: { most: 2 } }],
	])('a license with %s comes out, and no audit leaves it out', async (_, license) => {
		const runs: Array<[string, IDataObject]> = [
			['get', {}],
			['getAll', {}],
			['getAll', { filters: { status: ['ACTIVE'], createdBefore: '2089-01-01' } }],
			['getAll', { limit: 5, options: { simplify: true } }],
		];
		for (const [operation, extra] of runs) {
			const { items, error } = await run(
				'license',
				operation,
				answering('license', license),
				extra,
			);
			expect(error).toBeUndefined();
			expect(items).toHaveLength(1);
			expect(items[0].json).toMatchObject({ id, licenseKey });
		}
	});

	test.each(['get', 'getAll', 'upsert'])(
		'a customer with the least comes out of %s',
		async (op) => {
			const customer = op === 'upsert' ? CUSTOMER : row;
			const { items, error } = await run('customer', op, answering('customer', customer));
			expect(error).toBeUndefined();
			expect(items[0].json).toMatchObject({ id });
		},
	);

	test.each([
		['expirationDate', { filters: { expiresWithinDays: 30 } }],
		['lastActiveAt', { filters: { inactiveForDays: 30 } }],
		['createdAt', { filters: { createdAfter: '2025-01-01' } }],
		['updatedAt', { filters: { updatedAfter: '2025-01-01' } }],
		['suspended', { filters: { status: ['SUSPENDED'] } }],
	])('an audit does not leave out a license whose %s cannot be read', async (field, extra) => {
		const license = { ...LICENSE, [field]: 'soon' };
		const { error } = await run('license', 'getAll', answering('license', license), extra);
		expect(error?.message).toBe(
			`Lukittu answered with what the node cannot read: in the list of licenses, '${field}' is "soon"`,
		);
	});

	test.each(['hwidLimit', 'ipLimit', 'customers', 'products', 'expirationDate', 'expirationStart'])(
		'a license that comes without %s is not written back',
		async (field) => {
			const { [field]: _, ...license } = LICENSE as IDataObject;
			const { error } = await run('license', 'suspend', answering('license', license));
			expect(error?.message).toBe(`Lukittu did not tell all of the license ${LICENSE.licenseKey}`);
			expect(server.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
		},
	);
});

test('texts of the server come out as they are, and are never evaluated', async () => {
	const texts = [
		'={{ 1+1 }}',
		'{{ $env.HOME }}',
		'={{ $credentials }}',
		...Object.values(HOSTILE_TEXTS),
	];
	const metadata = texts.map((value) => ({ key: '__proto__', value, locked: false }));
	const license = JSON.parse(
		JSON.stringify({ ...LICENSE, metadata }).replace('{', '{"__proto__":{"polluted":1},'),
	) as IDataObject;
	for (const operation of ['get', 'getAll']) {
		const { items, error } = await run('license', operation, answering('license', license));
		expect(error).toBeUndefined();
		expect(items[0].json.metadata).toEqual(JSON.parse(JSON.stringify(metadata)));
	}
});

describe('lists that lie', () => {
	let next = 0;
	const fresh = () => {
		next += 1;
		return { ...LICENSE, id: `00000000-0000-4000-8000-${String(next).padStart(12, '0')}` };
	};
	const page =
		(entries: unknown[], rest: IDataObject): Answerer =>
		() => ({
			body: enveloped({ licenses: entries, ...rest }),
		});

	test.each<[string, Answerer]>([
		['a negative total', page([LICENSE], { hasNextPage: true, totalResults: -5 })],
		['a huge total', page([LICENSE], { hasNextPage: true, totalResults: 1e15 })],
		['a total beyond all numbers', page([LICENSE], { hasNextPage: true, totalResults: 1e300 })],
		['a total that is text', page([LICENSE], { hasNextPage: true, totalResults: 'NaN' })],
		['no entries, but a next page', page([], { hasNextPage: true, totalResults: 7 })],
		['entries twice', page([LICENSE, LICENSE], { hasNextPage: false, totalResults: 2 })],
		['a next page that is text', page([LICENSE], { hasNextPage: 'yes', totalResults: 1 })],
		['entries that are none', page([null, 7, [], 'x'], { hasNextPage: false })],
	])('Get Many ends with %s', async (_, answerer) => {
		for (const fields of [
			{ returnAll: true },
			{ limit: 500 },
			{ limit: 5, filters: { status: ['SUSPENDED'] } },
		]) {
			await run('license', 'getAll', answerer, fields);
		}
	});

	test.each([undefined, 3])(
		'a list without end is refused where its total is %s',
		async (total) => {
			let sent = 0;
			const send = async () => {
				sent += 1;
				return { licenses: [fresh()], hasNextPage: true, totalResults: total };
			};
			const list = { ...licenseList({}), faultOf: () => undefined };
			const sort = { sortColumn: 'createdAt', sortDirection: 'asc' as const };
			for (const limit of [undefined, 20_000]) {
				sent = 0;
				const listing = listEntries({ send } as never, list, { sort, limit });
				await expect(listing).rejects.toThrow(/has no end: more than 1000000 entries/);
				expect(sent).toBeLessThan(10_010);
			}
		},
	);
});

test.each(['searchLicenses', 'searchCustomers', 'searchProducts'])(
	'%s ends with hostile answers and texts',
	async (method) => {
		const entries = [null, 'x', { ...LICENSE, products: [{ id: LICENSE.id, name: 7 }] }, CUSTOMER];
		const bodies = [
			enveloped([]),
			enveloped('x'),
			...entries.map((entry) => enveloped({ licenses: [entry], customers: [entry] })),
		];
		for (const body of bodies) {
			for (const filter of [undefined, ...Object.values(HOSTILE_TEXTS), LICENSE.licenseKey]) {
				server.answerWith(() => ({ body }));
				const search = searchList({ method, filter, credentials: server.credentials });
				const [outcome] = await Promise.allSettled([search]);
				if (outcome.status === 'rejected') expectReadable((outcome.reason as Error).message);
				expectKnownPaths(server.requests, TEAM_ID);
			}
		}
	},
);
