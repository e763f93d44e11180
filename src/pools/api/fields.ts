import { z } from 'zod';
import { textWithin } from '../model/settings/settings.js';

/** `eu-west-1_AbC123xyz` */
export const userPoolId: z.ZodString = textWithin(1, 55).regex(/^[\w-]+_[0-9a-zA-Z]+$/);

export const clientId: z.ZodString = textWithin(1, 128).regex(/^[\w+]+$/);

/** One of the caller's own. */
export const clientSecret: z.ZodString = textWithin(24, 64).regex(/^[\w+]+$/);

/** Names that people give: anything that can be seen. */
const givenName = textWithin(1, 128).regex(/^[\p{L}\p{M}\p{S}\p{N}\p{P}]+$/u);

export const username: z.ZodString = givenName;

export const password: z.ZodString = textWithin(1, 256).regex(/^[\S]+.*[\S]+$/);

export const groupName: z.ZodString = givenName;

/** How many a page may have. */
export const pageSize: z.ZodInt = z.int().min(1).max(60);

export const token: z.ZodString = z.string().min(1);

/** Attributes as a list of `Name` and `Value`. */
export const attributeList: z.ZodType<readonly { Name: string; Value?: string | undefined }[]> =
  z.array(z.object({ Name: textWithin(1, 32), Value: z.string().max(2048).optional() }));
