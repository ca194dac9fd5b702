import type { IDataObject } from 'n8n-workflow';

import type { LicenseRow, LicenseSeed, Sandbox } from '../sandbox/types.mts';
import { addFullLicense, inDays, stored, writesTo } from './renewals.mts';
import { byId, byKey, readable, runLicense, sent, startShop, type RunExtra } from './support.mts';

const UNKNOWN_ID = '00000000-0000-4000-8000-000000000000';

let sandbox: Sandbox;

beforeEach(async () => {
	({ sandbox } = await startShop());
});

afterEach(async () => {
	await sandbox.close();
});

type Both = { operation: 'reinstate' | 'suspend'; becomes: boolean; reasonKey: string };

const both: Both[] = [
	{ operation: 'suspend', becomes: true, reasonKey: 'suspensionReason' },
	{ operation: 'reinstate', becomes: false, reasonKey: 'reinstatementReason' },
];

const duration = (
	expirationStart: 'ACTIVATION' | 'CREATION',
	expirationDate: Date | null,
): LicenseSeed => ({
	expirationType: 'DURATION',
	expirationStart,
	expirationDays: 30,
	expirationDate,
});

const expired: LicenseSeed = {
	expirationType: 'DATE',
	expirationDate: new Date('2024-02-29T23:59:59.999Z'),
};

const kinds: Array<[string, LicenseSeed]> = [
	['never expires', { expirationType: 'NEVER' }],
	['expires at a date', { expirationType: 'DATE', expirationDate: inDays(40) }],
	['counts from creation', duration('CREATION', inDays(12))],
	['counted from creation and has expired', duration('CREATION', inDays(-5))],
	['was activated', duration('ACTIVATION', inDays(25))],
	['was activated and has expired', duration('ACTIVATION', inDays(-25))],
	['waits for its activation', duration('ACTIVATION', null)],
];

