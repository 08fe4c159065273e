package weft.peer;

import org.apache.flink.api.common.accumulators.Histogram;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.streaming.api.functions.sink.legacy.RichSinkFunction;

/** Counts latencies in bins of 1 %, as bench/jobs/data/latency-bins.ts does, after the first five seconds. */
final class LatencySink extends RichSinkFunction<Reading> {
    private static final long WARM_UP_NS = 5_000_000_000L;

    private transient Histogram latency;
    private transient long firstNs;

    @Override
    public void open(OpenContext context) {
        latency = new Histogram();
        getRuntimeContext().addAccumulator("latency", latency);
    }

    @Override
    public void invoke(Reading reading, Context context) {
        long now = System.nanoTime();
        if (firstNs == 0) {
            firstNs = now;
        }
        if (now - firstNs > WARM_UP_NS) {
            double micros = Math.max(0, now - reading.ts) / 1000.0;
            latency.add((int) Math.round(Math.log(micros + 1) * 100));
        }
    }
}
