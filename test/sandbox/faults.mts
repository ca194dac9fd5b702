import { emptyAnswer, envelope, htmlAnswer, SERVER_ERROR } from './answers.mts';
import type { Answer } from './answers.mts';
import { CREATE_FAILURE } from './expiry.mts';
import type { Fault, FaultKind, RequestRecord, StatusFault } from './types.mts';

interface PendingFault extends Fault {
	skip: number;
	times: number;
}

/** The faults still to come. */
export class FaultQueue {
	private pending: PendingFault[] = [];

	add(fault: Fault): void {
		this.pending.push({ ...fault, skip: fault.skip ?? 0, times: fault.times ?? 1 });
	}

	/** The fault this request meets. Each fault it passes counts it against its own `skip`. */
	take(method: string, path: string): FaultKind | undefined {
		for (const fault of this.pending.filter((candidate) => matches(candidate, method, path))) {
			if (fault.skip > 0) {
				fault.skip -= 1;
				continue;
			}
			fault.times -= 1;
			this.pending = this.pending.filter(({ times }) => times > 0);
			return fault.kind;
		}
		return undefined;
	}
}

/** The answer of a fault that keeps the request from being carried out, if it is one. */
export function faultAnswer(
	kind: FaultKind,
	request: Pick<RequestRecord, 'method' | 'path'>,
	now: Date,
): Answer | undefined {
	if (kind === 'databaseStall') return stallAnswer(request, now);
	// The server takes a key that it cannot look up for a wrong one.
	if (kind === 'databaseAway')
		return envelope({ status: 401, details: 'Invalid API key', data: null }, now);
	if (typeof kind === 'string') return undefined;
	if ('redirect' in kind) return emptyAnswer(kind.status ?? 302, { location: kind.redirect });
	if (!('status' in kind)) return undefined;
	const answer = statusAnswer(kind, now);
	return { ...answer, headers: { ...answer.headers, ...kind.headers } };
}

function stallAnswer({ method, path }: Pick<RequestRecord, 'method' | 'path'>, now: Date): Answer {
	const isCreate = method === 'POST' && path.endsWith('/licenses');
	const details = isCreate ? CREATE_FAILURE : SERVER_ERROR;
	return envelope({ status: 500, details, data: null }, now);
}

function statusAnswer(fault: StatusFault, now: Date): Answer {
	const { status, details = `Fault ${status}`, data = null } = fault;
	if (fault.emptyBody) return emptyAnswer(status);
	if (fault.html) return htmlAnswer(status, `<html><body><h1>${details}</h1></body></html>`);
	return envelope({ status, details, data }, now);
}

/** Whether the method and path are those the fault waits for. */
function matches(fault: Fault, method: string, path: string): boolean {
	const rightMethod = !fault.method || fault.method.toUpperCase() === method;
	// search() ignores the state a global expression keeps between two tests.
	return rightMethod && (!fault.path || path.search(fault.path) >= 0);
}
