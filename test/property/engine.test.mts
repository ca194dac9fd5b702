import fc from 'fast-check';
import type { GenericValue, IDataObject } from 'n8n-workflow';

import { readable, runLicense, startShop } from '../license/support.mts';
import { clientOf } from '../sandbox/client.mts';
import type { LicenseRow, LicenseSeed, Sandbox } from '../sandbox/types.mts';
import { DAY, licenses, LINKS } from './arbitraries.mts';
import { changes } from './changes.mts';
import {
	customerId,
	comparable,
	expectSame,
	factsOf,
	hasExpiredAtDate,
	productId,
	rewritten,
	SEED,
	type Facts,
	type LicenseView,
} from './memory.mts';
import { expectedOf, renewals, renewParameters } from './renewals.mts';

jest.setTimeout(120_000);

const CASES = 150;
/** Real time passes here, so no expiry lies near, and what counts from now is only nearly known. */
const NEARLY = 60_000;

let sandbox: Sandbox;

beforeEach(async () => {
	({ sandbox } = await startShop());
	for (let index = 0; index < LINKS; index += 1) {
		sandbox.addCustomer({ id: customerId(index) });
		sandbox.addProduct({ id: productId(index) });
	}
});

afterEach(async () => {
	await sandbox.close();
});

const sample = <T,>(arbitrary: fc.Arbitrary<T>, numRuns = CASES) =>
	// Without bias: it would give many licenses one and the same key.
	fc.sample(fc.noBias(arbitrary), { seed: SEED, numRuns });

/** As many licenses as there are cases, in the sandbox. */
const addLicenses = (now: number) =>
	sample<LicenseSeed>(licenses(now, DAY)).map((license) => sandbox.addLicense(license));

async function read({ licenseKey }: LicenseRow): Promise<LicenseView> {
	const { data } = await clientOf(sandbox).get(`/licenses/${licenseKey}`);
	return data.data as LicenseView;
}

const readAll = async (rows: LicenseRow[]) => await Promise.all(rows.map(read));

/** Takes a moment that counts from now for the one that came out, where they are close. */
function settled(expected: Facts, { expirationDate }: Facts): Facts {
	const difference =
		Date.parse(String(expected.expirationDate)) - Date.parse(String(expirationDate));
	return Math.abs(difference) < NEARLY ? { ...expected, expirationDate } : expected;
}

/** The field of a change as the node holds it, with an expression for every value in it. */
function templateOf(value: unknown, path = '$json.fields'): GenericValue {
	if (typeof value !== 'object' || value === null) return `={{ ${path} }}`;
	if ('__rl' in value) return { ...value, value: `={{ ${path}.value }}` };
	if (Array.isArray(value)) {
		return value.map((entry, index) => templateOf(entry, `${path}[${index}]`));
	}
	const fields = Object.entries(value);
	return Object.fromEntries(
		fields.map(([key, entry]) => [key, templateOf(entry, `${path}.${key}`)]),
	);
}

/** Updates every license with the fields of its own: one run for all whose fields look alike. */
async function updateEach(rows: LicenseRow[], fieldsOf: IDataObject[]): Promise<IDataObject[]> {
	const templates = fieldsOf.map((fields) => JSON.stringify(templateOf(fields)));
	const outputs: IDataObject[] = [];
	for (const template of new Set(templates)) {
		const indexes = templates.flatMap((other, index) => (other === template ? [index] : []));
		const { error, items } = await runLicense(
			sandbox,
			'update',
			{
				license: { __rl: true, mode: 'id', value: '={{ $json.id }}' },
				updateFields: JSON.parse(template) as IDataObject,
			},
			{
				items: indexes.map((index) => ({ id: rows[index].id, fields: fieldsOf[index] })),
				onError: 'continueRegularOutput',
			},
		);
		expect(readable(error).trim()).toBe('');
		expect(items).toHaveLength(indexes.length);
		for (const [place, index] of indexes.entries()) outputs[index] = items[place].json;
	}
	return outputs;
}

test('each of 150 licenses differs in the one thing its item names', async () => {
	const now = Date.now();
	const rows = addLicenses(now);
	const before = (await readAll(rows)).map(factsOf);
	const kinds = Object.entries(changes(now));
	const cases = kinds.flatMap(([kind, change]) =>
		sample(change, Math.ceil(CASES / kinds.length)).map((one) => ({ kind, ...one })),
	);

	const outputs = await updateEach(
		rows,
		rows.map((_, index) => cases[index].fields),
	);

	let written = 0;
	for (const [index, after] of (await readAll(rows)).entries()) {
		const { kind, expected } = cases[index];
		const isRefused = hasExpiredAtDate(before[index], now) && !kind.startsWith('expiration');
		const expectation = isRefused
			? /does not let an expired license be edited$/
			: expected(before[index], now);
		const json = outputs[index];
		if (expectation instanceof RegExp) {
			expect(json.error).toMatch(expectation);
			expectSame(factsOf(after), before[index]);
			continue;
		}
		written += 1;
		expectSame(comparable(json), comparable(after));
		const facts = { ...rewritten(before[index]), ...expectation };
		expectSame(factsOf(after), settled(facts, factsOf(after)));
	}
	expect(written).toBeGreaterThan(CASES / 2);
});

test('each of 150 licenses is renewed as its item says, and a second time by none', async () => {
	const now = Date.now();
	const rows = addLicenses(now);
	const before = (await readAll(rows)).map(factsOf);
	const cases = sample(renewals(now + DAY));
	const run = async () =>
		await runLicense(
			sandbox,
			'renew',
			{
				license: { __rl: true, mode: 'id', value: '={{ $json.license.value }}' },
				renewBy: '={{ $json.renewBy }}',
				renewUntil: '={{ $json.renewUntil }}',
				days: '={{ $json.days }}',
				renewFields: { idempotencyKey: '=in_{{ $itemIndex }}' },
			},
			{
				items: rows.map(({ id }, index) => renewParameters(id, cases[index])),
				onError: 'continueRegularOutput',
			},
		);

	const { error, items } = await run();

	expect(readable(error).trim()).toBe('');
	expect(items).toHaveLength(CASES);
	const once = await readAll(rows);
	let moved = 0;
	for (const [index, after] of once.entries()) {
		const { metadata: entries, ...rest } = factsOf(after);
		const { metadata, ...restBefore } = rewritten(before[index]);
		const expected = expectedOf(before[index], cases[index], now);
		const isFull = metadata.length === 20 && !metadata.some(({ key }) => key === 'n8nRenewals');
		const { json } = items[index];
		if (expected instanceof RegExp || isFull) {
			expect(json.error).toMatch(expected instanceof RegExp ? expected : /comes to 21 entries$/);
			expectSame(factsOf(after), before[index]);
			continue;
		}
		const change = expected === 'stays' ? {} : expected.moved;
		moved += expected === 'stays' ? 0 : 1;
		expectSame(comparable(json), comparable({ ...after, renewed: expected !== 'stays' }));
		const facts = { ...restBefore, metadata: entries, ...change };
		expectSame({ ...rest, metadata: entries }, settled(facts, factsOf(after)));
		expect(entries.filter(({ key }) => key === 'n8nRenewals').length).toBeGreaterThan(0);
	}
	expect(moved).toBeGreaterThan(CASES / 3);

	const again = await run();
	expect(again.items.filter(({ json }) => json.renewed === true)).toHaveLength(0);
	expectSame(await readAll(rows), once);
});
