import { createHash } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';

import { clientOf } from './client.mts';
import { startSandbox } from './server.mts';
import type { BranchRow, ProductRow, ReleaseRow, Sandbox } from './server.mts';

const MB = 1024 * 1024;

let sandbox: Sandbox;
let product: ProductRow;
let now: Date;
/** Each request comes from an address of its own, unless told otherwise. */
let addresses = 0;

beforeEach(async () => {
	now = new Date();
	sandbox = await startSandbox({ now: () => now });
	product = sandbox.addProduct({
		name: 'Orbit',
		metadata: [{ key: 'a', value: 'b', locked: true }],
	});
});
afterEach(() => sandbox.close());

interface Sent {
	method?: string;
	path?: string;
	headers?: Record<string, string>;
	body?: FormData | string;
}

interface Envelope {
	data: any;
	result: { details: string };
}

interface Answered {
	status: number;
	headers: Headers;
	details: string;
	data: Envelope['data'];
}

async function send({ method = 'GET', path = '', headers, body }: Sent): Promise<Answered> {
	addresses += 1;
	const response = await fetch(
		`${sandbox.url}/api/v1/dev/teams/${sandbox.teamId}/releases${path}`,
		{
			method,
			body,
			headers: {
				authorization: `Bearer ${sandbox.apiKey}`,
				'x-forwarded-for': `10.0.${addresses >> 8}.${addresses & 255}`,
				...headers,
			},
		},
	);
	const { data, result } = (await response.json()) as Envelope;
	return { status: response.status, headers: response.headers, details: result.details, data };
}

function form(data: unknown, file?: { name: string; content: Buffer | string }): FormData {
	const fields = new FormData();
	fields.append('data', typeof data === 'string' ? data : JSON.stringify(data));
	if (file) fields.append('file', new Blob([file.content]), file.name);
	return fields;
}

const newRelease = (changes: object = {}) => ({
	version: '1.0.0',
	productId: product.id,
	status: 'PUBLISHED',
	...changes,
});
const replacement = (release: ReleaseRow, changes: object = {}) => ({
	version: release.version,
	productId: release.productId,
	status: release.status,
	setAsLatest: false,
	keepExistingFile: true,
	branchId: release.branchId,
	metadata: [],
	licenseIds: [],
	...changes,
});

type File = { name: string; content: Buffer | string };
const create = (changes: object = {}, file?: File) =>
	send({ method: 'POST', body: form(newRelease(changes), file) });
const update = (release: ReleaseRow, changes: object = {}, file?: File) =>
	send({ method: 'PUT', path: `/${release.id}`, body: form(replacement(release, changes), file) });
const list = (query: Record<string, string> = {}) =>
	send({ path: `?${new URLSearchParams({ productId: product.id, ...query })}` });
const addRelease = (fields: Partial<ReleaseRow> = {}) =>
	sandbox.dashboard.createRelease({ productId: product.id, ...fields });
const addBranch = (name: string, productId = product.id): BranchRow => {
	const id = `b0000000-0000-4000-8000-00000000000${sandbox.state.branches.size}`;
	const branch = { id, name, productId, createdAt: now, updatedAt: now };
	sandbox.state.branches.set(id, branch);
	return branch;
};
const latest = () =>
	[...sandbox.state.releases.values()].filter((row) => row.latest).map((row) => row.version);
const text = (name: string, content = 'hello'): File => ({ name, content });

