package weft.peer;

import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.streaming.api.functions.sink.legacy.RichSinkFunction;

/** Leaves the accumulators count, sum and mix, like bench/jobs/data/checksum-sink.ts. */
abstract class ChecksumSink<T> extends RichSinkFunction<T> {
    protected long count;
    protected double sum;
    protected int mix;

    @Override
    public void close() {
        getRuntimeContext().addAccumulator("count", new LongCounter(count));
        getRuntimeContext().addAccumulator("sum", new LongCounter((long) sum));
        getRuntimeContext().addAccumulator("mix", new LongCounter(Integer.toUnsignedLong(mix)));
    }

    static final class OfReadings extends ChecksumSink<Reading> {
        @Override
        public void invoke(Reading reading, Context context) {
            count++;
            sum += reading.value;
            mix += Generator.mix32((int) reading.id ^ reading.key);
        }
    }

    static final class OfWords extends ChecksumSink<Tuple2<String, Integer>> {
        @Override
        public void invoke(Tuple2<String, Integer> word, Context context) {
            count++;
            sum += word.f1;
            mix += Generator.mix32(word.f0.hashCode() ^ word.f1);
        }
    }

    static final class OfTotals extends ChecksumSink<Windows.Total> {
        @Override
        public void invoke(Windows.Total total, Context context) {
            count++;
            sum += total.sum;
            int content = Generator.mix32((int) total.count ^ (int) total.sum);
            mix += Generator.mix32(total.key ^ Generator.mix32((int) (total.end / 1000) ^ content));
        }
    }

    static final class OfPairs extends ChecksumSink<Reading> {
        @Override
        public void invoke(Reading pair, Context context) {
            count++;
            sum += pair.value;
            mix += Generator.mix32((int) pair.id ^ Generator.mix32((int) pair.ts));
        }
    }
}
