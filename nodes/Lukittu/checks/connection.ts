import { UserError, type ICredentialDataDecryptedObject } from 'n8n-workflow';
import { shortened } from '../text';
import { isUuid } from './ids';

/** Where the requests of one credential go. */
export interface Connection {
	/** The server's address, without a trailing slash. */
	baseUrl: string;
	teamId: string;
	apiKey: string;
}

const WEB_ADDRESS = /^https?:\/\/(\[[\da-f:]+\]|[^\s/?#@:[\]]+)(:(?<port>\d+))?([/?#]\S*)?$/i;
/** What is pasted from Lukittu's documents behind the address. */
const API_PATH = /^(https?:\/\/[^/]+)((?:\/.*?)?)\/api(\/.*)?$/i;
const LAST_PORT = 65_535;
const LONGEST_ADDRESS = 2000;

/** What may stand in a header: no blanks, no line breaks, nothing beyond ASCII. */
const API_KEY = /^[!-~]+$/;

/**
 * Reads a base URL as users paste it: a trailing slash, a path from `/api` on, and a missing
 * `https://` are put right.
 *
 * @throws UserError if it is empty or no web address
 */
export function checkBaseUrl(value: unknown): string {
	const text = typeof value === 'string' ? value.trim() : '';
	const withScheme = /^[a-z]+:\/\//i.test(text) ? text : `https://${text}`;
	// It stands in messages.
	const isOneLine = shortened(text, LONGEST_ADDRESS) === text;
	const address = isOneLine && WEB_ADDRESS.exec(withScheme);
	if (!address || Number(address.groups?.port ?? 0) > LAST_PORT) {
		throw new UserError("'Base URL' in the Lukittu credential is not a web address", {
			description:
				'Open the credential and give the address of your Lukittu server, such as https://app.lukittu.com.',
		});
	}
	return withScheme
		.replace(/[?#].*$/, '')
		.replace(API_PATH, '$1$2')
		.replace(/\/+$/, '');
}

/** Names a team on a server: what shares request slots and locks. */
export function teamOf({ baseUrl, teamId }: Connection): string {
	return `${baseUrl} ${teamId}`;
}

/**
 * Takes the connection from a credential.
 *
 * @throws UserError if the API key is empty or cannot be one, the team ID is no UUID or the base URL
 *   no web address; without their values, since a key may stand in the wrong field
 */
export function connectionOf({
	apiKey,
	baseUrl,
	teamId,
}: ICredentialDataDecryptedObject): Connection {
	if (typeof apiKey !== 'string' || apiKey.trim() === '') {
		throw new UserError("'API Key' in the Lukittu credential is empty", {
			description:
				"Open the credential and give a key from your team's settings in the Lukittu dashboard.",
		});
	}
	if (!API_KEY.test(apiKey.trim())) {
		throw new UserError("'API Key' in the Lukittu credential has characters that no API key has", {
			description:
				'Open the credential and paste the key again: without blanks, line breaks, and letters other than A to Z.',
		});
	}
	if (typeof teamId !== 'string' || teamId.trim() === '') {
		throw new UserError("'Team ID' in the Lukittu credential is empty", {
			description:
				"Open the credential and copy the ID from your team's settings in the Lukittu dashboard.",
		});
	}
	const id = teamId.trim().toLowerCase();
	if (!isUuid(id)) {
		throw new UserError("'Team ID' in the Lukittu credential is not a team ID", {
			description:
				"Open the credential and copy the ID from your team's settings in the Lukittu dashboard: it is a UUID such as 123e4567-e89b-42d3-a456-426614174000.",
		});
	}
	return { baseUrl: checkBaseUrl(baseUrl), teamId: id, apiKey };
}
