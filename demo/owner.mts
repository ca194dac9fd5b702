import { DemoError } from './errors.mts';

/** How to sign in to the demo's n8n. It listens on this machine alone, so this is no secret. */
export const OWNER = { email: 'demo@example.com', password: 'Lukittu-demo-1' };

/** Sets up n8n's owner account where there is none yet. */
export async function setUpOwner(url: string): Promise<void> {
	const settings: any = await (await fetch(`${url}/rest/settings`)).json();
	if (!settings.data.userManagement.showSetupOnFirstLoad) return;
	const response = await fetch(`${url}/rest/owner/setup`, {
		method: 'POST',
		headers: { 'content-type': 'application/json', 'browser-id': 'lukittu-demo' },
		body: JSON.stringify({ ...OWNER, firstName: 'Lukittu', lastName: 'Demo' }),
	});
	if (!response.ok) {
		throw new DemoError(`n8n refused to set up its owner: ${await response.text()}`);
	}
}
