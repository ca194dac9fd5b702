import type { IDataObject } from 'n8n-workflow';

import { sent, startShop } from '../license/support.mts';
import type { LicenseRow, Sandbox } from '../sandbox/types.mts';
import { PLACEHOLDER, PRODUCT, readExample, runExample, stripeEvent } from './support.mts';

const DAY = 24 * 60 * 60;
const GRACE = 3 * DAY;

let sandbox: Sandbox;

beforeEach(async () => {
	({ sandbox } = await startShop());
	sandbox.addProduct({ id: PRODUCT, name: 'Orbit Editor' });
});

afterEach(async () => {
	await sandbox.close();
});

/** What an event is about: a checkout, an invoice, a charge or a dispute. */
const objectOf = ({ data }: IDataObject) => (data as { object: IDataObject }).object;

function changed(event: IDataObject, changes: IDataObject): IDataObject {
	return { ...event, data: { object: { ...objectOf(event), ...changes } } };
}

const licenses = (): LicenseRow[] => [...sandbox.state.licenses.values()];
const valueOf = ({ metadata }: LicenseRow, name: string) =>
	metadata.find(({ key }) => key === name)?.value;
const keys = () => licenses().map((license) => valueOf(license, 'n8nIdempotencyKey'));
const writes = () => sent(sandbox).filter((request) => !request.startsWith('GET'));

/** Runs an example that must run to its end. */
async function run(file: string, event: IDataObject) {
	const example = await runExample(sandbox, file, event);
	expect(example.result.error).toBeUndefined();
	expect(example.result.status).toBe('success');
	return example;
}

/** Runs an example that must change nothing, and returns why it says so. */
async function reasonOf(file: string, event: IDataObject) {
	const before = writes().length;
	const { outputOf, mails } = await run(file, event);
	expect(writes()).toHaveLength(before);
	expect(mails).toEqual([]);
	const [{ why }] = outputOf('Nothing to Do');
	return why;
}

const sell = async (name: string) =>
	await run('stripe-payment-to-license', await stripeEvent(name));

describe('Stripe payment to license', () => {
	test.each([
		['checkout-paid.2020-08-27', 'alma@example.com', 'pi_example_a1', ['li_example_a1-1']],
		['checkout-paid.2025-08-27.basil', 'alma@example.com', 'pi_example_a3', ['li_example_a3-1']],
		['checkout-paid-later.2024-06-20', 'edda@example.com', 'pi_example_a6', ['li_example_a6-1']],
		// Free orders have no payment.
		['checkout-free.2023-10-16', 'chiara@example.com', 'cs_test_example_a4', ['li_example_a4-1']],
		[
			'checkout-free.2026-01-28.clover',
			'dario@example.com',
			'cs_test_example_a5',
			['li_example_a5-1'],
		],
		[
			'checkout-paid.2022-11-15',
			'bruno@example.com',
			'pi_example_a2',
			['li_example_a2x-1', 'li_example_a2x-2', 'li_example_a2y-1'],
		],
	])('%s makes a license for each piece, and a mail', async (name, email, sale, pieces) => {
		const { mails } = await sell(name);

		const [customer, ...others] = [...sandbox.state.customers.values()];
		expect(others).toEqual([]);
		expect(customer.email?.toLowerCase()).toBe(email);
		expect(keys()).toEqual(pieces.map((piece) => `${sale}-${piece}`));
		for (const license of licenses()) {
			expect(valueOf(license, 'stripePayment')).toBe(sale);
			expect(license).toMatchObject({
				customerIds: [customer.id],
				productIds: [PRODUCT],
				expirationType: 'DURATION',
				expirationStart: 'ACTIVATION',
				expirationDays: 365,
				hwidLimit: 3,
			});
		}
		expect(mails).toHaveLength(1);
		expect(mails[0].toEmail.toLowerCase()).toBe(email);
		for (const { licenseKey } of licenses()) expect(mails[0].text).toContain(licenseKey);
	});

	test('run twice, it makes the licenses once and mails the same keys', async () => {
		const first = await sell('checkout-paid.2022-11-15');
		const again = await sell('checkout-paid.2022-11-15');

		expect(licenses()).toHaveLength(3);
		expect(again.mails).toEqual(first.mails);
		expect(again.outputOf('License').map(({ alreadyExisted }) => alreadyExisted)).toEqual([
			true,
			true,
			true,
		]);
	});

	test('two payments of one customer, with the address in another case, make two licenses', async () => {
		await sell('checkout-paid.2020-08-27');
		await sell('checkout-paid.2025-08-27.basil');

		expect(sandbox.state.customers.size).toBe(1);
		expect(licenses()).toHaveLength(2);
	});

	test('a bank debit makes its license when it is paid', async () => {
		const event = await stripeEvent('checkout-unpaid.2024-06-20');
		expect(await reasonOf('stripe-payment-to-license', event)).toMatch(/not paid yet/);
		await sell('checkout-paid-later.2024-06-20');

		expect(licenses()).toHaveLength(1);
	});

	test.each([
		['checkout-subscription.2026-01-28.clover', 'subscription'],
		['checkout-setup.2023-08-16', 'setup'],
		['invoice-first.2020-08-27', 'invoice.paid'],
	])('%s makes nothing and says why', async (name, why) => {
		const event = await stripeEvent(name);
		expect(await reasonOf('stripe-payment-to-license', event)).toContain(why);
	});

	test('without a product put in, it stops before a license is made', async () => {
		const workflow = await readExample('stripe-payment-to-license', PLACEHOLDER);
		const event = await stripeEvent('checkout-paid.2020-08-27');
		const { result } = await runExample(sandbox, workflow, event);

		expect(result.error?.message).toContain(PLACEHOLDER);
		expect(licenses()).toEqual([]);
	});
});

