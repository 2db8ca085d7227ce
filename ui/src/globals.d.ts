// What the build puts into the code.

/** The version in package.json. */
declare const __VERSION__: string;
