import { createHash } from 'node:crypto';

import type { IDataObject } from 'n8n-workflow';

import type { LicenseRow, LicenseSeed, Sandbox } from '../sandbox/types.mts';
import { addFullLicense, byDays, DAY, inDays, stored, until, writesTo } from './renewals.mts';
import { byId, readable, runLicense, startShop, type RunExtra } from './support.mts';

const RENEWALS = 'n8nRenewals';
const RETRY = { retryOnFail: true, waitBetweenTries: 1 };
/** Each request is sent once, so that what the engine's own repeat does shows. */
const ONCE = { options: { keepTryingFor: 0 } };
const expiry = new Date('2031-03-20T10:20:30.456Z');

let sandbox: Sandbox;

beforeEach(async () => {
	({ sandbox } = await startShop());
});

afterEach(async () => {
	await sandbox.close();
});

const add = (fields: LicenseSeed = {}) =>
	addFullLicense(sandbox, { expirationType: 'DATE', expirationDate: expiry, ...fields });

const renew = async (license: LicenseRow, parameters: IDataObject, extra: RunExtra = {}) =>
	await runLicense(sandbox, 'renew', { license: byId(license.id), ...ONCE, ...parameters }, extra);

/** Renews by 30 days with a key. */
const renewWith = async (license: LicenseRow, idempotencyKey: string, extra: RunExtra = {}) =>
	await renew(license, byDays(30, { idempotencyKey }), extra);

const after = (days: number) => new Date(expiry.getTime() + days * DAY).toISOString();
const markOf = (key: string) => createHash('sha256').update(key).digest('base64url');
const marksOf = (license: LicenseRow) =>
	license.metadata.find(({ key }) => key === RENEWALS)?.value.split(',');
const manyEntries = (count: number) =>
	Array.from({ length: count }, (_, n) => ({ key: `k${n}`, value: 'v', locked: n % 2 === 0 }));

