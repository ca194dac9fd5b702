import { createHash } from 'node:crypto';

import { addDays } from './formats.mts';
import type { Address, CustomerRow, LicenseSeed, ProductRow, Sandbox } from './types.mts';

/** Credentials for a server with demo data, the same at every start so that they can be kept in n8n. */
export const DEMO_TEAM_ID = 'd3300000-0000-4000-8000-000000000001';
export const DEMO_API_KEY = 'lukittu_sandbox_key';

type SeedOf = (now: Date, variant: number) => LicenseSeed;

const PRODUCTS = ['Orbit Editor', 'Tidepool Backup', 'Larkspur Themes'];

const CUSTOMERS = [
	'Alma Brightwell',
	'Bruno Castellane',
	'Chiara Dunmore',
	'Dario Elmstead',
	'Edda Fennimore',
	'Farid Gossamer',
	'Greta Holloway',
	'Henrik Ivarsdal',
	'Ines Juniper',
	'Jonas Kestrel',
	'Kaja Lindqvale',
	'Luca Marchmont',
];

const PLANS = ['Personal', 'Team', 'Studio'];

/** One kind of license each; every product gets one of every kind. */
const VARIANTS: SeedOf[] = [
	(now, variant) => ({ ...created(now, 420 - variant), ...seen(now, variant) }),
	(now, variant) => ({ ...created(now, 380 - variant), ...seen(now, 60 + variant), hwidLimit: 2 }),
	(now, variant) => ({ ...created(now, 1 + variant), ipLimit: 5 }),
	(now, variant) => ({ ...created(now, 150 - variant), suspended: true }),
	(now, variant) => ({
		...dated(now, 90 + variant, 200 + 40 * variant),
		...seen(now, 2),
		hwidLimit: 3,
	}),
	(now, variant) => ({ ...dated(now, 355 + variant, [3, 7, 13][variant]), ...seen(now, 1) }),
	(now, variant) => ({ ...dated(now, 340 + variant, 20 + 4 * variant), ...seen(now, 5) }),
	(now, variant) => ({ ...dated(now, 370 + variant, -10 - variant), ...seen(now, 12) }),
	(now, variant) => ({ ...dated(now, 30 + variant, 335 + variant), suspended: true }),
	(now, variant) => ({ ...counted(now, 100 + variant, 365), ...seen(now, variant), hwidLimit: 1 }),
	(now, variant) => ({ ...counted(now, 20 + variant, 30), ...seen(now, 3) }),
	(now, variant) => ({ ...counted(now, 200 + variant, 90), ...seen(now, 111) }),
	(now, variant) => ({ ...unused(365), ...created(now, 6 + variant), hwidLimit: 1 }),
	(now, variant) => ({ ...activated(now, 45 + variant, 365), ...seen(now, 1), ipLimit: 10 }),
];

/** Fills the first team with a small shop: licenses of every type and status, dated from now. */
export function seedDemo(sandbox: Sandbox, now = new Date()): void {
	const products = PRODUCTS.map((name, index) => addProduct(sandbox, now, name, index));
	const customers = CUSTOMERS.map((name, index) => addCustomer(sandbox, now, name, index));
	const plans = VARIANTS.flatMap((seedOf) => products.map((product) => ({ seedOf, product })));
	for (const [index, { seedOf, product }] of plans.entries()) {
		const number = index + 1;
		const variant = index % products.length;
		sandbox.addLicense({
			id: demoId('license', number),
			licenseKey: demoKey(number),
			productIds: [product.id],
			customerIds: customersOf(index, customers),
			metadata: [
				{ key: 'order', value: `SO-${1000 + number}`, locked: true },
				{ key: 'plan', value: PLANS[variant], locked: false },
			],
			...seedOf(now, variant),
		});
	}
}

function addProduct(sandbox: Sandbox, now: Date, name: string, index: number): ProductRow {
	const slug = name.toLowerCase().replace(' ', '-');
	return sandbox.addProduct({
		id: demoId('product', index + 1),
		name,
		url: `https://shop.example.com/${slug}`,
		...created(now, 500 - index),
	});
}

function addCustomer(sandbox: Sandbox, now: Date, fullName: string, index: number): CustomerRow {
	const [first, last] = fullName.toLowerCase().split(' ');
	return sandbox.addCustomer({
		id: demoId('customer', index + 1),
		email: `${first}@example.com`,
		fullName,
		username: index % 3 === 0 ? `${first}.${last}` : null,
		address: index % 2 === 0 ? demoAddress(index) : null,
		...created(now, 430 - index),
	});
}

/** Every seventh license belongs to two customers, every tenth to none yet. */
function customersOf(index: number, customers: CustomerRow[]): string[] {
	const at = (offset: number) => customers[(index + offset) % customers.length].id;
	if (index % 10 === 9) return [];
	return index % 7 === 6 ? [at(0), at(5)] : [at(0)];
}

function demoAddress(index: number): Address {
	return {
		line1: `${10 + index} Harbour Street`,
		line2: null,
		city: 'Exampleton',
		state: null,
		country: 'Finland',
		postalCode: `0010${index % 10}`,
	};
}

function created(now: Date, daysAgo: number): LicenseSeed {
	return { createdAt: addDays(now, -daysAgo) };
}

function seen(now: Date, daysAgo: number): LicenseSeed {
	return { lastActiveAt: addDays(now, -daysAgo) };
}

function dated(now: Date, createdDaysAgo: number, expiresInDays: number): LicenseSeed {
	return {
		expirationType: 'DATE',
		expirationDate: addDays(now, expiresInDays),
		...created(now, createdDaysAgo),
	};
}

function counted(now: Date, createdDaysAgo: number, days: number): LicenseSeed {
	return {
		expirationType: 'DURATION',
		expirationDays: days,
		expirationDate: addDays(now, days - createdDaysAgo),
		...created(now, createdDaysAgo),
	};
}

function unused(days: number): LicenseSeed {
	return { expirationType: 'DURATION', expirationStart: 'ACTIVATION', expirationDays: days };
}

function activated(now: Date, daysAgo: number, days: number): LicenseSeed {
	return {
		...unused(days),
		expirationDate: addDays(now, days - daysAgo),
		...created(now, daysAgo + 5),
	};
}

function demoId(kind: 'product' | 'customer' | 'license', number: number): string {
	const group = { product: '1000', customer: '2000', license: '3000' }[kind];
	return `d3300000-${group}-4000-8000-${String(number).padStart(12, '0')}`;
}

function demoKey(number: number): string {
	const digits = BigInt(`0x${createHash('sha256').update(`license ${number}`).digest('hex')}`);
	return digits.toString(36).toUpperCase().slice(0, 25).match(/.{5}/g)!.join('-');
}
