import type { Static, TSchema } from 'typebox';

/** A method that is answered. */
export interface RequestMethod {
  readonly params: TSchema;
  readonly result: TSchema;
}

/** A one-way message. */
export interface NoticeMethod {
  readonly params: TSchema;
}

export type Methods = { readonly [name: string]: RequestMethod | NoticeMethod };

/**
 * What two roles say to each other over one WebSocket. `client` is the side that connects; each side lists the
 * methods that the *other* side may call on it. One schema is at once the type, the validator and the reference doc.
 */
export interface Protocol<C extends Methods = Methods, S extends Methods = Methods> {
  readonly name: string;
  /** HTTP path of the endpoint. */
  readonly path: string;
  /** Methods that the server calls on the client. */
  readonly client: C;
  /** Methods that the client calls on the server. */
  readonly server: S;
}

export function defineProtocol<const C extends Methods, const S extends Methods>(
  protocol: Protocol<C, S>,
): Protocol<C, S> {
  return protocol;
}

export type RequestNames<M extends Methods> = { [K in keyof M]: M[K] extends RequestMethod ? K : never }[keyof M] &
  string;
export type NoticeNames<M extends Methods> = Exclude<keyof M & string, RequestNames<M>>;
export type ParamsOf<M extends Methods, K extends keyof M> = Static<M[K]['params']>;
export type ResultOf<M extends Methods, K extends keyof M> = M[K] extends RequestMethod ? Static<M[K]['result']> : void;

/** What one side provides: a function for each method that the other side may call. */
export type Handlers<M extends Methods> = {
  [K in keyof M]: (params: ParamsOf<M, K>) => ResultOf<M, K> | Promise<ResultOf<M, K>>;
};