/** A ZIP file with one entry. */
function zip(name: string, content: string, { deflated = false } = {}): Buffer {
	const data = deflated ? deflateRawSync(content) : Buffer.from(content);
	const fields = (signature: number, size: number) => {
		const record = Buffer.alloc(size);
		record.writeUInt32LE(signature);
		return record;
	};
	const local = fields(0x04034b50, 30);
	local.writeUInt16LE(name.length, 26);
	// An extra field that the directory does not have, as tools that align files write it.
	local.writeUInt16LE(4, 28);
	const entry = fields(0x02014b50, 46);
	entry.writeUInt16LE(deflated ? 8 : 0, 10);
	entry.writeUInt32LE(data.length, 20);
	entry.writeUInt16LE(name.length, 28);
	const contents = Buffer.concat([local, Buffer.from(name), Buffer.alloc(4), data]);
	const end = fields(0x06054b50, 22);
	end.writeUInt32LE(contents.length, 16);
	return Buffer.concat([contents, entry, Buffer.from(name), end]);
}

describe('list', () => {
	test('shows of a release more than create and update do', async () => {
		const branch = addBranch('beta');
		const license = sandbox.addLicense({ productIds: [product.id] });
		addRelease({
			branchId: branch.id,
			allowedLicenseIds: [license.id],
			metadata: [{ key: 'k', value: 'v', locked: false }] as ReleaseRow['metadata'],
		});
		const { data, details } = await list();
		expect(details).toBe('Releases found');
		expect(data).toMatchObject({ hasNextPage: false, totalResults: 1 });
		const [release] = data.releases;
		expect(Object.keys(release).sort()).toEqual(
			`allowedLicenses branch branchId createdAt createdByUserId file id lastSeenAt latest metadata
			product productId status teamId updatedAt version`.split(/\s+/),
		);
		expect(release.branch).toEqual(JSON.parse(JSON.stringify(branch)));
		expect(release.createdByUserId).toBe(sandbox.state.userId);
		expect(release.product).toMatchObject({ id: product.id, name: 'Orbit', url: null });
		expect(release.product).not.toHaveProperty('metadata');
		const [allowed] = release.allowedLicenses;
		expect(allowed).toMatchObject({ id: license.id, licenseKey: license.licenseKey });
		for (const field of ['seats', 'products', 'productIds', 'customers', 'metadata'])
			expect(allowed).not.toHaveProperty(field);
		expect(Object.keys(release.metadata[0])).toHaveLength(12);
		expect(release.metadata[0].releaseId).toBe(release.id);
	});

	test.each(['', 'x', 'A,B'])('refuses the product %p', async (productId) => {
		expect(await list({ productId })).toMatchObject({
			status: 400,
			details: 'Invalid or missing productId',
			data: null,
		});
	});

	test('knows no product of another team, nor one in upper case', async () => {
		const letters = sandbox.addProduct({ id: 'abcdef00-0000-4000-8000-000000000000' });
		for (const productId of [letters.id.toUpperCase(), '00000000-0000-4000-8000-000000000000'])
			expect(await list({ productId })).toMatchObject({
				status: 404,
				details: 'Product not found',
			});
		expect((await list({ productId: letters.id })).data.releases).toEqual([]);
	});

	test('filters and sorts', async () => {
		addRelease({ version: '1.0.0', createdAt: new Date(3000), updatedAt: new Date(1) });
		addRelease({ version: '1.0.0-BETA', status: 'DRAFT', createdAt: new Date(2000) });
		addRelease({ version: '10.0', latest: true, createdAt: new Date(1000) });
		sandbox.dashboard.createRelease({ productId: sandbox.addProduct().id, version: 'other' });
		const versions = async (query: Record<string, string>) =>
			(await list(query)).data.releases.map(({ version }: ReleaseRow) => version);
		const all = ['1.0.0', '1.0.0-BETA', '10.0'];
		expect(await versions({})).toEqual(all);
		expect(await versions({ sortDirection: 'asc' })).toEqual(all.toReversed());
		expect(await versions({ sortColumn: 'status' })).toEqual(all);
		expect(await versions({ sortColumn: 'version', sortDirection: 'asc' })).toEqual(all);
		expect((await versions({ sortColumn: 'latest' }))[0]).toBe('10.0');
		expect((await versions({ sortColumn: 'latest', sortDirection: 'asc' }))[2]).toBe('10.0');
		expect(await versions({ status: 'DRAFT' })).toEqual(['1.0.0-BETA']);
		expect(await versions({ status: 'draft' })).toEqual(all);
		expect(await versions({ search: 'beta' })).toEqual(['1.0.0-BETA']);
		expect(await versions({ search: '1_.0' })).toEqual(['10.0']);
		expect(await versions({ branch: 'x', branchId: 'y', latest: 'true' })).toEqual(all);
		expect((await list({ search: '\0' })).status).toBe(500);
		expect((await list({ page: '99999999999999999999' })).status).toBe(500);
	});
});

