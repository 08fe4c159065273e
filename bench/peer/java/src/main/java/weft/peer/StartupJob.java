package weft.peer;

import java.io.FileWriter;
import java.io.IOException;
import java.time.Duration;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.ReduceFunction;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.connector.datagen.source.GeneratorFunction;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.legacy.RichSinkFunction;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;

/**
 * The twin of bench/jobs/startup.ts: arguments are the mark's path, the restart strategy ("default", or a delay in milliseconds),
 * and if there are to be windows "windows" and the folder of its checkpoints.
 */
public final class StartupJob {
    public static void main(String[] args) throws Exception {
        boolean windows = args.length > 2 && args[2].equals("windows");
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(configuration(args, windows));
        GeneratorFunction<Long, Reading> generator = n -> new Reading((int) (n % 1000), 1, System.currentTimeMillis());
        KeyedStream<Reading, Integer> readings = env.fromSource(
                        new DataGeneratorSource<>(generator, Long.MAX_VALUE - 1, RateLimiterStrategy.perSecond(10_000),
                                Types.POJO(Reading.class)),
                        windows
                                ? WatermarkStrategy.<Reading>forMonotonousTimestamps()
                                        .withTimestampAssigner((reading, before) -> reading.at)
                                : WatermarkStrategy.noWatermarks(),
                        "rated")
                .keyBy(reading -> reading.key, Types.INT);
        ReduceFunction<Reading> sum = (a, b) -> new Reading(a.key, a.value + b.value, a.at);
        (windows
                        ? readings.window(TumblingEventTimeWindows.of(Duration.ofMillis(100))).reduce(sum)
                        : readings.reduce(sum))
                .addSink(new MarkSink(args[0]));
        env.execute("start-up");
    }

    private static Configuration configuration(String[] args, boolean windows) {
        Configuration configuration = new Configuration();
        if (!args[1].equals("default")) {
            configuration.setString("restart-strategy.type", "fixed-delay");
            configuration.setString("restart-strategy.fixed-delay.attempts", "100");
            configuration.setString("restart-strategy.fixed-delay.delay", args[1] + " ms");
        }
        if (windows) {
            configuration.setString("execution.checkpointing.interval", "1 s");
            configuration.setString("execution.checkpointing.storage", "filesystem");
            configuration.setString("execution.checkpointing.dir", args[3]);
        }
        return configuration;
    }

    /** A POJO, so that Flink's own serializer takes it. */
    public static final class Reading {
        public int key;
        public int value;
        public long at;

        public Reading() {}

        Reading(int key, int value, long at) {
            this.key = key;
            this.value = value;
            this.at = at;
        }
    }

    /** Leaves a line when it opens and when its first record arrives. */
    public static final class MarkSink extends RichSinkFunction<Reading> {
        private final String path;
        private transient boolean seen;

        MarkSink(String path) {
            this.path = path;
        }

        @Override
        public void open(OpenContext context) throws IOException {
            mark("open");
        }

        @Override
        public void invoke(Reading reading, Context context) throws IOException {
            if (!seen) {
                seen = true;
                mark("first");
            }
        }

        private void mark(String what) throws IOException {
            int subtask = getRuntimeContext().getTaskInfo().getIndexOfThisSubtask();
            try (FileWriter out = new FileWriter(path + "." + subtask, true)) {
                out.write(what + " " + System.currentTimeMillis() + "\n");
            }
        }
    }
}
