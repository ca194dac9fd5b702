import { ApiError, emptyAnswer, envelope, htmlAnswer } from './answers.mts';
import type { Answer, Reply } from './answers.mts';
import { classloader } from './client-classloader.mts';
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

const LOGIN_PATH = '/auth/login';
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
	clientRoute('classloader', { GET: classloader }),
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
	if (request.path.length > 1 && request.path.endsWith('/'))
		return emptyAnswer(308, { location: request.path.slice(0, -1) });
	if (request.path === LOGIN_PATH) return htmlAnswer();
	const segments = request.path.slice(1).split('/').map(decode);
	for (const { path, methods } of routes) {
		const params = matchPath(path, segments);
		if (params) return answerRoute(methods, params, request);
	}
	return emptyAnswer(307, { location: LOGIN_PATH });
}

function answerRoute(
	methods: Record<string, Endpoint>,
	params: Record<string, string>,
	request: HttpRequest,
): Answer | Promise<Answer> {
	if (!Object.hasOwn(methods, request.method)) return emptyAnswer(405);
	return methods[request.method](params, request);
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
		return await handler({ ...request, team, params });
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

function matchPath(path: string[], segments: string[]): Record<string, string> | undefined {
	if (path.length !== segments.length) return undefined;
	const params: Record<string, string> = {};
	for (const [index, part] of path.entries()) {
		if (part.startsWith('{')) params[part.slice(1, -1)] = segments[index];
		else if (part !== segments[index]) return undefined;
	}
	return params;
}

function decode(segment: string): string {
	try {
		return decodeURIComponent(segment);
	} catch {
		return segment;
	}
}