describe('an idempotency key', () => {
	test('is kept as a locked entry beside the others, and counts once over two runs', async () => {
		const license = add();
		const before = stored(sandbox, license);

		const first = await renewWith(license, ' in_1001 ');
		const once = { ...license };
		const second = await renewWith(license, 'in_1001');

		expect(stored(sandbox, license)).toEqual({
			...before,
			expirationDate: after(30),
			metadata: [...before.metadata, { key: RENEWALS, value: markOf('in_1001'), locked: true }],
		});
		expect(license).toEqual(once);
		expect(first.items[0].json).toMatchObject({ renewed: true, expirationDate: after(30) });
		expect(second.items[0].json).toMatchObject({ renewed: false, expirationDate: after(30) });
		expect(writesTo(sandbox)).toHaveLength(1);
	});

	test('counts once in one run of two items', async () => {
		const license = add();
		const { items } = await renewWith(license, 'in_1001', { items: [{}, {}] });
		expect(items.map(({ json }) => json.renewed)).toEqual([true, false]);
		expect(items.map(({ json }) => json.expirationDate)).toEqual([after(30), after(30)]);
		expect(writesTo(sandbox)).toHaveLength(1);
	});

	test('counts once in two runs at the same time', async () => {
		const license = add();
		sandbox.latencyMs = 20;
		const runs = await Promise.all([renewWith(license, 'in_1001'), renewWith(license, 'in_1001')]);
		const renewed = runs.map(({ items }) => items[0].json.renewed);
		expect(renewed.sort()).toEqual([false, true]);
		expect(stored(sandbox, license).expirationDate).toBe(after(30));
		expect(writesTo(sandbox)).toHaveLength(1);
	});

	test('is one of its license alone, and of its own spelling', async () => {
		const [license, other] = [add(), add()];
		await renewWith(license, 'in_1001');
		await renewWith(license, 'IN_1001');
		await renewWith(other, 'in_1001');
		expect(stored(sandbox, license).expirationDate).toBe(after(60));
		expect(stored(sandbox, other).expirationDate).toBe(after(30));
	});

	test('may be a number, as an invoice has it, and as long as 255 characters', async () => {
		const license = add();
		const keys = [1001, '1001', 'ü'.repeat(255), 'ü'.repeat(255)];
		const { items } = await renew(license, byDays(1, { idempotencyKey: '={{ $json.key }}' }), {
			items: keys.map((key) => ({ key })),
		});
		expect(items.map(({ json }) => json.renewed)).toEqual([true, false, true, false]);
	});

	test('is forgotten after five others, and the entry never outgrows its place', async () => {
		const license = add();
		for (let n = 1; n <= 5; n += 1) await renewWith(license, `in_${n}`);
		expect((await renewWith(license, 'in_1')).items[0].json.renewed).toBe(false);

		await renewWith(license, 'in_6');
		expect(marksOf(license)).toEqual([2, 3, 4, 5, 6].map((n) => markOf(`in_${n}`)));
		expect(license.metadata).toHaveLength(3);
		expect((await renewWith(license, 'in_2')).items[0].json.renewed).toBe(false);

		expect((await renewWith(license, 'in_1')).items[0].json.renewed).toBe(true);
		expect(stored(sandbox, license).expirationDate).toBe(after(7 * 30));
	});

	test('that is used again does not lift a later suspension', async () => {
		const license = add();
		const parameters = byDays(30, { idempotencyKey: 'in_1001', liftSuspension: true });
		await renew(license, parameters);
		expect(license.suspended).toBe(false);
		await runLicense(sandbox, 'suspend', { license: byId(license.id) });
		const suspended = { ...license };

		const { items } = await renew(license, parameters);

		expect(items[0].json).toMatchObject({ suspended: true, renewed: false });
		expect(license).toEqual(suspended);
	});

	test('is remembered also where the date is not later, and where it was the days before', async () => {
		const license = add();
		const { items } = await renew(license, until(inDays(9), { idempotencyKey: 'in_1001' }));
		expect(items[0].json).toMatchObject({ renewed: false, expirationDate: after(0) });
		expect(marksOf(license)).toEqual([markOf('in_1001')]);
		expect((await renewWith(license, 'in_1001')).items[0].json.renewed).toBe(false);
	});

	test('does without what someone else put into its entry', async () => {
		const value = `${'x'.repeat(200)},mine,${markOf('in_1')}`;
		const license = add({ metadata: [{ key: RENEWALS, value, locked: false }] });
		expect((await renewWith(license, 'in_1')).items[0].json.renewed).toBe(false);
		expect((await renewWith(license, 'mine')).items[0].json.renewed).toBe(true);
		expect(marksOf(license)).toEqual([markOf('in_1'), markOf('mine')]);
		expect(license.metadata[0].locked).toBe(true);
	});

	test('is refused where there are 20 entries already, and nothing is written', async () => {
		const license = add({ metadata: manyEntries(20) });
		const before = { ...license };
		const { error } = await renewWith(license, 'in_1001');
		expect(readable(error)).toBe(
			"The license with the entry for the 'Idempotency Key' comes to 21 entries\nLukittu takes at most 20 metadata entries. Remove 1.",
		);
		expect(license).toEqual(before);
		expect(writesTo(sandbox)).toHaveLength(0);
		expect((await renew(license, byDays(30))).items[0].json.renewed).toBe(true);
	});

	test('takes the 20th entry, and goes on with it', async () => {
		const license = add({ metadata: manyEntries(19) });
		await renewWith(license, 'in_1');
		await renewWith(license, 'in_2');
		expect(license.metadata).toHaveLength(20);
		expect(stored(sandbox, license).expirationDate).toBe(after(60));
	});
});