describe('create', () => {
	test('stores a release with what was left out at its default', async () => {
		const { status, details, data } = await create();
		expect([status, details]).toEqual([201, 'Release created']);
		expect(data).toMatchObject({ version: '1.0.0', latest: false, branchId: null, branch: null });
		expect(data).toMatchObject({ metadata: [], file: null, teamId: sandbox.teamId });
		for (const field of ['createdByUserId', 'lastSeenAt', 'allowedLicenses'])
			expect(data).not.toHaveProperty(field);
		const [row] = sandbox.state.releases.values();
		expect(row).toMatchObject({ id: data.id, createdByUserId: null, lastSeenAt: null });
	});

	test('may leave `locked` out of metadata', async () => {
		const metadata = [
			{ key: 'a', value: 'b' },
			{ key: 'c', value: 'd', locked: true },
		];
		const { data } = await create({ metadata });
		expect(data.metadata).toMatchObject([{ ...metadata[0], locked: false }, metadata[1]]);
	});

	test('finds several faults, in order, unknown fields last', async () => {
		const { status, details, data } = await create({
			foo: 1,
			licenseIds: ['x'],
			metadata: [{ key: '', value: 'v', locked: null }],
			branchId: 5,
			setAsLatest: 'true',
			status: 'published',
			productId: 'x',
			version: '',
		});
		expect([status, details]).toEqual([400, 'Invalid request body']);
		expect(data.map(({ path }: { path: unknown[] }) => path.join('.'))).toEqual([
			'version',
			'version',
			'productId',
			'status',
			'setAsLatest',
			'branchId',
			'metadata.0.key',
			'metadata.0.locked',
			'licenseIds.0',
			'',
		]);
		expect(data[3].message).toBe(
			"Invalid enum value. Expected 'PUBLISHED' | 'DRAFT' | 'DEPRECATED' | 'ARCHIVED', received 'published'",
		);
	});

	test.each([
		['a'.repeat(255), 201],
		['a'.repeat(256), 400],
		['1.0', 201],
		['10', 400],
		['1. 0', 400],
		['1.0\u00a0', 400],
		['版本一', 201],
		['1.0\0', 500],
		['1.0\ud800', 500],
	])('version %j: %i', async (version, status) => {
		expect((await create({ version })).status).toBe(status);
		expect(sandbox.state.releases.size).toBe(status === 201 ? 1 : 0);
	});

	test('may restrict a release to licenses, but not the latest one', async () => {
		const licenses = [sandbox.addLicense(), sandbox.addLicense()];
		const licenseIds = licenses.map(({ id }) => id);
		const unknown = '00000000-0000-4000-8000-000000000000';
		const notFound = { status: 404, details: 'One or more license IDs not found' };
		for (const ids of [[unknown], [licenseIds[0], licenseIds[0]], [...licenseIds, unknown]])
			expect(await create({ licenseIds: ids, setAsLatest: true })).toMatchObject(notFound);
		expect(await create({ licenseIds, setAsLatest: true })).toMatchObject({
			status: 400,
			details: 'Cannot set as latest release when license IDs are provided',
		});
		await create({ licenseIds });
		const allowed = async () => (await list()).data.releases[0].allowedLicenses.length;
		expect(await allowed()).toBe(2);
		await clientOf(sandbox).delete(`/licenses/id/${licenseIds[0]}`);
		expect(await allowed()).toBe(1);
	});

	test('refuses a version twice on a branch, not on another', async () => {
		const branch = addBranch('beta');
		const conflict = 'A release with this version already exists for this product and branch';
		expect((await create()).status).toBe(201);
		expect(await create()).toMatchObject({ status: 409, details: conflict });
		expect((await create({ branchId: branch.id })).status).toBe(201);
		expect((await create({ branchId: branch.id })).status).toBe(409);
		expect((await create({ version: '1.0.0A' })).status).toBe(201);
		expect((await create({ version: '1.0.0a' })).status).toBe(201);
	});

	test('looks at product, limit, licenses, branch and version in this order', async () => {
		const details = async (changes: object) => (await create(changes)).details;
		const unknown = '00000000-0000-4000-8000-000000000000';
		const foreign = addBranch('of another', sandbox.addProduct().id);
		addRelease();
		const faults = { productId: unknown, licenseIds: [unknown], branchId: foreign.id };
		sandbox.state.releaseLimit = 1;
		expect(await details(faults)).toBe('Product not found');
		expect(await details({ ...faults, productId: product.id })).toContain('Max releases');
		sandbox.state.releaseLimit = 2;
		expect(await details({ ...faults, productId: product.id })).toContain('license IDs');
		expect(await details({ branchId: foreign.id })).toBe('Branch not found');
		expect(await details({})).toContain('already exists');
	});
});

