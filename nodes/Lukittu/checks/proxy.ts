import { UserError, type IHttpRequestOptions } from 'n8n-workflow';

const DEFAULT_PORTS: Record<string, number> = { 'http:': 80, 'https:': 443 };

/**
 * A part of an address as n8n wants it: it writes it into one again, but for the percent sign.
 * Undefined where a percent sign stands for no other character.
 */
function decoded(part: string): string | undefined {
	try {
		return decodeURIComponent(part).replaceAll('%', '%25');
	} catch {
		return undefined;
	}
}

/**
 * Reads the address of a proxy.
 *
 * @throws UserError if it is no web address
 */
export function checkProxy(address: string): IHttpRequestOptions['proxy'] {
	const url = URL.canParse(address) ? new URL(address) : undefined;
	if (!url || !(url.protocol in DEFAULT_PORTS)) {
		throw new UserError("'Proxy' is not the address of a proxy", {
			description: "Open 'Request Options' and write it as in http://proxy.example.com:3128.",
		});
	}
	const { protocol, hostname, port } = url;
	const username = decoded(url.username);
	const password = decoded(url.password);
	if (username === undefined || password === undefined) {
		throw new UserError("'Proxy' has a percent sign in its username or password", {
			description: "Open 'Request Options' and write the percent sign as %25.",
		});
	}
	return {
		protocol: protocol.slice(0, -1),
		host: hostname,
		port: Number(port) || DEFAULT_PORTS[protocol],
		...(username && { auth: { username, password } }),
	};
}
