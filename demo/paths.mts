import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const DEMO = path.dirname(fileURLToPath(import.meta.url));
export const REPOSITORY = path.dirname(DEMO);

/**
 * Everything the demo installs and produces. The name starts with a dot so that tools which look
 * for files by a pattern (`n8n-node build` copies each picture that it finds) do not enter it.
 */
export const CACHE = path.join(DEMO, '.cache');
export const LOGS = path.join(CACHE, 'logs');

/** The user folder of the n8n that is opened in the browser; it keeps what the user changes. */
export const EDITOR_HOME = path.join(CACHE, 'editor-home');
/** The user folder of `--run`, made anew each time. */
export const RUN_HOME = path.join(CACHE, 'run-home');
