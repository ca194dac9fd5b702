/*
 * An n8n of its own for tests with several processes: one that listens for the webhooks of a workflow
 * whose static data is in a file, as several processes of n8n have it in one database.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';

import { listen } from './support.mts';

const [file, workflowId] = process.argv.slice(2);
const trigger = await listen(
	{},
	{
		workflowId,
		store: {
			read: () => readFileSync(file, 'utf8'),
			// At once, as a database does it: the other process must not read half of it.
			write: (text) => {
				writeFileSync(`${file}.${process.pid}`, text);
				renameSync(`${file}.${process.pid}`, file);
			},
		},
	},
);
process.once('disconnect', () => void trigger.close());
process.send?.(trigger.url);
