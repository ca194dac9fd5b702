import { randomUUID } from 'node:crypto';

import { ApiError, success } from './answers.mts';
import type { Reply } from './answers.mts';
import { likeMatcher, UUID } from './formats.mts';
import { metadataRows } from './metadata.mts';
import { releaseForm } from './multipart.mts';
import type { ReleaseForm } from './multipart.mts';
import { cutPage, pageRequest } from './paging.mts';
import { RELEASE_STATUSES, releaseCreateBody, releaseUpdateBody } from './release-body.mts';
import type { ReleaseBody } from './release-body.mts';
import { checkUpload, newReleaseFile } from './release-files.mts';
import { releaseListView, releasePayload, releaseView } from './release-view.mts';
import { refuseUnstorable } from './requests.mts';
import type { Context } from './requests.mts';
import { insertRelease } from './team.mts';
import type { ReleaseRow, ReleaseStatus, Team } from './types.mts';

const RATE_LIMIT = { requests: 5, seconds: 300 };

/** The first is the default. */
const columns = {
	createdAt: (release: ReleaseRow) => release.createdAt.getTime(),
	updatedAt: (release: ReleaseRow) => release.updatedAt.getTime(),
	version: (release: ReleaseRow) => release.version,
	latest: (release: ReleaseRow) => Number(release.latest),
};

/** `GET …/releases` */
export function listReleases(context: Context): Reply {
	const { team, query, features } = context;
	const productId = query.get('productId') ?? '';
	if (!UUID.test(productId)) throw new ApiError(400, 'Invalid or missing productId');
	const request = pageRequest<ReleaseRow>(query, columns);
	const matches = releaseFilter(query);
	if (!team.products.has(productId)) throw new ApiError(404, 'Product not found');
	const rows = team.releases
		.ascending(request.column, request.sortBy, features.collation)
		.filter((release) => release.productId === productId && matches(release));
	const page = cutPage(rows, request, features);
	return success('Releases found', {
		releases: page.rows.map((release) => releaseListView(release, team)),
		hasNextPage: page.hasNextPage,
		totalResults: page.total,
	});
}

/** An unknown status filters nothing. */
function releaseFilter(query: URLSearchParams): (release: ReleaseRow) => boolean {
	const status = query.get('status') as ReleaseStatus | null;
	const search = query.get('search') ?? '';
	refuseUnstorable(search);
	const hasVersion = likeMatcher(search);
	const isKnown = status !== null && RELEASE_STATUSES.includes(status);
	return (release) => (!isKnown || release.status === status) && hasVersion(release.version);
}

/** `POST …/releases` */
export async function createRelease(context: Context): Promise<Reply> {
	const { team, now, notify } = context;
	const { data, file } = await checkedForm(context, 'create');
	const body = releaseCreateBody(data);
	if (file) checkUpload(file, team, context.server.maxReleaseFileMb);
	checkProduct(team, body);
	if (releasesOf(team, body.productId).length >= team.releaseLimit)
		throw new ApiError(403, 'Max releases per product reached');
	checkLicenses(team, body);
	checkBranch(team, body);
	checkVersionIsFree(team, body);
	const id = randomUUID();
	const upload = file && newReleaseFile(file, team, { id, ...body }, now);
	refuseUnstorable(body.metadata);
	const isLatest = takesLatest(body);
	if (isLatest) clearLatest(team, body, now);
	const release = insertRelease(
		team,
		{
			...rowFields(body),
			id,
			latest: isLatest,
			file: upload,
			metadata: body.metadata,
			createdByUserId: null,
		},
		now,
	);
	notify(team, 'RELEASE_CREATED', releasePayload(release, team));
	return success('Release created', releaseView(release, team), 201);
}

