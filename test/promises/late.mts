import type { IDataObject } from 'n8n-workflow';

import type { FaultKind, RequestRecord, Sandbox } from '../sandbox/types.mts';

/** How an answer can be lost while Lukittu goes on. `hang` needs a short timeout. */
export const LOSSES: Array<[string, FaultKind]> = [
	['the connection is cut', 'resetBefore'],
	['502', { status: 502, html: true }],
	['503', { status: 503, details: 'Maintenance' }],
	['504', { status: 504, html: true }],
	['no answer in time', 'hang'],
];

/** So that `hang` takes no longer than the other losses. */
export const SHORT_TIMEOUT = { requestOptions: { timeout: 1000 } };

const matches = ({ method }: RequestRecord, wanted: string) => method === wanted;

/**
 * Loses the answer to the next request of a method, and carries that request out later.
 *
 * @param commit does what Lukittu would have done, with the body that was sent
 */
export function commitLater(
	sandbox: Sandbox,
	method: string,
	kind: FaultKind,
	afterMs: number,
	commit: (body: IDataObject, path: string) => void,
): void {
	sandbox.addFault({ method, kind });
	let isDone = false;
	sandbox.onRequest = (record) => {
		if (isDone || !matches(record, method)) return;
		isDone = true;
		const body = record.body as IDataObject;
		setTimeout(() => commit(body, record.path), afterMs);
	};
}

/** Makes the license that a create asked for. */
export function addAsked(sandbox: Sandbox, body: IDataObject): void {
	const { metadata, customerIds, productIds } = body;
	const fields = { metadata, customerIds, productIds, createdAt: new Date() };
	sandbox.addLicense(fields as Parameters<Sandbox['addLicense']>[0]);
}

/** How many requests of a method there were. */
export const count = ({ requests }: Sandbox, method: string) =>
	requests.filter((request) => matches(request, method)).length;
