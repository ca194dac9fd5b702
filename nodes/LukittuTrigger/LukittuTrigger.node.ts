import {
	NodeConnectionTypes,
	type IHookFunctions,
	type INodeType,
	type INodeTypeDescription,
	type IWebhookFunctions,
	type IWebhookResponseData,
} from 'n8n-workflow';
import { readSecret, testSigningSecret } from './credential';
import { triggerFields } from './fields';
import { receive } from './receive';
import { readSettings } from './settings';

export class LukittuTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Lukittu Trigger',
		name: 'lukittuTrigger',
		icon: { light: 'file:../../icons/lukittu.svg', dark: 'file:../../icons/lukittu.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle: '={{ $parameter["events"].join(", ") }}',
		description: 'Starts the workflow when something happens in Lukittu',
		defaults: {
			name: 'Lukittu Trigger',
		},
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [
			{
				name: 'lukittuWebhookApi',
				required: true,
				testedBy: 'testSigningSecret',
			},
		],
		webhooks: [
			{
				name: 'default',
				httpMethod: 'POST',
				responseMode: 'onReceived',
				// Without it, n8n would answer with its default in place of the node's answer.
				responseData: '',
				path: 'webhook',
			},
		],
		properties: triggerFields,
	};

	methods = {
		credentialTest: { testSigningSecret },
	};

	// Lukittu has no API for webhooks: users add and remove them in its dashboard. Only a trigger that
	// could not work is refused here.
	webhookMethods = {
		default: {
			async checkExists(this: IHookFunctions): Promise<boolean> {
				return false;
			},
			async create(this: IHookFunctions): Promise<boolean> {
				await readSecret(this);
				readSettings(this);
				return true;
			},
			async delete(this: IHookFunctions): Promise<boolean> {
				return true;
			},
		},
	};

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await receive(this);
	}
}
