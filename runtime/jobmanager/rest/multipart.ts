/** The file in a multipart body, parsed by Node's own implementation of fetch. */
import { RestError } from './conventions.js';

export interface UploadedFile {
  readonly name: string;
  readonly content: Buffer;
}

/** @throws RestError 400 when the body is not multipart or has no such file */
export async function fileIn(body: unknown, contentType: string | undefined, field: string): Promise<UploadedFile> {
  if (!Buffer.isBuffer(body) || contentType?.startsWith('multipart/form-data') !== true) {
    throw new RestError(400, 'A file is uploaded as multipart/form-data.');
  }
  let form: FormData;
  try {
    // Advised against for large bodies, because it holds them in memory; this one is there whole already.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    form = await new Response(body, { headers: { 'content-type': contentType } }).formData();
  } catch {
    throw new RestError(400, 'The multipart body is malformed.');
  }
  const value = form.get(field);
  if (value === null || typeof value === 'string') {
    throw new RestError(400, `Exactly 1 file must be sent, in the field "${field}".`);
  }
  return { name: value.name, content: Buffer.from(await value.arrayBuffer()) };
}
