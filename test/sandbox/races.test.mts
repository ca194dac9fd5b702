import { clientOf, newCustomer, newLicense } from './client.mts';
import type { Client } from './client.mts';
import { startSandbox } from './server.mts';
import type { Sandbox } from './server.mts';

let sandbox: Sandbox;
let client: Client;

beforeEach(async () => {
	sandbox = await startSandbox();
	sandbox.features.races = true;
	client = clientOf(sandbox);
});
afterEach(() => sandbox.close());

type Sent = Promise<{ status: number; data: { result: { details: string } } }>;

/** How often each status came, of requests that were sent at once. */
async function statusesOf(count: number, send: (index: number) => Sent) {
	const responses = await Promise.all(Array.from({ length: count }, (_, index) => send(index)));
	const counts: Record<number, number> = {};
	for (const { status } of responses) counts[status] = (counts[status] ?? 0) + 1;
	return counts;
}

const updateBody = (changes: object) => {
	const { sendEmailDelivery, ...fields } = newLicense(changes);
	return fields;
};

test('the limit of licenses is no lock', async () => {
	sandbox.state.licenseLimit = 5;
	const create = () => client.post('/licenses', newLicense());
	expect(await statusesOf(40, create)).toEqual({ 200: 8, 403: 32 });
	expect(sandbox.state.licenses.size).toBe(8);
	expect((await create()).status).toBe(403);
});

test('nor is that of customers', async () => {
	sandbox.state.customerLimit = 2;
	const create = () => client.post('/customers', newCustomer());
	expect(await statusesOf(4, create)).toEqual({ 201: 4 });
});

test('of those who delete one license, one succeeds', async () => {
	const { id, licenseKey } = sandbox.addLicense();
	const paths = [`/licenses/id/${id}`, `/licenses/${licenseKey}`];
	const counts = await statusesOf(6, (index) => client.delete(paths[index % 2]));
	expect(counts).toEqual({ 200: 1, 500: 3, 404: 2 });
	expect(sandbox.state.licenses.size).toBe(0);
});

test('of those who delete one customer, too', async () => {
	const { id } = sandbox.addCustomer();
	const remove = () => client.delete(`/customers/${id}`);
	expect(await statusesOf(6, remove)).toEqual({ 200: 1, 500: 3, 404: 2 });
});

test('of licenses that are given one new key at once, one gets it', async () => {
	const licenses = [sandbox.addLicense(), sandbox.addLicense(), sandbox.addLicense()];
	const licenseKey = 'AAAAA-BBBBB-CCCCC-DDDDD-EEEEE';
	const counts = await statusesOf(3, (index) =>
		client.put(`/licenses/id/${licenses[index].id}`, updateBody({ licenseKey, ipLimit: 7 })),
	);
	expect(counts).toEqual({ 200: 1, 500: 2 });
	const changed = licenses.filter((license) => license.licenseKey === licenseKey);
	expect(changed).toHaveLength(1);
	expect(licenses.filter(({ ipLimit }) => ipLimit === 7)).toEqual(changed);
});

test('updates of one license all succeed, and the last one wins', async () => {
	const { id, licenseKey } = sandbox.addLicense();
	const counts = await statusesOf(10, (index) =>
		client.put(`/licenses/id/${id}`, updateBody({ licenseKey, ipLimit: index + 1 })),
	);
	expect(counts).toEqual({ 200: 10 });
	const last = sandbox.requests.at(-1)?.body as { ipLimit: number };
	expect(sandbox.state.licenses.get(id)?.ipLimit).toBe(last.ipLimit);
});

test('an update of what is deleted meanwhile brings nothing back', async () => {
	const license = sandbox.addLicense();
	const customer = sandbox.addCustomer();
	const pairs: Array<[string, object]> = [
		[`/licenses/id/${license.id}`, updateBody({ licenseKey: license.licenseKey })],
		[`/customers/${customer.id}`, newCustomer()],
	];
	for (const [path, body] of pairs) {
		const deletion = client.delete(path);
		const update = client.put(path, body);
		expect([(await deletion).status, [404, 500].includes((await update).status)]).toEqual([
			200,
			true,
		]);
	}
	expect([sandbox.state.licenses.size, sandbox.state.customers.size]).toEqual([0, 0]);
});

test('without the switch one request follows the other', async () => {
	sandbox.features.races = false;
	sandbox.state.licenseLimit = 5;
	const create = () => client.post('/licenses', newLicense());
	expect(await statusesOf(40, create)).toEqual({ 200: 5, 403: 35 });
	const { id } = sandbox.addLicense();
	const remove = () => client.delete(`/licenses/id/${id}`);
	expect(await statusesOf(6, remove)).toEqual({ 200: 1, 404: 5 });
});
