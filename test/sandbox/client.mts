import axios from 'axios';
import type { AxiosRequestConfig, AxiosResponse } from 'axios';

import type { Sandbox } from './server.mts';

export interface Client {
	get(path: string, config?: AxiosRequestConfig): Promise<AxiosResponse>;
	post(path: string, body?: unknown, config?: AxiosRequestConfig): Promise<AxiosResponse>;
	put(path: string, body?: unknown, config?: AxiosRequestConfig): Promise<AxiosResponse>;
	patch(path: string, body?: unknown, config?: AxiosRequestConfig): Promise<AxiosResponse>;
	head(path: string, config?: AxiosRequestConfig): Promise<AxiosResponse>;
	options(path: string, config?: AxiosRequestConfig): Promise<AxiosResponse>;
	delete(path: string, config?: AxiosRequestConfig): Promise<AxiosResponse>;
}

/** A client for the first team, that shows every answer as it came. */
export function clientOf(sandbox: Pick<Sandbox, 'url' | 'teamId' | 'apiKey'>): Client {
	return axios.create({
		baseURL: `${sandbox.url}/api/v1/dev/teams/${sandbox.teamId}`,
		headers: { Authorization: `Bearer ${sandbox.apiKey}` },
		maxRedirects: 0,
		validateStatus: () => true,
	});
}

/** All a create must send, for a license that never expires. */
export function newLicense(changes: object = {}): Record<string, unknown> {
	return {
		expirationType: 'NEVER',
		expirationStart: null,
		expirationDate: null,
		expirationDays: null,
		ipLimit: null,
		hwidLimit: null,
		suspended: false,
		productIds: [],
		customerIds: [],
		metadata: [],
		sendEmailDelivery: false,
		...changes,
	};
}

/** All a customer must have. */
export function newCustomer(changes: object = {}): Record<string, unknown> {
	return {
		email: 'ada@example.com',
		fullName: 'Ada Example',
		username: null,
		metadata: [],
		...changes,
	};
}

/** Without some of its fields. */
export function without(body: Record<string, unknown>, ...fields: string[]): object {
	return Object.fromEntries(Object.entries(body).filter(([field]) => !fields.includes(field)));
}

/** The findings of a refused body, as "path: message". */
export function findings(response: AxiosResponse): string[] {
	const issues = response.data.data as Array<{ message: string; path: unknown[] }>;
	return issues.map(({ message, path }) => `${path.join('.')}: ${message}`);
}
