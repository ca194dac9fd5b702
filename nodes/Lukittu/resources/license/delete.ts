import type { IDataObject, INodeProperties } from 'n8n-workflow';
import type { Prepare } from '../../transport/door';
import { licenseSelect } from './fields';
import { licenseReference } from '../parameters';
import { operationOptions } from '../options';
import { pathOf, subjectOf } from './read';

export const licenseDeleteDescription: INodeProperties[] = [
	{
		...licenseSelect,
		description: 'The license to delete for good',
		displayOptions: { show: { resource: ['license'], operation: ['delete'] } },
	},
	operationOptions('license', 'delete'),
];

/** Delete: one DELETE by ID or key, whichever names the license. */
export const prepareLicenseDelete: Prepare = (context) => {
	const reference = licenseReference(context);
	return async (send) => {
		const data = await send<IDataObject>({
			method: 'DELETE',
			url: pathOf(reference),
			subject: subjectOf(reference),
		});
		const named =
			reference.by === 'id' ? { licenseId: reference.id } : { licenseKey: reference.key };
		return [{ ...named, ...data, deleted: true }];
	};
};
