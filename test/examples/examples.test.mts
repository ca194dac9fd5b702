import type { IDataObject } from 'n8n-workflow';

import { sent, startShop } from '../license/support.mts';
import type { LicenseRow, Sandbox } from '../sandbox/types.mts';
import { runExample } from './support.mts';

/** The product that the examples name. */
const PRODUCT = 'd3300000-1000-4000-8000-000000000001';
const DAY_MS = 24 * 60 * 60 * 1000;

let sandbox: Sandbox;

beforeEach(async () => {
	({ sandbox } = await startShop());
	sandbox.addProduct({ id: PRODUCT, name: 'Orbit Editor' });
});

afterEach(async () => {
	await sandbox.close();
});

const event = (type: string, object: IDataObject): IDataObject => ({
	id: 'evt_1',
	object: 'event',
	type,
	data: { object },
});

const inDays = (days: number) => new Date(Date.now() + days * DAY_MS);
const seconds = (date: Date) => Math.floor(date.getTime() / 1000);
const licenses = (): LicenseRow[] => [...sandbox.state.licenses.values()];
const writes = () => sent(sandbox).filter((request) => !request.startsWith('GET'));

/** Runs an example that must run to its end. */
async function run(file: string, trigger?: IDataObject) {
	const example = await runExample(sandbox, file, trigger);
	expect(example.result.error).toBeUndefined();
	expect(example.result.status).toBe('success');
	return example;
}

describe('Stripe payment to license', () => {
	const checkout = (changes: IDataObject = {}) =>
		event('checkout.session.completed', {
			id: 'cs_test_1',
			object: 'checkout.session',
			mode: 'payment',
			payment_status: 'paid',
			payment_intent: 'pi_3PqXyZ',
			customer_details: { email: 'alma@example.com', name: 'Alma Brightwell' },
			...changes,
		});

	test('a payment makes a customer, a license, and a mail with its key', async () => {
		const { mails } = await run('stripe-payment-to-license', checkout());

		const [customer] = [...sandbox.state.customers.values()];
		expect(customer.email).toBe('alma@example.com');
		expect(licenses()).toEqual([
			expect.objectContaining({
				customerIds: [customer.id],
				productIds: [PRODUCT],
				expirationType: 'DURATION',
				expirationStart: 'ACTIVATION',
				expirationDays: 365,
				hwidLimit: 3,
				metadata: [
					expect.objectContaining({
						key: 'n8nIdempotencyKey',
						value: 'pi_3PqXyZ',
						locked: true,
					}),
				],
			}),
		]);
		expect(mails).toEqual([
			{
				toEmail: 'alma@example.com',
				subject: 'Your license key',
				text: expect.stringContaining(licenses()[0].licenseKey),
			},
		]);
	});

	test('run twice, it makes one license and mails the same key', async () => {
		const first = await run('stripe-payment-to-license', checkout());
		const again = await run('stripe-payment-to-license', checkout());

		expect(licenses()).toHaveLength(1);
		expect(sandbox.state.customers.size).toBe(1);
		expect(first.outputOf('License')[0].alreadyExisted).toBe(false);
		expect(again.outputOf('License')[0].alreadyExisted).toBe(true);
		expect(again.mails).toEqual(first.mails);
	});

	test('two payments of one customer, with the address in another case, make two licenses', async () => {
		await run('stripe-payment-to-license', checkout());
		const other = {
			payment_intent: 'pi_other',
			customer_details: { email: 'Alma@Example.com' },
		};
		await run('stripe-payment-to-license', checkout(other));

		expect(sandbox.state.customers.size).toBe(1);
		expect(licenses()).toHaveLength(2);
	});

	test.each([
		['is not paid yet', { payment_status: 'unpaid' }],
		['is a subscription', { mode: 'subscription' }],
	])('a checkout that %s makes nothing', async (_, changes) => {
		const { mails } = await run('stripe-payment-to-license', checkout(changes));

		expect(sandbox.requests).toHaveLength(0);
		expect(mails).toHaveLength(0);
	});
});

