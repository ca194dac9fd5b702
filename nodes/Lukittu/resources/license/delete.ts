import type { IDataObject } from 'n8n-workflow';
import type { Prepare } from '../../execution/operation';
import { licenseReference } from '../parameters';
import { pathOf, subjectOf } from './read';
import { licenseResource } from './resource';

/** Delete: one DELETE by ID or key, whichever names the license. */
export const prepareLicenseDelete: Prepare = (context) => {
	const reference = licenseReference(context);
	return async (client) => {
		const data = await client.send<IDataObject>({
			method: 'DELETE',
			url: pathOf(reference),
			resource: licenseResource,
			subject: subjectOf(reference),
		});
		const named =
			reference.by === 'id' ? { licenseId: reference.id } : { licenseKey: reference.key };
		return [{ ...named, ...data, deleted: true }];
	};
};
