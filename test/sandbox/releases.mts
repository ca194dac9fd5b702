import { ApiError } from './answers.mts';
import type { Reply } from './answers.mts';
import type { Context } from './requests.mts';

export function listReleases(_context: Context): Reply {
	throw new ApiError(501, 'Not yet');
}

export function createRelease(_context: Context): Reply {
	throw new ApiError(501, 'Not yet');
}

export function updateRelease(_context: Context): Reply {
	throw new ApiError(501, 'Not yet');
}
