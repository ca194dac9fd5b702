import type { Prepare } from '../../execution/operation';
import { licenseReference } from '../parameters';
import { licenseOutput } from './output';
import { readLicense } from './read';

/** Get: one license with its metadata, whichever way it was named. */
export const prepareLicenseGet: Prepare = (context) => {
	const reference = licenseReference(context);
	const output = licenseOutput(context);
	return async (client) => [output(await readLicense(client, reference))];
};
