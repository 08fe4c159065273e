/** Weft's version, as in package.json (a test compares them): bundled roles have no package.json beside them. */
export const VERSION = '0.1.0';
