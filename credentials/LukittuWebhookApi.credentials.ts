import type { Icon, ICredentialType, INodeProperties } from 'n8n-workflow';

export class LukittuWebhookApi implements ICredentialType {
	name = 'lukittuWebhookApi';

	displayName = 'Lukittu Webhook API';

	icon: Icon = { light: 'file:../icons/lukittu.svg', dark: 'file:../icons/lukittu.dark.svg' };

	documentationUrl = 'https://docs.lukittu.com/platform/webhooks';

	properties: INodeProperties[] = [
		{
			displayName: 'Signing Secret',
			name: 'signingSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description: 'Shown at the webhook in the Lukittu dashboard; each webhook has its own',
		},
	];
}
