import {
	UserError,
	type ICredentialsDecrypted,
	type ICredentialTestFunctions,
	type IHookFunctions,
	type INodeCredentialTestResult,
	type IWebhookFunctions,
} from 'n8n-workflow';

export const CREDENTIAL = 'lukittuWebhookApi';

const NO_SECRET = "The credential has no 'Signing Secret'";
const WHERE = 'Copy the secret from the webhook in the Lukittu dashboard.';

const trimmed = (secret: unknown) => (typeof secret === 'string' ? secret.trim() : '');

/**
 * Reads the secret that Lukittu signs with.
 *
 * @throws UserError where there is none, and n8n's own where the node has no credential
 */
export async function readSecret(context: IHookFunctions | IWebhookFunctions): Promise<string> {
	const { signingSecret } = await context.getCredentials(CREDENTIAL);
	const secret = trimmed(signingSecret);
	if (secret) return secret;
	throw new UserError(NO_SECRET, { description: WHERE });
}

/** n8n takes longer to decrypt a credential than for all else that an event needs. */
const CACHE_MS = 10_000;

const secretCache = new Map<string, { secret: Promise<string>; expiresAt: number }>();

/**
 * Reads the secret as `readSecret()` does, at most once in ten seconds.
 *
 * @param now milliseconds since 1970
 * @throws as `readSecret()`, and then reads it again for the next event
 */
export async function readCachedSecret(context: IWebhookFunctions, now: number): Promise<string> {
	const id = `${context.getWorkflow().id} ${context.getNode().credentials?.[CREDENTIAL]?.id}`;
	const cached = secretCache.get(id);
	if (cached && now < cached.expiresAt) return await cached.secret;

	for (const [other, { expiresAt }] of secretCache) if (expiresAt <= now) secretCache.delete(other);
	const secret = readSecret(context);
	secretCache.set(id, { secret, expiresAt: now + CACHE_MS });
	secret.catch(() => secretCache.delete(id));
	return await secret;
}

/**
 * Tests a credential without Lukittu, which has no way to ask: whether there is a secret, and one
 * that can be a secret as a whole.
 */
export async function testSigningSecret(
	this: ICredentialTestFunctions,
	{ data }: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
	const secret = trimmed(data?.signingSecret);
	if (!secret) return { status: 'Error', message: `${NO_SECRET}. ${WHERE}` };
	if (/\s/.test(secret)) {
		return {
			status: 'Error',
			message: `The 'Signing Secret' has a space or a line break inside. ${WHERE}`,
		};
	}
	return {
		status: 'OK',
		message: 'The secret is there. Whether it is the right one shows with the first event.',
	};
}
