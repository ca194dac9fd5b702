import { setTimeout as sleep } from 'node:timers/promises';

/** What Discord tells of an account. */
export interface DiscordUser {
	username: string;
	globalName: string;
	avatar: string;
}

/** Which accounts Discord does not know, or fails to tell of. Default: none. */
export interface DiscordRules {
	unknownWhenIdEndsIn?: string;
	failsWhenIdEndsIn?: string;
}

/** Asks the outside service. */
export async function discordUser(
	discordId: string,
	rules: DiscordRules,
): Promise<DiscordUser | 'unknown' | 'failed'> {
	await sleep(0);
	if (endsIn(discordId, rules.unknownWhenIdEndsIn)) return 'unknown';
	if (endsIn(discordId, rules.failsWhenIdEndsIn)) return 'failed';
	return discordNames(discordId);
}

/** The names of an account, made up from its ID. */
export function discordNames(discordId: string): DiscordUser {
	const digits = discordId.slice(-3);
	return { username: `user${digits}`, globalName: `Global ${digits}`, avatar: 'abc' };
}

function endsIn(discordId: string, end: string | undefined): boolean {
	return end !== undefined && discordId.endsWith(end);
}
