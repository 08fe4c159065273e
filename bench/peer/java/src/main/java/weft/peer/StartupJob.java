package weft.peer;

import java.io.FileWriter;
import java.io.IOException;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.connector.datagen.source.GeneratorFunction;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.legacy.RichSinkFunction;

/** The twin of bench/jobs/startup.ts: arguments are the mark's path and the restart delay, "default" or milliseconds. */
public final class StartupJob {
    public static void main(String[] args) throws Exception {
        Configuration configuration = new Configuration();
        configuration.setString("restart-strategy.type", "fixed-delay");
        configuration.setString("restart-strategy.fixed-delay.attempts", "100");
        configuration.setString("restart-strategy.fixed-delay.delay", args[1].equals("default") ? "1 s" : args[1] + " ms");
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(configuration);
        GeneratorFunction<Long, Tuple2<Integer, Integer>> generator = n -> Tuple2.of((int) (n % 1000), 1);
        env.fromSource(
                        new DataGeneratorSource<>(generator, Long.MAX_VALUE - 1, RateLimiterStrategy.perSecond(10_000),
                                Types.TUPLE(Types.INT, Types.INT)),
                        WatermarkStrategy.noWatermarks(), "rated")
                .keyBy(reading -> reading.f0, Types.INT)
                .reduce((a, b) -> Tuple2.of(a.f0, a.f1 + b.f1))
                .addSink(new MarkSink(args[0]));
        env.execute("start-up");
    }

    /** Leaves a line when it opens and when its first record arrives. */
    public static final class MarkSink extends RichSinkFunction<Tuple2<Integer, Integer>> {
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
        public void invoke(Tuple2<Integer, Integer> value, Context context) throws IOException {
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
