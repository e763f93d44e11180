/** The name of a scope. @see RFC 6749 section 3.3 */
export const SCOPE_TOKEN: RegExp = /^[\x21\x23-\x5b\x5d-\x7e]+$/;
