import { sign } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { ApiError, SERVER_ERROR } from './answers.mts';
import type { Answer, ClientReply } from './answers.mts';
import { heartbeatBody, verifyBody } from './client-body.mts';
import type { VerificationBody } from './client-body.mts';
import {
	checkBlacklist,
	checkCustomer,
	checkDeviceLimits,
	checkExpiry,
	checkProduct,
	checkRelease,
	checkSuspension,
	licenseOfKey,
	releasesOf,
} from './client-checks.mts';
import type { Verification } from './client-checks.mts';
import {
	badRequest,
	checkTeamId,
	clientAnswer,
	ClientRefusal,
	rateLimited,
	teamOfPath,
} from './client-refusal.mts';
import { logged } from './client-request-log.mts';
import type { LoggedRequest } from './client-request-log.mts';
import { returnedData } from './client-returned-fields.mts';
import { registerDevices } from './devices.mts';
import type { RateLimit } from './rate-limits.mts';
import { refuseUnstorable } from './requests.mts';
import type { ClientContext } from './requests.mts';
import { teamKeyPair } from './team-keys.mts';
import type { Team } from './types.mts';

interface Kind {
	type: 'VERIFY' | 'HEARTBEAT';
	details: string;
	bodyOf: (json: object) => VerificationBody;
}

/** Per address over all teams; verify and heartbeat are counted apart. */
const ADDRESS_LIMIT: RateLimit = { requests: 30, seconds: 60 };

/**
 * The server reads a license's devices, and writes a new one later. So several new devices that come
 * at the same moment all get the last place.
 */
const READ_TO_WRITE_MS = 2;

/** `POST …/verification/verify` */
export function verify(context: ClientContext): Promise<Answer> {
	const kind: Kind = { type: 'VERIFY', details: 'License is valid', bodyOf: verifyBody };
	return clientAnswer(context, () => reply(context, kind));
}

/** `POST …/verification/heartbeat` */
export function heartbeat(context: ClientContext): Promise<Answer> {
	const details = 'License heartbeat successful';
	const kind: Kind = { type: 'HEARTBEAT', details, bodyOf: heartbeatBody };
	return clientAnswer(context, () => reply(context, kind));
}

async function reply(
	context: ClientContext,
	{ type, details, bodyOf }: Kind,
): Promise<ClientReply> {
	const { server, clientAddress, now } = context;
	const json = jsonObject(context);
	checkTeamId(context);
	const body = bodyOf(json);
	if (!server.rateLimits.take(`${type}:${clientAddress}`, ADDRESS_LIMIT, now)) throw rateLimited();
	const team = teamOfPath(context);
	const request: LoggedRequest = { team, context, type };
	return logged(request, async () => {
		const verification = checked(request, body);
		await sleep(READ_TO_WRITE_MS);
		registerUse(verification);
		const data = returnedData(verification);
		const challengeResponse = await signed(body.challenge, team);
		return { status: 200, code: 'VALID', details, data, challengeResponse };
	});
}

/** Any JSON but null is taken, and fails by its first field. */
function jsonObject({ rawBody }: ClientContext): object {
	let json: unknown;
	try {
		json = JSON.parse(new TextDecoder().decode(rawBody));
	} catch {
		throw badRequest('Invalid JSON payload');
	}
	if (json === null) throw new ApiError(500, SERVER_ERROR);
	return Object(json) as object;
}

/** Runs every check, in the server's order: a branch goes before the license itself. */
function checked(request: LoggedRequest, body: VerificationBody): Verification {
	const { team, context } = request;
	const license = licenseOfKey(team, body.licenseKey);
	const releases = releasesOf(team, license, body);
	if (!license) throw new ClientRefusal(404, 'LICENSE_NOT_FOUND', 'License not found');
	request.license = license;
	const verification = { team, context, license, body, releases };
	checkBlacklist(verification);
	checkCustomer(verification);
	checkProduct(verification);
	checkRelease(verification);
	checkSuspension(verification);
	checkExpiry(verification);
	checkDeviceLimits(verification);
	return verification;
}

function registerUse({ team, context, license, body, releases }: Verification): void {
	const { now, clientAddress: ip } = context;
	const { hardwareIdentifier, version } = body;
	refuseUnstorable(hardwareIdentifier);
	registerDevices(team, { license, hardwareIdentifier, ip }, now);
	const release =
		releases.find((row) => row.version === version) ?? releases.find((row) => row.latest);
	if (release) Object.assign(release, { lastSeenAt: now, updatedAt: now });
}

/** RSA-SHA256 (PKCS#1 v1.5) with the team's private key, in hex. */
async function signed(challenge: string | undefined, team: Team): Promise<string | undefined> {
	if (challenge === undefined) return undefined;
	const { privateKey } = await teamKeyPair(team);
	return sign('sha256', Buffer.from(challenge, 'utf8'), privateKey).toString('hex');
}
