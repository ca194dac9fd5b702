/** Whether a request may have been sent, by the fault that ended it. */
import { NodeApiError, NodeOperationError, UserError, type INode } from 'n8n-workflow';

import { explainFault, n8nRefusal } from '../../nodes/Lukittu/errors/connectionFaults.ts';
import { faultError } from '../../nodes/Lukittu/errors/nodeErrors.ts';
import { licenseResource } from '../../nodes/Lukittu/resources/license/resource.ts';

const NODE = { id: '1', name: 'Lukittu', type: 'x', typeVersion: 1 } as unknown as INode;

/** A fault as it reaches the node: wrapped by axios, and by n8n. */
function wrapped(fault: object): unknown {
	const cause = Object.assign(new Error('system'), fault);
	const axios = Object.assign(new Error('axios', { cause }), { code: (fault as Fault).code });
	return Object.assign(new Error('n8n', { cause: axios }), { name: 'NodeApiError' });
}

interface Fault {
	code?: string;
	syscall?: string;
	message?: string;
	errors?: Fault[];
}

const explain = (fault: object) => explainFault(wrapped(fault), 'https://example.com', false);

const connectFaults = (code: string) =>
	['127.0.0.1', '::1'].map((address) => ({ code, syscall: 'connect', address }));

const NOT_SENT: Array<[string, Fault]> = [
	['one address refuses', { code: 'ECONNREFUSED', syscall: 'connect' }],
	['all addresses refuse', { code: 'ECONNREFUSED', errors: connectFaults('ECONNREFUSED') }],
	['all addresses time out', { code: 'ETIMEDOUT', errors: connectFaults('ETIMEDOUT') }],
	['one address times out', { code: 'ETIMEDOUT', syscall: 'connect' }],
	['no way to the host', { code: 'EHOSTUNREACH', syscall: 'connect' }],
	['no address left', { code: 'EADDRNOTAVAIL', syscall: 'connect' }],
	['an unknown name', { code: 'ENOTFOUND', syscall: 'getaddrinfo' }],
	['a name that cannot be looked up', { code: 'EAI_AGAIN', syscall: 'getaddrinfo' }],
	[
		'a reset while TLS begins',
		{
			code: 'ECONNRESET',
			message: 'Client network socket disconnected before secure TLS connection was established',
		},
	],
	['an expired certificate', { code: 'CERT_HAS_EXPIRED' }],
	['a certificate of later', { code: 'CERT_NOT_YET_VALID' }],
	['a revoked certificate', { code: 'CERT_REVOKED' }],
	['an untrusted root', { code: 'CERT_UNTRUSTED' }],
	['a self-signed certificate', { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }],
	['a missing issuer', { code: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY' }],
	['another name', { code: 'ERR_TLS_CERT_ALTNAME_INVALID' }],
	['an old TLS version', { code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION' }],
	['plain HTTP', { code: 'EPROTO', syscall: 'write' }],
	['too many open files', { code: 'EMFILE' }],
	[
		'a proxy that hangs up',
		{ message: 'Proxy connection ended before receiving CONNECT response' },
	],
	['a header that cannot be sent', { code: 'ERR_INVALID_CHAR' }],
];

test.each(NOT_SENT)('%s: nothing was sent', (_, fault) => {
	expect(explain(fault).mayHaveActed).toBe(false);
});

const SENT: Array<[string, Fault]> = [
	['the connection is reset', { code: 'ECONNRESET', syscall: 'read' }],
	['the server hangs up', { code: 'ECONNRESET', message: 'socket hang up' }],
	['the pipe breaks', { code: 'EPIPE', syscall: 'write' }],
	['the way is lost on an open connection', { code: 'EHOSTUNREACH', syscall: 'read' }],
	['an open connection times out', { code: 'ETIMEDOUT', syscall: 'read' }],
	['no answer comes in time', { code: 'ECONNABORTED' }],
	['the whole answer does not come in time', { code: 'ETIMEDOUT' }],
	['the answer breaks off', { code: 'ERR_BAD_RESPONSE' }],
	['the answer is no HTTP', { code: 'HPE_INVALID_CONSTANT' }],
	['the answer cannot be decompressed', { code: 'Z_DATA_ERROR' }],
	['the execution is canceled', { code: 'ERR_CANCELED' }],
];

test.each(SENT)('%s: it may have been carried out', (_, fault) => {
	expect(explain(fault).mayHaveActed).toBe(true);
});

describe("n8n's own refusals keep their words", () => {
	const request = {
		method: 'POST' as const,
		url: '/licenses',
		resource: licenseResource,
		subject: 'the new license',
	};
	const refusal = new UserError('The request was blocked', { description: 'Ask your admin.' });
	const WRAPPED: Array<[string, unknown]> = [
		['as it is', refusal],
		['by axios', Object.assign(new Error('x', { cause: refusal }), { code: 'ERR_BAD_OPTION' })],
		['by axios and n8n', new NodeApiError(NODE, new Error('x', { cause: refusal }) as never)],
		[
			'as an error of the node',
			new NodeOperationError(NODE, refusal.message, { description: 'Ask your admin.' }),
		],
	];

	test.each(WRAPPED)('%s', (_, fault) => {
		expect(n8nRefusal(fault)).toEqual({
			message: 'The request was blocked',
			description: 'Ask your admin.',
		});
		const error = faultError(NODE, request, fault, 'https://example.com', false);
		expect(error.message).toBe('The request was blocked');
		expect(error.description).not.toMatch(/not known/);
		expect(error.context.outcomeUnknown).not.toBe(true);
	});
});
