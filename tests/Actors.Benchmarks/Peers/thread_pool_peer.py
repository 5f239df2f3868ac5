"""Python's ThreadPoolExecutor with a count of what is pending: tasks submit tasks, and nobody waits for a future inside the pool.

Reads what to run, a line each, and answers with a line of JSON.
"""

import gc
import json
import statistics
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor


class Batch:
    """Counts what is pending and adds up what was yielded."""

    def __init__(self, pool):
        self._pool = pool
        self._lock = threading.Lock()
        self._done = threading.Event()
        self._pending = 0
        self._sum = 0
        self._error = None

    def submit(self, work, *arguments):
        self._pool.submit(self._run, work, arguments)

    def start(self, jobs):
        self._pending = len(jobs)
        for work, *arguments in jobs:
            self.submit(work, *arguments)
        self._done.wait()
        if self._error is not None:
            raise self._error
        return self._sum

    def _run(self, work, arguments):
        try:
            value, follow_ups = work(*arguments)
        except Exception as error:  # the batch must end all the same
            self._error = error
            self._done.set()
            return
        with self._lock:
            self._sum += value
            self._pending += len(follow_ups) - 1  # counted before they can end
            ended = self._pending == 0
        for follow_up, *rest in follow_ups:
            self.submit(follow_up, *rest)
        if ended:
            self._done.set()


def tree(start, leaves, fan_out):
    if leaves == 1:
        return start, ()
    power = 1
    while power * fan_out <= leaves:
        power *= fan_out
    parts = fan_out if power == leaves else leaves // power
    part = leaves // parts
    return 0, [(tree, start + index * part, part, fan_out) for index in range(parts)]


def fib(n):
    return (n, ()) if n < 2 else (0, ((fib, n - 1), (fib, n - 2)))


def one():
    return 1, ()


def hop(left):
    return 1, (((hop, left - 1),) if left > 1 else ())


def mixed(index):
    time.sleep(0.2 if index % 100 == index // 100 * 37 % 100 else 0.001)
    return 1, ()


def jobs_of(name, numbers):
    if name == "tree":
        return [(tree, 0, *numbers)]
    if name == "fib":
        return [(fib, *numbers)]
    if name == "flat":
        return [(one,)] * numbers[0]
    if name == "chains":
        return [(hop, numbers[1])] * numbers[0]
    if name == "mixed":
        return [(mixed, index) for index in range(numbers[0])]
    return None  # a thread per worker that sleeps, or one lock for all that computes: not what Python is used for


def measure(pool, name, numbers):
    if name == "latency" and numbers[1] == 0:
        times = []
        total = 0
        begun = time.perf_counter()
        for _ in range(numbers[0]):
            submitted = time.perf_counter()
            total += pool.submit(lambda: 1).result()
            times.append((time.perf_counter() - submitted) * 1e6)
        elapsed = time.perf_counter() - begun
        times.sort()
        return {
            "result": total,
            "milliseconds": elapsed * 1e3,
            "medianMicroseconds": statistics.median(times),
            "ninetyNinthMicroseconds": times[len(times) * 99 // 100],
        }
    jobs = jobs_of(name, numbers)
    if jobs is None:
        return {"isUnsupported": True}
    gc.collect()
    begun = time.perf_counter()
    result = Batch(pool).start(jobs)
    return {"result": result, "milliseconds": (time.perf_counter() - begun) * 1e3}


def main():
    with ThreadPoolExecutor(int(sys.argv[1])) as pool:
        for line in sys.stdin:
            name, *numbers = line.split()
            print(json.dumps(measure(pool, name, [int(number) for number in numbers])), flush=True)


main()
