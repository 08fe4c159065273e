/**
 * One command of `weft`, in a module of its own that is loaded only when it is called.
 * @param argv what follows the command's name
 * @returns the exit code; a command reports its own errors with `reportError`
 */
export type Command = (argv: readonly string[]) => Promise<number>;
