/** A date that has passed matters only where it would be written. */
import { addKeyed, count, createKeyed, outcomesOf } from '../license/idempotency.mts';
import { byId, metadata, readable, runLicense, startShop } from '../license/support.mts';
import type { Sandbox } from '../sandbox/types.mts';

const KEY = 'pi_3Nabc_DEF';
const DAY = 86_400_000;

let sandbox: Sandbox;

beforeEach(async () => {
	({ sandbox } = await startShop());
});

afterEach(async () => await sandbox.close());

/** Dates that have passed, in the forms that workflows give. */
const PAST: Array<[string, unknown]> = [
	['a time', '2024-03-01T10:00:00Z'],
	['a day', '2024-03-01'],
	['a Unix timestamp', 1_709_286_000],
	['a moment ago', '={{ $now.minus(5, "seconds").toISO() }}'],
	['yesterday', '={{ $today.minus(1, "second") }}'],
];

const until = (expirationDate: unknown) => ({
	parameters: { expirationType: 'DATE', expirationDate } as never,
});

describe.each(PAST)('Create until %s', (_, date) => {
	test('gives the license that its key has', async () => {
		const { id } = addKeyed(sandbox, KEY);
		expect(outcomesOf(await createKeyed(sandbox, KEY, {}, until(date)))).toEqual([
			{ id, alreadyExisted: true },
		]);
	});

	test('is refused where the key has none', async () => {
		const { error } = await createKeyed(sandbox, KEY, {}, until(date));
		expect(readable(error)).toMatch(/^'Expiration Date' is in the past: /);
		expect(count(sandbox, 'POST')).toBe(0);
	});

	test('is refused before anything is sent where there is no key', async () => {
		const { error } = await runLicense(sandbox, 'create', until(date).parameters);
		expect(readable(error)).toMatch(/^'Expiration Date' is in the past: /);
		expect(sandbox.requests).toEqual([]);
	});
});

describe.each(PAST)('Renew until %s', (_, date) => {
	const renew = async (id: string, renewFields = {}) =>
		await runLicense(sandbox, 'renew', {
			license: byId(id),
			renewBy: 'date',
			renewUntil: date as never,
			renewFields,
		});
	const lasting = (days: number, fields = {}) =>
		sandbox.addLicense({
			expirationType: 'DATE',
			expirationDate: new Date(Date.now() + days * DAY),
			...fields,
		});

	test('leaves a license that lasts longer as it is', async () => {
		const { error, items } = await renew(lasting(10).id);
		expect(readable(error).trim()).toBe('');
		expect(items[0].json).toMatchObject({ renewed: false });
		expect(count(sandbox, 'PUT')).toBe(0);
	});

	test('lifts the suspension of one that lasts longer', async () => {
		const license = lasting(10, { suspended: true });
		const { items } = await renew(license.id, { liftSuspension: true, idempotencyKey: 'in_1' });
		expect(items[0].json).toMatchObject({ renewed: false, suspended: false });
	});

	test('is refused where it would be written', async () => {
		const { id } = lasting(-4000);
		const { error } = await renew(id);
		expect(readable(error)).toMatch(/^'Renew Until' is in the past: /);
		expect(count(sandbox, 'PUT')).toBe(0);
	});
});

test('Update with a date that has passed is refused before anything is sent', async () => {
	const { id } = sandbox.addLicense();
	const { error } = await runLicense(sandbox, 'update', {
		license: byId(id),
		updateFields: {
			expiration: { value: { expirationType: 'DATE', expirationDate: '2024-03-01' } },
			setMetadata: metadata({ key: 'a', value: 'b' }),
		},
	});
	expect(readable(error)).toMatch(/^'Expiration Date' is in the past: /);
	expect(sandbox.requests).toEqual([]);
});