describe('an answer that is lost', () => {
	const lose = () => sandbox.addFault({ method: 'PUT', kind: 'resetAfter' });
	const UNKNOWN =
		/It is not known whether the license with the ID \S+ was changed: look it up in Lukittu before you repeat this\./;

	test('does not make "Retry On Fail" add the days twice where there is no key', async () => {
		const license = add();
		lose();
		const { error, items } = await renew(license, byDays(30), { ...RETRY, maxTries: 3 });
		expect(items).toHaveLength(0);
		expect(readable(error)).toMatch(/^Could not get an answer from .*\n/);
		expect(readable(error)).toMatch(UNKNOWN);
		expect(stored(sandbox, license).expirationDate).toBe(after(30));
		expect(writesTo(sandbox)).toHaveLength(1);
	});

	test('nor where the node is set to continue besides', async () => {
		const license = add();
		lose();
		const { items } = await renew(license, byDays(30), {
			...RETRY,
			onError: 'continueRegularOutput',
		});
		expect(items[0].json.error).toMatch(/^Could not get an answer from /);
		expect(items[0].json.details).toMatch(UNKNOWN);
		expect(stored(sandbox, license).expirationDate).toBe(after(30));
		expect(writesTo(sandbox)).toHaveLength(1);
	});

	test('with a key, "Retry On Fail" finds the renewal done', async () => {
		const license = add();
		lose();
		const { error, items } = await renewWith(license, 'in_1001', RETRY);
		expect(error).toBeUndefined();
		expect(items[0].json).toMatchObject({ expirationDate: after(30) });
		expect(stored(sandbox, license).expirationDate).toBe(after(30));
		expect(writesTo(sandbox)).toHaveLength(1);
	});

	test('with a key, "Retry On Fail" renews where it had not been done', async () => {
		const license = add();
		sandbox.addFault({ method: 'PUT', kind: 'resetBefore' });
		const { items } = await renewWith(license, 'in_1001', RETRY);
		expect(items[0].json).toMatchObject({ expirationDate: after(30), renewed: true });
		expect(writesTo(sandbox)).toHaveLength(2);
	});

	test('with a key, the next run finds the renewal done', async () => {
		const license = add();
		lose();
		expect(readable((await renewWith(license, 'in_1001')).error)).toMatch(UNKNOWN);
		const { items } = await renewWith(license, 'in_1001');
		expect(items[0].json).toMatchObject({ expirationDate: after(30), renewed: false });
	});

	test('by date, "Retry On Fail" finds the renewal done', async () => {
		const license = add();
		lose();
		const { error } = await renew(license, until('2033-01-01T00:00:00Z'), RETRY);
		expect(error).toBeUndefined();
		expect(stored(sandbox, license).expirationDate).toBe('2033-01-01T00:00:00.000Z');
		expect(writesTo(sandbox)).toHaveLength(1);
	});

	test('of one of five licenses renews none of them twice', async () => {
		const licenses = [1, 2, 3, 4, 5].map(() => add());
		sandbox.addFault({ method: 'PUT', path: new RegExp(licenses[2].id), kind: 'resetAfter' });
		const { error } = await runLicense(
			sandbox,
			'renew',
			{ license: byId('={{ $json.id }}'), ...ONCE, ...byDays(30) },
			{ ...RETRY, items: licenses.map(({ id }) => ({ id })) },
		);
		expect(readable(error)).toMatch(UNKNOWN);
		const ids = writesTo(sandbox).map(({ path }) => path.split('/').at(-1));
		expect(new Set(ids).size).toBe(ids.length);
		for (const license of licenses) {
			const times = ids.includes(license.id) ? 1 : 0;
			expect(stored(sandbox, license).expirationDate).toBe(after(30 * times));
		}
	});

	test('to a look-up lets "Retry On Fail" renew, since nothing was written', async () => {
		const license = add();
		sandbox.addFault({ method: 'GET', kind: 'resetAfter' });
		const { items } = await renew(license, byDays(30), RETRY);
		expect(items[0].json).toMatchObject({ renewed: true, expirationDate: after(30) });
	});
});

test('without a key, each of two items adds its days, one after the other', async () => {
	const license = add();
	sandbox.latencyMs = 10;
	const { items } = await renew(license, byDays(30), { items: [{}, {}] });
	expect(items.map(({ json }) => json.expirationDate)).toEqual([after(30), after(60)]);
	expect(stored(sandbox, license).metadata).toHaveLength(2);
});
