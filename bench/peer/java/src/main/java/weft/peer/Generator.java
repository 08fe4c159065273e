package weft.peer;

/** The twin of bench/jobs/data/generator.ts: each record is a pure function of its number. */
final class Generator {
    private static final long START_MS = 1_700_000_000_000L;
    static final int SEED = 0x2545F491;
    static final int OTHER_SEED = 0x6C078965;
    private static final int STEP = 0x9E3779B9;
    static final int PER_MS = 100;
    private static final int LINES = 4096;
    private static final int WORDS_PER_LINE = 10;
    private static final int WORDS = 1000;

    private Generator() {}

    static int mix32(int value) {
        int h = value;
        h = (h ^ (h >>> 16)) * 0x85EBCA6B;
        h = (h ^ (h >>> 13)) * 0xC2B2AE35;
        return h ^ (h >>> 16);
    }

    static Reading reading(long id, int keys) {
        return reading(id, keys, PER_MS, SEED);
    }

    static Reading reading(long id, int keys, int perMs, int seed) {
        int hash = mix32((int) id ^ seed);
        int next = mix32(hash + STEP);
        Reading reading = new Reading();
        reading.id = id;
        reading.key = (hash >>> 1) % keys;
        reading.ts = START_MS + id / perMs - (next & 511);
        reading.value = next >>> 16;
        return reading;
    }

    /** Sources hand contiguous parts of the numbers to their subtasks: interleaves them. */
    static long interleave(long index, long n, int parallelism) {
        long part = n / parallelism;
        return (index % part) * parallelism + index / part;
    }

    /** 4,096 lines of ten words out of 1,000; made once in each JVM. */
    static final class Lines {
        static final String[] ALL = make();

        private Lines() {}

        static String at(long index) {
            return ALL[(int) (index & (LINES - 1))];
        }

        private static String[] make() {
            String[] lines = new String[LINES];
            for (int i = 0; i < LINES; i++) {
                int hash = mix32(i ^ SEED);
                String[] words = new String[WORDS_PER_LINE];
                for (int w = 0; w < WORDS_PER_LINE; w++) {
                    hash = mix32(hash + STEP);
                    words[w] = "word" + (hash >>> 1) % WORDS;
                }
                lines[i] = String.join(" ", words);
            }
            return lines;
        }
    }
}
