import { UserError } from 'n8n-workflow';
import { licenseFault } from '../../checks/answers';
import type { Client } from '../../transport/client';
import type { License, LicenseReference } from '../../types';
import { licenseResource } from './resource';

/** How a license stands in messages. */
export function subjectOf(reference: LicenseReference): string {
	return reference.by === 'id'
		? `the license with the ID ${reference.id}`
		: `the license with the key ${reference.key}`;
}

/** The path of a license below its team. */
export function pathOf(reference: LicenseReference): string {
	return reference.by === 'id' ? `/licenses/id/${reference.id}` : `/licenses/${reference.key}`;
}

/** Gets a license by its ID or key, as Lukittu answers it: by ID it comes without metadata. */
export async function lookUpLicense(client: Client, reference: LicenseReference): Promise<License> {
	return await client.send<License>({
		method: 'GET',
		url: pathOf(reference),
		faultOf: licenseFault,
		resource: licenseResource,
		subject: subjectOf(reference),
	});
}

/**
 * Makes sure that a key still names the license it did: keys can be changed and given to another.
 *
 * @throws UserError if it is another license
 */
export function checkSame({ id, licenseKey }: License, expectedId: string): void {
	if (id === expectedId) return;
	throw new UserError(`The key ${licenseKey} went to another license while it was read`, {
		description: `This item changed nothing. The license that was meant has the ID ${expectedId}. Run again.`,
	});
}

/** Gets a license with its metadata: where the answer lacks it, a second look-up by key has it. */
export async function readLicense(client: Client, reference: LicenseReference): Promise<License> {
	const license = await lookUpLicense(client, reference);
	if (license.metadata) return license;
	const complete = await lookUpLicense(client, { by: 'key', key: license.licenseKey });
	checkSame(complete, license.id);
	return complete;
}