describe('latest', () => {
	test('goes from the others of the same product and branch, and moves their updatedAt', async () => {
		const branch = addBranch('beta');
		const past = new Date(now.getTime() - 60_000);
		const old = addRelease({ version: '0.1', latest: true, updatedAt: past });
		const draft = addRelease({ version: '0.2', status: 'DRAFT', updatedAt: past });
		const onBranch = addRelease({
			version: '0.3',
			latest: true,
			branchId: branch.id,
			updatedAt: past,
		});
		await create({ setAsLatest: true });
		expect(latest().sort()).toEqual(['0.3', '1.0.0']);
		expect([old, draft].map(({ updatedAt }) => updatedAt)).toEqual([now, now]);
		expect(onBranch.updatedAt).toEqual(past);
		await create({ version: '2.0', setAsLatest: true, branchId: branch.id });
		expect(latest().sort()).toEqual(['1.0.0', '2.0']);
	});

	test('is not given to what is not published, and nobody loses it then', async () => {
		addRelease({ version: '0.1', latest: true });
		for (const status of ['DRAFT', 'ARCHIVED', 'DEPRECATED'])
			expect((await create({ version: status, status, setAsLatest: true })).data.latest).toBe(
				false,
			);
		expect(latest()).toEqual(['0.1']);
	});

	test('is lost by an update that does not set it, or to a draft', async () => {
		const release = addRelease({ latest: true });
		expect((await update(release)).data.latest).toBe(false);
		await update(release, { setAsLatest: true });
		expect(latest()).toEqual(['1.0.0']);
		await update(release, { setAsLatest: true, status: 'DRAFT' });
		expect(latest()).toEqual([]);
	});

	test('cannot stay with a release that gets licenses', async () => {
		const licenseIds = [sandbox.addLicense().id];
		const release = addRelease({ latest: true });
		expect((await update(release, { licenseIds })).status).toBe(400);
		expect((await update(release, { licenseIds, setAsLatest: true })).status).toBe(400);
		expect((await update(release, { licenseIds, status: 'DRAFT' })).status).toBe(200);
		expect((await update(release, { licenseIds, status: 'PUBLISHED' })).status).toBe(200);
		expect(release.allowedLicenseIds).toEqual(licenseIds);
	});
});

