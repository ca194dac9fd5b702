import {
	ApiError,
	emptyAnswer,
	envelope,
	htmlAnswer,
	jsonAnswer,
	LOGIN_PATH,
	loginRedirect,
	permanentRedirect,
	textAnswer,
} from './answers.mts';
import type { Answer, Reply } from './answers.mts';
import { classloader, classloaderHead } from './client-classloader.mts';
import { heartbeat, verify } from './client-verification.mts';
import {
	createCustomer,
	deleteCustomer,
	getCustomer,
	listCustomers,
	updateCustomer,
} from './customers.mts';
import { listHardwareIds, listIpAddresses, updateHardwareId, updateIpAddress } from './devices.mts';
import { LICENSE_KEY, UUID } from './formats.mts';
import { listLicenses } from './license-list.mts';
import {
	createLicense,
	deleteLicenseById,
	deleteLicenseByKey,
	getLicenseById,
	getLicenseByKey,
	updateLicense,
} from './licenses.mts';
import { createRelease, listReleases, updateRelease } from './releases.mts';
import type { ClientHandler, Handler, HttpRequest } from './requests.mts';
import { getStatistics } from './statistics.mts';
import type { Team } from './types.mts';

/** Answers a request for a route, whose parameters it is given. */
type Endpoint = (params: Record<string, string>, request: HttpRequest) => Answer | Promise<Answer>;

interface Route {
	/** `{…}` is a parameter. */
	path: string[];
	methods: Record<string, Endpoint>;
}

/** Pages of the dashboard that need no login. */
const PAGES = [LOGIN_PATH, '/auth/register'];
/** A backslash counts as a slash. */
const REPEATED_SLASHES = /[/\\]{2,}|\\/g;
const DEV_PATH = 'api/v1/dev/teams/{teamId}/';
const CLIENT_PATH = 'api/v1/client/teams/{teamId}/verification/';

/** In order: a fixed segment goes before a parameter in the same place. */
const routes: Route[] = [
	devRoute('licenses', { GET: listLicenses, POST: createLicense }),
	devRoute('licenses/id/{licenseId}', {
		GET: getLicenseById,
		PUT: updateLicense,
		DELETE: deleteLicenseById,
	}),
	devRoute('licenses/id/{licenseId}/hwid', { GET: listHardwareIds }),
	devRoute('licenses/id/{licenseId}/hwid/{hwidId}', { PATCH: updateHardwareId }),
	devRoute('licenses/id/{licenseId}/ip-address', { GET: listIpAddresses }),
	devRoute('licenses/id/{licenseId}/ip-address/{ipId}', { PATCH: updateIpAddress }),
	devRoute('licenses/{licenseKey}', { GET: getLicenseByKey, DELETE: deleteLicenseByKey }),
	devRoute('customers', { GET: listCustomers, POST: createCustomer }),
	devRoute('customers/{customerId}', {
		GET: getCustomer,
		PUT: updateCustomer,
		DELETE: deleteCustomer,
	}),
	devRoute('releases', { GET: listReleases, POST: createRelease }),
	devRoute('releases/{releaseId}', { PUT: updateRelease }),
	devRoute('statistics', { GET: getStatistics }),
	clientRoute('verify', { POST: verify }),
	clientRoute('heartbeat', { POST: heartbeat }),
	clientRoute('classloader', { GET: classloader, HEAD: classloaderHead }),
	{ path: ['api', 'health'], methods: { GET: health } },
];

const parameterFormats: Record<string, RegExp> = {
	teamId: UUID,
	licenseId: UUID,
	licenseKey: LICENSE_KEY,
	hwidId: UUID,
	ipId: UUID,
	customerId: UUID,
	releaseId: UUID,
};

/** Answers a request as the server does. */
export async function answer(request: HttpRequest): Promise<Answer> {
	const cleanPath = request.path.replace(REPEATED_SLASHES, '/');
	if (cleanPath !== request.path) return permanentRedirect(cleanPath + request.search);
	const path = resolvedPath(request.path);
	if (path.length > 1 && path.endsWith('/'))
		return permanentRedirect(path.slice(0, -1) + request.search);
	if (PAGES.includes(path)) return htmlAnswer();
	const segments = path.slice(1).split('/');
	for (const { path: parts, methods } of routes) {
		const params = matchPath(parts, segments);
		if (params) return answerRoute(methods, params, request);
	}
	return loginRedirect();
}

