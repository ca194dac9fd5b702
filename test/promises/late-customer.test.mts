/** Create or Update makes one customer for an address: late creates, and two processes at once. */
import type { IDataObject } from 'n8n-workflow';

import { runCustomer } from '../customer/support.mts';
import { readable, startShop } from '../license/support.mts';
import type { CustomerSeed, FaultKind, Sandbox } from '../sandbox/types.mts';
import { commitLater, count, LOSSES, SHORT_TIMEOUT } from './late.mts';

const EMAIL = 'alma@example.com';
const NOW = new Date('2026-06-01T12:00:00Z');

let sandbox: Sandbox;

beforeEach(async () => {
	({ sandbox } = await startShop());
});

afterEach(async () => await sandbox.close());

const upsert = async (keepTryingFor = 60, extra: object = {}, fields: IDataObject = {}) =>
	await runCustomer(
		sandbox,
		'upsert',
		{
			email: EMAIL,
			upsertFields: { fullName: 'Alma B', ...fields },
			...SHORT_TIMEOUT,
			options: { keepTryingFor },
		},
		extra,
	);

const all = () => [...sandbox.state.customers.values()];
const later = (kind: FaultKind, afterMs: number) =>
	commitLater(sandbox, 'POST', kind, afterMs, ({ email }) => {
		sandbox.addCustomer({ email: String(email), createdAt: new Date() });
	});

describe.each(LOSSES)('after %s', (_, kind) => {
	test.each([300, 2500, 6000])('a create carried out %i ms later is found', async (afterMs) => {
		later(kind, afterMs);
		const { error, items } = await upsert();
		expect(readable(error).trim()).toBe('');
		expect(items[0].json).toMatchObject({ alreadyExisted: false, fullName: 'Alma B' });
		expect([all().length, count(sandbox, 'POST')]).toEqual([1, 1]);
	});

	test('"Retry On Fail" finds it, where each request is sent once', async () => {
		later(kind, 4000);
		const { error, items } = await upsert(0, { retryOnFail: true, waitBetweenTries: 1 });
		expect(readable(error).trim()).toBe('');
		expect(items[0].json).toMatchObject({ alreadyExisted: true, fullName: 'Alma B' });
		expect([all().length, count(sandbox, 'POST')]).toEqual([1, 1]);
	});

	test('another execution finds it', async () => {
		later(kind, 4000);
		expect(readable((await upsert(0)).error)).toMatch(
			/Lukittu may still be working on it\. Repeat/,
		);
		const { items } = await upsert(0);
		expect(items[0].json).toMatchObject({ alreadyExisted: true, fullName: 'Alma B' });
		expect([all().length, count(sandbox, 'POST')]).toEqual([1, 1]);
	});
});

describe('another process creates one at the same moment', () => {
	const meanwhile = (fields: CustomerSeed, then: (id: string) => void = () => {}) => {
		let other = '';
		let isThen = false;
		sandbox.onRequest = ({ method }) => {
			if (method === 'POST') other ||= sandbox.addCustomer({ email: EMAIL, ...fields }).id;
			const own = all().find(({ id }) => id !== other);
			if (method === 'GET' && own && other && !isThen) {
				isThen = true;
				then(own.id);
			}
		};
		return () => other;
	};
	const older = { createdAt: NOW, updatedAt: NOW };
	const younger = { createdAt: new Date('2126-01-01T00:00:00Z') };

	test('an older one: it stays, with the values of this item, and the own one is deleted', async () => {
		const other = meanwhile(older);
		const { error, items } = await upsert();
		expect(readable(error).trim()).toBe('');
		expect(items[0].json).toMatchObject({
			id: other(),
			alreadyExisted: true,
			fullName: 'Alma B',
		});
		expect(items[0].json).not.toHaveProperty('otherMatches');
		expect(all().map(({ id }) => id)).toEqual([other()]);
	});

	test('a younger one: the own one stays, and the other is named', async () => {
		const other = meanwhile(younger);
		const { items } = await upsert();
		expect(items[0].json).toMatchObject({ alreadyExisted: false, otherMatches: other() });
		expect(items[0].json.id).not.toBe(other());
		expect([all().length, count(sandbox, 'DELETE')]).toEqual([2, 0]);
	});

	const kept: Array<[string, (own: string) => void]> = [
		[
			'was changed since',
			(own) => Object.assign(sandbox.state.customers.get(own)!, { updatedAt: new Date(0) }),
		],
		['has a license by now', (own) => void sandbox.addLicense({ customerIds: [own] })],
		['cannot be deleted', () => sandbox.addFault({ method: 'DELETE', kind: { status: 403 } })],
	];

	test.each(kept)('an older one, and the own one %s: it is kept and named', async (_, then) => {
		const other = meanwhile(older, then);
		const { error, items } = await upsert();
		expect(readable(error).trim()).toBe('');
		const own = all().find(({ id }) => id !== other())!;
		expect(items[0].json).toMatchObject({
			id: other(),
			alreadyExisted: true,
			otherMatches: own.id,
		});
	});

	test('and the look after creating does not work: the own one comes out', async () => {
		sandbox.addFault({ method: 'GET', skip: 1, times: 20, kind: { status: 500 } });
		const { error, items } = await upsert(0);
		expect(readable(error).trim()).toBe('');
		expect(items[0].json).toMatchObject({ alreadyExisted: false, fullName: 'Alma B' });
	});
});
