import { nameOf } from './patience.js';

/** What a description answers with, or `undefined` where there is none of that name. */
export async function unlessAbsent<Answer>(call: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await call;
  } catch (error) {
    if (['ResourceNotFoundException', 'UserNotFoundException'].includes(nameOf(error))) {
      return undefined;
    }
    throw error;
  }
}
