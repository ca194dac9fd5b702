import { emptyAnswer, envelope, htmlAnswer } from './answers.mts';
import type { Answer } from './answers.mts';
import type { Fault, FaultKind, StatusFault } from './types.mts';

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
export function faultAnswer(kind: FaultKind, now: Date): Answer | undefined {
	if (typeof kind === 'string' || 'delayMs' in kind) return undefined;
	if ('redirect' in kind) return emptyAnswer(kind.status ?? 302, { location: kind.redirect });
	const answer = statusAnswer(kind, now);
	return { ...answer, headers: { ...answer.headers, ...kind.headers } };
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