describe('Refund or dispute suspends', () => {
	const FILE = 'refund-or-dispute-suspends';
	const suspended = () => licenses().filter((license) => license.suspended);

	test.each([
		['checkout-paid.2020-08-27', 'refund.2020-08-27', 'charge.refunded ch_example_c1'],
		['checkout-paid.2025-08-27.basil', 'refund.2025-08-27.basil', 'charge.refunded ch_example_c3'],
		['checkout-paid.2020-08-27', 'dispute.2020-08-27', 'charge.dispute.created du_example_d1'],
		[
			'checkout-paid-later.2024-06-20',
			'inquiry-became-dispute.2024-06-20',
			'charge.dispute.funds_withdrawn du_example_d2',
		],
	])('after %s, %s suspends the license, and no other', async (sale, name, reason) => {
		await sell('checkout-paid.2022-11-15');
		await sell(sale);
		const { mails } = await run(FILE, await stripeEvent(name));

		const [license, ...others] = suspended();
		expect(others).toEqual([]);
		expect(valueOf(license, 'suspensionReason')).toBe(reason);
		expect(license.id).toBe(licenses().at(-1)?.id);
		expect(mails).toEqual([]);
	});

	test('a payment for several pieces suspends each of them, once', async () => {
		await sell('checkout-paid.2022-11-15');
		await sell('checkout-paid.2020-08-27');
		const part = await stripeEvent('refund-part.2022-11-15');
		const whole = changed(part, { refunded: true, amount_refunded: 17700 });
		await run(FILE, whole);
		const after = writes().length;
		await run(FILE, whole);

		expect(suspended().map((license) => valueOf(license, 'stripePayment'))).toEqual([
			'pi_example_a2',
			'pi_example_a2',
			'pi_example_a2',
		]);
		expect(writes()).toHaveLength(after);
	});

	test.each([
		['checkout-paid.2022-11-15', 'refund-part.2022-11-15', '7900 of 17700'],
		['checkout-paid-later.2024-06-20', 'inquiry.2024-06-20', 'warning_needs_response'],
		['checkout-paid.2025-08-27.basil', 'inquiry.2026-01-28.clover', 'warning_under_review'],
	])('after %s, %s suspends nothing and says why', async (sale, name, why) => {
		await sell(sale);

		expect(await reasonOf(FILE, await stripeEvent(name))).toContain(why);
		expect(suspended()).toEqual([]);
	});

	test('a charge without a payment intent says so', async () => {
		const event = changed(await stripeEvent('refund.2020-08-27'), { payment_intent: null });

		expect(await reasonOf(FILE, event)).toContain('ch_example_c1');
	});

	test.each([
		['refund-renewal.2023-10-16', 'in_example_b4', ['2024-01-05 to 2024-02-05']],
		[
			'refund-renewal.2026-01-28.clover',
			'in_example_b6',
			['2025-10-03 to 2025-11-03', '2025-10-03 to 2027-10-03'],
		],
	])('%s, of a renewal, tells which days were paid', async (name, invoice, days) => {
		await run('invoice-paid-renews', await stripeEvent('invoice-first.2025-08-27.basil'));
		const before = writes().length;
		const { mails } = await run(FILE, await stripeEvent(name));

		expect(writes()).toHaveLength(before);
		expect(mails).toHaveLength(1);
		for (const part of [invoice, 'sub_example_1', ...days]) expect(mails[0].text).toContain(part);
	});

	test('a payment that has no license and no invoice is told', async () => {
		const { mails } = await run(FILE, await stripeEvent('refund.2020-08-27'));

		expect(mails).toHaveLength(1);
		expect(mails[0].text).toContain('pi_example_a1');
		expect(mails[0].text).toContain('no license of this payment');
	});
});

