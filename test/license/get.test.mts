import type { LicenseRow, Sandbox } from '../sandbox/server.mts';
import {
	byId,
	byKey,
	fromList,
	readable,
	runLicense,
	sent,
	startShop,
	type Locator,
} from './support.mts';

const UNKNOWN_ID = '123e4567-e89b-42d3-a456-426614174000';
const UNKNOWN_KEY = 'AAAAA-BBBBB-CCCCC-DDDDD-EEEEE';

let sandbox: Sandbox;
let license: LicenseRow;

beforeEach(async () => {
	({ sandbox } = await startShop());
	license = sandbox.addLicense({
		customerIds: [sandbox.addCustomer({ fullName: 'Alma Brightwell' }).id],
		productIds: [sandbox.addProduct({ name: 'Orbit Editor' }).id],
		metadata: [{ key: 'order', value: '1001', locked: true }],
	});
	sandbox.addLicense();
});

afterEach(async () => await sandbox.close());

const waysById = [
	['From List', () => fromList(license.id)],
	['By ID', () => byId(license.id)],
	['By ID in capital letters with blanks around it', () => byId(` ${license.id.toUpperCase()} `)],
	['By ID from an expression', () => byId(`={{ "${license.id}" }}`)],
] as const;

const waysByKey = [
	['By Key', () => byKey(license.licenseKey)],
	['By Key in small letters', () => byKey(license.licenseKey.toLowerCase())],
	['By Key with blanks around it', () => byKey(`  ${license.licenseKey} `)],
	['By Key from an expression', () => byKey(`={{ "${license.licenseKey}" }}`)],
] as const;

async function get(locator: Locator) {
	const result = await runLicense(sandbox, 'get', { license: locator });
	expect(result.error).toBeUndefined();
	return result.items;
}

describe('the license that comes out', () => {
	test.each([...waysById, ...waysByKey])(
		'has its customers, products and metadata: %s',
		async (_, locator) => {
			const items = await get(locator());

			expect(items).toEqual([{ json: expect.any(Object), pairedItem: { item: 0 } }]);
			expect(items[0].json).toMatchObject({
				id: license.id,
				licenseKey: license.licenseKey,
				customers: [{ fullName: 'Alma Brightwell' }],
				products: [{ name: 'Orbit Editor' }],
				metadata: [{ key: 'order', value: '1001', locked: true }],
			});
			expect(items[0].json).not.toHaveProperty('result');
		},
	);

	it('has an empty list where there is no metadata', async () => {
		const bare = sandbox.addLicense();

		const [item] = await get(byId(bare.id));

		expect(item.json).toMatchObject({ customers: [], products: [], metadata: [] });
	});

	it('is one for each item, in their order and paired with it', async () => {
		const licenses = Array.from({ length: 5 }, () => sandbox.addLicense());
		const items = licenses.map(({ id }) => ({ id }));

		const result = await runLicense(
			sandbox,
			'get',
			{ license: byId('={{ $json.id }}') },
			{ items },
		);

		expect(result.items.map(({ json, pairedItem }) => [json.id, pairedItem])).toEqual(
			licenses.map(({ id }, item) => [id, { item }]),
		);
	});
});

describe('what is asked for', () => {
	test.each(waysById)('first the ID, then the key for the metadata: %s', async (_, locator) => {
		await get(locator());

		expect(sent(sandbox)).toEqual([
			`GET /licenses/id/${license.id}`,
			`GET /licenses/${license.licenseKey}`,
		]);
	});

	test.each(waysById)(
		'the ID alone, where the server answers it with metadata: %s',
		async (_, locator) => {
			sandbox.features.metadataById = true;

			const [item] = await get(locator());

			expect(sent(sandbox)).toEqual([`GET /licenses/id/${license.id}`]);
			expect(item.json.metadata).toMatchObject([{ key: 'order', value: '1001', locked: true }]);
		},
	);

	it('the ID alone, where the server answers it with empty metadata', async () => {
		sandbox.features.metadataById = true;
		const bare = sandbox.addLicense();

		await get(byId(bare.id));

		expect(sent(sandbox)).toEqual([`GET /licenses/id/${bare.id}`]);
	});

	test.each(waysByKey)('the key alone: %s', async (_, locator) => {
		await get(locator());

		expect(sent(sandbox)).toEqual([`GET /licenses/${license.licenseKey}`]);
	});
});

