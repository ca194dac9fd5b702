import { ApiError, clientEnvelope } from './answers.mts';
import type { Answer, ClientReply } from './answers.mts';
import { UUID } from './formats.mts';
import type { ClientContext } from './requests.mts';
import type { Team } from './types.mts';

/** Thrown to refuse a request to the client API. */
export class ClientRefusal extends Error {
	constructor(
		readonly status: number,
		readonly code: string,
		readonly details: string,
	) {
		super(details);
	}
}

/** JSON, a path or a field that is wrong. */
export function badRequest(details: string): ClientRefusal {
	return new ClientRefusal(400, 'BAD_REQUEST', details);
}

/** More requests than a rate limit allows. No header tells when it ends. */
export function rateLimited(): ClientRefusal {
	return new ClientRefusal(429, 'RATE_LIMIT', 'Rate limited');
}

/** Answers with what a handler gives back, or with the refusal it throws. */
export async function clientAnswer(
	{ now }: ClientContext,
	reply: () => Promise<ClientReply>,
): Promise<Answer> {
	try {
		return clientEnvelope(await reply(), now);
	} catch (error) {
		return clientEnvelope({ ...refusalOf(error), data: null }, now);
	}
}

function refusalOf(error: unknown): Omit<ClientReply, 'data'> {
	if (error instanceof ClientRefusal) {
		const { status, code, details } = error;
		return { status, code, details };
	}
	// What the dev API refuses with 500 (text that cannot be stored) has a code here.
	if (!(error instanceof ApiError)) throw error;
	return { status: error.status, code: 'INTERNAL_SERVER_ERROR', details: error.details };
}

/** Refuses a malformed team ID, which the client API words in its own way. */
export function checkTeamId({ params }: ClientContext): void {
	if (!UUID.test(params.teamId)) throw badRequest('Invalid team UUID');
}

/** The team of the path; unknown, deleted and spelled in upper case look the same. */
export function teamOfPath({ teams, params }: ClientContext): Team {
	const team = teams.find(({ teamId, deleted }) => teamId === params.teamId && !deleted);
	if (!team) throw new ClientRefusal(404, 'TEAM_NOT_FOUND', 'Team not found');
	return team;
}