describe("Invoice paid renews until the period's end", () => {
	const FILE = 'invoice-paid-renews';
	const seconds = (date: Date | null) => Math.floor((date?.getTime() ?? 0) / 1000);
	const expiry = () => seconds(licenses()[0].expirationDate);
	const linesOf = (event: IDataObject) =>
		(objectOf(event).lines as { data: Array<{ amount: number; period: { end: number } }> }).data;
	/** The end of the last line, which is the plan's in all these events. */
	const paidUntil = (event: IDataObject) => linesOf(event).at(-1)?.period.end ?? 0;

	test.each([
		'invoice-first.2020-08-27',
		'invoice-cycle.2020-08-27',
		// The credit is for eleven months.
		'invoice-downgrade.2022-11-15',
		'invoice-first.2025-08-27.basil',
		// The support is for two years, the credit for one.
		'invoice-cycle-with-extras.2025-08-27.basil',
		'invoice-trial.2026-01-28.clover',
	])('%s makes the license, until three days after the end of the plan', async (name) => {
		const event = await stripeEvent(name);
		await run(FILE, event);

		expect(keys()).toEqual(['sub_example_1']);
		expect(expiry()).toBe(paidUntil(event) + GRACE);
		expect([...sandbox.state.customers.values()].map(({ email }) => email)).toEqual([
			'alma@example.com',
		]);
	});

	test.each([
		['invoice-first.2020-08-27', 'invoice-cycle.2020-08-27'],
		['invoice-first.2020-08-27', 'invoice-cycle-with-extras.2025-08-27.basil'],
		['invoice-first.2025-08-27.basil', 'invoice-cycle-no-email.2023-10-16'],
		['invoice-trial.2026-01-28.clover', 'invoice-downgrade.2022-11-15'],
	])('after %s, %s renews it before it has expired', async (first, next) => {
		const started = await stripeEvent(first);
		await run(FILE, started);
		const days = (paidUntil(started) - Math.floor(Date.now() / 1000)) / DAY;
		// Stripe charges some hours after the end of the period; a card that fails is tried again.
		const renewal = await stripeEvent(next, days + 2);
		expect(expiry()).toBeGreaterThan(renewal.created as number);
		const { outputOf } = await run(FILE, renewal);

		expect(outputOf('Renew')[0].renewed).toBe(true);
		expect(expiry()).toBe(paidUntil(renewal) + GRACE);
		expect(licenses()).toHaveLength(1);
	});

	test('late and repeated invoices do no harm', async () => {
		const events = [
			await stripeEvent('invoice-first.2020-08-27'),
			await stripeEvent('invoice-cycle.2020-08-27', 30),
		];
		for (const event of events) await run(FILE, event);
		const { outputOf } = await run(FILE, events[0]);

		expect(outputOf('Renew')[0].renewed).toBe(false);
		expect(expiry()).toBe(paidUntil(events[1]) + GRACE);
		expect(licenses()).toHaveLength(1);
	});

	test('an expired license becomes valid again', async () => {
		await run(FILE, await stripeEvent('invoice-first.2020-08-27'));
		licenses()[0].expirationDate = new Date(Date.now() - 3 * DAY * 1000);
		const event = await stripeEvent('invoice-cycle.2020-08-27');
		await run(FILE, event);

		expect(expiry()).toBe(paidUntil(event) + GRACE);
	});

	test.each([null, 'alma@exämple.com', 'none'])(
		'a renewal does not need the e-mail address %p',
		async (email) => {
			await run(FILE, await stripeEvent('invoice-first.2020-08-27'));
			const before = sent(sandbox).length;
			const event = changed(await stripeEvent('invoice-cycle.2020-08-27', 30), {
				customer_email: email,
			});
			await run(FILE, event);

			expect(expiry()).toBe(paidUntil(event) + GRACE);
			const since = sent(sandbox).slice(before);
			expect(since.filter((request) => request.includes('customers'))).toEqual([]);
		},
	);

	test('a first invoice without an e-mail address fails where it is seen', async () => {
		const event = await stripeEvent('invoice-cycle-no-email.2023-10-16');
		const { result } = await runExample(sandbox, FILE, event);

		expect(result.status).toBe('error');
		expect(licenses()).toEqual([]);
	});

	test.each([
		['invoice-one-off.2026-01-28.clover', 'not for a subscription'],
		['invoice-extras-only.2026-01-28.clover', 'no period was paid'],
	])('%s changes nothing and says why', async (name, why) => {
		await run(FILE, await stripeEvent('invoice-first.2025-08-27.basil'));

		expect(await reasonOf(FILE, await stripeEvent(name))).toContain(why);
	});

	test('an invoice that has more lines than the event fails where it is seen', async () => {
		const event = await stripeEvent('invoice-extras-only.2026-01-28.clover');
		const lines = { ...(objectOf(event).lines as IDataObject), has_more: true };
		const { result } = await runExample(sandbox, FILE, changed(event, { lines }));

		expect(result.error?.message).toContain('sub_example_1');
		expect(sandbox.requests).toEqual([]);
	});
});
