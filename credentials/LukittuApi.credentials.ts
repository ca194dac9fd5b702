import type {
	IAuthenticate,
	Icon,
	ICredentialTestRequest,
	ICredentialType,
	INodeProperties,
} from 'n8n-workflow';

const notLukittu =
	"This address does not answer as Lukittu does. Check 'Base URL': it must be the address of a Lukittu server, such as https://app.lukittu.com, without anything behind it.";
const serverTrouble =
	'Lukittu is there, but has trouble of its own right now. Try again in a few minutes.';

export class LukittuApi implements ICredentialType {
	name = 'lukittuApi';

	displayName = 'Lukittu API';

	icon: Icon = { light: 'file:../icons/lukittu.svg', dark: 'file:../icons/lukittu.dark.svg' };

	documentationUrl = 'https://docs.lukittu.com';

	properties: INodeProperties[] = [
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description: "Create it in your team's settings in the Lukittu dashboard",
		},
		{
			displayName: 'Team ID',
			name: 'teamId',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. 123e4567-e89b-42d3-a456-426614174000',
			description: "Shown in your team's settings in the Lukittu dashboard",
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: 'https://app.lukittu.com',
			required: true,
			description: 'Only to be changed if you run your own Lukittu server',
		},
	];

	// A function: n8n would evaluate an expression for every request, at a tenth of the item's cost.
	authenticate: IAuthenticate = async ({ apiKey }, options) => ({
		...options,
		headers: { ...options.headers, Authorization: `Bearer ${String(apiKey).trim()}` },
	});

	test: ICredentialTestRequest = {
		request: {
			// Put right as in the node: a trailing slash, a pasted /api path, a missing https://. Cut
			// before that: nobody waits for megabytes to be looked through.
			baseURL:
				'={{ $credentials.baseUrl.trim().slice(0, 2000).replace(/^(?!https?:\\/\\/)/i, "https://").replace(/[?#].*$/, "").replace(/^(https?:\\/\\/[^/]+)((?:\\/.*?)?)\\/api(\\/.*)?$/i, "$1$2").replace(/\\/+$/, "") }}/api/v1/dev/teams',
			// An empty ID would make another path; any text is answered as a malformed ID.
			url: '=/{{ encodeURIComponent($credentials.teamId.trim().toLowerCase() || "none") }}/licenses?pageSize=10',
			method: 'GET',
			disableFollowRedirect: true,
		},
		rules: [
			{
				type: 'responseCode',
				properties: {
					value: 400,
					message:
						"The 'Team ID' is malformed. Copy it from your team's settings in the Lukittu dashboard: it looks like 123e4567-e89b-42d3-a456-426614174000.",
				},
			},
			{
				type: 'responseCode',
				properties: {
					value: 401,
					message:
						"Lukittu did not accept the 'API Key' for this team. Check that the key still exists and that 'Team ID' is the ID of the same team.",
				},
			},
			{
				type: 'responseCode',
				properties: {
					value: 403,
					message:
						'Something in front of Lukittu refuses access, perhaps a firewall or proxy. Let n8n through there.',
				},
			},
			...[301, 302, 303, 307, 308, 404, 405, 410].map((value) => ({
				type: 'responseCode' as const,
				properties: { value, message: notLukittu },
			})),
			...[500, 502, 503, 504].map((value) => ({
				type: 'responseCode' as const,
				properties: { value, message: serverTrouble },
			})),
			{
				type: 'responseCode',
				properties: {
					value: 429,
					message: 'Lukittu received too many requests. Try again in a minute.',
				},
			},
			{
				// A page instead of data: nothing in it is called "result".
				type: 'responseSuccessBody',
				properties: { key: 'result.valid', value: undefined, message: notLukittu },
			},
		] as ICredentialTestRequest['rules'],
	};
}
