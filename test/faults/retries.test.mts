import { byId, readable, runLicense, startShop } from '../license/support.mts';
import type { Sandbox } from '../sandbox/types.mts';
import { CASES, rowsOf, runCase, type Case } from './operations.mts';

let sandbox: Sandbox;

beforeEach(async () => {
	({ sandbox } = await startShop());
});

afterEach(async () => await sandbox.close());

const caseOf = (name: string) => CASES.find((tried) => tried.name === name) as Case;
const methods = () => sandbox.requests.map(({ method }) => method);
const busy = { status: 503, headers: { 'retry-after': '0' } };

describe("n8n's own settings", () => {
	test('"Retry On Fail" repeats an item where the node has stopped trying, and no other', async () => {
		const create = caseOf('License: Create');
		sandbox.addFault({ skip: 2, kind: { status: 500, details: 'Failed to send email' } });
		const { error, items } = await runCase(
			sandbox,
			create,
			create.seed(sandbox, 5),
			{},
			{ retryOnFail: true, waitBetweenTries: 1 },
		);
		expect(readable(error).trim()).toBe('');
		expect(items).toHaveLength(5);
		expect(sandbox.state.licenses.size).toBe(5);
		expect(sandbox.requests).toHaveLength(6);
	});

	test('"Retry On Fail" tries as often as it says, each time as long as the node keeps trying', async () => {
		const get = caseOf('Customer: Get');
		sandbox.addFault({ times: 100, kind: { ...busy, headers: { 'retry-after': '9' } } });
		await runCase(
			sandbox,
			get,
			get.seed(sandbox, 1),
			{ options: { keepTryingFor: 5 } },
			{ retryOnFail: true, maxTries: 3, waitBetweenTries: 1 },
		);
		expect(sandbox.requests).toHaveLength(3);
	});

	test('"Batching" sends the next batch after its time, whether or not a request is repeated', async () => {
		const create = caseOf('License: Create');
		sandbox.addFault({ kind: busy });
		const batching = { batch: { batchSize: 2, batchInterval: 1000 } };
		const { error, items } = await runCase(sandbox, create, create.seed(sandbox, 4), {
			requestOptions: { batching },
		});
		expect(readable(error).trim()).toBe('');
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual(
			[0, 1, 2, 3].map((item) => ({ item })),
		);
		expect(sandbox.state.licenses.size).toBe(4);
		const times = sandbox.requests.map(({ at }) => at - sandbox.requests[0].at);
		expect(times).toHaveLength(5);
		expect(times.slice(0, 3).every((time) => time < 1000)).toBe(true);
		expect(times.slice(3).every((time) => time >= 800)).toBe(true);
	});
});

describe('a delete whose answer was lost', () => {
	test.each(['License: Delete', 'Customer: Delete'])(
		'%s: the repeat finds nothing, and it counts as deleted',
		async (name) => {
			const tried = caseOf(name);
			const items = tried.seed(sandbox, 1);
			sandbox.addFault({ method: 'DELETE', kind: 'resetAfter' });
			const { error, items: output } = await runCase(sandbox, tried, items);
			expect(readable(error).trim()).toBe('');
			expect(output[0].json).toMatchObject({ deleted: true });
			expect(rowsOf(sandbox, tried)).toEqual({});
			expect(sandbox.requests.map(({ status }) => status)).toEqual([undefined, 404]);
		},
	);

	test('does not count as deleted where a proxy, not Lukittu, says that nothing is there', async () => {
		const tried = caseOf('License: Delete');
		const items = tried.seed(sandbox, 1);
		sandbox.addFault({ method: 'DELETE', kind: { status: 502, html: true } });
		sandbox.addFault({ method: 'DELETE', kind: { status: 404, html: true } });
		const { error } = await runCase(sandbox, tried, items);
		expect(readable(error)).toMatch(/not known whether the license .* was deleted/);
		expect(sandbox.state.licenses.size).toBe(1);
	});
});

test('a renewal by days whose answer was lost is repeated with the same body, and adds them once', async () => {
	const tried = caseOf('License: Renew by days');
	const items = tried.seed(sandbox, 1);
	sandbox.addFault({ method: 'PUT', kind: 'resetAfter' });
	const { error, items: output } = await runCase(sandbox, tried, items);
	expect(readable(error).trim()).toBe('');
	const [first, second] = sandbox.requests.filter(({ method }) => method === 'PUT');
	expect(second.body).toEqual(first.body);
	expect(methods()).toEqual(['GET', 'GET', 'PUT', 'PUT', 'GET']);
	const [license] = sandbox.state.licenses.values();
	expect(license.expirationDate?.toISOString()).toBe('2031-04-19T10:20:30.456Z');
	expect(output[0].json).toMatchObject({ renewed: true });
});

test('an item that is refused ends the run at once, also where others wait before another try', async () => {
	const licenses = [1, 2, 3].map(() => sandbox.addLicense());
	const answer = { status: 503, headers: { 'retry-after': '30' } };
	sandbox.addFault({ path: new RegExp(licenses[0].id), kind: answer });
	sandbox.addFault({ path: new RegExp(licenses[2].id), kind: { delayMs: 100 } });
	sandbox.onRequest = ({ path }) => {
		if (path.includes(licenses[2].id)) sandbox.state.licenses.delete(licenses[2].id);
	};
	const { error, durationMs } = await runLicense(
		sandbox,
		'delete',
		{ license: byId('={{ $json.id }}') },
		{ items: licenses.map(({ id }) => ({ id })) },
	);
	expect(readable(error)).toMatch(
		/^Lukittu does not know the license[^]*1 of 3 items had been carried out/,
	);
	expect(durationMs).toBeLessThan(5000);
	expect(sandbox.requests).toHaveLength(3);
});