describe('a license that cannot be found', () => {
	test.each([
		['By ID', byId(UNKNOWN_ID), UNKNOWN_ID],
		['From List', fromList(UNKNOWN_ID), UNKNOWN_ID],
		['By Key', byKey(UNKNOWN_KEY), UNKNOWN_KEY],
	])('names what was asked for: %s', async (_, locator, named) => {
		const { items, error } = await runLicense(sandbox, 'get', { license: locator });

		expect(items).toEqual([]);
		expect(error?.message).toMatch(/does not know the license/);
		expect(error?.message).toContain(named);
		expect(readable(error)).toContain('the license may have been deleted');
		expect(sandbox.requests).toHaveLength(1);
	});

	it('belong to another team', async () => {
		const { teamId, apiKey } = sandbox.otherTeam;
		const credentials = { teamId, apiKey, baseUrl: sandbox.url };

		const { items, error } = await runLicense(
			sandbox,
			'get',
			{ license: byId(license.id) },
			{ credentials },
		);

		expect(items).toEqual([]);
		expect(readable(error)).toContain('belong to another team than the one of the credential');
	});

	it('was deleted between the two look-ups', async () => {
		sandbox.onRequest = ({ path }) => {
			if (path.endsWith(license.licenseKey)) sandbox.state.licenses.delete(license.id);
		};

		const { items, error } = await runLicense(sandbox, 'get', { license: byId(license.id) });

		expect(items).toEqual([]);
		expect(readable(error)).toContain('the license may have been deleted');
	});

	it('comes out as an item that tells so, paired with its input, with "Continue"', async () => {
		const result = await runLicense(
			sandbox,
			'get',
			{ license: byId('={{ $json.id }}') },
			{ items: [{ id: UNKNOWN_ID }, { id: license.id }], onError: 'continueRegularOutput' },
		);

		expect(result.status).toBe('success');
		expect(result.items).toMatchObject([
			{ json: { error: expect.stringContaining(UNKNOWN_ID) }, pairedItem: { item: 0 } },
			{ json: { id: license.id }, pairedItem: { item: 1 } },
		]);
	});
});

describe('a malformed license', () => {
	test.each([
		['By ID: a word', byId('={{ "abc" }}'), '\'License\' is "abc", which is not a license ID'],
		['By ID: a number', byId('={{ 5 }}'), "'License' is 5, which is not a license ID"],
		['By ID: another path', byId('={{ "../customers" }}'), '\'License\' is "../customers"'],
		['By ID: no value', byId('={{ $json.missing }}'), "'License' has no license ID"],
		['From List: no value', fromList('={{ $json.missing }}'), "'License' has no license ID"],
		['By Key: a word', byKey('={{ "AB" }}'), '\'License\' is "AB", which is not a license key'],
		['By Key: six groups', byKey(`={{ "${UNKNOWN_KEY}-FFFFF" }}`), 'which is not a license key'],
		['By Key: a number', byKey('={{ 5 }}'), "'License' is 5, which is not a license key"],
		['By Key: no value', byKey('={{ $json.missing }}'), "'License' has no license key"],
	])('is refused before anything is sent: %s', async (_, locator, message) => {
		const { items, error } = await runLicense(sandbox, 'get', { license: locator });

		expect(items).toEqual([]);
		expect(error?.message).toContain(message);
		expect(sandbox.requests).toEqual([]);
	});

	it('says what to choose where a key was given as an ID', async () => {
		const { error } = await runLicense(sandbox, 'get', {
			license: byId(`={{ "${license.licenseKey.toLowerCase()}" }}`),
		});

		expect(readable(error)).toContain('This is a license key. Choose "By Key" in \'License\'');
		expect(sandbox.requests).toEqual([]);
	});
});

it('asks for a license where an expression gives none for the whole field', async () => {
	const { error } = await runLicense(sandbox, 'get', { license: '={{ null }}' });
	expect(readable(error)).toContain("'License' has no license ID");
	expect(sandbox.requests).toEqual([]);
});
