/** The mutex by itself. */
import { setTimeout as pause } from 'node:timers/promises';

import { CanceledError } from '../../nodes/Lukittu/transport/cancellation.ts';
import { runExclusive } from '../../nodes/Lukittu/transport/mutex.ts';

const { signal } = new AbortController();

test('tasks of one name run one after the other, also after one that threw', async () => {
	const log: string[] = [];
	const task =
		(name: string, fails = false) =>
		async () => {
			log.push(`${name} begins`);
			await pause(3);
			log.push(`${name} ends`);
			if (fails) throw new Error(name);
		};
	const results = await Promise.allSettled([
		runExclusive('license', signal, task('a')),
		runExclusive('license', signal, task('b', true)),
		runExclusive('license', signal, task('c')),
	]);
	expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
	expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});

test('tasks of different names do not wait for each other', async () => {
	const never = runExclusive('a', signal, async () => await new Promise<void>(() => {}));
	expect(await runExclusive('b', signal, async () => 'done')).toBe('done');
	void never;
});

test('a task that is canceled while it waits does not let the next one run beside the first', async () => {
	const log: string[] = [];
	const canceled = new AbortController();
	const first = runExclusive('c', signal, async () => {
		await pause(30);
		log.push('first ends');
	});
	const second = runExclusive('c', canceled.signal, async () => {
		log.push('second');
	});
	const third = runExclusive('c', signal, async () => {
		log.push('third');
	});
	canceled.abort();
	await expect(second).rejects.toThrow(CanceledError);
	await Promise.all([first, third]);
	expect(log).toEqual(['first ends', 'third']);
});
