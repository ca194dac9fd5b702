import { licenseFault } from '../../checks/answers';
import type { Client } from '../../transport/client';
import type { License, LicenseReference } from '../../types';
import type { LicenseUpdateBody } from './body';
import { checkSame, lookUpLicense, readLicense, subjectOf } from './read';
import { licenseResource } from './resource';

/**
 * Reads a license and writes it back as a whole, since Lukittu replaces everything. Changes of one
 * license run one after the other, whether it is named by ID or key.
 *
 * @param bodyFor makes the body from the license as it is; undefined where nothing is to be written
 * @param isRepeatable whether the item may run again after the answer was lost
 * @returns the license as it is afterwards
 */
export async function updateLicense(
	client: Client,
	reference: LicenseReference,
	bodyFor: (current: License) => LicenseUpdateBody | undefined,
	isRepeatable = true,
): Promise<License> {
	const idOf = async () =>
		reference.by === 'id' ? reference.id : (await lookUpLicense(client, reference)).id;
	return await client.runExclusive(idOf, async (id) => {
		const current = await readLicense(client, reference);
		checkSame(current, id);
		const body = bodyFor(current);
		if (body === undefined) return current;
		return await client.send<License>({
			method: 'PUT',
			url: `/licenses/id/${id}`,
			body,
			faultOf: licenseFault,
			resource: licenseResource,
			subject: subjectOf(reference),
			isRepeatable,
		});
	});
}