describe.each(both)('$operation', ({ operation, becomes, reasonKey }) => {
	const add = (fields: LicenseSeed = {}) =>
		addFullLicense(sandbox, { suspended: !becomes, ...fields });

	const run = async (license: LicenseRow, reason?: unknown, extra: RunExtra = {}) =>
		await runLicense(
			sandbox,
			operation,
			{
				license: byId(license.id),
				// Where an answer is lost, only the engine repeats.
				options: { keepTryingFor: 0 },
				...(reason !== undefined && { [`${operation}Fields`]: { reason } as IDataObject }),
			},
			extra,
		);

	const reasonsOn = ({ metadata }: LicenseRow) =>
		metadata.filter(({ key }) => key === reasonKey).map(({ value, locked }) => ({ value, locked }));

	test.each(kinds)('changes that alone on a license that %s, and only once', async (_, fields) => {
		const license = add(fields);
		const before = stored(sandbox, license);

		const { error, items } = await run(license);

		expect(readable(error).trim()).toBe('');
		expect(stored(sandbox, license)).toEqual({ ...before, suspended: becomes });
		expect(items).toHaveLength(1);
		expect(items[0].pairedItem).toEqual({ item: 0 });
		expect(items[0].json).toMatchObject({
			id: license.id,
			suspended: becomes,
			expirationDate: before.expirationDate,
			metadata: before.metadata,
		});
		expect(sent(sandbox)).toEqual([
			`GET /licenses/id/${license.id}`,
			`GET /licenses/${license.licenseKey}`,
			`PUT /licenses/id/${license.id}`,
			`GET /licenses/${license.licenseKey}`,
		]);

		const once = { ...license };
		const again = await run(license);
		expect(again.items[0].json).toMatchObject({ id: license.id, suspended: becomes });
		expect(license).toEqual(once);
		expect(writesTo(sandbox)).toHaveLength(1);
	});

	test('takes a license by its key, and simplifies it', async () => {
		const license = add();
		const { items } = await runLicense(sandbox, operation, {
			license: byKey(` ${license.licenseKey.toLowerCase()}`),
			options: { simplify: true },
		});
		expect(license.suspended).toBe(becomes);
		expect(items[0].json).toMatchObject({
			licenseKey: license.licenseKey,
			status: becomes ? 'SUSPENDED' : 'ACTIVE',
		});
		expect(items[0].json).not.toHaveProperty('metadata');
	});

	describe('the reason', () => {
		test('is kept beside the other metadata, and repeating it writes nothing', async () => {
			const license = add();
			const before = stored(sandbox, license);
			await run(license, 'Dispute 7');
			expect(stored(sandbox, license)).toEqual({
				...before,
				suspended: becomes,
				metadata: [...before.metadata, { key: reasonKey, value: 'Dispute 7', locked: false }],
			});
			await run(license, 'Dispute 7');
			expect(writesTo(sandbox)).toHaveLength(1);
		});

		test('replaces an earlier one, also on a license that is so already, and keeps its lock', async () => {
			const metadata = [{ key: reasonKey, value: 'Dispute 7', locked: true }];
			const license = add({ suspended: becomes, metadata });
			await run(license, 'Dispute 8');
			expect(reasonsOn(license)).toEqual([{ value: 'Dispute 8', locked: true }]);
			expect(license.suspended).toBe(becomes);
		});

		test('stays where none is given', async () => {
			const metadata = [{ key: reasonKey, value: 'Dispute 7', locked: false }];
			const license = add({ metadata });
			await run(license);
			expect(license.suspended).toBe(becomes);
			expect(reasonsOn(license)).toEqual([{ value: 'Dispute 7', locked: false }]);
		});

		test('may be a number', async () => {
			const license = add();
			await run(license, '={{ 7 }}');
			expect(reasonsOn(license)).toEqual([{ value: '7', locked: false }]);
		});

		test.each([
			['', "'Reason' is empty\nGive 1 to 255 characters, or remove the entry."],
			['={{ $json.missing }}', "'Reason' is empty\nGive 1 to 255 characters, or remove the entry."],
			['x'.repeat(256), "'Reason' has 256 characters\nLukittu takes at most 255. Shorten it."],
			[
				'={{ ["a"] }}',
				`'Reason' is ["a"], which is not text\nGive a text. An object can be stored with {{ JSON.stringify(…) }}.`,
			],
			[
				'={{ "a\\u0000" }}',
				"'Reason' contains a NUL character\nRemove the character with the code 0.",
			],
		])('%j is refused before anything is sent', async (reason, text) => {
			const { error } = await run(add(), reason);
			expect(readable(error)).toBe(text);
			expect(sandbox.requests).toHaveLength(0);
		});

		test('has no place beside 20 entries; without it the license changes', async () => {
			const entries = Array.from({ length: 20 }, (_, n) => ({
				key: `k${n}`,
				value: 'v',
				locked: false,
			}));
			const license = add({ metadata: entries });
			const before = { ...license };
			const { error } = await run(license, 'Dispute 7');
			expect(readable(error)).toBe(
				"The license with the 'Reason' comes to 21 entries\nLukittu takes at most 20 metadata entries. Remove 1.",
			);
			expect(license).toEqual(before);
			expect(writesTo(sandbox)).toHaveLength(0);

			await run(license);
			expect(license.suspended).toBe(becomes);
		});
	});

	describe('an expired date license', () => {
		test.each([
			['that is not so yet', !becomes, undefined],
			['that is not so yet, with a reason', !becomes, 'Dispute 7'],
			['that is so already, with a new reason', becomes, 'Dispute 7'],
		])('%s is refused with what to do instead', async (_, suspended, reason) => {
			const license = add({ ...expired, suspended });
			const before = { ...license };
			const { error } = await run(license, reason);
			const advice = becomes
				? "It is not valid any more as it is. To suspend it all the same, use the operation Update with 'Suspended' and a new 'Expiration' in the future together; to be rid of it, use Delete."
				: "To make it valid again, use the operation Renew with 'Lift Suspension'.";
			expect(readable(error)).toBe(
				`The license ${license.licenseKey} expired on 2024-02-29T23:59:59.999Z, and Lukittu does not let an expired license be edited\nThis item changed nothing. ${advice}`,
			);
			expect(license).toEqual(before);
			expect(writesTo(sandbox)).toHaveLength(0);
		});

		test('that is so already comes back without a write', async () => {
			const metadata = [{ key: reasonKey, value: 'Dispute 7', locked: false }];
			const license = add({ ...expired, suspended: becomes, metadata });
			for (const reason of [undefined, 'Dispute 7']) {
				const { error, items } = await run(license, reason);
				expect(error).toBeUndefined();
				expect(items[0].json).toMatchObject({ id: license.id, suspended: becomes });
			}
			expect(writesTo(sandbox)).toHaveLength(0);
		});
	});

	test('the advice for an expired license works', async () => {
		const license = add(expired);
		const fields = becomes
			? {
					suspended: true,
					expiration: { value: { expirationType: 'DATE', expirationDate: '2033-01-01' } },
				}
			: {};
		const { error } = becomes
			? await runLicense(sandbox, 'update', { license: byId(license.id), updateFields: fields })
			: await runLicense(sandbox, 'renew', {
					license: byId(license.id),
					renewUntil: '2033-01-01',
					renewFields: { liftSuspension: true },
				});
		expect(error).toBeUndefined();
		expect(license.suspended).toBe(becomes);
	});

	test('an unknown license is reported', async () => {
		const { error } = await runLicense(sandbox, operation, { license: byId(UNKNOWN_ID) });
		expect(readable(error)).toMatch(
			`Lukittu does not know the license with the ID ${UNKNOWN_ID}\n`,
		);
		expect(writesTo(sandbox)).toHaveLength(0);
	});

	test('100 items in one run each get their own license and reason, in their order', async () => {
		const licenses = Array.from({ length: 100 }, (_, n) => add({ suspended: n % 2 === 0 }));
		const { error, items } = await runLicense(
			sandbox,
			operation,
			{
				license: byId('={{ $json.id }}'),
				[`${operation}Fields`]: { reason: '=Dispute {{ $json.n }}' },
			},
			{ items: licenses.map(({ id }, n) => ({ id, n })) },
		);
		expect(error).toBeUndefined();
		expect(items.map(({ json }) => json.id)).toEqual(licenses.map(({ id }) => id));
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual(
			licenses.map((_, item) => ({ item })),
		);
		expect(licenses.every(({ suspended }) => suspended === becomes)).toBe(true);
		expect(licenses.flatMap(reasonsOn).map(({ value }) => value)).toEqual(
			licenses.map((_, n) => `Dispute ${n}`),
		);
		expect(sandbox.maxInFlight).toBeLessThanOrEqual(10);
	});

	test('"Retry On Fail" repeats it after a lost answer, which changes nothing more', async () => {
		const license = add();
		sandbox.addFault({ method: 'PUT', kind: 'resetAfter' });
		const { error } = await run(license, 'Dispute 7', { retryOnFail: true, waitBetweenTries: 1 });
		expect(error).toBeUndefined();
		expect(reasonsOn(license)).toEqual([{ value: 'Dispute 7', locked: false }]);
		expect(writesTo(sandbox)).toHaveLength(1);
	});
});

test('suspending and reinstating gives back the license as it was, with both reasons', async () => {
	const license = addFullLicense(sandbox, { suspended: false, ...duration('CREATION', inDays(9)) });
	const before = stored(sandbox, license);
	for (const [operation, reason] of [
		['suspend', 'Refund'],
		['reinstate', 'Paid'],
	] as const) {
		await runLicense(sandbox, operation, {
			license: byId(license.id),
			[`${operation}Fields`]: { reason },
		});
	}
	expect(stored(sandbox, license)).toEqual({
		...before,
		metadata: [
			...before.metadata,
			{ key: 'suspensionReason', value: 'Refund', locked: false },
			{ key: 'reinstatementReason', value: 'Paid', locked: false },
		],
	});
});
