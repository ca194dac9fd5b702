import type { License } from '../types';
import { licenseList } from '../resources/license/list';
import { getPage, LARGEST_PAGE } from '../lists/pages';
import type { Client } from '../transport/client';

/**
 * Gets one page of 100 licenses, the newest first, and where the next one is.
 *
 * @param paginationToken the page to get, as the editor hands it back; the first without it
 */
export async function newestLicenses(
	client: Client,
	paginationToken?: string,
): Promise<{ licenses: License[]; paginationToken: string | undefined }> {
	const page = Number(paginationToken ?? 1);
	const { entries, hasNextPage } = await getPage(client, licenseList({}), {
		page,
		pageSize: LARGEST_PAGE,
		sortColumn: 'createdAt',
		sortDirection: 'desc',
	});
	return {
		licenses: entries,
		paginationToken: hasNextPage ? String(page + 1) : undefined,
	};
}
