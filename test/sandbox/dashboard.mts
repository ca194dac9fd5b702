import { productView } from './license-view.mts';
import { metadataRows } from './metadata.mts';
import { releaseOfDeletedProduct, releasePayload } from './release-view.mts';
import { clearLatest } from './releases.mts';
import { insertProduct, insertRelease } from './team.mts';
import type {
	Dashboard,
	MetadataEntry,
	ProductRow,
	ProductSeed,
	ReleaseRow,
	ReleaseSeed,
	Row,
	Team,
} from './types.mts';
import type { WebhookSender } from './webhooks.mts';

/**
 * What people do in the dashboard. The API has no endpoints for products, and none to delete a
 * release, but webhooks tell of all of it.
 */
export class SandboxDashboard implements Dashboard {
	constructor(
		private readonly teamNow: () => Team,
		private readonly sender: WebhookSender,
		private readonly now: () => Date,
	) {}

	private get team(): Team {
		return this.teamNow();
	}

	createProduct(fields: ProductSeed = {}): ProductRow {
		const product = insertProduct(this.team, fields, this.now());
		this.sender.send(this.team, 'PRODUCT_CREATED', productPayload(product, this.team));
		return product;
	}

	updateProduct(id: string, changes: ProductSeed): ProductRow {
		const product = found(this.team.products, id);
		change(product, changes, this.now());
		this.sender.send(this.team, 'PRODUCT_UPDATED', productPayload(product, this.team));
		return product;
	}

	/** Its releases go with it; its licenses stay, without the product. */
	deleteProduct(id: string): void {
		const product = found(this.team.products, id);
		const releases = [...this.team.releases.values()].filter(({ productId }) => productId === id);
		const payload = {
			...productPayload(product, this.team),
			releases: releases.map(releaseOfDeletedProduct),
		};
		this.team.products.delete(id);
		for (const release of releases) this.team.releases.delete(release.id);
		for (const license of this.team.licenses.values())
			license.productIds = license.productIds.filter((productId) => productId !== id);
		this.sender.send(this.team, 'PRODUCT_DELETED', payload);
	}

	createRelease(fields: ReleaseSeed): ReleaseRow {
		found(this.team.products, fields.productId);
		const release = insertRelease(this.team, fields, this.now());
		this.sender.send(this.team, 'RELEASE_CREATED', releasePayload(release, this.team));
		return release;
	}

	updateRelease(id: string, changes: Partial<ReleaseSeed>): ReleaseRow {
		const release = found(this.team.releases, id);
		change(release, changes, this.now());
		this.sender.send(this.team, 'RELEASE_UPDATED', releasePayload(release, this.team));
		return release;
	}

	/** Tells no webhook, neither of this release nor of the one that was the latest. */
	setLatestRelease(id: string): void {
		const release = found(this.team.releases, id);
		clearLatest(this.team, release, this.now());
		release.latest = true;
	}

	deleteRelease(id: string): void {
		const release = found(this.team.releases, id);
		this.team.releases.delete(id);
		this.sender.send(this.team, 'RELEASE_DELETED', releasePayload(release, this.team));
	}
}

/** A product as webhooks tell of it. */
function productPayload(product: ProductRow, team: Team): Record<string, unknown> {
	return { ...productView(product, team), discordRoles: [] };
}

function change(row: Row, changes: { metadata?: MetadataEntry[] }, now: Date): void {
	const { metadata, ...fields } = changes;
	Object.assign(row, fields, metadata && { metadata: metadataRows(metadata, now) });
	row.updatedAt = now;
}

function found<T>(table: Map<string, T>, id: string): T {
	const row = table.get(id);
	if (!row) throw new Error(`There is nothing with the ID ${id}`);
	return row;
}
