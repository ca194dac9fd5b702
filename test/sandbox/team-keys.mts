import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';

import type { Team, TeamKeyPair } from './types.mts';

const newKeyPair = promisify(generateKeyPair);

/** The team's 2048-bit RSA keys. */
export function teamKeyPair(team: Team): Promise<TeamKeyPair> {
	team.keyPair ??= newKeyPair('rsa', { modulusLength: 2048 });
	return team.keyPair;
}
