/** The gate by itself: what it lets in, where a task gives its place free before it ends. */
import { Ending } from '../../nodes/Lukittu/transport/abort.ts';
import { throughGate, type Bearing, type Leave } from '../../nodes/Lukittu/transport/gate.ts';

type Task = (leave: Leave) => Promise<Bearing>;

/** Sends some tasks through a gate of their own with one place, and notes which have started. */
function send(tasks: Task[]) {
	const started: number[] = [];
	const name = `test ${Math.random()}`;
	const all = tasks.map(async (task, index) => {
		const waiter = { mostAtOnce: 1, goesAhead: false, ending: new Ending() };
		await throughGate(name, waiter, async (leave) => {
			started.push(index);
			return await task(leave);
		});
	});
	return { started, all };
}

/** Lets everything happen that waits for nothing. */
async function settled(): Promise<void> {
	await new Promise((resolve) => setTimeout(resolve, 20));
}

const never = new Promise<Bearing>(() => {});

test('a task keeps its place until it ends', async () => {
	const { started } = send([async () => await never, async () => ({})]);
	await settled();
	expect(started).toEqual([0]);
});

test('a task that gives its place free lets the next one in', async () => {
	let isTaken: boolean | undefined;
	const gives: Task = async (leave) => {
		isTaken = leave();
		return await never;
	};
	const { started } = send([gives, async () => await never, async () => ({})]);
	await settled();
	expect(started).toEqual([0, 1]);
	expect(isTaken).toBe(true);
});

test('a place that nobody waits for stays free', async () => {
	let isTaken: boolean | undefined;
	const { all } = send([
		async (leave) => {
			isTaken = leave();
			return {};
		},
	]);
	await Promise.all(all);
	expect(isTaken).toBe(false);
});

test('a place is given free once, also where the task ends later', async () => {
	let end = () => {};
	const gives: Task = async (leave) => {
		leave();
		leave();
		return await new Promise((resolve) => {
			end = () => resolve({});
		});
	};
	const { started, all } = send([gives, async () => await never, async () => ({})]);
	await settled();
	expect(started).toEqual([0, 1]);
	end();
	await all[0];
	await settled();
	expect(started).toEqual([0, 1]);
});
