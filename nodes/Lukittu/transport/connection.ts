import {
	UserError,
	type ICredentialDataDecryptedObject,
	type IExecuteSingleFunctions,
	type ILoadOptionsFunctions,
} from 'n8n-workflow';
import { checkUuid } from '../checks/ids';

/** Who sends a request: a node that runs, or a locator's list in the editor. */
export type LukittuContext = IExecuteSingleFunctions | ILoadOptionsFunctions;

/** Where the requests of one credential go. */
export interface Connection {
	/** The server's address, without a trailing slash. */
	baseUrl: string;
	teamId: string;
}

const WEB_ADDRESS = /^https?:\/\/(\[[\da-f:]+\]|[^\s/?#@:[\]]+)(:(?<port>\d+))?([/?#]\S*)?$/i;
/** What is pasted from Lukittu's documents behind the address. */
const API_PATH = /^(https?:\/\/[^/]+)((?:\/.*?)?)\/api(\/.*)?$/i;
const LAST_PORT = 65_535;

/**
 * Reads a base URL as users paste it: a trailing slash, a path from `/api` on, and a missing
 * `https://` are put right.
 *
 * @throws UserError if it is empty or no web address
 */
export function checkBaseUrl(value: unknown): string {
	const text = typeof value === 'string' ? value.trim() : '';
	const withScheme = /^[a-z]+:\/\//i.test(text) ? text : `https://${text}`;
	const address = WEB_ADDRESS.exec(withScheme);
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

/**
 * Takes the connection from a credential.
 *
 * @throws UserError if the API key is empty, the team ID no UUID or the base URL no web address
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
	if (typeof teamId !== 'string' || teamId.trim() === '') {
		throw new UserError("'Team ID' in the Lukittu credential is empty", {
			description:
				"Open the credential and copy the ID from your team's settings in the Lukittu dashboard.",
		});
	}
	return {
		baseUrl: checkBaseUrl(baseUrl),
		teamId: checkUuid(teamId, "'Team ID' in the Lukittu credential", 'team'),
	};
}
