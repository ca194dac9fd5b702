// The node through n8n's routing alone: see test/engine/package.mts.
process.env.LUKITTU_WAY = 'routing';

/** @type {import('jest').Config} */
module.exports = {
	...require('./jest.config'),
	// What differs where the way differs: the run, its end, what n8n reads before the node does.
	testMatch: [
		'customer/customer',
		'customer/wiring',
		'faults/proxy',
		'faults/request-options',
		'license/agent',
		'license/create',
		'license/expressions',
		'license/run',
		'license/wiring',
	].map((name) => `<rootDir>/test/${name}.test.mts`),
};
