import { customerView } from './customers.mts';
import { metadataView } from './metadata.mts';
import type { CustomerRow, LicenseRow, ProductRow, Team } from './types.mts';

/** A license as reads by ID and by key answer with it. */
export function licenseView(license: LicenseRow, team: Team): Record<string, unknown> {
	return {
		...fieldsOf(license, team),
		seats: license.hwidLimit,
		products: productsOf(license, team).map((row) => productView(row, team)),
		customers: customersOf(license, team).map((row) => {
			const { address, discordAccount, ...customer } = customerView(row, team);
			return customer;
		}),
	};
}

/** A license as lists show it. */
export function licenseListView(license: LicenseRow, team: Team): Record<string, unknown> {
	return {
		...fieldsOf(license, team),
		products: productsOf(license, team).map(withoutMetadata),
		customers: customersOf(license, team).map(({ address, discordAccount, ...customer }) =>
			withoutMetadata(customer),
		),
	};
}

/** A license as an update answers with it, and as webhooks tell of it. */
export function licensePayload(license: LicenseRow, team: Team): Record<string, unknown> {
	return {
		...fieldsOf(license, team),
		products: productsOf(license, team).map(withoutMetadata),
		customers: customersOf(license, team).map(({ address, ...customer }) =>
			withoutMetadata(customer),
		),
	};
}

function fieldsOf(license: LicenseRow, team: Team): Record<string, unknown> {
	const { productIds, customerIds, ...fields } = license;
	return {
		...fields,
		metadata: metadataView(license.metadata, team, { licenseId: license.id }),
	};
}

function productsOf({ productIds }: LicenseRow, team: Team): ProductRow[] {
	return present(productIds, team.products);
}

function customersOf({ customerIds }: LicenseRow, team: Team): CustomerRow[] {
	return present(customerIds, team.customers);
}

/** A product as licenses and webhooks show it. */
export function productView(product: ProductRow, team: Team): Record<string, unknown> {
	return { ...product, metadata: metadataView(product.metadata, team, { productId: product.id }) };
}

function withoutMetadata<T extends { metadata: unknown }>({ metadata, ...row }: T) {
	return row;
}

function present<T>(ids: string[], table: Map<string, T>): T[] {
	return ids.map((id) => table.get(id)).filter((row) => row !== undefined);
}
