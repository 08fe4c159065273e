/** Where the records of one bucket lie: an open hash table of (hash, address) in typed arrays, 10 to 13 bytes a key. */

/** Hashes are divided among so many parts, each of which grows by itself: no growth stops the thread for long. */
const PARTS = 64;
const PART_BITS = 6;
const MIN_CAPACITY = 8;
const MAX_LOAD = 0.8;
const GROWTH = 1.25;
const GROWTH_WHEN_SMALL = 2;
const SMALL = 1024;
/** No record has this address. */
const NONE = 0xffffffff;
const BYTES_PER_SLOT = 8;

/** Tells records whose hashes are equal apart. */
export interface KeyProbe {
  isKeyAt(address: number): boolean;
}

interface Part {
  hashes: Uint32Array;
  addresses: Uint32Array;
  count: number;
  /** Somebody reads the arrays as they are: they are copied before they change. */
  frozen: boolean;
}

/** The order in a part follows the hash, so that it can grow without the keys. */
export class AddressTable {
  size = 0;
  private readonly parts: (Part | undefined)[] = new Array<Part | undefined>(PARTS).fill(undefined);
  /** Where the last `find` ended. */
  private part: Part | undefined;
  private slot = 0;

  /** @param onBytes told how much memory it takes more, or less */
  constructor(private readonly onBytes: (bytes: number) => void) {}

  /** The address of the record of a key; NONE is undefined. */
  find(hash: number, probe: KeyProbe): number | undefined {
    const part = this.parts[hash >>> (32 - PART_BITS)];
    this.part = part;
    if (part === undefined) return undefined;
    const { hashes, addresses } = part;
    for (let slot = home(hash, addresses.length); ; slot = slot + 1 === addresses.length ? 0 : slot + 1) {
      const address = addresses[slot];
      if (address === NONE) return undefined;
      if (hashes[slot] === hash && probe.isKeyAt(address)) {
        this.slot = slot;
        return address;
      }
    }
  }

  /** Whether a record is the one that counts. */
  holds(hash: number, address: number): boolean {
    const part = this.parts[hash >>> (32 - PART_BITS)];
    this.part = part;
    if (part === undefined) return false;
    const { addresses } = part;
    for (let slot = home(hash, addresses.length); ; slot = slot + 1 === addresses.length ? 0 : slot + 1) {
      const other = addresses[slot];
      if (other === NONE) return false;
      if (other === address) {
        this.slot = slot;
        return true;
      }
    }
  }

  /** Another address for what was found last. */
  move(address: number): void {
    const { part } = this;
    if (part === undefined) return;
    this.thaw(part);
    part.addresses[this.slot] = address;
  }

  /** What was found last is gone. */
  remove(): void {
    const { part } = this;
    if (part === undefined) return;
    this.thaw(part);
    const { hashes, addresses } = part;
    const capacity = addresses.length;
    let hole = this.slot;
    for (let slot = (hole + 1) % capacity; addresses[slot] !== NONE; slot = (slot + 1) % capacity) {
      const distance = (slot - home(hashes[slot], capacity) + capacity) % capacity;
      if (distance < (slot - hole + capacity) % capacity) continue;
      hashes[hole] = hashes[slot];
      addresses[hole] = addresses[slot];
      hole = slot;
    }
    addresses[hole] = NONE;
    part.count--;
    this.size--;
  }

  /** A key that `find` did not find. */
  add(hash: number, address: number): void {
    const at = hash >>> (32 - PART_BITS);
    const part = this.withRoom(at);
    place(part, hash, address);
    part.count++;
    this.size++;
  }

  /** All addresses, as they are now. */
  allAddresses(): Uint32Array {
    const all = new Uint32Array(this.size);
    let at = 0;
    for (const part of this.parts) {
      for (const address of part?.addresses ?? []) if (address !== NONE) all[at++] = address;
    }
    return all;
  }

  /** As `allAddresses`, part by part and of this moment, whenever they are read. */
  freeze(): Iterable<Uint32Array> {
    const frozen = this.parts.flatMap((part) => {
      if (part === undefined) return [];
      part.frozen = true;
      return [part.addresses];
    });
    return (function* () {
      for (const addresses of frozen) yield addresses.filter((address) => address !== NONE).sort();
    })();
  }

  clear(): void {
    for (const part of this.parts) if (part !== undefined) this.onBytes(-BYTES_PER_SLOT * part.addresses.length);
    this.parts.fill(undefined);
    this.part = undefined;
    this.size = 0;
  }

  private withRoom(at: number): Part {
    const part = this.parts[at];
    if (part === undefined) {
      const made = { ...emptyArrays(MIN_CAPACITY), count: 0, frozen: false };
      this.onBytes(BYTES_PER_SLOT * MIN_CAPACITY);
      this.parts[at] = made;
      return made;
    }
    this.thaw(part);
    const capacity = part.addresses.length;
    if (part.count + 1 > capacity * MAX_LOAD) this.grow(part, capacity);
    return part;
  }

  private grow(part: Part, capacity: number): void {
    const { hashes, addresses } = part;
    const wanted = Math.ceil(capacity * (capacity < SMALL ? GROWTH_WHEN_SMALL : GROWTH));
    this.onBytes(BYTES_PER_SLOT * (wanted - capacity));
    Object.assign(part, emptyArrays(wanted));
    for (let slot = 0; slot < capacity; slot++) {
      if (addresses[slot] !== NONE) place(part, hashes[slot], addresses[slot]);
    }
  }

  private thaw(part: Part): void {
    if (!part.frozen) return;
    part.frozen = false;
    part.hashes = part.hashes.slice();
    part.addresses = part.addresses.slice();
  }
}

function emptyArrays(capacity: number): Pick<Part, 'hashes' | 'addresses'> {
  return { hashes: new Uint32Array(capacity), addresses: new Uint32Array(capacity).fill(NONE) };
}

/** Where the search for a hash begins. */
function home(hash: number, capacity: number): number {
  return Math.floor((((hash << PART_BITS) >>> 0) * capacity) / 0x100000000);
}

function place({ hashes, addresses }: Part, hash: number, address: number): void {
  const capacity = addresses.length;
  let slot = home(hash, capacity);
  while (addresses[slot] !== NONE) slot = slot + 1 === capacity ? 0 : slot + 1;
  hashes[slot] = hash;
  addresses[slot] = address;
}
