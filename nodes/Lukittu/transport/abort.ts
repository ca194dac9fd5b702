import { sleep } from 'n8n-workflow';

/** Thrown in place of sending, once the run is going to end. */
export class NotSent extends Error {}

/** The end of a run, at a refusal or because it is canceled; it ends every wait. */
export class Ending {
	private readonly waits = new Set<() => void>();

	private hasEnded = false;

	/** @param canceled the signal of the execution, which all of its nodes and items share */
	constructor(private readonly canceled?: AbortSignal) {}

	get isHere(): boolean {
		return this.hasEnded || this.canceled?.aborted === true;
	}

	/** Ends the run: nothing more of it will be sent. */
	end(): void {
		this.hasEnded = true;
		this.endWaits();
	}

	/**
	 * Waits for a promise, but no longer than until the run ends.
	 *
	 * @throws NotSent if it ends first
	 */
	async orDone<T>(promise: Promise<T>): Promise<T> {
		if (this.isHere) throw new NotSent();
		let give = () => {};
		const ended = new Promise<never>((_, reject) => {
			give = () => reject(new NotSent());
		});
		// One listener for all items: with one for each, Node would warn of a leak.
		if (this.waits.size === 0) this.canceled?.addEventListener('abort', this.endWaits);
		this.waits.add(give);
		try {
			return await Promise.race([promise, ended]);
		} finally {
			this.waits.delete(give);
			if (this.waits.size === 0) this.canceled?.removeEventListener('abort', this.endWaits);
		}
	}

	/**
	 * Waits some milliseconds, but no longer than until the run ends.
	 *
	 * @throws NotSent if it ends first
	 */
	async orPassed(milliseconds: number): Promise<void> {
		await this.orDone(sleep(milliseconds));
	}

	private readonly endWaits = () => {
		for (const give of this.waits) give();
	};
}
