import type { IDataObject } from 'n8n-workflow';
import { isAbout } from './events';

/** Which entities start the workflow; an empty list means all. */
export interface Filter {
	productIds: string[];
	/** License IDs in lower case, license keys in capital letters. */
	licenses: string[];
}

/**
 * The IDs of the products that an entity belongs to, or undefined where the event does not have
 * them: it then passes the filter, since no event must be lost.
 */
function productsOf(event: string, data: IDataObject): unknown[] | undefined {
	if (isAbout(event, 'PRODUCT')) return [data.id];
	if (isAbout(event, 'RELEASE')) {
		const id = data.productId ?? (data.product as IDataObject | undefined)?.id;
		return id === undefined ? undefined : [id];
	}
	if (!isAbout(event, 'LICENSE') || !Array.isArray(data.products)) return undefined;
	return (data.products as Array<IDataObject | null>).map((product) => product?.id);
}

/** Whether an entity passes the filters. A filter on another kind of entity does not apply. */
export function passes({ productIds, licenses }: Filter, event: string, data: IDataObject) {
	const products = productIds.length > 0 ? productsOf(event, data) : undefined;
	if (products && !products.some((id) => productIds.includes(String(id)))) return false;
	if (licenses.length === 0 || !isAbout(event, 'LICENSE')) return true;
	return [data.id, data.licenseKey].some((name) => licenses.includes(String(name)));
}
