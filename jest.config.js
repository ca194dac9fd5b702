/** @type {import('jest').Config} */
module.exports = {
	testEnvironment: 'node',
	// The tests wait for their servers more than they compute.
	maxWorkers: '100%',
	testMatch: ['<rootDir>/test/**/*.test.mts'],
	// A busy machine is slow; a test that waits for nothing is caught all the same.
	testTimeout: 30_000,
	modulePathIgnorePatterns: ['<rootDir>/bench/', '<rootDir>/demo/'],
	transform: {
		'^.+\\.m?ts$': [
			'@swc/jest',
			{
				jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
				module: { type: 'commonjs' },
			},
		],
	},
};
