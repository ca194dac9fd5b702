import type { INodeProperties } from 'n8n-workflow';
import type { Prepare } from '../../transport/door';
import { licenseSelect } from './fields';
import { licenseReference } from './parameters';
import { readLicense } from './read';

export const licenseGetDescription: INodeProperties[] = [
	{
		...licenseSelect,
		displayOptions: { show: { resource: ['license'], operation: ['get'] } },
	},
];

/** Get: one license with its metadata, whichever way it was named. */
export const prepareLicenseGet: Prepare = (context) => {
	const reference = licenseReference(context);
	return async (send) => [await readLicense(send, reference)];
};
