/** Changes of one license are carried out in the order of the items, however the items name it. */
import {
	byId,
	byKey,
	metadata,
	readable,
	runLicense,
	startShop,
	type Locator,
} from '../license/support.mts';
import type { LicenseRow, Sandbox } from '../sandbox/types.mts';

let sandbox: Sandbox;

/** Answers come after a time of their own, so that look-ups overtake each other. */
function addJitter(most: number): void {
	sandbox.onRequest = async () =>
		await new Promise((resolve) => setTimeout(resolve, Math.random() * most));
}

beforeEach(async () => {
	({ sandbox } = await startShop());
	addJitter(15);
});

afterEach(async () => await sandbox.close());

const ITEMS = 8;

/** Each item sets the same metadata entry to its number. */
async function setNumbers(locators: Locator[]) {
	return await runLicense(
		sandbox,
		'update',
		{
			license: '={{ $json.license }}',
			updateFields: { setMetadata: metadata({ key: 'n', value: '={{ $json.n }}' }) },
		},
		{ items: locators.map((license, n) => ({ json: { n, license: { ...license } as never } })) },
	);
}

const writtenNumbers = (license: LicenseRow) =>
	sandbox.requests
		.filter(({ method, path }) => method === 'PUT' && path.includes(license.id))
		.map(({ body }) =>
			Number((body as { metadata: Array<{ key: string; value: string }> }).metadata[0].value),
		);

const range = (count: number) => Array.from({ length: count }, (_, n) => n);

type Naming = (license: LicenseRow, item: number) => Locator;

const NAMINGS: Array<[string, Naming]> = [
	['by ID', ({ id }) => byId(id)],
	['by key', ({ licenseKey }) => byKey(licenseKey)],
	[
		'by key, in lower case every other time',
		({ licenseKey }, item) => byKey(item % 2 ? licenseKey.toLowerCase() : ` ${licenseKey}`),
	],
	[
		'by key and by ID in turns',
		({ id, licenseKey }, item) => (item % 2 ? byId(id) : byKey(licenseKey)),
	],
	['by ID last', ({ id, licenseKey }, item) => (item === ITEMS - 1 ? byId(id) : byKey(licenseKey))],
];

test.each(NAMINGS)('%s', async (_, naming) => {
	for (let round = 0; round < 5; round += 1) {
		const license = sandbox.addLicense();
		const { error } = await setNumbers(range(ITEMS).map((item) => naming(license, item)));
		expect(readable(error).trim()).toBe('');
		expect(writtenNumbers(license)).toEqual(range(ITEMS));
		expect(license.metadata[0].value).toBe(String(ITEMS - 1));
	}
});

test('suspending and reinstating by key', async () => {
	for (let round = 0; round < 10; round += 1) {
		const { licenseKey, id } = sandbox.addLicense();
		await runLicense(
			sandbox,
			'update',
			{
				license: byKey('={{ $json.licenseKey }}'),
				updateFields: { suspended: '={{ $json.suspended }}' },
			},
			{ items: [true, false, true, false].map((suspended) => ({ licenseKey, suspended })) },
		);
		expect(sandbox.state.licenses.get(id)?.suspended).toBe(false);
	}
});

test('an item that fails lets the later ones go on, in their order', async () => {
	const license = sandbox.addLicense();
	const { items } = await runLicense(
		sandbox,
		'update',
		{
			license: byKey('={{ $json.key }}'),
			updateFields: { setMetadata: metadata({ key: 'n', value: '={{ $json.n }}' }) },
		},
		{
			onError: 'continueRegularOutput',
			items: range(6).map((n) => ({
				n,
				key: n === 2 ? 'AAAAA-BBBBB-CCCCC-DDDDD-EEEEE' : license.licenseKey,
			})),
		},
	);
	expect(items).toHaveLength(6);
	expect(items[2].json.error).toMatch(/does not know the license/);
	expect(writtenNumbers(license)).toEqual([0, 1, 3, 4, 5]);
});

test('items that change different licenses do not wait for each other', async () => {
	sandbox.onRequest = undefined;
	sandbox.latencyMs = 100;
	const licenses = range(8).map(() => sandbox.addLicense());
	const { durationMs } = await setNumbers(licenses.map(({ licenseKey }) => byKey(licenseKey)));
	// Three requests each: one after the other it would take 2.4 s.
	expect(durationMs).toBeLessThan(1500);
});
