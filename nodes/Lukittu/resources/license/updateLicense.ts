import type { IDataObject } from 'n8n-workflow';
import { licenseFault } from '../../checks/answers';
import { tolerant, type Client } from '../../transport/client';
import type { License, LicenseReference } from '../../types';
import { changedMeanwhile, readSettled } from '../meanwhile';
import { isWritten, meaningOf, writtenOf, type LicenseUpdateBody } from './body';
import { checkSame, lookUpLicense, readLicense, subjectOf } from './read';
import { licenseResource } from './resource';

/** A license after a change. */
export interface ChangedLicense {
	license: License;
	/** What is told of other processes that changed it at the same moment. */
	outcome?: IDataObject;
}

/** Writes a license back, and looks whether it is still so afterwards. */
async function write(
	client: Client,
	current: License,
	body: LicenseUpdateBody,
	{ subject, isRepeatable }: { subject: string; isRepeatable: boolean },
): Promise<ChangedLicense> {
	const license = await client.send<License>({
		method: 'PUT',
		url: `/licenses/id/${current.id}`,
		body,
		faultOf: licenseFault,
		resource: licenseResource,
		subject,
		isRepeatable,
	});
	const [after] = await Promise.allSettled([
		lookUpLicense(tolerant(client), { by: 'key', key: license.licenseKey }),
	]);
	const isRead = after.status === 'fulfilled' && after.value.id === license.id;
	const outcome = changedMeanwhile({
		before: writtenOf(current),
		sent: meaningOf(body),
		answered: meaningOf(writtenOf(license)),
		after: isRead ? writtenOf(after.value) : undefined,
	});
	return { license, outcome };
}

/**
 * Reads a license and writes it back as a whole, since Lukittu replaces everything. Changes of one
 * license run one after the other, whether it is named by ID or key. Where Lukittu may still carry
 * out an earlier one, this one waits: the earlier one would undo it.
 *
 * @param bodyFor makes the body from the license as it is; undefined where nothing is to be written
 * @param isRepeatable whether the item may run again after the answer was lost
 */
export async function updateLicense(
	client: Client,
	reference: LicenseReference,
	bodyFor: (current: License) => LicenseUpdateBody | undefined,
	isRepeatable = true,
): Promise<ChangedLicense> {
	const idOf = async () =>
		reference.by === 'id' ? reference.id : (await lookUpLicense(client, reference)).id;
	return await client.runExclusive(idOf, async (id, lost) => {
		const read = async () => {
			const license = await readLicense(client, reference);
			checkSame(license, id);
			return license;
		};
		const current = await readSettled(client, { read, isWritten, bodyFor }, lost);
		const body = bodyFor(current);
		if (body === undefined) return { license: current };
		return await write(client, current, body, { subject: subjectOf(reference), isRepeatable });
	});
}
