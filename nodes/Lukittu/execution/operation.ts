import type { IDataObject } from 'n8n-workflow';
import type { Client } from '../transport/client';
import type { ItemContext } from './itemContext';

/** Sends what one item needs, and returns its output, one object an output item. */
export type ItemTask = (client: Client) => Promise<IDataObject[]>;

/**
 * Reads and checks the parameters of one item, without sending anything, and returns what is to be
 * done.
 *
 * @throws UserError if a parameter is not as it must be
 */
export type Prepare = (context: ItemContext) => ItemTask;

/** One operation of a resource. */
export interface Operation {
	prepare: Prepare;
	/** Whether it changes nothing in Lukittu, so that there is nothing to report of a failed run. */
	isReadOnly?: boolean;
}

/** The operations of each resource, by the values of the fields "Resource" and "Operation". */
export type Operations = Record<string, Record<string, Operation>>;
