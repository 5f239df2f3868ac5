import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountedCompleter;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.atomic.LongAdder;

/**
 * Java's ForkJoinPool, with CountedCompleter (joins by counting down, no thread waits) or with CompletableFuture.
 * Reads what to run, a line each, and answers with a line of JSON.
 */
public final class ForkJoinPeer {
    private static final LongAdder BUSY_NANOS = new LongAdder();

    private static volatile int turnsPerMicrosecond;

    private final boolean counted;
    private final ForkJoinPool pool;

    private ForkJoinPeer(boolean counted, int workers) {
        this.counted = counted;
        // Asynchronous mode (first in, first out) is for events; what forks and joins is quicker without.
        this.pool = new ForkJoinPool(workers);
    }

    public static void main(String[] arguments) throws Exception {
        ForkJoinPeer peer = new ForkJoinPeer(arguments[0].equals("counted"), Integer.parseInt(arguments[1]));
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in));
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            String[] command = line.split(" ");
            long[] numbers = Arrays.stream(command).skip(1).mapToLong(Long::parseLong).toArray();
            if (command[0].startsWith("pending") || command[0].equals("pause") || command[0].equals("latency") && numbers[1] > 0) {
                System.out.println("{\"isUnsupported\":true}");
                continue;
            }

            System.gc();
            System.out.println(peer.measure(command[0], numbers));
        }
    }

    private String measure(String name, long[] numbers) throws Exception {
        BUSY_NANOS.reset();
        if (name.equals("latency")) {
            return latency((int) numbers[0]);
        }

        long start = System.nanoTime();
        long result = run(name, numbers);
        long elapsed = System.nanoTime() - start;
        return String.format(Locale.ROOT, "{\"result\":%d,\"milliseconds\":%.6f,\"busyMilliseconds\":%.6f}", result, elapsed / 1e6, BUSY_NANOS.sum() / 1e6);
    }

    private String latency(int count) throws Exception {
        double[] microseconds = new double[count];
        long sum = 0;
        long start = System.nanoTime();
        for (int index = 0; index < count; index++) {
            long submitted = System.nanoTime();
            sum += counted ? pool.submit(() -> 1L).get() : CompletableFuture.supplyAsync(() -> 1L, pool).get();
            microseconds[index] = (System.nanoTime() - submitted) / 1e3;
        }

        double elapsed = (System.nanoTime() - start) / 1e6;
        Arrays.sort(microseconds);
        return String.format(
            Locale.ROOT, "{\"result\":%d,\"milliseconds\":%.6f,\"medianMicroseconds\":%.3f,\"ninetyNinthMicroseconds\":%.3f}",
            sum, elapsed, microseconds[count / 2], microseconds[count * 99 / 100]);
    }

    private long run(String name, long[] numbers) throws Exception {
        switch (name) {
            case "tree":
                return counted ? sumOf(new Tree(null, 0, numbers[0], (int) numbers[1])) : tree(0, numbers[0], (int) numbers[1]).get();
            case "fib":
                return counted ? sumOf(new Fib(null, (int) numbers[0])) : fib((int) numbers[0]).get();
            case "flat":
                return flat((int) numbers[0]);
            case "chains":
                return chains((int) numbers[0], (int) numbers[1]);
            case "spin":
                turnsPerMicrosecond = turnsPerMicrosecond == 0 ? calibrate() : turnsPerMicrosecond;
                return counted ? sumOf(new Many((int) numbers[0], index -> spin(numbers[1]))) : many((int) numbers[0], index -> spin(numbers[1]));
            case "mixed":
                return counted ? sumOf(new Many((int) numbers[0], ForkJoinPeer::mixed)) : many((int) numbers[0], ForkJoinPeer::mixed);
            default:
                throw new IllegalArgumentException(name);
        }
    }

    private long sumOf(Summing root) {
        pool.invoke(root);
        return root.sum;
    }

    private long flat(int tasks) throws Exception {
        if (!counted) {
            return many(tasks, index -> 1);
        }

        ForkJoinTask<?>[] all = new ForkJoinTask<?>[tasks];
        for (int index = 0; index < tasks; index++) {
            all[index] = pool.submit(() -> 1L);
        }

        long sum = 0;
        for (ForkJoinTask<?> task : all) {
            sum += (Long) task.get();
        }

        return sum;
    }

    private long chains(int chains, int hops) throws Exception {
        if (counted) {
            Chain[] all = new Chain[chains];
            for (int index = 0; index < chains; index++) {
                all[index] = new Chain(hops);
                pool.execute(new Hop(all[index], hops));
            }

            long run = 0;
            for (Chain chain : all) {
                chain.join();
                run += chain.run;
            }

            return run;
        }

        CompletableFuture<?>[] all = new CompletableFuture<?>[chains];
        for (int index = 0; index < chains; index++) {
            CompletableFuture<Long> end = new CompletableFuture<>();
            all[index] = end;
            CompletableFuture.runAsync(() -> hop(hops, 1, end), pool);
        }

        CompletableFuture.allOf(all).get();
        long run = 0;
        for (CompletableFuture<?> end : all) {
            run += (Long) end.get();
        }

        return run;
    }

    private void hop(int left, long run, CompletableFuture<Long> end) {
        if (left == 1) {
            end.complete(run);
        } else {
            CompletableFuture.runAsync(() -> hop(left - 1, run + 1, end), pool);
        }
    }

    private CompletableFuture<Long> tree(long from, long leaves, int fanOut) {
        return CompletableFuture.supplyAsync(() -> {
            if (leaves == 1) {
                return CompletableFuture.completedFuture(from);
            }

            int parts = parts(leaves, fanOut);
            long part = leaves / parts;
            @SuppressWarnings("unchecked")
            CompletableFuture<Long>[] children = new CompletableFuture[parts];
            for (int index = 0; index < parts; index++) {
                children[index] = tree(from + index * part, part, fanOut);
            }

            return CompletableFuture.allOf(children).thenApply(nothing -> {
                long sum = 0;
                for (CompletableFuture<Long> child : children) {
                    sum += child.join();
                }

                return sum;
            });
        }, pool).thenCompose(sum -> sum);
    }

    private CompletableFuture<Long> fib(int n) {
        return CompletableFuture.supplyAsync(
            () -> n < 2 ? CompletableFuture.completedFuture((long) n) : fib(n - 1).thenCombine(fib(n - 2), Long::sum), pool).thenCompose(sum -> sum);
    }

    private long many(int count, Doing doing) throws Exception {
        CompletableFuture<?>[] all = new CompletableFuture<?>[count];
        for (int index = 0; index < count; index++) {
            int number = index;
            all[index] = CompletableFuture.supplyAsync(() -> doing.run(number), pool);
        }

        CompletableFuture.allOf(all).get();
        long sum = 0;
        for (CompletableFuture<?> one : all) {
            sum += (Long) one.get();
        }

        return sum;
    }

    private static int parts(long leaves, int fanOut) {
        long power = 1;
        while (power * fanOut <= leaves) {
            power *= fanOut;
        }

        return power == leaves ? fanOut : (int) (leaves / power);
    }

    /** By count and not by the clock: two threads that share a processor would both see the time pass. */
    private static long spin(long microseconds) {
        BUSY_NANOS.add(microseconds * 1_000);
        return (turn(turnsPerMicrosecond * (int) microseconds) | 1) & 1;
    }

    private static int calibrate() {
        int turns = 100_000;
        long least = Long.MAX_VALUE;
        long sum = 0;
        for (int attempt = 0; attempt < 400; attempt++) {
            long start = System.nanoTime();
            sum += turn(turns);
            least = Math.min(least, System.nanoTime() - start);
        }

        return Math.max((int) (turns * 1_000L / least) | (int) (sum & 0), 1);
    }

    private static long turn(int turns) {
        long value = 88172645463325252L + turns;
        for (int turn = 0; turn < turns; turn++) {
            value ^= value << 13;
            value ^= value >>> 7;
            value ^= value << 17;
        }

        return value;
    }

    private static long mixed(int index) {
        long start = System.nanoTime();
        try {
            Thread.sleep(index % 100 == index / 100 * 37 % 100 ? 200 : 1);
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }

        BUSY_NANOS.add(System.nanoTime() - start);
        return 1;
    }

    private interface Doing {
        long run(int index);
    }

    private abstract static class Summing extends CountedCompleter<Void> {
        private static final long serialVersionUID = 1;
        long sum;

        Summing(CountedCompleter<?> parent) {
            super(parent);
        }
    }

    private static final class Tree extends Summing {
        private static final long serialVersionUID = 1;
        private final long from;
        private final long leaves;
        private final int fanOut;
        private Tree[] children;

        Tree(CountedCompleter<?> parent, long from, long leaves, int fanOut) {
            super(parent);
            this.from = from;
            this.leaves = leaves;
            this.fanOut = fanOut;
        }

        @Override
        public void compute() {
            if (leaves == 1) {
                sum = from;
                tryComplete();
                return;
            }

            int parts = parts(leaves, fanOut);
            long part = leaves / parts;
            children = new Tree[parts];
            setPendingCount(parts - 1);
            for (int index = 0; index < parts; index++) {
                children[index] = new Tree(this, from + index * part, part, fanOut);
            }

            for (int index = 1; index < parts; index++) {
                children[index].fork();
            }

            children[0].compute();
        }

        @Override
        public void onCompletion(CountedCompleter<?> caller) {
            if (children != null) {
                for (Tree child : children) {
                    sum += child.sum;
                }

                children = null;
            }
        }
    }

    private static final class Fib extends Summing {
        private static final long serialVersionUID = 1;
        private final int n;
        private Fib left;
        private Fib right;

        Fib(CountedCompleter<?> parent, int n) {
            super(parent);
            this.n = n;
        }

        @Override
        public void compute() {
            if (n < 2) {
                sum = n;
                tryComplete();
                return;
            }

            left = new Fib(this, n - 1);
            right = new Fib(this, n - 2);
            setPendingCount(1);
            right.fork();
            left.compute();
        }

        @Override
        public void onCompletion(CountedCompleter<?> caller) {
            if (left != null) {
                sum = left.sum + right.sum;
                left = null;
                right = null;
            }
        }
    }

    /** A task with many children, each of which counts what it did into its own place. */
    private static final class Many extends Summing {
        private static final long serialVersionUID = 1;
        private final int count;
        private final transient Doing doing;
        private long[] done;

        Many(int count, Doing doing) {
            super(null);
            this.count = count;
            this.doing = doing;
        }

        @Override
        public void compute() {
            done = new long[count];
            setPendingCount(count);
            for (int index = 0; index < count; index++) {
                new One(this, index).fork();
            }

            tryComplete();
        }

        @Override
        public void onCompletion(CountedCompleter<?> caller) {
            sum = Arrays.stream(done).sum();
        }
    }

    private static final class One extends CountedCompleter<Void> {
        private static final long serialVersionUID = 1;
        private final Many parent;
        private final int index;

        One(Many parent, int index) {
            super(parent);
            this.parent = parent;
            this.index = index;
        }

        @Override
        public void compute() {
            parent.done[index] = parent.doing.run(index);
            tryComplete();
        }
    }

    /** A chain that is complete with its last hop. */
    private static final class Chain extends CountedCompleter<Void> {
        private static final long serialVersionUID = 1;
        private long run;

        Chain(int hops) {
            super(null, hops - 1);
        }

        @Override
        public void compute() {
            throw new IllegalStateException("It only counts.");
        }
    }

    private static final class Hop extends CountedCompleter<Void> {
        private static final long serialVersionUID = 1;
        private final Chain chain;
        private final int left;

        Hop(Chain chain, int left) {
            super(chain);
            this.chain = chain;
            this.left = left;
        }

        @Override
        public void compute() {
            chain.run++; // the hops of a chain are one after the other, and a fork makes what is before it seen
            if (left > 1) {
                new Hop(chain, left - 1).fork();
            }

            tryComplete();
        }
    }
}
