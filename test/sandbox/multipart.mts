import { ApiError, SERVER_ERROR } from './answers.mts';
import type { HttpRequest } from './requests.mts';

/** A file of a form. */
export interface Upload {
	/** As sent, with a path where one was sent. */
	name: string;
	content: Buffer;
}

/** The form of a release: its fields as one JSON value, and perhaps a file. */
export interface ReleaseForm {
	data: unknown;
	file: Upload | null;
}

/**
 * Reads the form of a release with the parser that the real server uses, which is Node's own. Of a
 * field sent twice the first counts; fields of other names are ignored.
 *
 * @throws ApiError 500 for what is no form (JSON, no boundary, broken); 400 for a form without a text
 *   field `data`, with a text field `file`, or with data that is no JSON
 */
export async function releaseForm(request: HttpRequest): Promise<ReleaseForm> {
	const form = await parsedForm(request);
	const data = form.get('data');
	const file = form.get('file');
	if (typeof data !== 'string') throw new ApiError(400, 'Missing data field');
	if (typeof file === 'string') throw new ApiError(400, 'Invalid file');
	return {
		data: parsedData(data),
		file: file && { name: file.name, content: Buffer.from(await file.arrayBuffer()) },
	};
}

async function parsedForm({ rawBody, headers }: HttpRequest) {
	const response = new Response(rawBody, {
		headers: { 'content-type': headers['content-type'] ?? '' },
	});
	try {
		return await response.formData();
	} catch {
		throw new ApiError(500, SERVER_ERROR);
	}
}

function parsedData(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		throw new ApiError(400, 'Invalid JSON in data field');
	}
}
