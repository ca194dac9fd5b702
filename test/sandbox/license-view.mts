import { customerView } from './customers.mts';
import { metadataView } from './metadata.mts';
import type { LicenseRow, ProductRow, ReleaseRow, Team } from './types.mts';

/** A license as the API answers with it. */
export function licenseView(license: LicenseRow, team: Team): Record<string, unknown> {
	const { productIds, customerIds, ...fields } = license;
	return {
		...fields,
		seats: license.hwidLimit,
		products: present(productIds, team.products).map((row) => productView(row, team)),
		customers: present(customerIds, team.customers).map((row) => customerView(row, team)),
		metadata: metadataView(license.metadata, team, { licenseId: license.id }),
	};
}

/** A license as webhooks tell of it: without `seats`, and its products and customers are shorter. */
export function licensePayload(license: LicenseRow, team: Team): Record<string, unknown> {
	const { seats, ...view } = licenseView(license, team);
	return {
		...view,
		products: present(license.productIds, team.products).map(withoutMetadata),
		customers: present(license.customerIds, team.customers).map(({ address, ...customer }) =>
			withoutMetadata(customer),
		),
	};
}

/** A product as licenses and webhooks show it. */
export function productView(product: ProductRow, team: Team): Record<string, unknown> {
	return { ...product, metadata: metadataView(product.metadata, team, { productId: product.id }) };
}

/** A release as webhooks tell of it. */
export function releaseView(release: ReleaseRow, team: Team): Record<string, unknown> {
	const [product] = present([release.productId], team.products).map(withoutMetadata);
	return {
		...release,
		product,
		branch: null,
		file: null,
		metadata: metadataView(release.metadata, team, { releaseId: release.id }),
	};
}

function withoutMetadata<T extends { metadata: unknown }>({ metadata, ...row }: T) {
	return row;
}

function present<T>(ids: string[], table: Map<string, T>): T[] {
	return ids.map((id) => table.get(id)).filter((row) => row !== undefined);
}
