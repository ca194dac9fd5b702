import type { IDataObject } from 'n8n-workflow';

import { byId, metadata } from '../license/support.mts';

const ID = '22222222-2222-4222-8222-222222222222';
const TIMES = { createdAt: '2026-01-01T00:00:00.000Z', updatedAt: '2026-01-01T00:00:00.000Z' };

/** A license as Lukittu answers it, with something in every field that the node uses. */
export const LICENSE = {
	id: ID,
	licenseKey: 'ABCD1-EFGH2-IJKL3-MNOP4-QRST5',
	expirationType: 'DATE',
	expirationStart: 'CREATION',
	expirationDate: '2090-01-01T00:00:00.000Z',
	expirationDays: null,
	hwidLimit: 2,
	ipLimit: null,
	suspended: false,
	lastActiveAt: null,
	metadata: [{ key: 'a', value: 'b', locked: false }],
	customers: [{ id: ID, email: 'alma@example.com', fullName: null, username: null }],
	products: [{ id: ID, name: 'App' }],
	...TIMES,
};

/** A customer as Lukittu answers it. */
export const CUSTOMER = {
	id: ID,
	email: 'alma@example.com',
	fullName: 'Alma Brightwell',
	username: 'alma.b',
	metadata: [{ key: 'a', value: 'b', locked: false }],
	address: null,
	discordAccount: null,
	...TIMES,
};

const license = byId(ID) as unknown as IDataObject;
const customer = byId(ID) as unknown as IDataObject;

/** Parameters with which each operation sends all its kinds of requests. */
export const PARAMETERS: Record<string, IDataObject> = {
	'license create': {},
	'license delete': { license },
	'license get': { license },
	'license getAll': { returnAll: true },
	'license reinstate': { license, reinstateFields: { reason: 'Paid' } },
	'license renew': { license, renewBy: 'days', days: 10 },
	'license suspend': { license, suspendFields: { reason: 'Refunded' } },
	'license update': {
		license,
		updateFields: { hwidLimit: 7, setMetadata: metadata({ key: 'c', value: 'd' }) },
	},
	'customer create': { email: 'alma@example.com' },
	'customer delete': { customer },
	'customer get': { customer },
	'customer getAll': { returnAll: true },
	'customer update': { customer, customerUpdateFields: { fullName: 'Alma B' } },
	'customer upsert': { email: 'alma@example.com', upsertFields: { fullName: 'Alma B' } },
};
