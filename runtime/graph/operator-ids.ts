/**
 * Operator ids by Flink's rule (`StreamGraphHasherV2`): the hash of the uid where there is one, else of the operator's place
 * in the graph: how many operators were visited before, how many outputs are chained, and the ids of its inputs. Names,
 * functions and parallelism do not matter, so that state is found again after they change.
 */
import { WeftError } from '../common/errors/index.js';
import { murmur3Bits128 } from './murmur3-128.js';
import type { StreamGraphIndex } from './stream-graph-index.js';
import type { StreamEdge, StreamNode } from './stream-graph.js';

/** The ids as 32 hex digits by node. @throws GRAPH_INVALID when the graph has a cycle */
export function operatorIds(
  index: StreamGraphIndex,
  isChained: (edge: StreamEdge) => boolean,
): ReadonlyMap<number, string> {
  const hashes = new Map<number, Buffer>();
  const sources = index.graph.nodes.filter((node) => index.inputsOf(node.id).length === 0);
  const visited = new Set(sources.map((node) => node.id));
  const queue = [...visited].sort((a, b) => a - b);
  for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
    const hash = hashNode(index.node(id), index, hashes, isChained);
    if (hash === undefined) {
      // An input is not hashed yet; the node comes back as the child of that input.
      visited.delete(id);
      continue;
    }
    hashes.set(id, hash);
    for (const { target } of index.outputsOf(id)) {
      if (visited.has(target)) continue;
      visited.add(target);
      queue.push(target);
    }
  }
  if (hashes.size !== index.graph.nodes.length) {
    throw new WeftError('GRAPH_INVALID', 'The StreamGraph has a cycle.');
  }
  return new Map([...hashes].map(([id, hash]) => [id, hash.toString('hex')]));
}

/** 32 hex digits. */
export function operatorIdOfUid(uid: string): string {
  return murmur3Bits128(Buffer.from(uid, 'utf8')).toString('hex');
}

function hashNode(
  node: StreamNode,
  index: StreamGraphIndex,
  hashes: ReadonlyMap<number, Buffer>,
  isChained: (edge: StreamEdge) => boolean,
): Buffer | undefined {
  if (node.uid !== undefined) return murmur3Bits128(Buffer.from(node.uid, 'utf8'));
  const inputs: Buffer[] = [];
  for (const { source } of index.inputsOf(node.id)) {
    const hash = hashes.get(source);
    if (hash === undefined) return undefined;
    inputs.push(hash);
  }
  const chainedOutputs = index.outputsOf(node.id).filter(isChained).length;
  const place = Buffer.alloc(4 * (1 + chainedOutputs));
  for (let at = 0; at < place.length; at += 4) place.writeInt32LE(hashes.size, at);
  const hash = murmur3Bits128(place);
  for (const input of inputs) {
    for (let i = 0; i < hash.length; i++) hash[i] = ((hash[i] ?? 0) * 37) ^ (input[i] ?? 0);
  }
  return hash;
}
