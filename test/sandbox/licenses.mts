import { ApiError, SERVER_ERROR, success } from './answers.mts';
import type { Reply } from './answers.mts';
import { CREATE_FAILURE, expiryOnCreate, expiryOnUpdate } from './expiry.mts';
import { createBody, updateBody } from './license-body.mts';
import type { CreateBody, UpdateBody } from './license-body.mts';
import { licensePayload, licenseView } from './license-view.mts';
import { metadataRows } from './metadata.mts';
import { raceWindow } from './races.mts';
import type { RateLimit } from './rate-limits.mts';
import { refuseUnstorable } from './requests.mts';
import type { Context, ServerState } from './requests.mts';
import { insertLicense, linkedIds } from './team.mts';
import type { LicenseRow, Team } from './types.mts';

/** Of a team. */
const EMAIL_LIMIT: RateLimit = { requests: 50, seconds: 24 * 60 * 60 };

/** `POST …/licenses` */
export async function createLicense(context: Context): Promise<Reply> {
	const { team, now, server, features } = context;
	const body = createBody(context);
	if (team.licenses.size >= team.licenseLimit) throw new ApiError(403, 'Max licenses reached');
	checkIds(body, team);
	const { sendEmailDelivery, ...fields } = body;
	refuseUnstorable(body.metadata, CREATE_FAILURE);
	const expirationDate = expiryOnCreate(body, now);
	if (features.races) await raceWindow();
	const recipients = sendEmailDelivery ? emailAddresses(body.customerIds, team) : [];
	if (recipients.length > 0) checkEmail(context);
	// Even NEVER, which must be sent with null, is stored with a start.
	const expirationStart = body.expirationStart ?? 'CREATION';
	const license = insertLicense(
		team,
		{ ...fields, createdByUserId: null, expirationDate, expirationStart },
		now,
	);
	server.emails.push(...recipients.map((to) => ({ licenseKey: license.licenseKey, to })));
	const view = licensePayload(license, team);
	context.notify(team, 'LICENSE_CREATED', view);
	return success('License created', { ...view, seats: license.hwidLimit });
}

/** `GET …/licenses/{licenseKey}` */
export function getLicenseByKey({ team, params }: Context): Reply {
	return success('License found', licenseView(byKey(team, params.licenseKey), team));
}

/** `GET …/licenses/id/{licenseId}` */
export function getLicenseById({ team, params, features }: Context): Reply {
	const { metadata, ...view } = licenseView(byId(team, params.licenseId), team);
	return success('License found', features.metadataById ? { ...view, metadata } : view);
}

/** `PUT …/licenses/id/{licenseId}`: a full replacement. */
export async function updateLicense(context: Context): Promise<Reply> {
	const { team, params, now, features } = context;
	const body = updateBody(context);
	const license = byId(team, params.licenseId);
	checkIds(body, team);
	checkKeyIsFree(body, license, team);
	refuseUnstorable(body.metadata);
	if (features.races) {
		await raceWindow();
		refuseLostRace(body, license, team);
	}
	Object.assign(license, {
		...body,
		productIds: linkedIds(body.productIds),
		customerIds: linkedIds(body.customerIds),
		expirationStart: body.expirationStart ?? 'CREATION',
		expirationDate: expiryOnUpdate(body, license, now),
		metadata: metadataRows(body.metadata, now),
		updatedAt: now,
	} satisfies Partial<LicenseRow>);
	context.notify(team, 'LICENSE_UPDATED', licensePayload(license, team));
	return success('License updated', licensePayload(license, team));
}

/** `DELETE …/licenses/id/{licenseId}` */
export async function deleteLicenseById(context: Context): Promise<Reply> {
	const { id } = await deleted(context, byId(context.team, context.params.licenseId));
	return success('License deleted successfully', { licenseId: id, deleted: true });
}

/** `DELETE …/licenses/{licenseKey}` */
export async function deleteLicenseByKey(context: Context): Promise<Reply> {
	const { licenseKey } = await deleted(context, byKey(context.team, context.params.licenseKey));
	return success('License deleted successfully', { licenseKey, deleted: true });
}

async function deleted(
	{ team, notify, features }: Context,
	license: LicenseRow,
): Promise<LicenseRow> {
	if (features.races) await raceWindow();
	if (!team.licenses.delete(license.id)) throw new ApiError(500, SERVER_ERROR);
	notify(team, 'LICENSE_DELETED', licensePayload(license, team));
	return license;
}

function byId(team: Team, licenseId: string): LicenseRow {
	return found(team.licenses.get(licenseId));
}

function byKey(team: Team, licenseKey: string): LicenseRow {
	return found(findByKey(team, licenseKey));
}

function findByKey(team: Team, licenseKey: string): LicenseRow | undefined {
	for (const license of team.licenses.values())
		if (license.licenseKey === licenseKey) return license;
	return undefined;
}

function found(license: LicenseRow | undefined): LicenseRow {
	if (!license) throw new ApiError(404, 'License not found');
	return license;
}

function checkIds(body: CreateBody | UpdateBody, team: Team): void {
	if (!allOnce(body.productIds, team.products)) throw new ApiError(400, 'Invalid productIds');
	if (!allOnce(body.customerIds, team.customers)) throw new ApiError(400, 'Invalid customerIds');
}

function allOnce(ids: string[], table: Map<string, unknown>): boolean {
	return new Set(ids).size === ids.length && ids.every((id) => table.has(id));
}

/** What the database refuses after the checks: a record that is gone, a key that is taken. */
function refuseLostRace(body: UpdateBody, license: LicenseRow, team: Team): void {
	const owner = findByKey(team, body.licenseKey);
	if (!team.licenses.has(license.id) || (owner && owner !== license))
		throw new ApiError(500, SERVER_ERROR);
}

function checkKeyIsFree(body: UpdateBody, license: LicenseRow, team: Team): void {
	if (body.licenseKey !== license.licenseKey && findByKey(team, body.licenseKey))
		throw new ApiError(400, 'License key already exists');
}

function emailAddresses(customerIds: string[], team: Team): string[] {
	return customerIds
		.map((id) => team.customers.get(id)?.email)
		.filter((email): email is string => typeof email === 'string');
}

/** What the mail server refuses counts as well. No Retry-After comes with the quota's refusal. */
function checkEmail({ server, team, now }: Context): void {
	if (!takeEmail(team, server, now)) throw new ApiError(429, 'Too many requests');
	if (server.refusesEmails) throw new ApiError(500, 'Failed to send email');
}

/** Counts an attempt to send a license e-mail, and says whether the team may still send one. */
export function takeEmail(team: Team, { rateLimits }: ServerState, now: Date): boolean {
	return rateLimits.take(`license-email:${team.teamId}`, EMAIL_LIMIT, now);
}
