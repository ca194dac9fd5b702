import { runNode } from '../engine/index.mts';
import {
	credentialsOf,
	customers,
	readable,
	startShop,
	untilInFlight,
} from '../license/support.mts';
import type { Sandbox } from '../sandbox/types.mts';
import { CASES, runCase, type Case } from './operations.mts';

let sandbox: Sandbox;

beforeEach(async () => {
	({ sandbox } = await startShop());
});

afterEach(async () => await sandbox.close());

const caseOf = (name: string) => CASES.find((tried) => tried.name === name) as Case;
const create = caseOf('License: Create');

/** Has the sandbox refuse what goes beyond so many requests a second. */
function allow(perSecond: number, headers: Record<string, string>): void {
	const allowed: number[] = [];
	sandbox.onRequest = ({ at, method, path }) => {
		while (allowed.length > 0 && allowed[0] <= at - 1000) allowed.shift();
		if (allowed.length < perSecond) allowed.push(at);
		else sandbox.addFault({ method, path: new RegExp(path), kind: { status: 429, headers } });
	};
}

const refused = () => sandbox.requests.filter(({ status }) => status === 429).length;

test.each([
	['tells how long to wait', { 'retry-after': '1' }],
	['does not tell how long to wait', {}],
])(
	'a server that allows 20 requests a second and %s serves 200 creates',
	async (_, headers: Record<string, string>) => {
		allow(20, headers);

		const { error, items } = await runCase(sandbox, create, create.seed(sandbox, 200));

		expect(readable(error).trim()).toBe('');
		expect(items).toHaveLength(200);
		expect(sandbox.state.licenses.size).toBe(200);
		const orders = [...sandbox.state.licenses.values()].map(({ metadata }) => metadata[0].value);
		expect(new Set(orders).size).toBe(200);
		expect(refused()).toBeGreaterThan(0);
		expect(sandbox.requests).toHaveLength(200 + refused());
	},
	60_000,
);

test('a 429 halves the requests in flight, once for those sent together, and they grow again', async () => {
	sandbox.latencyMs = 20;
	// The first ten are refused together.
	sandbox.addFault({ times: 10, kind: { status: 429, headers: { 'retry-after': '0' } } });
	const inFlight: number[] = [];
	const hold = untilInFlight(sandbox, 10);
	sandbox.onRequest = async () => {
		inFlight.push(sandbox.inFlight);
		await hold();
	};

	const { items } = await runCase(sandbox, create, create.seed(sandbox, 600));

	expect(items).toHaveLength(600);
	const most = (from: number, to: number) => Math.max(...inFlight.slice(from, to));
	expect(most(0, 10)).toBe(10);
	expect(most(15, 60)).toBe(5);
	expect(most(560, 610)).toBeGreaterThan(7);
	expect(most(15, 610)).toBeLessThanOrEqual(10);
}, 60_000);

test('after a 429, no request goes out before the time the server named', async () => {
	sandbox.addFault({ kind: { status: 429, headers: { 'retry-after': '1' } } });
	await runCase(sandbox, create, create.seed(sandbox, 30));
	const [{ at: first }] = sandbox.requests;
	const later = sandbox.requests.slice(10).map(({ at }) => at - first);
	expect(later).toHaveLength(21);
	expect(Math.min(...later)).toBeGreaterThanOrEqual(990);
});

test("the time of 'Keep Trying For' does not run while an item waits for a slot", async () => {
	sandbox.latencyMs = 30;
	sandbox.addFault({ skip: 199, kind: { status: 503, headers: { 'retry-after': '0' } } });
	const options = { keepTryingFor: 1, mostRequestsAtOnce: 3 };
	const { error, items } = await runCase(sandbox, create, create.seed(sandbox, 200), { options });
	expect(readable(error).trim()).toBe('');
	expect(items).toHaveLength(200);
	// The last item was sent after more than a second.
	expect(sandbox.requests[199].at - sandbox.requests[0].at).toBeGreaterThan(1000);
});

describe('where the server asks for a longer wait than the item has', () => {
	test.each([
		[
			429,
			"Lukittu received too many requests and refused this one\nThis item changed nothing. Lukittu asks to wait 120 seconds: run again after that, or raise 'Keep Trying For'.",
		],
		[
			503,
			"Lukittu could not process the request (status 503: Fault 503)\nThe server has trouble of its own and asks to wait 120 seconds: run again after that, or raise 'Keep Trying For'.",
		],
	])('with a %i, the item fails at once and names the wait', async (status, text) => {
		sandbox.addFault({ kind: { status, headers: { 'retry-after': '120' } } });
		const { error, durationMs } = await runCase(sandbox, create, create.seed(sandbox, 1));
		expect(readable(error)).toBe(text);
		expect(sandbox.requests).toHaveLength(1);
		expect(durationMs).toBeLessThan(5000);
	});
});

test('the quota of e-mails is explained and not tried again', async () => {
	const { id } = sandbox.addCustomer({ email: 'alma@example.com' });
	sandbox.useEmails(49);
	const { error, items } = await runNode({
		credentials: credentialsOf(sandbox),
		items: [{}, {}],
		onError: 'continueRegularOutput',
		parameters: {
			resource: 'license',
			operation: 'create',
			customers: customers(id),
			additionalFields: { sendEmailDelivery: true },
		} as never,
	});
	expect(error).toBeUndefined();
	expect(items.map(({ json }) => json.error)).toEqual([
		undefined,
		'Lukittu received too many requests and refused this one',
	]);
	expect(items[1].json.details).toMatch(
		/^Nothing was created\. .* at most 50 license e-mails in 24/,
	);
	expect(sandbox.requests).toHaveLength(2);
	expect(sandbox.emails).toHaveLength(1);
	expect(sandbox.state.licenses.size).toBe(1);
});
