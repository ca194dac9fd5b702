import type { INodeExecutionData } from 'n8n-workflow';

import type { RequestRecord, Sandbox } from '../sandbox/types.mts';
import {
	byId,
	customers,
	metadata,
	numbered,
	readable,
	runLicense,
	startShop,
	untilInFlight,
} from './support.mts';

let sandbox: Sandbox;

beforeEach(async () => {
	({ sandbox } = await startShop());
	sandbox.latencyMs = 5;
});

afterEach(async () => {
	await sandbox.close();
});

/** Creates one license an item, with the item's number as metadata. */
const createNumbered = async (count: number, extra = {}, parameters = {}) =>
	await runLicense(
		sandbox,
		'create',
		{
			additionalFields: { metadata: metadata({ key: 'n', value: '={{ $json.n }}' }) },
			...parameters,
		},
		{ items: numbered(count), ...extra },
	);

const numberOf = (metadataOf: unknown) => Number((metadataOf as [{ value: string }])[0].value);
const sentNumber = ({ body }: RequestRecord) => numberOf((body as { metadata: unknown }).metadata);
const gotNumber = ({ json }: INodeExecutionData) => numberOf(json.metadata);
const licenses = () => [...sandbox.state.licenses.values()];

test('1,000 items make 1,000 licenses in item order, never more than 10 requests at once', async () => {
	sandbox.onRequest = untilInFlight(sandbox, 10);
	const { error, items } = await createNumbered(1000);

	expect(error).toBeUndefined();
	expect(items.map(gotNumber)).toEqual(numbered(1000).map(({ n }) => n));
	expect(items.map(({ pairedItem }) => pairedItem)).toEqual(
		numbered(1000).map(({ n }) => ({ item: n })),
	);
	expect(licenses()).toHaveLength(1000);
	expect(sandbox.requests).toHaveLength(1000);
	expect(sandbox.requests.map(sentNumber)).toEqual(numbered(1000).map(({ n }) => n));
	expect(sandbox.maxInFlight).toBe(10);
});

test('two executions at once share the 10 slots', async () => {
	sandbox.onRequest = untilInFlight(sandbox, 10);
	const [a, b] = await Promise.all([createNumbered(40), createNumbered(40)]);
	expect(a.items).toHaveLength(40);
	expect(b.items).toHaveLength(40);
	expect(sandbox.maxInFlight).toBe(10);
});

describe('item 5 of 20 is refused by the server', () => {
	const refuseItem5 = () =>
		sandbox.addFault({
			method: 'POST',
			skip: 5,
			kind: {
				status: 400,
				details: 'Invalid request body',
				data: [{ message: 'Number must be greater than 0', path: ['hwidLimit'] }],
			},
		});

	test('with default settings the run ends, and names what was made', async () => {
		refuseItem5();
		const { error, items } = await createNumbered(20);

		expect(items).toHaveLength(0);
		expect(error?.context?.itemIndex).toBe(5);
		const text = readable(error);
		expect(text).toMatch(/'Hardware ID Limit': Number must be greater than 0/);
		// What was in flight when the refusal came is let finish; nothing is sent after it.
		expect(sandbox.requests.length).toBeLessThanOrEqual(15);
		expect(licenses()).toHaveLength(sandbox.requests.length - 1);
		expect(text).toContain(`${licenses().length} of 20 items had been carried out`);
		for (const license of licenses()) {
			const item = license.metadata[0].value;
			expect(text).toContain(`item ${item}: ${license.id}`);
		}
	});

	test('with "continue" the 19 others come out, and the refused one is paired', async () => {
		refuseItem5();
		const { error, items } = await createNumbered(20, { onError: 'continueRegularOutput' });

		expect(error).toBeUndefined();
		expect(items).toHaveLength(20);
		expect(licenses()).toHaveLength(19);
		const refused = items[5];
		expect(refused.json).toEqual({
			error: "Lukittu did not accept: 'Hardware ID Limit': Number must be greater than 0",
			details: 'This item changed nothing. Correct the fields named above and run again.',
		});
		expect(refused.pairedItem).toEqual({ item: 5 });
		expect(items.filter((_, index) => index !== 5).map(gotNumber)).toEqual(
			numbered(20)
				.map(({ n }) => n)
				.filter((n) => n !== 5),
		);
	});

	test('with an error output it goes there, with its input', async () => {
		refuseItem5();
		const { items, errorItems } = await createNumbered(20, { onError: 'continueErrorOutput' });
		expect(items).toHaveLength(19);
		expect(errorItems).toHaveLength(1);
		expect(errorItems[0].json).toMatchObject({ n: 5 });
		expect(errorItems[0].pairedItem).toEqual({ item: 5 });
	});

	test('"Retry On Fail" makes what was not made, and nothing twice', async () => {
		refuseItem5();
		const { error, items } = await createNumbered(20, { retryOnFail: true, waitBetweenTries: 1 });
		expect(error).toBeUndefined();
		expect(items.map(gotNumber)).toEqual(numbered(20).map(({ n }) => n));
		expect(licenses()).toHaveLength(20);
		expect(sandbox.requests).toHaveLength(21);
	});
});

