import type { IDataObject } from 'n8n-workflow';
import { addComputedFields } from '../Lukittu/resources/license/status';
import type { License } from '../Lukittu/types';
import { isAbout } from './events';

/** The fields that the status of a license is computed from. */
const STATUS_FIELDS = [
	'expirationDate',
	'expirationStart',
	'expirationType',
	'lastActiveAt',
	'suspended',
];

/** Whether the event has all fields that the status of a license is computed from. */
function isLicense(event: string, entity: IDataObject): entity is License {
	return isAbout(event, 'LICENSE') && STATUS_FIELDS.every((field) => entity[field] !== undefined);
}

/**
 * The output item of a delivery.
 *
 * @param timestamp milliseconds since 1970: when Lukittu sent it
 * @param entity the body
 * @param now the time at which a license's status is computed
 */
export function outputOf(
	event: string,
	timestamp: string,
	entity: IDataObject,
	now: number,
): IDataObject {
	return {
		event,
		timestamp: new Date(Number(timestamp)).toISOString(),
		data: isLicense(event, entity) ? addComputedFields(entity, now) : entity,
	};
}
