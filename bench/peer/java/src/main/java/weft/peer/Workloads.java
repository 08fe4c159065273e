package weft.peer;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.FlatMapFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.connector.datagen.source.GeneratorFunction;
import org.apache.flink.streaming.api.datastream.DataStreamSource;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.Collector;
import org.apache.flink.util.ParameterTool;

/** The twins of the programs in bench/jobs; {@code --workload} picks one. */
public final class Workloads {
    private static final int KEYS = 1000;

    private Workloads() {}

    public static void main(String[] args) throws Exception {
        ParameterTool options = ParameterTool.fromArgs(args);
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        if (options.getBoolean("reuse", false)) {
            env.getConfig().enableObjectReuse();
        }
        if (options.has("buffer-timeout")) {
            env.setBufferTimeout(options.getLong("buffer-timeout"));
        }
        if (options.has("checkpoint-ms")) {
            env.enableCheckpointing(options.getLong("checkpoint-ms"));
            env.configure(new Configuration()
                    .set(StateBackendOptions.STATE_BACKEND, options.get("backend", "hashmap"))
                    .set(CheckpointingOptions.INCREMENTAL_CHECKPOINTS, true)
                    .set(CheckpointingOptions.CHECKPOINT_STORAGE, "filesystem")
                    .set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, options.getRequired("checkpoint-dir")));
        }
        // What reads a topic takes all that is there.
        long n = options.getLong("n", 0);
        String workload = options.getRequired("workload");
        switch (workload) {
            case "pass-through" -> passThrough(env, n);
            case "word-count" -> wordCount(env, n);
            case "windowed" -> Windows.windowed(env, options);
            case "joined" -> Windows.joined(env, options);
            case "kafka-count" -> KafkaCount.build(env, options);
            case "latency" -> latency(env, n, options.getDouble("rate"));
            default -> throw new IllegalArgumentException(workload);
        }
        env.execute(workload);
    }

    private static void passThrough(StreamExecutionEnvironment env, long n) {
        generate(env, n, RateLimiterStrategy.noOp(), id -> Generator.reading(id, KEYS), Types.POJO(Reading.class))
                .map(reading -> {
                    reading.value = reading.value * 2 + 1;
                    return reading;
                })
                .returns(Types.POJO(Reading.class))
                .filter(reading -> (reading.key & 7) != 0)
                .addSink(new ChecksumSink.OfReadings());
    }

    private static void wordCount(StreamExecutionEnvironment env, long n) {
        generate(env, n, RateLimiterStrategy.noOp(), Generator.Lines::at, Types.STRING)
                .flatMap(new Split())
                .keyBy(word -> word.f0, Types.STRING)
                .sum(1)
                .addSink(new ChecksumSink.OfWords());
    }

    private static void latency(StreamExecutionEnvironment env, long n, double perSecond) {
        generate(env, n, RateLimiterStrategy.perSecond(perSecond), Workloads::stamped, Types.POJO(Reading.class))
                .keyBy(reading -> reading.key, Types.INT)
                .map(reading -> reading)
                .returns(Types.POJO(Reading.class))
                .addSink(new LatencySink());
    }

    private static Reading stamped(Long id) {
        Reading reading = Generator.reading(id, KEYS);
        reading.ts = System.nanoTime();
        return reading;
    }

    private static <T> DataStreamSource<T> generate(
            StreamExecutionEnvironment env, long n, RateLimiterStrategy rate, GeneratorFunction<Long, T> make,
            TypeInformation<T> type) {
        return env.fromSource(
                new DataGeneratorSource<>(make, n, rate, type), WatermarkStrategy.noWatermarks(), "generator");
    }

    /** One (word, 1) for each word of a line. */
    public static final class Split implements FlatMapFunction<String, Tuple2<String, Integer>> {
        @Override
        public void flatMap(String line, Collector<Tuple2<String, Integer>> out) {
            int from = 0;
            for (int to = line.indexOf(' '); to >= 0; to = line.indexOf(' ', from)) {
                out.collect(Tuple2.of(line.substring(from, to), 1));
                from = to + 1;
            }
            out.collect(Tuple2.of(line.substring(from), 1));
        }
    }
}
