/** A slow sink slows its source: what lies between them is bounded by the buffers, whatever lies between. */
import test from 'ava';
import { MiniCluster, eventually } from './job-harness.js';

let cluster: MiniCluster;
test.before(async () => {
  cluster = await new MiniCluster({ slots: 2, processMb: 320 }).start();
});
test.after.always(async () => {
  await cluster.close();
});

/** The sink stops for good at its 1,000th record. */
const program = (source: string, between: string): string => `
import { StreamExecutionEnvironment } from 'weft-stream';
const env = StreamExecutionEnvironment.getExecutionEnvironment();
env.setBufferTimeout(5);
let taken = 0;
const stop = (): Promise<void> | undefined => (++taken < 1000 ? undefined : new Promise(() => {}));
env.${source}${between}.addSink({ invoke: stop }).setParallelism(1);
await env.execute('slow');`;

const SOURCES: Record<string, string> = {
  'a sequence': `fromSequence(1, 1e12)`,
  'an async source': `addSource({
    async run(ctx: any) { for (let i = 0; !ctx.isCancelled; i++) await ctx.collect(i); },
  })`,
  'a generator': `addSource({ *run() { for (let i = 0; ; i++) yield i; } })`,
};

for (const [name, source] of Object.entries(SOURCES)) {
  test.serial(`${name} stands still once the buffers are full`, async (t) => {
    const run = await cluster.run(
      await cluster.compile(
        program(source, `.map((n: any) => n).setParallelism(2).map((n: any) => n).setParallelism(1)`),
      ),
    );
    const emitted = (): number =>
      Math.max(0, ...(cluster.heartbeats.at(-1)?.metrics ?? []).map(({ recordsOut }) => recordsOut));
    const pressed = (): boolean =>
      (cluster.heartbeats.at(-1)?.metrics ?? []).some(({ backPressuredMs }) => backPressuredMs > 1000);
    await eventually(pressed, 20_000);
    const before = emitted();
    const heartbeats = cluster.heartbeats.length;
    await eventually(() => cluster.heartbeats.length > heartbeats + 30);
    t.is(emitted(), before, 'the source stands still');
    // Two all-to-all edges of two channels, each with at most 10 segments, in which a number takes at least 1 byte.
    t.true(before < 1000 + 4 * 10 * 32 * 1024, String(before));
    await run.cancel();
    t.true((await run.end()).every(({ state }) => state === 'CANCELED'));
  });
}
