/** A delete that was not carried out by this item is not claimed. */
import { runCustomer } from '../customer/support.mts';
import { byId, readable, runLicense, startShop } from '../license/support.mts';
import type { FaultKind, Sandbox } from '../sandbox/types.mts';
import { count } from './late.mts';

const UNKNOWN_ID = '123e4567-e89b-42d3-a456-426614174000';

let sandbox: Sandbox;

beforeEach(async () => {
	({ sandbox } = await startShop());
});

afterEach(async () => await sandbox.close());

const remove = async (resource: 'customer' | 'license', id: string) =>
	resource === 'license'
		? await runLicense(sandbox, 'delete', { license: byId(id) })
		: await runCustomer(sandbox, 'delete', { customer: byId(id) });

describe.each(['customer', 'license'] as const)('%s', (resource) => {
	test.each<[string, FaultKind]>([
		['502', { status: 502, html: true }],
		['502 in words of Lukittu', { status: 502, details: 'Bad Gateway' }],
		['503', { status: 503, details: 'Maintenance' }],
	])('%s, then 404, is told as not known', async (_, kind) => {
		sandbox.addFault({ method: 'DELETE', kind });
		const { error, items } = await remove(resource, UNKNOWN_ID);
		expect(items).toEqual([]);
		expect(readable(error)).toMatch(
			new RegExp(
				`^Lukittu does not know the ${resource} with the ID [^]*An earlier try got no answer from Lukittu; it may have been carried out then\\.$`,
			),
		);
		expect(count(sandbox, 'DELETE')).toBe(2);
	});

	test.each<FaultKind>(['resetAfter', 'truncate', 'invalidJson'])(
		'%s, then 404, is a delete that went well',
		async (kind) => {
			sandbox.addFault({ method: 'DELETE', kind });
			const { id } = resource === 'license' ? sandbox.addLicense() : sandbox.addCustomer();
			const { error, items } = await remove(resource, id);
			// Where the answer is unreadable, the delete is not sent again.
			if (kind === 'invalidJson') expect(readable(error)).toContain('It is not known whether');
			else expect(items[0].json.deleted).toBe(true);
		},
	);
});
