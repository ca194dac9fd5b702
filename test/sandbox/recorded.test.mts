import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Seed } from './corpus-seed.mts';
import { startReceiver } from './receiver.mts';
import type { Receiver } from './receiver.mts';
import { Player } from './recorded/player.mts';
import { scenariosOf } from './recorded/scenario.mts';
import { startSandbox } from './server.mts';
import type { Sandbox } from './server.mts';

const FOLDER = join(__dirname, 'recorded');
const seed = JSON.parse(readFileSync(join(FOLDER, 'seed.json'), 'utf8')) as Seed;

let receiver: Receiver;
let sandbox: Sandbox;
let player: Player;

beforeAll(async () => {
	receiver = await startReceiver();
	sandbox = await startSandbox({ seed, hookUrl: receiver.url });
	player = new Player(sandbox, receiver, seed);
});

afterAll(async () => {
	await sandbox.close();
	await receiver.close();
});

describe('the sandbox answers as the real server did', () => {
	test.each(scenariosOf(join(FOLDER, 'scenarios')))('$scenario: $about', async ({ steps }) => {
		await player.reset();
		const differing: unknown[] = [];
		for (const step of steps) {
			const found = await player.play(step);
			if (found.length > 0) differing.push({ step: step.id, note: step.note, found });
		}
		expect(differing).toEqual([]);
	});
});
