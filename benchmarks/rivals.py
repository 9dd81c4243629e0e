#!/usr/bin/env python3
"""Runs per second over /bin/true, side by side with tools that people use for it.

Every tool does the same number of runs in every round; the rounds interleave the tools in random order, so that a
drift of the machine hits all of them alike. What is printed is the median over the rounds of (this tool's runs per
second) / (the bare posix_spawn + waitpid loop's in the same round), with the smallest and the largest.

A tool that is not installed is left out and said so. What each does beside starting processes is printed with it,
because less work is no merit.

    benchmarks/rivals.py --build=build-dev [--runs=2000] [--rounds=7] [--jobs=1,2]
"""

import argparse
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

SUBJECT = "/bin/true"


class Tool:
    def __init__(self, name, program, does, command, jobs=None):
        self.name = name
        self.program = program
        self.does = does
        self.command = command  # (runs, jobs, folder) -> argv, or a shell line
        self.jobs = jobs  # None: any number


def tools(build):
    repro = os.path.join(build, "bin", "repro")
    loop = os.path.join(build, "benchmarks", "spawn_loop")
    return [
        Tool("bare loop", loop, "nothing else", lambda n, j, d: [loop, str(j), str(n), SUBJECT]),
        Tool("repro", repro, "captures, limits, finds descendants, judges, stores each run in a transaction, is ready for crashes",
             lambda n, j, d: [repro, "run", f"--runs={n}", f"--jobs={j}", "--quiet", f"--out={d}/x.repro", "--", SUBJECT]),
        Tool("repro, no stacks", repro, "the same with --no-crash-stacks: nothing is preloaded into the subject",
             lambda n, j, d: [repro, "run", f"--runs={n}", f"--jobs={j}", "--quiet", "--no-crash-stacks",
                              f"--out={d}/y.repro", "--", SUBJECT]),
        Tool("xargs -P", "xargs", "captures nothing, keeps no result but the worst exit code",
             lambda n, j, d: f"seq {n} | xargs -P {j} -I@ {SUBJECT}"),
        Tool("GNU parallel", "parallel", "captures output in files, keeps exit codes only with --joblog (on here)",
             lambda n, j, d: f"seq {n} | parallel --will-cite -j{j} -N0 --joblog {d}/log {SUBJECT}"),
        Tool("hyperfine -N", "hyperfine", "times each run, discards output, one job only",
             lambda n, j, d: ["hyperfine", "-N", "--style=none", "--warmup=0", f"--runs={n}", SUBJECT], jobs=1),
        Tool("Go stress", "golang-stress", "captures output, keeps it of failures; has no run limit, so it is stopped",
             None),
    ]


def time_command(command, folder):
    start = time.monotonic()
    subprocess.run(command, shell=isinstance(command, str), check=True, cwd=folder,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    return time.monotonic() - start


def stress_rate(jobs, folder):
    """Go's stress has no number of runs: it is stopped at the first of the lines that it prints every five seconds."""
    process = subprocess.Popen(["golang-stress", f"-p={jobs}", SUBJECT], cwd=folder, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
    line = process.stdout.readline()  # "5s: 9000 runs so far, 0 failures"
    process.kill()
    process.wait()
    words = line.split()
    return int(words[1]) / float(words[0].rstrip("s:"))


def one_round(available, runs, jobs):
    rates = {}
    order = [tool for tool in available if tool.jobs in (None, jobs)]
    random.shuffle(order)
    for tool in order:
        with tempfile.TemporaryDirectory() as folder:
            if tool.command is None:
                rates[tool.name] = stress_rate(jobs, folder)
            else:
                rates[tool.name] = runs / time_command(tool.command(runs, jobs, folder), folder)
    return rates


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", required=True)
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--jobs", default="1,2")
    arguments = parser.parse_args()
    build = os.path.abspath(arguments.build)
    available = []
    for tool in tools(build):
        if shutil.which(tool.program):
            available.append(tool)
        else:
            print(f"left out: {tool.name} ({tool.program} is not there)")
    if available[0].name != "bare loop":
        sys.exit("the bare loop is not built: configure with -DREPRO_BUILD_BENCHMARKS=ON")
    for jobs in [int(word) for word in arguments.jobs.split(",")]:
        rounds = [one_round(available, arguments.runs, jobs) for _ in range(arguments.rounds)]
        print(f"\n{arguments.runs} runs of {SUBJECT}, {jobs} job(s), {arguments.rounds} rounds")
        for tool in available:
            shares = [rates[tool.name] / rates["bare loop"] for rates in rounds if tool.name in rates]
            if not shares:
                continue
            rate = statistics.median(rates[tool.name] for rates in rounds)
            print(f"  {tool.name:<13} {rate:7.0f}/s  {statistics.median(shares):5.2f} of the bare loop "
                  f"({min(shares):.2f} to {max(shares):.2f})  {tool.does}")


if __name__ == "__main__":
    main()