/** `PUT …/releases/{releaseId}`: a full replacement, but for the file. */
export async function updateRelease(context: Context): Promise<Reply> {
	const { team, params, now, notify } = context;
	const { data, file } = await checkedForm(context, 'update');
	const body = releaseUpdateBody(data);
	if (file) checkUpload(file, team, context.server.maxReleaseFileMb);
	checkProduct(team, body);
	const release = team.releases.get(params.releaseId);
	if (!release) throw new ApiError(404, 'Release not found');
	checkVersionIsFree(team, body, release);
	checkBranch(team, body);
	checkLicenses(team, body);
	if (release.latest && body.status === 'PUBLISHED' && body.licenseIds.length > 0)
		refuseLatestWithLicenses();
	// The server deletes the old file before it looks at the new one: where that is refused, both are gone.
	if (file || !body.keepExistingFile) release.file = null;
	const upload = file && newReleaseFile(file, team, { id: release.id, ...body }, now);
	refuseUnstorable(body.metadata);
	const isLatest = takesLatest(body);
	if (isLatest) clearLatest(team, body, now);
	Object.assign(release, {
		...rowFields(body),
		latest: isLatest,
		file: upload ?? release.file,
		metadata: metadataRows(body.metadata, now),
		updatedAt: now,
	} satisfies Partial<ReleaseRow>);
	notify(team, 'RELEASE_UPDATED', releasePayload(release, team));
	return success('Release updated', releaseView(release, team));
}

/** Invalid requests count against the limit, too, whatever team they are for. */
async function checkedForm(context: Context, operation: string): Promise<ReleaseForm> {
	const { server, clientAddress, now } = context;
	const key = `release ${operation} ${clientAddress}`;
	if (!server.rateLimits.take(key, RATE_LIMIT, now)) throw new ApiError(429, 'Too many requests');
	return await releaseForm(context);
}

function rowFields(body: ReleaseBody) {
	return {
		version: body.version,
		productId: body.productId,
		status: body.status,
		branchId: body.branchId,
		allowedLicenseIds: body.licenseIds,
	};
}

function releasesOf(team: Team, productId: string): ReleaseRow[] {
	return [...team.releases.values()].filter((release) => release.productId === productId);
}

function checkProduct(team: Team, { productId }: ReleaseBody): void {
	if (!team.products.has(productId)) throw new ApiError(404, 'Product not found');
}

function checkBranch(team: Team, { branchId, productId }: ReleaseBody): void {
	if (branchId && team.branches.get(branchId)?.productId !== productId)
		throw new ApiError(404, 'Branch not found');
}

function checkLicenses(team: Team, { licenseIds, setAsLatest }: ReleaseBody): void {
	const licenses = new Set(licenseIds.filter((id) => team.licenses.has(id)));
	if (licenses.size !== licenseIds.length)
		throw new ApiError(404, 'One or more license IDs not found');
	if (licenses.size > 0 && setAsLatest) refuseLatestWithLicenses();
}

function refuseLatestWithLicenses(): never {
	throw new ApiError(400, 'Cannot set as latest release when license IDs are provided');
}

function checkVersionIsFree(team: Team, body: ReleaseBody, own?: ReleaseRow): void {
	refuseUnstorable(body.version);
	const isTaken = releasesOf(team, body.productId).some(
		(release) =>
			release !== own && release.version === body.version && release.branchId === body.branchId,
	);
	if (isTaken)
		throw new ApiError(
			409,
			'A release with this version already exists for this product and branch',
		);
}

/** Only a published release can be the latest one; of another the wish is ignored. */
function takesLatest({ setAsLatest, status }: ReleaseBody): boolean {
	return setAsLatest && status === 'PUBLISHED';
}

/**
 * Takes `latest` from all releases of the same product and branch. Their `updatedAt` moves, also of
 * those that did not have it; no webhook is told.
 */
export function clearLatest(
	team: Team,
	{ productId, branchId }: Pick<ReleaseRow, 'productId' | 'branchId'>,
	now: Date,
): void {
	for (const release of releasesOf(team, productId))
		if (release.branchId === branchId) Object.assign(release, { latest: false, updatedAt: now });
}