describe('Refund or dispute suspends', () => {
	const keyed = (value: string) =>
		sandbox.addLicense({ metadata: [{ key: 'n8nIdempotencyKey', value, locked: true }] });
	const refund = (changes: IDataObject = {}) =>
		event('charge.refunded', {
			id: 'ch_1',
			payment_intent: 'pi_3PqXyZ',
			refunded: true,
			...changes,
		});
	const dispute = event('charge.dispute.created', { id: 'dp_1', payment_intent: 'pi_3PqXyZ' });

	test.each([
		['refund', refund(), 'charge.refunded ch_1'],
		['dispute', dispute, 'charge.dispute.created dp_1'],
	])('a %s suspends the license of the payment and no other', async (_, trigger, reason) => {
		const license = keyed('pi_3PqXyZ');
		const others = [keyed('pi_3PqXyZ2'), keyed('PI_3PQXYZ'), sandbox.addLicense()];

		await run('refund-or-dispute-suspends', trigger);

		expect(sandbox.state.licenses.get(license.id)).toMatchObject({
			suspended: true,
			metadata: [{ key: 'n8nIdempotencyKey' }, { key: 'suspensionReason', value: reason }],
		});
		expect(others.map(({ suspended }) => suspended)).toEqual([false, false, false]);
	});

	test('run twice, it writes once', async () => {
		keyed('pi_3PqXyZ');
		await run('refund-or-dispute-suspends', refund());
		await run('refund-or-dispute-suspends', refund());

		expect(writes()).toHaveLength(1);
	});

	test('a refund of a part, or of a payment without a license, changes nothing', async () => {
		keyed('pi_3PqXyZ');
		await run('refund-or-dispute-suspends', refund({ refunded: false }));
		await run('refund-or-dispute-suspends', refund({ payment_intent: 'pi_unknown' }));

		expect(writes()).toHaveLength(0);
	});
});

describe("Invoice paid renews until the period's end", () => {
	const invoice = (end: Date, changes: IDataObject = {}) =>
		event('invoice.paid', {
			id: 'in_1',
			customer_email: 'alma@example.com',
			subscription: 'sub_1',
			lines: { data: [{ period: { end: seconds(inDays(1)) } }, { period: { end: seconds(end) } }] },
			...changes,
		});
	const expiry = () => seconds(licenses()[0].expirationDate as Date);

	test('the first invoice makes the license, later ones renew it, late ones do no harm', async () => {
		const [first, second] = [inDays(30), inDays(60)];

		await run('invoice-paid-renews', invoice(first));
		expect(expiry()).toBe(seconds(first));

		await run('invoice-paid-renews', invoice(second));
		expect(expiry()).toBe(seconds(second));

		const late = await run('invoice-paid-renews', invoice(first));
		expect(late.outputOf('Renew')[0].renewed).toBe(false);
		expect(expiry()).toBe(seconds(second));
		expect(licenses()).toHaveLength(1);
		expect(sandbox.state.customers.size).toBe(1);
	});

	test('an expired license becomes valid again', async () => {
		await run('invoice-paid-renews', invoice(inDays(30)));
		licenses()[0].expirationDate = inDays(-3);

		const end = inDays(40);
		await run('invoice-paid-renews', invoice(end));

		expect(expiry()).toBe(seconds(end));
	});

	test('the subscription is also found where newer versions of Stripe have it', async () => {
		const parent = { subscription_details: { subscription: 'sub_1' } };
		await run('invoice-paid-renews', invoice(inDays(30)));
		await run('invoice-paid-renews', invoice(inDays(60), { subscription: undefined, parent }));

		expect(licenses()).toHaveLength(1);
	});

	test('an invoice without a subscription makes nothing', async () => {
		await run('invoice-paid-renews', invoice(inDays(30), { subscription: null }));

		expect(sandbox.requests).toHaveLength(0);
	});
});

describe('Weekly audit', () => {
	test('mails the licenses that need attention, and no others', async () => {
		const customer = sandbox.addCustomer({ email: 'alma@example.com' });
		const used = { lastActiveAt: new Date() };
		const date = (days: number) => ({
			...used,
			expirationType: 'DATE' as const,
			expirationDate: inDays(days),
		});
		const expired = sandbox.addLicense({ ...date(-2), customerIds: [customer.id] });
		const expiring = sandbox.addLicense(date(10.5));
		const suspended = sandbox.addLicense({ ...used, suspended: true });
		const inactive = sandbox.addLicense({ lastActiveAt: inDays(-90) });
		sandbox.addLicense(date(90));
		sandbox.addLicense(used);

		const { mails } = await run('weekly-audit');

		expect(mails).toHaveLength(1);
		expect(mails[0].subject).toBe('Licenses to look at: 4');
		expect(mails[0].text.split('\n').sort()).toEqual([
			`EXPIRED, ${expired.licenseKey}, alma@example.com, -3 days left`,
			`EXPIRING, ${expiring.licenseKey}, no customer, 10 days left`,
			`INACTIVE, ${inactive.licenseKey}, no customer, no expiry`,
			`SUSPENDED, ${suspended.licenseKey}, no customer, no expiry`,
		]);
	});

	test('mails that there are none', async () => {
		sandbox.addLicense({ lastActiveAt: new Date() });

		const { mails } = await run('weekly-audit');

		expect(mails).toEqual([
			{
				toEmail: 'licensing@example.com',
				subject: 'Licenses to look at: 0',
				text: 'No license needs attention.',
			},
		]);
	});
});
