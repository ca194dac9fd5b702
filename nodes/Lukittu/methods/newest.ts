import type { License } from '../types';
import { licensePage } from '../transport/pages';
import type { Send } from '../transport/request';

const PAGE_SIZE = 100;

/**
 * Gets one page of 100 licenses, the newest first, and where the next one is.
 *
 * @param paginationToken the page to get, as the editor hands it back; the first without it
 */
export async function newestLicenses(
	send: Send,
	paginationToken?: string,
): Promise<{ licenses: License[]; paginationToken: string | undefined }> {
	const page = Number(paginationToken ?? 1);
	const { licenses, hasNextPage } = await licensePage(send, {
		page,
		pageSize: PAGE_SIZE,
		sortColumn: 'createdAt',
		sortDirection: 'desc',
	});
	return {
		licenses,
		paginationToken: hasNextPage ? String(page + 1) : undefined,
	};
}
