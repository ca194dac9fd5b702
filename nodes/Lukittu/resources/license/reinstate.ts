import type { INodeProperties } from 'n8n-workflow';
import { prepareSuspension, reasonField } from './suspension';

const showOnlyForLicenseReinstate = {
	resource: ['license'],
	operation: ['reinstate'],
};

const REASON_KEY = 'reinstatementReason';

export const licenseReinstateDescription: INodeProperties[] = [
	{
		displayName: 'Additional Fields',
		name: 'reinstateFields',
		type: 'collection',
		placeholder: 'Add Field',
		default: {},
		displayOptions: { show: showOnlyForLicenseReinstate },
		options: [reasonField(REASON_KEY, 'e.g. Dispute was won')],
	},
];

/** Reinstate: lifts a suspension. Repeating it changes nothing. */
export const prepareLicenseReinstate = prepareSuspension({
	suspended: false,
	fieldsName: 'reinstateFields',
	reasonKey: REASON_KEY,
	advice: "To make it valid again, use the operation Renew with 'Lift Suspension'.",
});
