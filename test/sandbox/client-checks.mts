import type { VerificationBody } from './client-body.mts';
import { ClientRefusal } from './client-refusal.mts';
import { visitorCountry } from './client-request-log.mts';
import { countedDevices } from './devices.mts';
import { addDays } from './formats.mts';
import type { ClientContext } from './requests.mts';
import type { BlacklistEntry, LicenseRow, ReleaseRow, Team } from './types.mts';

/** A request whose license is known. */
export interface Verification {
	context: ClientContext;
	team: Team;
	license: LicenseRow;
	body: VerificationBody;
	/** Published, of the product sent and, where one was sent, of the branch. */
	releases: ReleaseRow[];
}

/** The license of a key. */
export function licenseOfKey(team: Team, licenseKey: string): LicenseRow | undefined {
	for (const license of team.licenses.values())
		if (license.licenseKey === licenseKey) return license;
	return undefined;
}

/** The published releases of the product sent; none where the license has no such product. */
export function releasesOf(
	team: Team,
	license: LicenseRow | undefined,
	{ productId, branch }: VerificationBody,
): ReleaseRow[] {
	if (productId === undefined || !license?.productIds.includes(productId)) return [];
	const published = [...team.releases.values()].filter(
		(release) => release.productId === productId && release.status === 'PUBLISHED',
	);
	return branch === undefined ? published : ofBranch(team, published, productId, branch);
}

function ofBranch(
	team: Team,
	releases: ReleaseRow[],
	productId: string,
	name: string,
): ReleaseRow[] {
	const branch = [...team.branches.values()].find(
		(row) => row.productId === productId && row.name === name,
	);
	if (!branch) throw releaseNotFound('Branch not found');
	const left = releases.filter((release) => release.branchId === branch.id);
	if (left.length === 0) throw releaseNotFound('No releases found for this branch');
	return left;
}

/** Refuses what the team has blocked. */
export function checkBlacklist({ context, team, body }: Verification): void {
	const isListed = (type: BlacklistEntry['type'], value: string | null | undefined) =>
		team.blacklist.some((entry) => entry.type === type && entry.value === value);
	if (isListed('IP_ADDRESS', context.clientAddress))
		throw new ClientRefusal(403, 'IP_BLACKLISTED', 'IP address is blacklisted');
	if (isListed('COUNTRY', visitorCountry(context)))
		throw new ClientRefusal(403, 'COUNTRY_BLACKLISTED', 'Country is blacklisted');
	if (isListed('HARDWARE_IDENTIFIER', body.hardwareIdentifier)) {
		const details = 'Hardware identifier is blacklisted';
		throw new ClientRefusal(403, 'HARDWARE_IDENTIFIER_BLACKLISTED', details);
	}
}

/** A license without customers takes any customer, and needs none in strict mode. */
export function checkCustomer({ team, license, body }: Verification): void {
	const customerIds = license.customerIds.filter((id) => team.customers.has(id));
	if (!isAllowed(body.customerId, customerIds, team.settings.strictCustomers))
		throw new ClientRefusal(404, 'CUSTOMER_NOT_FOUND', 'Customer not found');
}

/** Products likewise. */
export function checkProduct({ team, license, body }: Verification): void {
	const productIds = license.productIds.filter((id) => team.products.has(id));
	if (!isAllowed(body.productId, productIds, team.settings.strictProducts))
		throw new ClientRefusal(404, 'PRODUCT_NOT_FOUND', 'Product not found');
}

/** Versions likewise: they count only for a product with published releases. */
export function checkRelease({ team, body, releases }: Verification): void {
	const versions = releases.map((release) => release.version);
	if (!isAllowed(body.version, versions, team.settings.strictReleases))
		throw releaseNotFound('Release not found with specified version');
}

function isAllowed(value: string | undefined, allowed: string[], strict: boolean): boolean {
	if (allowed.length === 0) return true;
	return value === undefined ? !strict : allowed.includes(value);
}

/** Refuses a suspended license. */
export function checkSuspension({ license }: Verification): void {
	if (license.suspended) throw new ClientRefusal(403, 'LICENSE_SUSPENDED', 'License suspended');
}

/**
 * Refuses an expired license. The first use of a DURATION license sets its expiry date, even where
 * the request is refused afterwards.
 */
export function checkExpiry({ context: { now }, license }: Verification): void {
	const { expirationType, expirationDays, expirationDate } = license;
	if (expirationType === 'NEVER') return;
	if (expirationType === 'DURATION' && !expirationDate) {
		license.expirationDate = addDays(now, expirationDays ?? 0);
		license.updatedAt = now;
	} else if (expirationDate && expirationDate < now) {
		throw new ClientRefusal(403, 'LICENSE_EXPIRED', 'License expired');
	}
}

/** Refuses a new device where there is no place; a known one passes even over the limit. */
export function checkDeviceLimits({ context, team, license, body }: Verification): void {
	const { now, clientAddress } = context;
	const { hardwareIds, ipAddresses, settings } = team;
	const ips = countedDevices(ipAddresses, license, settings.ipTimeoutMinutes, now);
	if (isFull(license.ipLimit, ips) && !ips.some(({ ip }) => ip === clientAddress))
		throw new ClientRefusal(403, 'IP_LIMIT_REACHED', 'IP limit reached');
	const { hardwareIdentifier } = body;
	if (hardwareIdentifier === undefined) return;
	const hwids = countedDevices(hardwareIds, license, settings.hwidTimeoutMinutes, now);
	if (isFull(license.hwidLimit, hwids) && !hwids.some(({ hwid }) => hwid === hardwareIdentifier))
		throw new ClientRefusal(403, 'HWID_LIMIT_REACHED', 'HWID limit reached');
}

function isFull(limit: number | null, devices: unknown[]): boolean {
	return limit !== null && devices.length >= limit;
}

function releaseNotFound(details: string): ClientRefusal {
	return new ClientRefusal(404, 'RELEASE_NOT_FOUND', details);
}
