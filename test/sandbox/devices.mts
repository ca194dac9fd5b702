import { randomUUID } from 'node:crypto';

import { ApiError, SERVER_ERROR, success } from './answers.mts';
import type { Reply } from './answers.mts';
import { countryOfAlpha3 } from './countries.mts';
import { cutPage, pageRequest } from './paging.mts';
import { jsonBody } from './requests.mts';
import type { Context } from './requests.mts';
import type { Table } from './table.mts';
import type { HardwareIdRow, IpAddressRow, LicenseRow, Team } from './types.mts';

type Device = HardwareIdRow | IpAddressRow;

/** What a device was used for: it counts as seen, and is not forgotten any more. */
interface Use {
	license: LicenseRow;
	hardwareIdentifier?: string;
	ip: string;
}

const MINUTE_MS = 60_000;

/** The first is the default. */
const columns = {
	lastSeenAt: (device: Device) => device.lastSeenAt.getTime(),
	createdAt: (device: Device) => device.createdAt.getTime(),
};

/** `GET …/licenses/id/{licenseId}/hwid` */
export function listHardwareIds(context: Context): Reply {
	const { team, now } = context;
	const { rows, ...page } = devicesOf(context, team.hardwareIds);
	const timeout = team.settings.hwidTimeoutMinutes;
	const hwids = rows.map((row) => ({ ...row, status: deviceStatus(row, timeout, now) }));
	return success('Hardware identifiers retrieved successfully', { hwids, ...page });
}

/** `GET …/licenses/id/{licenseId}/ip-address` */
export function listIpAddresses(context: Context): Reply {
	const { team, now } = context;
	const { rows, ...page } = devicesOf(context, team.ipAddresses);
	const timeout = team.settings.ipTimeoutMinutes;
	const ipAddresses = rows.map(({ countryAlpha3, ...row }) => ({
		...row,
		...countryView(countryAlpha3),
		status: deviceStatus(row, timeout, now),
	}));
	return success('IP addresses retrieved successfully', { ipAddresses, ...page });
}

/** `PATCH …/licenses/id/{licenseId}/hwid/{hwidId}` */
export function updateHardwareId(context: Context): Reply {
	const { team, params } = context;
	const { hwidId } = params;
	const change = forget(context, team.hardwareIds, hwidId, 'Hardware identifier');
	return success(change.details, { hwidId, forgotten: change.forgotten });
}

/** `PATCH …/licenses/id/{licenseId}/ip-address/{ipId}` */
export function updateIpAddress(context: Context): Reply {
	const { team, params } = context;
	const { ipId } = params;
	const change = forget(context, team.ipAddresses, ipId, 'IP address');
	return success(change.details, { ipId, forgotten: change.forgotten });
}

/** A license's devices that count against its limits: neither forgotten nor timed out. */
export function countedDevices<T extends Device>(
	devices: Table<T>,
	license: LicenseRow,
	timeoutMinutes: number | null,
	now: Date,
): T[] {
	return [...devices.values()].filter(
		(device) =>
			device.licenseId === license.id && deviceStatus(device, timeoutMinutes, now) === 'active',
	);
}

/** Stores the devices a license was used from, or notes that they were seen again. */
export function registerDevices(team: Team, use: Use, now: Date): void {
	const { license, hardwareIdentifier: hwid, ip } = use;
	const { hardwareIds, ipAddresses } = team;
	if (hwid !== undefined && !seeAgain(hardwareIds, license, (row) => row.hwid === hwid, now)) {
		const row: HardwareIdRow = { ...newDevice(license, now), hwid };
		hardwareIds.set(row.id, row);
	}
	if (!seeAgain(ipAddresses, license, (row) => row.ip === ip, now)) {
		// The country stays unknown, even where Cloudflare told it.
		const row: IpAddressRow = { ...newDevice(license, now), ip, countryAlpha3: null };
		ipAddresses.set(row.id, row);
	}
}

function newDevice({ id: licenseId, teamId }: LicenseRow, now: Date) {
	return {
		id: randomUUID(),
		licenseId,
		teamId,
		forgotten: false,
		forgottenAt: null,
		lastSeenAt: now,
		createdAt: now,
		updatedAt: now,
	};
}

function seeAgain<T extends Device>(
	devices: Table<T>,
	license: LicenseRow,
	isIt: (device: T) => boolean,
	now: Date,
): boolean {
	for (const device of devices.values()) {
		if (device.licenseId !== license.id || !isIt(device)) continue;
		Object.assign(device, { forgotten: false, forgottenAt: null, lastSeenAt: now, updatedAt: now });
		return true;
	}
	return false;
}

function devicesOf<T extends Device>(
	{ team, params, query, features }: Context,
	devices: Table<T>,
) {
	if (!team.licenses.has(params.licenseId)) throw new ApiError(404, 'License not found');
	const request = pageRequest<T>(query, columns);
	const showForgotten = query.get('showForgotten') === 'true';
	const all = devices
		.ascending(request.column, request.sortBy)
		.filter((device) => device.licenseId === params.licenseId);
	const { rows, total, hasNextPage } = cutPage(
		showForgotten ? all : all.filter((device) => !device.forgotten),
		request,
		features,
	);
	return { rows, totalResults: total, hasNextPage };
}

/** Without a timeout of the team no device is inactive. */
function deviceStatus(
	device: Pick<Device, 'forgotten' | 'lastSeenAt'>,
	timeoutMinutes: number | null,
	now: Date,
): 'active' | 'inactive' | 'forgotten' {
	if (device.forgotten) return 'forgotten';
	const age = now.getTime() - device.lastSeenAt.getTime();
	return timeoutMinutes && age > timeoutMinutes * MINUTE_MS ? 'inactive' : 'active';
}

/** An unknown code is shown, but has no name. */
function countryView(alpha3: string | null) {
	const country = alpha3 === null ? undefined : countryOfAlpha3(alpha3);
	return { country: country?.name ?? null, alpha2: country?.alpha2 ?? null, alpha3 };
}

/** Leaves `forgottenAt` as it was, like the server. */
function forget<T extends Device>(
	context: Context,
	devices: Table<T>,
	id: string,
	name: string,
): { forgotten: boolean; details: string } {
	const forgotten = forgottenOf(jsonBody(context));
	const device = devices.get(id);
	if (device?.licenseId !== context.params.licenseId) throw new ApiError(404, `${name} not found`);
	device.forgotten = forgotten;
	device.updatedAt = context.now;
	return { forgotten, details: `${name} ${forgotten ? 'forgotten' : 'remembered'} successfully` };
}

function forgottenOf(body: unknown): boolean {
	if (body === null) throw new ApiError(500, SERVER_ERROR);
	const { forgotten } = body as { forgotten?: unknown };
	if (typeof forgotten !== 'boolean')
		throw new ApiError(400, 'Invalid forgotten value, must be boolean');
	return forgotten;
}