/** Without `.` and `..`, however they are spelled. */
function resolvedPath(path: string): string {
	return new URL(path, 'http://localhost').pathname;
}

function answerRoute(
	methods: Record<string, Endpoint>,
	params: Record<string, string | undefined>,
	request: HttpRequest,
): Answer | Promise<Answer> {
	if (!isDecoded(params)) return textAnswer(500, 'Internal Server Error');
	if (request.method === 'OPTIONS') return emptyAnswer(204, { allow: allowed(methods) });
	// Node.js sends no body with the answer to HEAD.
	const method = request.method === 'HEAD' && !methods.HEAD ? 'GET' : request.method;
	if (!Object.hasOwn(methods, method)) return emptyAnswer(405);
	return methods[method](params, request);
}

function isDecoded(params: Record<string, string | undefined>): params is Record<string, string> {
	return Object.values(params).every((value) => value !== undefined);
}

function allowed(methods: Record<string, Endpoint>): string {
	const names = new Set([...Object.keys(methods), 'OPTIONS']);
	if (names.has('GET')) names.add('HEAD');
	return [...names].toSorted().join(', ');
}

function health(_params: Record<string, string>, { now }: HttpRequest): Answer {
	const checks = { api: 'ok', database: 'ok', redis: 'ok', timestamp: now.toISOString() };
	return jsonAnswer(200, { status: 'healthy', checks });
}

function devRoute(path: string, handlers: Record<string, Handler>): Route {
	const endpoint =
		(handler: Handler): Endpoint =>
		async (params, request) =>
			envelope(await reply(handler, params, request), request.now);
	return route(DEV_PATH + path, handlers, endpoint);
}

function clientRoute(path: string, handlers: Record<string, ClientHandler>): Route {
	const endpoint =
		(handler: ClientHandler): Endpoint =>
		(params, request) =>
			handler({ ...request, params });
	return route(CLIENT_PATH + path, handlers, endpoint);
}

function route<T>(
	path: string,
	handlers: Record<string, T>,
	endpoint: (handler: T) => Endpoint,
): Route {
	const methods = Object.entries(handlers).map(([method, handler]) => [method, endpoint(handler)]);
	return { path: path.split('/'), methods: Object.fromEntries(methods) };
}

async function reply(
	handler: Handler,
	params: Record<string, string>,
	request: HttpRequest,
): Promise<Reply> {
	try {
		checkParameters(params);
		const team = authenticate(params.teamId, request);
		const work = () => handler({ ...request, team, params });
		return await (request.features.races ? request.server.connections.use(work) : work());
	} catch (error) {
		if (error instanceof ApiError) return error;
		throw error;
	}
}

/** The server looks at the path before it looks at the key. */
function checkParameters(params: Record<string, string>): void {
	for (const [name, value] of Object.entries(params))
		if (!parameterFormats[name].test(value)) throw new ApiError(400, `Invalid ${name}`);
}

/** Unknown and deleted teams, no key, a wrong key and another team's key look the same. */
function authenticate(teamId: string, { teams, headers }: HttpRequest): Team {
	const team = teams.find((candidate) => candidate.teamId === teamId && !candidate.deleted);
	const key = /^bearer ([^]*)$/i.exec(headers.authorization ?? '')?.[1];
	// The server does not look at a key's expiry.
	const keys = team && [team.apiKey, ...team.moreApiKeys.map((more) => more.key)];
	if (!team || key === undefined || !keys?.includes(key))
		throw new ApiError(401, 'Invalid API key');
	return team;
}

/** The parameters of a path; undefined where it is another path. */
function matchPath(
	parts: string[],
	segments: string[],
): Record<string, string | undefined> | undefined {
	if (parts.length !== segments.length) return undefined;
	const params: Record<string, string | undefined> = {};
	for (const [index, part] of parts.entries()) {
		if (part.startsWith('{')) params[part.slice(1, -1)] = decode(segments[index]);
		else if (part !== segments[index]) return undefined;
	}
	return params;
}

/** Undefined where the segment is no encoded text. */
function decode(segment: string): string | undefined {
	try {
		return decodeURIComponent(segment);
	} catch {
		return undefined;
	}
}
