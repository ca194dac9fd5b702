import { constants, privateDecrypt } from 'node:crypto';

import type { Answer, ClientReply } from './answers.mts';
import { classloaderQuery } from './client-body.mts';
import {
	checkTeamId,
	clientAnswer,
	ClientRefusal,
	rateLimited,
	teamOfPath,
} from './client-refusal.mts';
import { logged } from './client-request-log.mts';
import type { RateLimit } from './rate-limits.mts';
import type { ClientContext } from './requests.mts';
import { teamKeyPair } from './team-keys.mts';
import type { Team } from './types.mts';

/** Per address, and again per license key. */
const REQUEST_LIMIT: RateLimit = { requests: 30, seconds: 60 };
const SESSION_KEY_LIMIT: RateLimit = { requests: 1, seconds: 15 * 60 };
const PLAN_REFUSAL = 'Using classloader requires a higher plan. Either upgrade or contact support.';

/**
 * `GET …/verification/classloader`, up to the session key: what the server refuses until it has one
 * that is valid. Files are not sent; whoever comes so far is told so.
 */
export function classloader(context: ClientContext): Promise<Answer> {
	return clientAnswer(context, () => reply(context));
}

/** `HEAD …/verification/classloader`: the server looks at nothing. */
export function classloaderHead(): Answer {
	return { status: 200, headers: { 'content-type': 'application/octet-stream' }, body: '' };
}

async function reply(context: ClientContext): Promise<ClientReply> {
	const { query, server, clientAddress, now } = context;
	checkTeamId(context);
	const { licenseKey, sessionKey } = classloaderQuery(query);
	const { teamId } = context.params;
	for (const key of [`DOWNLOAD:${clientAddress}`, `DOWNLOAD:${teamId}:${licenseKey}`])
		if (!server.rateLimits.take(key, REQUEST_LIMIT, now)) throw rateLimited();
	const team = teamOfPath(context);
	return logged({ team, context, type: 'DOWNLOAD' }, async () => {
		if (!team.fileUploads) throw new ClientRefusal(403, 'FORBIDDEN', PLAN_REFUSAL);
		const session = await decrypted(sessionKey, team);
		if (!server.rateLimits.take(`session:${teamId}:${session}`, SESSION_KEY_LIMIT, now))
			throw rateLimited();
		throw new ClientRefusal(501, 'NOT_IMPLEMENTED', 'The sandbox sends no files');
	});
}

/** A session key is the hex text of bytes encrypted (RSA-OAEP, SHA-1) with the team's public key. */
async function decrypted(sessionKey: string, team: Team): Promise<string> {
	const { privateKey } = await teamKeyPair(team);
	const options = { key: privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' };
	try {
		return privateDecrypt(options, Buffer.from(sessionKey, 'hex')).toString('hex');
	} catch {
		throw new ClientRefusal(400, 'INVALID_SESSION_KEY', 'Invalid session key');
	}
}
