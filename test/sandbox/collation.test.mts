import { clientOf } from './client.mts';
import { startSandbox } from './server.mts';
import type { Sandbox } from './server.mts';

const NAMES = ['Zoe', 'adam', 'Äda', 'Adam', 'zoe', 'élan', '\u{1f600}', '\uff21', null];

let sandbox: Sandbox;

beforeEach(async () => {
	sandbox = await startSandbox();
});
afterEach(() => sandbox.close());

async function listed(sortDirection: 'asc' | 'desc'): Promise<unknown[]> {
	const params = { sortColumn: 'fullName', sortDirection };
	const { data } = await clientOf(sandbox).get('/customers', { params });
	return data.data.customers.map(({ fullName }: { fullName: unknown }) => fullName);
}

test('bytes: capitals first, accents behind, and emojis last, as UTF-8 has them', async () => {
	for (const fullName of NAMES) sandbox.addCustomer({ fullName });
	const sorted = ['Adam', 'Zoe', 'adam', 'zoe', 'Äda', 'élan', '\uff21', '\u{1f600}', null];
	expect(await listed('asc')).toEqual(sorted);
	expect(await listed('desc')).toEqual(sorted.toReversed());
});

test('locale: as in a dictionary; the switch can be turned at any time', async () => {
	for (const fullName of NAMES) sandbox.addCustomer({ fullName });
	await listed('asc');
	sandbox.features.collation = 'locale';
	const sorted = ['\u{1f600}', '\uff21', 'Äda', 'adam', 'Adam', 'élan', 'zoe', 'Zoe', null];
	expect(await listed('asc')).toEqual(sorted);
	expect(await listed('desc')).toEqual(sorted.toReversed());
	sandbox.features.collation = 'bytes';
	expect((await listed('asc'))[0]).toBe('Adam');
});

test('locale: names that only look the same keep one order over all pages', async () => {
	const same = ['\u00e9', 'e\u0301'];
	sandbox.features.collation = 'locale';
	for (const fullName of same) sandbox.addCustomer({ fullName });
	expect(await listed('asc')).toEqual(['e\u0301', '\u00e9']);
});

test('versions of releases are text, too', async () => {
	const { id: productId } = sandbox.addProduct();
	for (const version of ['1.10.0', 'V2', 'v1', '1.9.0'])
		sandbox.dashboard.createRelease({ productId, version });
	const params = { productId, sortColumn: 'version', sortDirection: 'asc' };
	const versions = async () => {
		const { data } = await clientOf(sandbox).get('/releases', { params });
		return data.data.releases.map(({ version }: { version: string }) => version);
	};
	expect(await versions()).toEqual(['1.10.0', '1.9.0', 'V2', 'v1']);
	sandbox.features.collation = 'locale';
	expect(await versions()).toEqual(['1.10.0', '1.9.0', 'v1', 'V2']);
});
