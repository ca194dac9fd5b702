import type { IDataObject } from 'n8n-workflow';

import { byId } from '../license/support.mts';
import type { Sandbox } from '../sandbox/types.mts';
import type { Runs } from './outputs.mts';

const ADDRESS = {
	value: {
		line1: '1 Harbour Street',
		line2: 'Floor 2',
		city: 'Exampleton',
		state: 'Example State',
		country: 'Finland',
		postalCode: '00100',
	},
};

const all = ({ state }: Sandbox) => [...state.customers.values()];

/** One run for each customer. */
const each = (sandbox: Sandbox, parameters: IDataObject = {}): IDataObject[] =>
	all(sandbox).map(({ id }) => ({ customer: byId(id), ...parameters }));

/** What a customer can be given, and as little as may be. */
/** A customer with everything and one with nothing but an address. */
const fields = (collection: 'customerFields' | 'upsertFields'): IDataObject[] => [
	{
		email: 'new@example.com',
		[collection]: {
			fullName: 'Robin Sample',
			username: 'robin',
			discordId: '223456789012345678',
			address: ADDRESS,
			metadata: { entry: [{ key: 'source', value: 'shop' }] },
		},
	},
	{ email: 'bare@example.com' },
];

export const customerRuns: Runs = {
	create: () => [
		...fields('customerFields'),
		{ email: '', customerFields: { username: 'no-mail' } },
	],
	delete: (sandbox) => each(sandbox),
	get: (sandbox) => each(sandbox),
	getAll: () => [{ returnAll: true }],
	update: (sandbox) =>
		each(sandbox, {
			customerUpdateFields: { setMetadata: { entry: [{ key: 'source', value: 'shop' }] } },
		}),
	upsert: (sandbox) => {
		// Lukittu takes one e-mail address more than once.
		for (let twin = 0; twin < 2; twin += 1) sandbox.addCustomer({ email: 'twin@example.com' });
		const twice = [...fields('upsertFields'), ...fields('upsertFields')];
		return [...twice, { email: 'twin@example.com' }];
	},
};
