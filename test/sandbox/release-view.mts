import { metadataView } from './metadata.mts';
import type { LicenseRow, ProductRow, ReleaseRow, Team } from './types.mts';

/** A release as lists show it; of the licenses it is restricted to even the keys. */
export function releaseListView(release: ReleaseRow, team: Team): Record<string, unknown> {
	const allowed = release.allowedLicenseIds.flatMap((id) => team.licenses.get(id) ?? []);
	return { ...releasePayload(release, team), allowedLicenses: allowed.map(plainLicense) };
}

/** A release as create and update answer with it. */
export function releaseView(release: ReleaseRow, team: Team): Record<string, unknown> {
	const { createdByUserId, lastSeenAt, ...view } = releasePayload(release, team);
	return view;
}

/** A release as webhooks tell of it. */
export function releasePayload(release: ReleaseRow, team: Team): Record<string, unknown> {
	const { allowedLicenseIds, ...fields } = release;
	const product = team.products.get(release.productId);
	return {
		...fields,
		product: product && plainProduct(product),
		branch: (release.branchId && team.branches.get(release.branchId)) || null,
		metadata: metadataView(release.metadata, team, { releaseId: release.id }),
	};
}

/** A release as the webhook tells of it whose product was deleted. */
export function releaseOfDeletedProduct(release: ReleaseRow): Record<string, unknown> {
	const { allowedLicenseIds, metadata, ...fields } = release;
	return fields;
}

function plainProduct({ metadata, ...fields }: ProductRow): Record<string, unknown> {
	return fields;
}

function plainLicense(license: LicenseRow): Record<string, unknown> {
	const { productIds, customerIds, metadata, ...fields } = license;
	return fields;
}
