import type { INodeProperties } from 'n8n-workflow';
import { eventOptions } from './events';
import {
	DEFAULT_MOST_EVENTS,
	DEFAULT_REPEAT_WINDOW,
	DEFAULT_TOLERANCE,
	MAX_MOST_EVENTS,
	MAX_REPEAT_WINDOW,
	MAX_TOLERANCE,
} from './settings';

export const triggerFields: INodeProperties[] = [
	{
		// Of HTML, n8n shows a, ul and li in a notice, and nothing that is computed.
		displayName:
			'Lukittu sends events once you have added a webhook there: <ul><li>Copy the Production URL from "Webhook URLs" above.</li><li>In the Lukittu dashboard, open "Webhooks", add a webhook with this URL, and select the events.</li><li>Copy its secret into the credential of this node.</li><li>Publish the workflow (in older versions of n8n: activate it).</li></ul>To try it out in the editor, use the Test URL instead. <a href="https://docs.lukittu.com/platform/webhooks" target="_blank">More about webhooks in Lukittu</a>',
		name: 'setupNotice',
		type: 'notice',
		default: '',
	},
	{
		displayName: 'Events',
		name: 'events',
		type: 'multiOptions',
		required: true,
		options: eventOptions,
		default: [],
		description:
			'Which events start the workflow. Select them for the webhook in Lukittu, too: it sends no others.',
	},
	{
		// For a node in version 1, n8n reads this before it calls the node, and then leaves the body
		// as it came. Otherwise it would parse what anybody sends before the signature is checked, and
		// answer invalid JSON itself.
		displayName: 'Options',
		name: 'options',
		type: 'hidden',
		default: { binaryData: true },
	},
	{
		displayName: 'Options',
		name: 'additionalOptions',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		options: [
			{
				displayName: 'Drop Repeats Within',
				name: 'repeatWindow',
				type: 'number',
				typeOptions: { minValue: 0, maxValue: MAX_REPEAT_WINDOW },
				default: DEFAULT_REPEAT_WINDOW,
				description:
					'For how many minutes after it was last received an event is dropped if it comes again with the same data. Lukittu may send events again hours later, also those that were answered. 0 drops none.',
			},
			{
				displayName: 'License IDs or Keys',
				name: 'licenses',
				type: 'string',
				typeOptions: { multipleValues: true, multipleValueButtonText: 'Add License' },
				default: [],
				placeholder: 'e.g. ABCD1-EFGH2-IJKL3-MNOP4-QRST5',
				description:
					'Only events of these licenses. Events of customers, products and releases are not affected.',
			},
			{
				displayName: 'Most Events per Execution',
				name: 'mostEvents',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: MAX_MOST_EVENTS },
				default: DEFAULT_MOST_EVENTS,
				description:
					'How many events one execution may have, as its items, where they come while n8n is still starting the workflow for others. With 1, each has an execution of its own. With more, n8n answers many events at once sooner.',
			},
			{
				displayName: 'Product IDs',
				name: 'productIds',
				type: 'string',
				typeOptions: { multipleValues: true, multipleValueButtonText: 'Add Product' },
				default: [],
				placeholder: 'e.g. 123e4567-e89b-42d3-a456-426614174000',
				description:
					'Only events of these products, of their releases, and of licenses for at least one of them. Events of customers are not affected: Lukittu does not tell their products.',
			},
			{
				displayName: 'Signature Tolerance',
				name: 'signatureTolerance',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: MAX_TOLERANCE },
				default: DEFAULT_TOLERANCE,
				description:
					"By how many minutes the time at which Lukittu signed an event may differ from this server's. Change it only if a clock is wrong.",
			},
		],
	},
];
