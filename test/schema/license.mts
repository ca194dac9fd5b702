import type { IDataObject } from 'n8n-workflow';

import { byId, byKey, customers, metadata, products } from '../license/support.mts';
import { addDays } from '../sandbox/formats.mts';
import type { LicenseRow, Sandbox } from '../sandbox/types.mts';
import type { Runs } from './outputs.mts';

const KEY = 'pi_1001';

const all = ({ state }: Sandbox) => [...state.licenses.values()];

/** Lukittu takes no change of a license whose fixed date has passed. */
const changeable = (sandbox: Sandbox) =>
	all(sandbox).filter(
		({ expirationType, expirationDate }) =>
			expirationType !== 'DATE' || (expirationDate && expirationDate > new Date()),
	);

/** One run for each license. */
const each = (licenses: LicenseRow[], parameters: IDataObject = {}): IDataObject[] =>
	licenses.map(({ id }) => ({ license: byId(id), ...parameters }));

/** Two n8n that create with one key at the same moment leave two licenses, which a later run reports. */
function addTwins(sandbox: Sandbox): void {
	const entry = { key: 'n8nIdempotencyKey', value: `${KEY}-twins`, locked: true };
	for (let twin = 0; twin < 2; twin += 1)
		sandbox.addLicense({ metadata: [entry], lastActiveAt: new Date() });
}

export const licenseRuns: Runs = {
	create: (sandbox) => {
		addTwins(sandbox);
		const links = {
			customers: customers(...sandbox.state.customers.keys()),
			products: products(...sandbox.state.products.keys()),
		};
		const additionalFields = { hwidLimit: 2, ipLimit: 5, idempotencyKey: KEY };
		return [
			{ ...links, additionalFields: { metadata: metadata({ key: 'order', value: '1001' }) } },
			{ ...links, additionalFields },
			{ ...links, additionalFields },
			{ additionalFields: { idempotencyKey: `${KEY}-twins` } },
			{ expirationType: 'DATE', expirationDate: addDays(new Date(), 30).toISOString() },
			{ expirationType: 'DURATION', expirationDays: 30, expirationStart: 'ACTIVATION' },
		];
	},
	delete: (sandbox) => {
		const [first, second] = all(sandbox);
		return [{ license: byId(first.id) }, { license: byKey(second.licenseKey) }];
	},
	get: (sandbox) => [
		...each(all(sandbox)),
		...all(sandbox).map(({ licenseKey }) => ({ license: byKey(licenseKey) })),
	],
	getAll: () => [{ returnAll: true }, { limit: 10 }],
	reinstate: (sandbox) => each(changeable(sandbox)),
	renew: (sandbox) =>
		each(
			all(sandbox).filter(({ expirationType }) => expirationType !== 'NEVER'),
			{ renewBy: 'days', days: 30 },
		),
	// The second time nothing is written, and the license comes out as it was read.
	suspend: (sandbox) => [...each(changeable(sandbox)), ...each(changeable(sandbox))],
	update: (sandbox) =>
		each(changeable(sandbox), {
			updateFields: { setMetadata: metadata({ key: 'order', value: '1002' }) },
		}),
};
