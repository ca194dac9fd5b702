import type { INodeProperties } from 'n8n-workflow';
import { licenseSelect } from './fields';
import { licenseOptions } from './output';
import { prepareSuspension, reasonField } from './suspension';

const showOnlyForLicenseReinstate = {
	resource: ['license'],
	operation: ['reinstate'],
};

const REASON_KEY = 'reinstatementReason';

export const licenseReinstateDescription: INodeProperties[] = [
	{
		...licenseSelect,
		description: 'The license whose suspension is lifted',
		displayOptions: { show: showOnlyForLicenseReinstate },
	},
	{
		displayName: 'Additional Fields',
		name: 'additionalFields',
		type: 'collection',
		placeholder: 'Add Field',
		default: {},
		displayOptions: { show: showOnlyForLicenseReinstate },
		options: [reasonField(REASON_KEY, 'e.g. Dispute was won')],
	},
	licenseOptions('reinstate'),
];

/** Reinstate: lifts a suspension. Repeating it changes nothing. */
export const prepareLicenseReinstate = prepareSuspension({
	suspended: false,
	reasonKey: REASON_KEY,
	advice: "To make it valid again, use the operation Renew with 'Lift Suspension'.",
});
