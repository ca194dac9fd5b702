import type { INodeProperties } from 'n8n-workflow';
import { prepareSuspension, reasonField } from './suspension';

const showOnlyForLicenseSuspend = {
	resource: ['license'],
	operation: ['suspend'],
};

const REASON_KEY = 'suspensionReason';

export const licenseSuspendDescription: INodeProperties[] = [
	{
		displayName: 'Additional Fields',
		name: 'suspendFields',
		type: 'collection',
		placeholder: 'Add Field',
		default: {},
		displayOptions: { show: showOnlyForLicenseSuspend },
		options: [reasonField(REASON_KEY, 'e.g. Payment was refunded')],
	},
];

/** Suspend: the license stops being valid until it is reinstated. Repeating it changes nothing. */
export const prepareLicenseSuspend = prepareSuspension({
	suspended: true,
	fieldsName: 'suspendFields',
	reasonKey: REASON_KEY,
	advice:
		"It is not valid any more as it is. To suspend it all the same, use the operation Update with 'Suspended' and a new 'Expiration' in the future together; to be rid of it, use Delete.",
});
