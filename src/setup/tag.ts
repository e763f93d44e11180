/** The tag of pools made by `setup`: its value is our own id of the pool. Tells them from others of the same name. */
export const TAG = 'lifeguard:setup';