test('"Retry On Fail" does not repeat a create whose answer was lost', async () => {
	sandbox.addFault({ method: 'POST', skip: 2, kind: 'resetAfter' });
	const { error } = await createNumbered(5, { retryOnFail: true, waitBetweenTries: 1 });
	expect(readable(error)).toMatch(/connection was closed[^]*not known whether the new license/);
	const numbers = licenses().map((license) => Number(license.metadata[0].value));
	expect(numbers).toContain(2);
	expect(new Set(numbers).size).toBe(numbers.length);
});

describe('answers that never come', () => {
	test('are counted neither as done nor as not done', async () => {
		sandbox.latencyMs = 20;
		sandbox.addFault({ method: 'POST', kind: 'resetAfter', times: 10 });
		const text = readable((await createNumbered(20)).error);
		expect(licenses()).toHaveLength(10);
		expect(text).not.toMatch(/None of the/);
		expect(text).toMatch(
			/Not known, because no answer came: item 0, item 1, .*item 9\. Look them up/,
		);
	});

	test('are reported also where another item was refused', async () => {
		sandbox.latencyMs = 20;
		sandbox.addFault({ method: 'POST', skip: 2, kind: { status: 400, details: 'Nope' } });
		sandbox.addFault({ method: 'POST', skip: 4, kind: 'resetAfter' });
		const text = readable((await createNumbered(6)).error);
		expect(licenses()).toHaveLength(5);
		expect(text).toMatch(/Nope[^]*4 of 6 items had been carried out[^]*no answer came: item 5\./);
	});
});

test('"Retry On Fail" with "Batching" makes nothing twice where a later batch cannot be read', async () => {
	sandbox.latencyMs = 150;
	await createNumbered(
		4,
		{ retryOnFail: true, waitBetweenTries: 1 },
		{
			customers: customers('={{ $json.n === 3 ? $("Nowhere").item.json.id : [] }}'),
			requestOptions: { batching: { batch: { batchSize: 1, batchInterval: 30 } } },
		},
	);
	await new Promise((resolve) => setTimeout(resolve, 500));
	const numbers = licenses().map((license) => Number(license.metadata[0].value));
	expect(numbers.sort()).toEqual([0, 1, 2]);
});

