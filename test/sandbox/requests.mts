import type { IncomingHttpHeaders } from 'node:http';

import { ApiError, SERVER_ERROR } from './answers.mts';
import type { Answer, Reply } from './answers.mts';
import { Cache } from './cache.mts';
import type { DiscordRules } from './discord.mts';
import { ConnectionPool } from './races.mts';
import { RateLimiter } from './rate-limits.mts';
import type { Features, SentEmail, Team, WebhookEvent } from './types.mts';

/** The server's own default; its operator may set another. */
const DEFAULT_RELEASE_FILE_MB = 30;

/** What the server holds beside the data; a reset clears it. */
export interface ServerState {
	rateLimits: RateLimiter;
	connections: ConnectionPool;
	cache: Cache;
	discord: DiscordRules;
	maxReleaseFileMb: number;
	emails: SentEmail[];
	/** The mail server takes no e-mail. */
	refusesEmails: boolean;
}

/** @param discord which accounts Discord does not know; default: none */
export function newServerState(discord: DiscordRules = {}): ServerState {
	return {
		rateLimits: new RateLimiter(),
		connections: new ConnectionPool(),
		cache: new Cache(),
		discord,
		maxReleaseFileMb: DEFAULT_RELEASE_FILE_MB,
		emails: [],
		refusesEmails: false,
	};
}

/** A request before it is known whose it is. */
export interface HttpRequest {
	method: string;
	path: string;
	/** As sent, with its question mark; empty where there is none. */
	search: string;
	query: URLSearchParams;
	headers: IncomingHttpHeaders;
	/** The first entry of X-Forwarded-For, whatever it is, else the socket's address. */
	clientAddress: string;
	rawBody: Buffer;
	now: Date;
	teams: Team[];
	server: ServerState;
	features: Features;
	/** Tells a team's webhooks of a change. */
	notify: (team: Team, event: WebhookEvent, entity: unknown) => void;
}

/** What a handler of the dev API knows of the request: authenticated, its path IDs well-formed. */
export interface Context extends HttpRequest {
	team: Team;
	params: Record<string, string>;
}

export type Handler = (context: Context) => Reply | Promise<Reply>;

/** The client API has no authentication, and each handler checks its path on its own. */
export interface ClientContext extends HttpRequest {
	params: Record<string, string>;
}

export type ClientHandler = (context: ClientContext) => Answer | Promise<Answer>;

/** The JSON body of a request. The server ignores a byte order mark. */
export function jsonBody({ rawBody }: HttpRequest): unknown {
	try {
		return JSON.parse(new TextDecoder().decode(rawBody));
	} catch {
		throw new ApiError(400, 'Invalid JSON body');
	}
}

/**
 * Refuses what the database cannot store: a NUL character, and half a surrogate pair (a cut emoji),
 * which is no valid UTF-8.
 */
export function refuseUnstorable(value: unknown, details = SERVER_ERROR): void {
	if (typeof value === 'string' && !isStorable(value)) throw new ApiError(500, details);
	if (typeof value === 'object' && value !== null)
		for (const entry of Object.values(value)) refuseUnstorable(entry, details);
}

function isStorable(text: string): boolean {
	return !/\0|\p{Surrogate}/u.test(text);
}
