import type { IDataObject, INodeProperties } from 'n8n-workflow';
import { checkMetadataText } from '../../checks/metadata';
import type { Prepare } from '../../execution/operation';
import type { License } from '../../types';
import { withMetadata } from '../metadata';
import { ifAdded, licenseReference } from '../parameters';
import { checkEditable, licenseBody, type LicenseUpdateBody } from './body';
import { updateLicense } from './updateLicense';
import { licenseOutput } from './output';
import { hasMetadata } from './list';

/** What Suspend and Reinstate differ in. */
interface Suspension {
	/** What the license is to be. */
	suspended: boolean;
	/** The name of the collection with the reason. */
	fieldsName: string;
	/** The metadata key under which the reason is kept. */
	reasonKey: string;
	/** What to do where Lukittu refuses, because the license has expired at a date. */
	advice: string;
}

/**
 * The field for the reason.
 *
 * @param reasonKey the metadata key under which it is kept
 * @param placeholder an example
 */
export function reasonField(reasonKey: string, placeholder: string): INodeProperties {
	return {
		displayName: 'Reason',
		name: 'reason',
		type: 'string',
		default: '',
		placeholder,
		description: `Kept in the license's metadata, under the key ${reasonKey}, in place of an earlier one. 1 to 255 characters.`,
	};
}

function bodyFor(
	current: License,
	{ suspended, reasonKey, advice }: Suspension,
	reason: string | undefined,
): LicenseUpdateBody | undefined {
	const isKept = reason === undefined || hasMetadata(current, reasonKey, reason);
	if (current.suspended === suspended && isKept) return undefined;
	checkEditable(current, advice);
	if (isKept) return licenseBody(current, { suspended });
	const entry = { key: reasonKey, value: reason, locked: undefined };
	const metadata = withMetadata(current.metadata ?? [], [entry], "The license with the 'Reason'");
	return licenseBody(current, { suspended, metadata });
}

/** Suspend or Reinstate: writes the license back unless it is so already. */
export function prepareSuspension(suspension: Suspension): Prepare {
	return (context) => {
		const reference = licenseReference(context);
		const additional = context.getNodeParameter(suspension.fieldsName, {}) as IDataObject;
		const reason = ifAdded(additional, 'reason', (value) => checkMetadataText(value, "'Reason'"));
		const output = licenseOutput(context);
		return async (client) => {
			const change = (current: License) => bodyFor(current, suspension, reason);
			const { license, outcome } = await updateLicense(client, reference, change);
			return [output(license, outcome)];
		};
	};
}