describe('update', () => {
	test('requires every field', async () => {
		const body = form({});
		const { data } = await send({ method: 'PUT', path: `/${addRelease().id}`, body });
		expect(data.map(({ path }: { path: unknown[] }) => path[0])).toEqual([
			'version',
			'productId',
			'status',
			'setAsLatest',
			'keepExistingFile',
			'branchId',
			'metadata',
			'licenseIds',
		]);
	});

	test('replaces everything, and moves a release to another product', async () => {
		const other = sandbox.addProduct();
		const release = addRelease({
			metadata: [{ key: 'k', value: 'v', locked: true }] as ReleaseRow['metadata'],
			createdAt: new Date(0),
		});
		sandbox.state.releaseLimit = 0;
		const changes = { productId: other.id, version: '2.0.0', status: 'ARCHIVED' };
		const { status, details, data } = await update(release, changes);
		expect([status, details]).toEqual([200, 'Release updated']);
		expect(data).toMatchObject({ ...changes, metadata: [], product: { id: other.id } });
		expect([data.createdAt, data.updatedAt]).toEqual([
			new Date(0).toISOString(),
			now.toISOString(),
		]);
		expect((await list()).data.releases).toEqual([]);
	});

	test('looks at product, release, version, branch and licenses in this order', async () => {
		const mine = addRelease({ version: 'mine' });
		const details = async (changes: object, release = mine) =>
			(await update(release, changes)).details;
		const unknown = '00000000-0000-4000-8000-000000000000';
		addRelease({ version: 'taken' });
		const faults = { version: 'taken', branchId: unknown, licenseIds: [unknown] };
		const missing = { ...addRelease({ version: 'gone' }), id: unknown };
		expect(await details({ ...faults, productId: unknown }, missing)).toBe('Product not found');
		expect(await details(faults, missing)).toBe('Release not found');
		expect(await details({ ...faults, branchId: null })).toContain('already exists');
		expect(await details(faults)).toBe('Branch not found');
		expect(await details({ licenseIds: [unknown] })).toContain('license IDs');
	});
});

