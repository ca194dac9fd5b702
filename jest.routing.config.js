// The action node through n8n's routing: see test/engine/package.mts.
process.env.LUKITTU_THROUGH_ROUTING = 'true';

/** @type {import('jest').Config} */
module.exports = {
	...require('./jest.config'),
	// What the routing may change: tool calls, parameters and expressions, request options, fields.
	// Several items are in test/execution/routing, a part of the other tests.
	testMatch: [
		'customer/customer',
		'customer/wiring',
		'execution/unknown',
		'faults/proxy',
		'faults/request-options',
		'license/agent',
		'license/create',
		'license/expressions',
		'license/wiring',
	].map((name) => `<rootDir>/test/${name}.test.mts`),
};