test('"Batching" in one batch leaves nothing done where a later item cannot be read', async () => {
	const { error } = await createNumbered(
		4,
		{},
		{
			customers: customers('={{ $json.n === 3 ? $("Nowhere").item.json.id : [] }}'),
			requestOptions: { batching: { batch: { batchSize: 50, batchInterval: 1000 } } },
		},
	);
	expect(readable(error)).toMatch(/Referenced node doesn't exist/);
	await new Promise((resolve) => setTimeout(resolve, 100));
	expect(licenses()).toHaveLength(0);
});

test('a refusal in the first of three batches ends the run with its report', async () => {
	const unhandled: unknown[] = [];
	const note = (reason: unknown) => unhandled.push(reason);
	process.on('unhandledRejection', note);
	sandbox.addFault({ skip: 1, kind: { status: 400, details: 'Nope' } });
	const { error } = await createNumbered(
		6,
		{},
		{ requestOptions: { batching: { batch: { batchSize: 2, batchInterval: 1000 } } } },
	);
	await new Promise((resolve) => setTimeout(resolve, 50));
	process.off('unhandledRejection', note);
	expect(readable(error)).toMatch(/Nope[^]*1 of 6 items had been carried out/);
	expect(licenses()).toHaveLength(1);
	expect(unhandled).toHaveLength(0);
});

test('a 503 of a proxy that had passed the create on does not make a second license', async () => {
	sandbox.onRequest = ({ method }) => {
		// Carried out, and then answered with 503, as some proxies do.
		if (method === 'POST' && sandbox.requests.length === 1) sandbox.addLicense();
	};
	sandbox.addFault({ method: 'POST', kind: { status: 503, html: true } });
	const { error } = await createNumbered(1, { retryOnFail: true, waitBetweenTries: 1 });
	expect(readable(error)).toMatch(/status 503[^]*not known whether the new license was created/);
	expect(licenses()).toHaveLength(1);
});

test('a 503 with Retry-After was not carried out, and "Retry On Fail" repeats it', async () => {
	sandbox.addFault({ kind: { status: 503, headers: { 'retry-after': '1' } } });
	const { error } = await createNumbered(1, { retryOnFail: true, waitBetweenTries: 1 });
	expect(error).toBeUndefined();
	expect(licenses()).toHaveLength(1);
});

test('"Retry On Fail" repeats an update whose answer was lost, and then knows of it', async () => {
	const license = sandbox.addLicense();
	sandbox.addFault({ method: 'PUT', kind: 'resetAfter' });
	const { error, items } = await runLicense(
		sandbox,
		'update',
		{
			license: byId(license.id),
			updateFields: { hwidLimit: 4 },
			options: { keepTryingFor: 0 },
		},
		{ retryOnFail: true, waitBetweenTries: 1 },
	);
	expect(error).toBeUndefined();
	expect(items[0].json.hwidLimit).toBe(4);
	expect(sandbox.requests.filter(({ method }) => method === 'PUT')).toHaveLength(2);
});

test('a delete whose answer was lost is reported when the repeat finds nothing', async () => {
	const license = sandbox.addLicense();
	sandbox.addFault({ method: 'DELETE', kind: 'resetAfter' });
	const { error } = await runLicense(
		sandbox,
		'delete',
		{ license: byId(license.id), options: { keepTryingFor: 0 } },
		{ retryOnFail: true, waitBetweenTries: 1 },
	);
	expect(readable(error)).toMatch(/does not know the license[^]*An earlier try .* got no answer/);
});

test('an answer without data is not taken for a refusal', async () => {
	sandbox.addFault({ kind: { status: 200, details: 'Success', data: null } });
	const { error } = await createNumbered(1);
	expect(readable(error)).toMatch(
		/answered without data \(status 200: Success\)\n.*not known whether/,
	);
	expect(readable(error)).not.toMatch(/This item changed nothing/);
});

test('the first refusal alone leaves nothing to report', async () => {
	sandbox.addFault({ kind: { status: 403, details: 'Max licenses reached' }, times: 20 });
	const { error } = await createNumbered(20);
	expect(readable(error)).toMatch(/license limit[^]*None of the 20 items was carried out\./);
});

describe('a parameter of item 5 of 20 is not as it must be', () => {
	const parameters = {
		additionalFields: {
			hwidLimit: '={{ $json.n === 5 ? 5000 : 1 }}',
			metadata: metadata({ key: 'n', value: '={{ $json.n }}' }),
		},
	};

	test('with default settings nothing is sent at all', async () => {
		const { error } = await createNumbered(20, {}, parameters);
		expect(readable(error)).toMatch(/'Hardware ID Limit' is 5000[^]*None of the 20 items/);
		expect(error?.context?.itemIndex).toBe(5);
		expect(sandbox.requests).toHaveLength(0);
	});

	test('with "continue" the others are carried out', async () => {
		const { items } = await createNumbered(20, { onError: 'continueRegularOutput' }, parameters);
		expect(licenses()).toHaveLength(19);
		expect(items[5]).toMatchObject({
			json: { error: "'Hardware ID Limit' is 5000, not a whole number from 0 to 1000" },
			pairedItem: { item: 5 },
		});
	});
});

test('an expression that n8n cannot evaluate in item 5 leaves nothing done for the others', async () => {
	const { error } = await createNumbered(
		20,
		{},
		{ customers: customers('={{ $json.n === 5 ? $("Nowhere").item.json.id : [] }}') },
	);
	expect(readable(error)).toMatch(/Referenced node doesn't exist/);
	await new Promise((resolve) => setTimeout(resolve, 100));
	expect(sandbox.requests).toHaveLength(0);
	expect(licenses()).toHaveLength(0);
});

test('"Batching" keeps its meaning', async () => {
	const { error, items } = await createNumbered(
		6,
		{},
		{ requestOptions: { batching: { batch: { batchSize: 2, batchInterval: 100 } } } },
	);
	expect(error).toBeUndefined();
	expect(items.map(gotNumber)).toEqual([0, 1, 2, 3, 4, 5]);
	const [first, , third, , fifth] = sandbox.requests.map(({ at }) => at);
	expect(third - first).toBeGreaterThanOrEqual(50);
	expect(fifth - third).toBeGreaterThanOrEqual(50);
});

test('a cancelled execution says so, and sends no more', async () => {
	sandbox.latencyMs = 30;
	let cancel: () => void = () => {};
	const cancelAfter = new Promise<void>((resolve) => (cancel = resolve));
	sandbox.onRequest = () => {
		if (sandbox.requests.length === 15) cancel();
	};
	const { error, status } = await createNumbered(200, { cancelAfter });
	expect(status).toBe('canceled');
	expect(readable(error)).not.toMatch(/Base URL/);
	await new Promise((resolve) => setTimeout(resolve, 200));
	// The 15th had come; at most 9 more were on their way.
	expect(sandbox.requests.length).toBeLessThanOrEqual(24);
});

test('an update that waits for the mutex of its license is not sent once another item has failed', async () => {
	const license = sandbox.addLicense();
	sandbox.addFault({ method: 'PUT', skip: 2, kind: { status: 400, details: 'Boom' } });
	const { error } = await runLicense(
		sandbox,
		'update',
		{
			license: byId(license.id),
			updateFields: { setMetadata: metadata({ key: '=k{{ $json.n }}', value: 'v' }) },
		},
		{ items: numbered(10) },
	);
	expect(readable(error)).toMatch(/refused the request: Boom[^]*2 of 10 items/);
	expect(sandbox.requests.filter(({ method }) => method === 'PUT')).toHaveLength(3);
	expect(license.metadata).toHaveLength(2);
});
