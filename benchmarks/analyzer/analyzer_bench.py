#!/usr/bin/env python3
"""What the analyzer costs, as ratios of commands that run side by side.

Every round runs every command once, in random order, so that a drift of the machine hits all of them alike. A ratio is
taken within a round; printed is its median over the rounds with the smallest and the largest. Wall time, seen from
outside, the start of the process included; beside it the ratio of CPU times (user and system, with all children), which
other work on the machine hardly changes. It does change the wall times of parallel runs, so a bound on a speed-up is
judged only where the load before was below half a core (the load after is mostly the benchmark's own).

    benchmarks/analyzer/analyzer_bench.py --build=build [--rounds=9] [--paths=/usr/lib/ruby] [--json=FILE]
"""

import argparse
import glob
import json
import os
import platform
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time


def run(command, folder):
    """Wall and CPU seconds of one command. Exit code 1 (diagnostics) is as good as 0."""
    start = time.monotonic()
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                          stdin=subprocess.DEVNULL) as child:
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.monotonic() - start
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in (0, 1):
        sys.exit(f"{command} exited with {child.returncode}")
    return {"wall": wall, "cpu": usage.ru_utime + usage.ru_stime}


def smallest_project(paths, folder):
    """Five files of the middle of the size range, copied to a folder of their own."""
    files = sorted(glob.glob(os.path.join(paths, "**", "*.rb"), recursive=True), key=os.path.getsize)
    middle = len(files) // 2
    project = os.path.join(folder, "five")
    os.mkdir(project)
    for index, path in enumerate(files[middle:middle + 5]):
        shutil.copy(path, os.path.join(project, f"file{index}.rb"))
    return project


def commands(build, paths, folder):
    analyzer = os.path.join(build, "bin", "analyzer")
    parse = os.path.join(build, "benchmarks", "parse_only")
    five = smallest_project(paths, folder)
    warm = [analyzer, "check", f"--cache-dir={folder}/warm"]
    table = {
        "parse only": [parse, paths],
        "cold cache": [analyzer, "check", f"--cache-dir={folder}/cold", paths],
        "sequential, no cache": [analyzer, "check", "--no-cache", paths],
        "sequential, warm cache": warm + [paths],
        "five files, sequential": warm + [five],
        "five files, 2 workers": warm + ["--workers=2", five],
    }
    for pool in ("threads", "fork"):
        for workers in (1, 2, 4, 8):
            table[f"{pool} {workers}, warm cache"] = warm + [f"--pool={pool}", f"--workers={workers}", paths]
        table[f"{pool} 2, no cache"] = [analyzer, "check", "--no-cache", f"--pool={pool}", "--workers=2", paths]
    return table


# (what, numerator, denominator, bound, is the bound the largest allowed?)
RATIOS = [
    ("whole check / parse only", "sequential, no cache", "parse only", 2.0, True),
    ("cold / warm start", "cold cache", "sequential, warm cache", 3.0, False),
    ("threads at 2 workers, speed-up, warm", "sequential, warm cache", "threads 2, warm cache", 1.8, False),
    ("fork at 2 workers, speed-up, warm", "sequential, warm cache", "fork 2, warm cache", 1.8, False),
    ("five files: 2 workers / sequential", "five files, 2 workers", "five files, sequential", 1.05, True),
    ("threads at 2 workers, speed-up, no cache", "sequential, no cache", "threads 2, no cache", None, False),
    ("fork at 2 workers, speed-up, no cache", "sequential, no cache", "fork 2, no cache", None, False),
] + [
    (f"{pool} at {n} workers, speed-up, warm", "sequential, warm cache", f"{pool} {n}, warm cache", None, False)
    for pool in ("threads", "fork") for n in (1, 4, 8)
]


def measure(build, paths, rounds, seed):
    generator = random.Random(seed)
    times = {}
    with tempfile.TemporaryDirectory(prefix="analyzer-bench-") as folder:
        table = commands(build, paths, folder)
        run(table["sequential, warm cache"], folder)  # fills the cache
        run(table["five files, sequential"], folder)
        names = list(table)
        for _ in range(rounds):
            generator.shuffle(names)
            for name in names:
                if name == "cold cache":
                    shutil.rmtree(os.path.join(folder, "cold"), ignore_errors=True)
                times.setdefault(name, []).append(run(table[name], folder))
    return times


def summary(values):
    return {"median": statistics.median(values), "min": min(values), "max": max(values)}


def ratios_of(times, is_quiet):
    """One entry for each of RATIOS. Serial ratios are judged by CPU time where the machine was not quiet."""
    for what, upper, lower, bound, is_largest in RATIOS:
        one = {"what": what, "bound": bound}
        for kind in ("wall", "cpu"):
            one[kind] = summary([a[kind] / b[kind] for a, b in zip(times[upper], times[lower])])
        judged = "wall" if is_quiet else None if "workers" in what else "cpu"
        if bound is not None and judged is not None:
            median = one[judged]["median"]
            one["judged"] = judged
            one["met"] = median <= bound if is_largest else median >= bound
        yield one


def verdict(one):
    if one["bound"] is None:
        return ""
    if "met" not in one:
        return f"{one['bound']}, not judged: the machine was busy"
    return f"{one['bound']} {'met' if one['met'] else 'missed'} ({one['judged']})"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--build", required=True)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--paths", default="/usr/lib/ruby")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json")
    options = parser.parse_args()
    load_before = os.getloadavg()[0]
    times = measure(os.path.abspath(options.build), os.path.abspath(options.paths), options.rounds, options.seed)
    load_after = os.getloadavg()[0]
    ratios = list(ratios_of(times, load_before < 0.5))
    facts = {"rounds": options.rounds, "seed": options.seed, "paths": options.paths, "cores": os.cpu_count(),
             "kernel": platform.release(), "load_before": load_before, "load_after": load_after}
    if options.json:
        with open(options.json, "w", encoding="utf-8") as out:
            seconds = {name: {kind + "_s": summary([one[kind] for one in values]) for kind in ("wall", "cpu")}
                       for name, values in sorted(times.items())}
            json.dump({"schema": 1, "facts": facts, "ratios": ratios, "commands": seconds}, out, indent=2)
            out.write("\n")
    print(f"{options.rounds} rounds, {facts['cores']} cores, load {load_before:.1f} before and "
          f"{facts['load_after']:.1f} after\n")
    print("| ratio | wall: median | range | CPU: median | bound |")
    print("| --- | --- | --- | --- | --- |")
    for one in ratios:
        wall = one["wall"]
        print(f"| {one['what']} | {wall['median']:.2f} | {wall['min']:.2f} to {wall['max']:.2f} | "
              f"{one['cpu']['median']:.2f} | {verdict(one)} |")
    print("\n| command | wall: median | range | CPU: median |")
    print("| --- | --- | --- | --- |")
    for name, values in sorted(times.items()):
        wall = summary([one["wall"] for one in values])
        cpu = statistics.median(one["cpu"] for one in values)
        print(f"| {name} | {wall['median'] * 1000:.0f} ms | {wall['min'] * 1000:.0f} to {wall['max'] * 1000:.0f} ms | "
              f"{cpu * 1000:.0f} ms |")


if __name__ == "__main__":
    main()
