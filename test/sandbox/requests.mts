import { ApiError, SERVER_ERROR } from './answers.mts';
import type { Reply } from './answers.mts';
import type { Features, SentEmail, Team, WebhookEvent } from './types.mts';

/** What a handler knows of the request: authenticated, its path IDs well-formed. */
export interface Context {
	team: Team;
	params: Record<string, string>;
	query: URLSearchParams;
	rawBody: string;
	now: Date;
	features: Features;
	emails: SentEmail[];
	/** Tells a team's webhooks of a change. */
	notify: (team: Team, event: WebhookEvent, entity: unknown) => void;
}

export type Handler = (context: Context) => Reply;

/** The JSON body of a request. */
export function jsonBody(context: Context): unknown {
	try {
		return JSON.parse(context.rawBody);
	} catch {
		throw new ApiError(400, 'Invalid JSON body');
	}
}

/** Refuses what reaches the database with a NUL character, which PostgreSQL cannot store. */
export function refuseNul(value: unknown): void {
	if (typeof value === 'string' && value.includes('\0')) throw new ApiError(500, SERVER_ERROR);
	if (typeof value === 'object' && value !== null) Object.values(value).forEach(refuseNul);
}
