import { customerView } from './customers.mts';
import { metadataView } from './metadata.mts';
import type { LicenseRow, ProductRow, Team } from './types.mts';

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

function productView(product: ProductRow, team: Team): Record<string, unknown> {
	return { ...product, metadata: metadataView(product.metadata, team, { productId: product.id }) };
}

function present<T>(ids: string[], table: Map<string, T>): T[] {
	return ids.map((id) => table.get(id)).filter((row) => row !== undefined);
}
