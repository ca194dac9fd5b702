import { createHash, randomUUID } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';

import { ApiError } from './answers.mts';
import type { Upload } from './multipart.mts';
import type { ReleaseFile, Team } from './types.mts';

const MB = 1024 * 1024;
const MANIFEST_NAME = 'plugin.yml';
const MAX_MANIFEST_BYTES = MB;

/* Records of a ZIP file and the places of what is read of them. */
const ZIP_END = { signature: 0x06054b50, size: 22, directoryAt: 16 };
const ZIP_ENTRY = {
	signature: 0x02014b50,
	size: 46,
	methodAt: 10,
	compressedSizeAt: 20,
	nameLengthAt: 28,
	extraLengthAt: 30,
	commentLengthAt: 32,
	localAt: 42,
};
const ZIP_LOCAL = { signature: 0x04034b50, size: 30, nameLengthAt: 26, extraLengthAt: 28 };
const MAX_ZIP_COMMENT = 0xffff;

interface ReleaseOfFile {
	id: string;
	productId: string;
	version: string;
}

/** What is looked at before anything else of the request: the size, then whether the team may. */
export function checkUpload(file: Upload, team: Team, maxFileMb: number): void {
	if (file.content.length > maxFileMb * MB)
		throw new ApiError(400, `File too large. Maximum size is ${maxFileMb.toFixed(1)} MB`);
	if (!team.fileUploads) throw new ApiError(400, 'File uploads require a paid subscription');
}

/**
 * The record of an uploaded file. Its content is not kept: nothing reads it.
 *
 * @throws ApiError 400 where the team's storage is full, the name has no extension, or a JAR tells no
 *   main class
 */
export function newReleaseFile(
	file: Upload,
	team: Team,
	release: ReleaseOfFile,
	now: Date,
): ReleaseFile {
	checkStorage(file, team);
	// Of a name without a dot the whole counts as extension.
	const extension = file.name.split('.').at(-1);
	if (!extension) throw new ApiError(400, 'File must have an extension');
	return {
		id: randomUUID(),
		releaseId: release.id,
		key: `releases/${team.teamId}/${release.productId}-${release.version}.${extension}`,
		size: file.content.length,
		name: file.name,
		checksum: createHash('md5').update(file.content).digest('hex'),
		mainClassName: extension === 'jar' ? mainClass(file.content) : null,
		createdAt: now,
	};
}

function checkStorage(file: Upload, team: Team): void {
	const used = [...team.releases.values()].reduce((sum, row) => sum + (row.file?.size ?? 0), 0);
	if (roundedMb(used) + roundedMb(file.content.length) > team.storageLimitMb)
		throw new ApiError(400, 'Storage limit reached');
}

/** The server rounds to two decimals, so a storage may hold some kB too much. */
function roundedMb(bytes: number): number {
	return Math.round((bytes / MB) * 100) / 100;
}

function mainClass(jar: Buffer): string {
	const name = declaredMain(zipEntry(jar, MANIFEST_NAME) ?? '');
	if (!name) throw new ApiError(400, 'Main class not found in JAR file');
	return name;
}

/** The last `main:` at the start of a line, without quotes around it. */
function declaredMain(manifest: string): string | undefined {
	const lines = manifest.split('\n').filter((line) => /^main:\s*\S/.test(line));
	return lines
		.at(-1)
		?.slice('main:'.length)
		.trim()
		.replace(/^['"](.*)['"]$/, '$1');
}

/** The text of an entry of a ZIP file; undefined where there is none, or no ZIP file. */
function zipEntry(zip: Buffer, name: string): string | undefined {
	try {
		for (let at = zipDirectory(zip); isRecord(zip, at, ZIP_ENTRY); at += entrySize(zip, at))
			if (entryName(zip, at) === name) return entryContent(zip, at).toString('utf8');
	} catch {
		// A broken file ends in the middle of a number or of compressed data.
	}
	return undefined;
}

function zipDirectory(zip: Buffer): number {
	const last = zip.length - ZIP_END.size;
	for (let at = last; at >= Math.max(0, last - MAX_ZIP_COMMENT); at -= 1)
		if (isRecord(zip, at, ZIP_END)) return zip.readUInt32LE(at + ZIP_END.directoryAt);
	return zip.length;
}

function isRecord(zip: Buffer, at: number, record: { signature: number; size: number }): boolean {
	return at + record.size <= zip.length && zip.readUInt32LE(at) === record.signature;
}

function entrySize(zip: Buffer, at: number): number {
	const lengths = [ZIP_ENTRY.nameLengthAt, ZIP_ENTRY.extraLengthAt, ZIP_ENTRY.commentLengthAt];
	return lengths.reduce((sum, place) => sum + zip.readUInt16LE(at + place), ZIP_ENTRY.size);
}

function entryName(zip: Buffer, at: number): string {
	const start = at + ZIP_ENTRY.size;
	return zip.toString('utf8', start, start + zip.readUInt16LE(at + ZIP_ENTRY.nameLengthAt));
}

function entryContent(zip: Buffer, at: number): Buffer {
	const localAt = zip.readUInt32LE(at + ZIP_ENTRY.localAt);
	if (!isRecord(zip, localAt, ZIP_LOCAL)) throw new Error('There is no entry at its place');
	const start =
		localAt +
		ZIP_LOCAL.size +
		zip.readUInt16LE(localAt + ZIP_LOCAL.nameLengthAt) +
		zip.readUInt16LE(localAt + ZIP_LOCAL.extraLengthAt);
	const end = start + zip.readUInt32LE(at + ZIP_ENTRY.compressedSizeAt);
	if (end > zip.length) throw new Error('The content of an entry ends behind the file');
	const data = zip.subarray(start, end);
	const isStored = zip.readUInt16LE(at + ZIP_ENTRY.methodAt) === 0;
	return isStored ? data : inflateRawSync(data, { maxOutputLength: MAX_MANIFEST_BYTES });
}
