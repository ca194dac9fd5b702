import { ApiError, emptyAnswer, envelope, htmlAnswer } from './answers.mts';
import type { Answer, Reply } from './answers.mts';
import {
	createCustomer,
	deleteCustomer,
	getCustomer,
	listCustomers,
	updateCustomer,
} from './customers.mts';
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
import type { Context, Handler } from './requests.mts';
import type { Team } from './types.mts';

interface Route {
	/** Segments after the team; `{…}` is a parameter. */
	path: string[];
	methods: Record<string, Handler>;
}

/** A request before it is known whose it is. */
export interface RawRequest extends Omit<Context, 'team' | 'params'> {
	method: string;
	path: string;
	authorization: string | undefined;
	teams: Team[];
}

const LOGIN_PATH = '/auth/login';
const TEAM_PATH = ['api', 'v1', 'dev', 'teams', '{teamId}'];

/** In order: a fixed segment goes before a parameter in the same place. */
const routes: Route[] = [
	route('licenses', { GET: listLicenses, POST: createLicense }),
	route('licenses/id/{licenseId}', {
		GET: getLicenseById,
		PUT: updateLicense,
		DELETE: deleteLicenseById,
	}),
	route('licenses/{licenseKey}', { GET: getLicenseByKey, DELETE: deleteLicenseByKey }),
	route('customers', { GET: listCustomers, POST: createCustomer }),
	route('customers/{customerId}', {
		GET: getCustomer,
		PUT: updateCustomer,
		DELETE: deleteCustomer,
	}),
];

const parameterFormats: Record<string, RegExp> = {
	teamId: UUID,
	licenseId: UUID,
	licenseKey: LICENSE_KEY,
	customerId: UUID,
};

/** Answers a request as the server does. */
export function answer(request: RawRequest): Answer {
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
	methods: Record<string, Handler>,
	params: Record<string, string>,
	request: RawRequest,
): Answer {
	if (!Object.hasOwn(methods, request.method)) return emptyAnswer(405);
	return envelope(reply(methods[request.method], params, request), request.now);
}

function reply(handler: Handler, params: Record<string, string>, request: RawRequest): Reply {
	try {
		checkParameters(params);
		const team = authenticate(params.teamId, request);
		return handler({ ...request, team, params });
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

/** Unknown team, missing key, wrong key and another team's key look the same. */
function authenticate(teamId: string, { teams, authorization }: RawRequest): Team {
	const team = teams.find((candidate) => candidate.teamId === teamId);
	if (!team || authorization !== `Bearer ${team.apiKey}`)
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

function route(path: string, methods: Record<string, Handler>): Route {
	return { path: [...TEAM_PATH, ...path.split('/')], methods };
}

function decode(segment: string): string {
	try {
		return decodeURIComponent(segment);
	} catch {
		return segment;
	}
}
