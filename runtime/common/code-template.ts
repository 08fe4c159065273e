/**
 * Code of its own for each place where it runs. V8 optimises a call site by what it has seen there; an operator's code
 * that ten places share sees ten callees and stays slow (measured: 6 against 40–80 million records a second). So hot
 * loops and operator bodies are *templates*: functions that refer to nothing but their parameters and the language's
 * globals, of which every place gets a copy compiled anew.
 */
export function instantiate<P extends readonly unknown[], R>(template: (...params: P) => R): (...params: P) => R {
  const text = `"use strict"; return (${template.toString()});\n//# sourceURL=weft-template/${template.name}`;
  // The text is this program's own source, never a user's input.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  const make = new Function(text) as () => (...params: P) => R;
  return make();
}