describe('a file', () => {
	test('is kept with its size, checksum and a key made of the version', async () => {
		const { data } = await create({}, text('docs/notes.tar.gz'));
		expect(data.file).toEqual({
			id: expect.any(String),
			releaseId: data.id,
			key: `releases/${sandbox.teamId}/${product.id}-1.0.0.gz`,
			size: 5,
			name: 'docs/notes.tar.gz',
			checksum: createHash('md5').update('hello').digest('hex'),
			mainClassName: null,
			createdAt: now.toISOString(),
		});
	});

	test.each([
		['README', 201],
		['.env', 201],
		['a.', 400],
		['a.JAR', 201],
		['a.jar', 400],
	])('named %p: %i', async (name, status) => {
		expect((await create({}, text(name))).status).toBe(status);
	});

	test.each<[string, Buffer, string | undefined]>([
		['stored', zip('plugin.yml', 'name: x\nmain: com.example.Main\n'), 'com.example.Main'],
		['deflated', zip('plugin.yml', 'main:a.B', { deflated: true }), 'a.B'],
		['in quotes', zip('plugin.yml', "main: 'a.B'\r\n"), 'a.B'],
		['indented only', zip('plugin.yml', 'x:\n  main: a.B\n'), undefined],
		['empty', zip('plugin.yml', 'main:\nname: x\n'), undefined],
		['in another file', zip('paper-plugin.yml', 'main: a.B'), undefined],
		['cut off', zip('plugin.yml', 'main: a.B').subarray(0, 50), undefined],
		['of broken data', zip('plugin.yml', 'main: a.B').fill(255, 20, 60), undefined],
	])('with the main class %s', async (_, content, mainClassName) => {
		const { status, details, data } = await create({}, { name: 'a.jar', content });
		if (mainClassName) expect(data.file.mainClassName).toBe(mainClassName);
		else expect([status, details]).toEqual([400, 'Main class not found in JAR file']);
	});

	test('has a size limit, told before plan and product', async () => {
		const server = await startSandbox({ seed: seedWithLimit(1) });
		const headers = { authorization: 'Bearer key' };
		const post = async (bytes: number) => {
			const body = form(
				{ ...newRelease(), productId: '00000000-0000-4000-8000-000000000000' },
				{
					name: 'a.bin',
					content: Buffer.alloc(bytes),
				},
			);
			const url = `${server.url}/api/v1/dev/teams/${server.teamId}/releases`;
			const response = await fetch(url, { method: 'POST', headers, body });
			return ((await response.json()) as Envelope).result.details;
		};
		expect(await post(MB + 1)).toBe('File too large. Maximum size is 1.0 MB');
		expect(await post(MB)).toBe('File uploads require a paid subscription');
		await server.close();
	});

	test('needs a paid plan', async () => {
		sandbox.state.fileUploads = false;
		expect(await create({}, text('a.txt'))).toMatchObject({
			status: 400,
			details: 'File uploads require a paid subscription',
		});
		expect((await create()).status).toBe(201);
	});

	test('needs room in the storage of the team, counted in hundredths of a MB', async () => {
		sandbox.state.storageLimitMb = 1;
		const file = (bytes: number) => ({ name: 'a.bin', content: Buffer.alloc(bytes) });
		expect((await create({ version: 'half' }, file(MB / 2))).status).toBe(201);
		expect(await create({ version: 'more' }, file(0.51 * MB))).toMatchObject({
			status: 400,
			details: 'Storage limit reached',
		});
		expect((await create({ version: 'rest' }, file(MB / 2 + 1))).status).toBe(201);
		expect((await create({ version: 'tiny' }, file(5_000))).status).toBe(201);
		expect((await create({ version: 'next' }, file(6_000))).status).toBe(400);
	});

	test('is replaced, kept or deleted by an update', async () => {
		const release = addRelease();
		await update(release, {}, text('one.txt'));
		expect(release.file?.name).toBe('one.txt');
		await update(release, { version: '1.0.1' });
		expect(release.file?.name).toBe('one.txt');
		expect(release.file?.key).toContain('-1.0.0.txt');
		await update(release, { keepExistingFile: true }, text('two.txt'));
		expect(release.file?.name).toBe('two.txt');
		await update(release, { keepExistingFile: false });
		expect(release.file).toBeNull();
	});

	describe('is lost by an update that is refused', () => {
		const fresh = async () => {
			const release = addRelease();
			await update(release, {}, text('old.txt'));
			return release;
		};

		test.each<[string, object, File | undefined]>([
			['for an invalid JAR', {}, text('a.jar')],
			['for a name without extension', {}, text('a.')],
			[
				'for metadata that cannot be stored',
				{ metadata: [{ key: 'a', value: '\0' }] },
				text('b.txt'),
			],
			[
				'for no file and such metadata',
				{
					keepExistingFile: false,
					metadata: [{ key: 'a', value: '\0' }],
				},
				undefined,
			],
		])('%s', async (_, changes, file) => {
			const release = await fresh();
			expect((await update(release, changes, file)).status).toBeGreaterThanOrEqual(400);
			expect(release.file).toBeNull();
		});

		test('for a full storage', async () => {
			const release = await fresh();
			sandbox.state.storageLimitMb = 0;
			const file = { name: 'b.bin', content: Buffer.alloc(10_000) };
			expect((await update(release, {}, file)).details).toBe('Storage limit reached');
			expect(release.file).toBeNull();
		});
	});

	test('stays where the version or the body is refused', async () => {
		const release = addRelease();
		addRelease({ version: 'taken' });
		await update(release, {}, text('old.txt'));
		expect((await update(release, { version: 'taken' }, text('b.txt'))).status).toBe(409);
		expect((await update(release, { version: '' }, text('b.txt'))).status).toBe(400);
		expect((await update(release, { version: '1.0\0' }, text('b.txt'))).status).toBe(500);
		expect(release.file?.name).toBe('old.txt');
	});
});

