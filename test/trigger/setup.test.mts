import { existsSync } from 'node:fs';
import path from 'node:path';
import type {
	ICredentialDataDecryptedObject,
	INodeProperties,
	INodePropertyOptions,
	INodeTypeDescription,
} from 'n8n-workflow';

import { loadPackage } from '../engine/index.mts';
import { TRIGGER_NODE, WEBHOOK_CREDENTIAL_TYPE } from '../engine/webhook.mts';
import { delivery, listen, post, SECRET } from './support.mts';

let description: INodeTypeDescription;

beforeAll(async () => {
	const { nodes } = await loadPackage();
	description = nodes[TRIGGER_NODE].description as INodeTypeDescription;
});

const field = (name: string) =>
	description.properties.find((property) => property.name === name) as INodeProperties;

test('the steps in the dashboard stand above the events, with no address that could be wrong', () => {
	const [{ type, displayName }] = description.properties;
	const steps = displayName.split('<li>').slice(1);

	expect(type).toBe('notice');
	expect(steps).toHaveLength(4);
	expect(steps[0]).toContain('Production URL');
	expect(steps[2]).toContain('secret');
	// n8n takes other tags away.
	const tags = [...displayName.matchAll(/<(\w+)/g)].map(([, tag]) => tag);
	expect([...new Set(tags)].sort()).toEqual(['a', 'li', 'ul']);
	// n8n shows the address itself: a notice cannot hold it.
	expect(displayName.match(/https?:\/\/[^"]+/g)).toEqual([
		'https://docs.lukittu.com/platform/webhooks',
	]);
});

test('the twelve events of Lukittu can be chosen, and any', () => {
	const options = field('events').options as INodePropertyOptions[];
	expect(options.map(({ name }) => name)).toEqual([
		'Any Event',
		'Customer Created',
		'Customer Deleted',
		'Customer Updated',
		'License Created',
		'License Deleted',
		'License Updated',
		'Product Created',
		'Product Deleted',
		'Product Updated',
		'Release Created',
		'Release Deleted',
		'Release Updated',
	]);
	expect(options.slice(1).map(({ value }) => value)).toEqual(
		options.slice(1).map(({ name }) => name.toUpperCase().replace(' ', '_')),
	);
});

test('the codex, the icons and the credential are there', async () => {
	const { codex, credentials } = await loadPackage();
	const { properties } = credentials[WEBHOOK_CREDENTIAL_TYPE];

	expect(codex[TRIGGER_NODE]?.categories).toEqual(['Sales', 'Development']);
	expect(existsSync(path.resolve('dist/icons/lukittu.svg'))).toBe(true);
	expect(description.credentials?.[0]).toMatchObject({ name: WEBHOOK_CREDENTIAL_TYPE });
	expect(properties).toMatchObject([{ name: 'signingSecret', typeOptions: { password: true } }]);
});

test('a hidden parameter has n8n leave the body unparsed', () => {
	expect(description.version).toBe(1);
	expect(field('options')).toMatchObject({ type: 'hidden', default: { binaryData: true } });
});

test('a changed secret counts ten seconds later at most', async () => {
	let now = Date.now();
	jest.spyOn(Date, 'now').mockImplementation(() => now);
	const secret: ICredentialDataDecryptedObject = { signingSecret: SECRET };
	const trigger = await listen({}, { secret });
	const statuses: number[] = [];
	const send = async (id: number, given: string) => {
		const request = delivery('LICENSE_CREATED', { id }, { timestamp: now, secret: given });
		statuses.push((await post(trigger.url, request)).status);
	};
	await send(1, SECRET);
	secret.signingSecret = 'changed';
	await send(2, SECRET);
	now += 10_000;
	await send(3, SECRET);
	await send(4, 'changed');

	expect(statuses).toEqual([200, 200, 401, 200]);
	jest.restoreAllMocks();
	await trigger.close();
});
