package weft.peer;

import java.time.Duration;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.AggregateFunction;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.streaming.api.datastream.DataStreamSource;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.co.ProcessJoinFunction;
import org.apache.flink.streaming.api.functions.windowing.ProcessWindowFunction;
import org.apache.flink.streaming.api.windowing.assigners.SlidingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.assigners.WindowAssigner;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.util.Collector;
import org.apache.flink.util.ParameterTool;

/** The twins of bench/jobs/windowed.ts and bench/jobs/joined.ts. */
final class Windows {
    private static final int JOIN_PER_MS = 10;

    private Windows() {}

    static void windowed(StreamExecutionEnvironment env, ParameterTool options) {
        Duration size = Duration.ofSeconds(options.getLong("size"));
        Duration slide = Duration.ofSeconds(options.getLong("slide"));
        WindowAssigner<Object, TimeWindow> windows =
                size.equals(slide) ? TumblingEventTimeWindows.of(size) : SlidingEventTimeWindows.of(size, slide);
        readings(env, options, options.getLong("n"), Generator.PER_MS, Generator.SEED)
                .keyBy(reading -> reading.key, Types.INT)
                .window(windows)
                .aggregate(new SumUp(), new Emit())
                .addSink(new ChecksumSink.OfTotals());
    }

    static void joined(StreamExecutionEnvironment env, ParameterTool options) {
        long half = options.getLong("n") / 2;
        KeyedStream<Reading, Integer> left = readings(env, options, half, JOIN_PER_MS, Generator.SEED)
                .keyBy(reading -> reading.key, Types.INT);
        KeyedStream<Reading, Integer> right = readings(env, options, half, JOIN_PER_MS, Generator.OTHER_SEED)
                .keyBy(reading -> reading.key, Types.INT);
        if (options.get("kind").equals("interval")) {
            left.intervalJoin(right)
                    .between(Duration.ofSeconds(-1), Duration.ofSeconds(1))
                    .process(new Pairs())
                    .addSink(new ChecksumSink.OfPairs());
        } else {
            left.join(right)
                    .where(reading -> reading.key)
                    .equalTo(reading -> reading.key)
                    .window(TumblingEventTimeWindows.of(Duration.ofSeconds(1)))
                    .apply(Windows::pair)
                    .returns(Types.POJO(Reading.class))
                    .addSink(new ChecksumSink.OfPairs());
        }
    }

    private static DataStreamSource<Reading> readings(
            StreamExecutionEnvironment env, ParameterTool options, long n, int perMs, int seed) {
        int keys = options.getInt("keys");
        int parallelism = env.getParallelism();
        return env.fromSource(
                new DataGeneratorSource<>(
                        index -> Generator.reading(
                                Generator.interleave(index, n, parallelism), keys, perMs, seed),
                        n, RateLimiterStrategy.noOp(), Types.POJO(Reading.class)),
                WatermarkStrategy.<Reading>forBoundedOutOfOrderness(Duration.ofSeconds(1))
                        .withTimestampAssigner((reading, before) -> reading.ts),
                "generator");
    }

    private static Reading pair(Reading left, Reading right) {
        Reading pair = new Reading();
        pair.id = left.id;
        pair.ts = right.id;
        pair.key = left.key;
        pair.value = left.value + right.value;
        return pair;
    }

    public static final class Accumulator {
        public long count;
        public double sum;
    }

    public static final class Total {
        public int key;
        public long end;
        public long count;
        public double sum;
    }

    static final class SumUp implements AggregateFunction<Reading, Accumulator, Accumulator> {
        @Override
        public Accumulator createAccumulator() {
            return new Accumulator();
        }

        @Override
        public Accumulator add(Reading reading, Accumulator total) {
            total.count++;
            total.sum += reading.value;
            return total;
        }

        @Override
        public Accumulator getResult(Accumulator total) {
            return total;
        }

        @Override
        public Accumulator merge(Accumulator a, Accumulator b) {
            a.count += b.count;
            a.sum += b.sum;
            return a;
        }
    }

    static final class Emit extends ProcessWindowFunction<Accumulator, Total, Integer, TimeWindow> {
        @Override
        public void process(Integer key, Context context, Iterable<Accumulator> totals, Collector<Total> out) {
            Accumulator accumulator = totals.iterator().next();
            Total total = new Total();
            total.key = key;
            total.end = context.window().getEnd();
            total.count = accumulator.count;
            total.sum = accumulator.sum;
            out.collect(total);
        }
    }

    static final class Pairs extends ProcessJoinFunction<Reading, Reading, Reading> {
        @Override
        public void processElement(Reading left, Reading right, Context context, Collector<Reading> out) {
            out.collect(pair(left, right));
        }
    }
}
