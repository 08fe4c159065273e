/** Text in UTF-8. For short texts, loops of our own cost a third of what a call into Node does. */

/** Longer texts are worth the call. */
const SHORT_CHARACTERS = 40;

/** How many bytes the text takes. */
export function utf8Length(text: string): number {
  const { length } = text;
  if (length > SHORT_CHARACTERS) return Buffer.byteLength(text);
  let seen = 0;
  for (let at = 0; at < length; at++) seen |= text.charCodeAt(at);
  return seen < 0x80 ? length : Buffer.byteLength(text);
}

/** @param byteLength what `utf8Length` says; there must be room */
export function writeUtf8(bytes: Buffer, at: number, text: string, byteLength: number): void {
  // As many bytes as characters: every character is one of ASCII.
  if (byteLength > SHORT_CHARACTERS || byteLength !== text.length) {
    bytes.write(text, at, byteLength, 'utf8');
    return;
  }
  for (let n = 0; n < byteLength; n++) bytes[at + n] = text.charCodeAt(n);
}
