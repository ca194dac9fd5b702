// The node through n8n's routing alone: see test/engine/package.mts.
process.env.LUKITTU_WAY = 'routing';

/** @type {import('jest').Config} */
module.exports = {
	...require('./jest.config'),
	// What an agent's own tool call does, always for one item: every operation, its parameters and messages.
	testMatch: [
		'customer/customer',
		'customer/wiring',
		'execution/routing',
		'license/agent',
		'license/wiring',
	].map((name) => `<rootDir>/test/${name}.test.mts`),
};
