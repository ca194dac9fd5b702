import { licenseFault } from '../../checks/answers';
import { inTurn } from '../../transport/lock';
import type { Send } from '../../transport/request';
import type { License, LicenseReference } from '../../types';
import type { LicenseUpdateBody } from './body';
import { checkSame, lookUpLicense, readLicense, subjectOf } from './read';

async function idOf(send: Send, reference: LicenseReference): Promise<string> {
	return reference.by === 'id' ? reference.id : (await lookUpLicense(send, reference)).id;
}

/**
 * Reads a license and writes it back as a whole, since Lukittu replaces everything. Changes of one
 * license wait for each other.
 *
 * @param bodyFor makes the body from the license as it is; undefined where nothing is to be written
 * @param isRepeatable whether the item may be carried out again after the answer was lost
 * @returns the license as it is afterwards
 */
export async function changeLicense(
	send: Send,
	reference: LicenseReference,
	bodyFor: (current: License) => LicenseUpdateBody | undefined,
	isRepeatable = true,
): Promise<License> {
	const id = await idOf(send, reference);
	return await inTurn(
		id,
		async () => {
			const current = await readLicense(send, reference);
			checkSame(current, id);
			const body = bodyFor(current);
			if (body === undefined) return current;
			return await send<License>({
				method: 'PUT',
				url: `/licenses/id/${id}`,
				body,
				faultOf: licenseFault,
				subject: subjectOf(reference),
				isRepeatable,
			});
		},
		send.ending,
	);
}
