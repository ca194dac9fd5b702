import type { INodeProperties } from 'n8n-workflow';
import type { Prepare } from '../../transport/door';
import { licenseSelect } from './fields';
import { licenseReference } from '../parameters';
import { licenseOptions, licenseOutput } from './output';
import { readLicense } from './read';

export const licenseGetDescription: INodeProperties[] = [
	{
		...licenseSelect,
		displayOptions: { show: { resource: ['license'], operation: ['get'] } },
	},
	licenseOptions('get'),
];

/** Get: one license with its metadata, whichever way it was named. */
export const prepareLicenseGet: Prepare = (context) => {
	const reference = licenseReference(context);
	const output = licenseOutput(context);
	return async (send) => [output(await readLicense(send, reference))];
};
