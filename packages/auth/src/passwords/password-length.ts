/** NIST SP 800-63B-4, 3.1.1.2: a password that stands alone has at least 15 characters. */
export const passwordLength = { min: 15, max: 128 } as const;
