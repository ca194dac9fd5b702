import type { GenericValue, IDataObject } from 'n8n-workflow';

import type { LicenseRow, LicenseSeed, RequestRecord, Sandbox } from '../sandbox/types.mts';

export const DAY = 86_400_000;

/** The moment so many days from now. */
export const inDays = (days: number) => new Date(Date.now() + days * DAY);

/** A license that carries something in every field, so that any accident shows. */
export function addFullLicense(sandbox: Sandbox, fields: LicenseSeed = {}): LicenseRow {
	return sandbox.addLicense({
		hwidLimit: 3,
		ipLimit: 7,
		suspended: true,
		customerIds: [sandbox.addCustomer().id, sandbox.addCustomer().id],
		productIds: [sandbox.addProduct().id],
		lastActiveAt: inDays(-3),
		metadata: [
			{ key: 'order', value: '1001', locked: true },
			{ key: 'note', value: 'first', locked: false },
		],
		...fields,
	});
}

/** All that the server holds of a license, without what changes with every write. */
export function stored({ state }: Sandbox, { id }: LicenseRow) {
	const { updatedAt, metadata, ...row } = state.licenses.get(id) as LicenseRow;
	const entries = metadata.map(({ key, value, locked }) => ({ key, value, locked }));
	return { ...row, expirationDate: row.expirationDate?.toISOString() ?? null, metadata: entries };
}

/** The requests that could have changed something. */
export const writesTo = ({ requests }: Sandbox): RequestRecord[] =>
	requests.filter(({ method }) => method !== 'GET');

/** The parameters of a renewal by days. */
export const byDays = (days: GenericValue, renewFields: IDataObject = {}): IDataObject => ({
	renewBy: 'days',
	days,
	renewFields,
});

/** The parameters of a renewal until a date. */
export const until = (renewUntil: GenericValue, renewFields: IDataObject = {}): IDataObject => ({
	renewBy: 'date',
	renewUntil,
	renewFields,
});