describe('the form', () => {
	const post = (body: FormData | string, type?: string) =>
		send({ method: 'POST', body, headers: type ? { 'content-type': type } : {} });
	const only = (entries: Array<[string, string | Blob]>) => {
		const fields = new FormData();
		for (const [name, value] of entries) fields.append(name, value as string);
		return fields;
	};

	test.each([
		['JSON', '{}', 'application/json'],
		['text', 'data={}', 'text/plain'],
		['a form without boundary', 'x', 'multipart/form-data'],
		[
			'a form that ends early',
			'--b\r\nContent-Disposition: form-data; name="data"\r\n\r\n{',
			'multipart/form-data; boundary=b',
		],
		['nothing', '', 'multipart/form-data; boundary=b'],
	])('%s is a server error', async (_, body, type) => {
		expect(await post(body, type)).toMatchObject({ status: 500, details: 'Internal server error' });
	});

	test('may be URL-encoded', async () => {
		const body = new URLSearchParams({ data: JSON.stringify(newRelease()) }).toString();
		expect((await post(body, 'application/x-www-form-urlencoded')).status).toBe(201);
	});

	test('must have a text field `data` with JSON, and no text field `file`', async () => {
		const data = JSON.stringify(newRelease());
		const details = async (entries: Array<[string, string | Blob]>) =>
			(await post(only(entries))).details;
		expect(await details([['file', new Blob(['x'])]])).toBe('Missing data field');
		expect(await details([['data', new Blob([data])]])).toBe('Missing data field');
		expect(
			await details([
				['data', '{'],
				['file', 'x'],
			]),
		).toBe('Invalid file');
		expect(await details([['data', '{']])).toBe('Invalid JSON in data field');
		expect(await details([['data', '']])).toBe('Invalid JSON in data field');
		expect(
			await details([
				['data', data],
				['data', '{'],
				['x', 'y'],
			]),
		).toBe('Release created');
	});
});

describe('the rate limit', () => {
	const from = (address: string, method: string, path = '', key = sandbox.apiKey) =>
		send({
			method,
			path,
			body: form('{'),
			headers: { 'x-forwarded-for': address, authorization: `Bearer ${key}` },
		});

	test('is five of an address in five minutes, create and update apart', async () => {
		const path = `/${addRelease().id}`;
		for (const [method, at] of [
			['POST', ''],
			['PUT', path],
		] as const) {
			for (let sent = 0; sent < 5; sent += 1)
				expect((await from('192.0.2.1', method, at)).status).toBe(400);
			const refused = await from('192.0.2.1', method, at);
			expect(refused).toMatchObject({ status: 429, details: 'Too many requests', data: null });
			expect(refused.headers.get('retry-after')).toBeNull();
			expect((await from('192.0.2.1', method, at, 'wrong')).status).toBe(401);
			expect((await from('192.0.2.2', method, at)).status).toBe(400);
		}
		expect((await list()).status).toBe(200);
		now = new Date(now.getTime() + 300_000);
		expect((await from('192.0.2.1', 'POST')).status).toBe(400);
	});
});

/** One team without a plan, on a server with a size limit. */
function seedWithLimit(maxReleaseFileSizeMb: number) {
	const team = {
		id: 'a0000000-0000-4000-8000-000000000000',
		name: 'A',
		apiKey: 'key',
		moreApiKeys: [],
		deleted: false,
		products: [],
		customers: [],
		licenses: [],
		branches: [],
		releases: [],
		hwids: [],
		ips: [],
		blacklist: [],
		webhooks: [],
		limits: {
			maxLicenses: 1,
			maxCustomers: 1,
			maxReleasesPerProduct: 1,
			maxStorageMb: 1,
			fileUploads: false,
		},
		settings: {},
		returnedFields: null,
	};
	return {
		dashboardUserId: 'd0000000-0000-4000-8000-000000000000',
		server: { maxReleaseFileSizeMb },
		discord: {},
		teams: { A: team },
	};
}
