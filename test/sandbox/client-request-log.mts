import { ClientRefusal } from './client-refusal.mts';
import { countryOfAlpha2 } from './countries.mts';
import type { ClientContext } from './requests.mts';
import type { ClientRequestLog, LicenseRow, Team } from './types.mts';

/** A request that the statistics count. */
export interface LoggedRequest {
	team: Team;
	context: ClientContext;
	type: ClientRequestLog['type'];
	/** Set once it is known. */
	license?: LicenseRow;
}

const LAST_ACTIVE_STEP_MS = 3 * 60 * 1000;

/**
 * Logs a request, answered or refused, and moves its license's `lastActiveAt`. One that ends in a
 * fault of the server (500) leaves no trace.
 */
export async function logged<T>(request: LoggedRequest, handle: () => Promise<T>): Promise<T> {
	try {
		const result = await handle();
		log(request, true);
		return result;
	} catch (error) {
		if (error instanceof ClientRefusal) log(request, false);
		throw error;
	}
}

function log({ team, context, type, license }: LoggedRequest, successful: boolean): void {
	const { now } = context;
	if (license) touch(license, now);
	team.requestLog.push({
		type,
		at: now,
		successful,
		licenseId: license?.id ?? null,
		countryAlpha3: visitorCountry(context),
	});
}

/** Within three minutes it does not move again. */
function touch(license: LicenseRow, now: Date): void {
	if (now.getTime() - license.lastActiveAt.getTime() <= LAST_ACTIVE_STEP_MS) return;
	license.lastActiveAt = now;
	license.updatedAt = now;
}

/**
 * Where the client is, as Cloudflare tells in front of the server: an alpha-3 code, or null. Without
 * coordinates the server does not look at the country.
 */
export function visitorCountry({ headers }: ClientContext): string | null {
	const country = headers['cf-ipcountry'];
	const located = headers['cf-iplongitude'] && headers['cf-iplatitude'];
	if (typeof country !== 'string' || !located) return null;
	return countryOfAlpha2(country)?.alpha3 ?? null;
}
