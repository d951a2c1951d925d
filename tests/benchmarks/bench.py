"""How fast sib is, in ratios inside one run: ``make bench``.

Times are processor time of one thread unless a row says otherwise, so that a busy machine disturbs them little;
each is the median over rounds in which all jobs take turns. The yardstick is *RNG A*: drawing the numbers that a
conventional engine would need (a uniform a case; a gamma and two uniforms a success), and doing nothing with them.
*c-t* is one case in one trial. Nothing here fails for being slow; it fails where the plain programs do not come to
the same figures.
"""

from __future__ import annotations

import cProfile
import hashlib
import os
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from statistics import median

import numpy as np
import numpy_financial as npf
import plain_numpy
import plain_python
import pyxirr
import with_squigglepy

from sib.deal.reader import load
from sib.deal.scenario import Scenario
from sib.engine import Effort, Simulation, simulate, simulate_all
from sib.measures.returns import irr
from sib.memory import keep_memory
from sib.processes import processes
from sib.results import summarise

CASES, TRIALS, ROUNDS = 375, 20_480, 5
DRAWING = ("case_uniforms", "trial_uniforms", "trial_pair")
PARTS = {
    "factors": "the factors of a trial",
    "cases": "who succeeds and what it saves",
    "verify": "claims, review, sums by month",
    "true_savings": "what is truly saved, by month",
    "settle": "the contract",
    "savings_by_law": "laws and budgets",
    "charged": "laws and budgets",
    "movements": "ledger and its checks",
    "balances": "ledger and its checks",
    "reconcile": "ledger and its checks",
    "_put_away": "what is kept of each trial",
}
"""Functions of the engine by what they do; none is called by another of them."""
DRAWS_IN = {
    "factors": "the factors of a trial",
    "fates": "who succeeds and what it saves",
    "cases": "who succeeds and what it saves",
    "Caseload.uniforms": "claims, review, sums by month",
}
"""Where the functions that draw are called, by the part that it happens in."""
Times = dict[str, list[float]]
Job = Callable[[], object]


def rng_a(n_trials: int) -> None:
    """Draw what a conventional engine draws, in blocks that fit the cache."""
    rng, block = np.random.Generator(np.random.PCG64(1)), 256
    uniforms = np.empty((block, CASES))
    for _ in range(n_trials // block):
        rng.random(out=uniforms)
        n_successes = np.count_nonzero(uniforms < 0.6)
        rng.standard_gamma(1.5625, n_successes)
        rng.random(n_successes)
        rng.random(n_successes)


def engine(deal: Scenario, n_trials: int) -> Simulation:
    """The whole way, with every row of the summary."""
    run = simulate(deal, n_trials, effort=Effort(1))
    summarise(run)
    return run


def five_thousand() -> Scenario:
    """The reference deal with 5,000 cases."""
    lines = ("design and legitimise", "implement", "direct and monitor")
    total = 1_797_500 + (5_000 - CASES) * (1_650 + 1_100 + 550)
    terms = {f"budget.lines.{line} custom plans.number": 5_000 for line in lines}
    terms |= {"budget.total": total, "contract.commitment": total}
    return load("zwarte-zwanen", settings=terms | {"programme.segments.multi-problem households.cases": 5_000})


def take_turns(jobs: dict[str, Job], rounds: int, clock: Callable[[], float] = time.process_time) -> Times:
    """Time jobs in turns; the first turn warms up and does not count."""
    times: Times = {name: [] for name in jobs}
    for turn in range(rounds + 1):
        for name, job in jobs.items():
            start = clock()
            job()
            if turn:
                times[name].append(clock() - start)
    return times


def ratio(times: Times, above: str, below: str) -> float:
    """Median of the ratios within rounds."""
    return median(a / b for a, b in zip(times[above], times[below], strict=True))


def of_children() -> float:
    """Processor time of the processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def python(*arguments: str) -> Job:
    """A job that starts Python afresh; modules that it has compiled stay compiled, as they do for a user."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return lambda: subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL, env=kept)


def peak_memory(n_trials: int) -> float:
    """Megabytes that a fresh process needs at the most."""
    code = (
        "import resource; from sib.memory import keep_memory; from sib.deal.reader import load; "
        "from sib.engine import Effort, simulate; keep_memory(); "
        f"simulate(load('zwarte-zwanen'), {n_trials}, effort=Effort(1)); "
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return int(done.stdout) / (1024 if sys.platform != "darwin" else 1024**2)


def spin(workers: int) -> None:
    """Work without locks or memory: what two threads can gain on this machine, now."""
    text = bytes(2**24)
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(lambda _: hashlib.sha256(text).digest(), range(16)))


def check_that_all_simulate_the_same_deal(deal: Scenario) -> None:
    """End with a sentence where the plain programs and the engine differ by more than chance."""
    ours = engine(deal, TRIALS).trials
    expected = {"receipts": ours["investor.receipts"] / 100, "repaid_in_full": ours["investor.repaid_in_full"]}
    for program, n_trials in ((plain_numpy, 4096), (plain_python, 1000), (with_squigglepy, 1000)):
        found = program.simulate(n_trials, seed=2)
        for name, values in expected.items():
            error = values.std() * np.sqrt(1 / n_trials + 1 / TRIALS)
            theirs = np.mean(found[name])
            if abs(theirs - values.mean()) > 5 * error:
                sys.exit(f"{program.__name__}: {name} is {theirs:.4f}, the engine says {values.mean():.4f}")


def programs(deal: Scenario) -> list[tuple[str, str, str]]:
    """The engine against drawing numbers, plain NumPy and a plain loop; and more of everything."""
    sizes = {"rng": TRIALS, "engine": TRIALS, "bare": TRIALS, "numpy": 4096, "loop": 100, "package": 400}
    sizes |= dict.fromkeys(("tenth", "many", "long"), TRIALS // 10) | {"gamma": TRIALS}
    many, alone = five_thousand(), Effort(1)
    long = load("zwarte-zwanen", settings={"timeline.maturity": 144})
    saving = {"kind": "gamma", "mean": 22_000, "cv": 0.8, "source": "assumed"}
    gamma = load("zwarte-zwanen", settings={"programme.segments.multi-problem households.saving": saving})
    times = take_turns({
        "rng": lambda: rng_a(sizes["rng"]),
        "engine": lambda: engine(deal, sizes["engine"]),
        "bare": lambda: simulate(deal, sizes["bare"], effort=alone),
        "tenth": lambda: simulate(deal, sizes["tenth"], effort=alone),
        "numpy": lambda: plain_numpy.simulate(sizes["numpy"]),
        "loop": lambda: plain_python.simulate(sizes["loop"]),
        "package": lambda: with_squigglepy.simulate(sizes["package"]),
        "many": lambda: simulate(many, sizes["many"], effort=alone),
        "long": lambda: simulate(long, sizes["long"], effort=alone),
        "gamma": lambda: simulate(gamma, sizes["bare"], effort=alone),
    }, ROUNDS)  # fmt: skip
    each = {name: [1e9 * spent / sizes[name] / CASES for spent in spells] for name, spells in times.items()}
    return [
        ("RNG A", f"{median(each['rng']):.1f} ns/c-t", ""),
        ("engine, 20,480 trials, with its summary", f"{median(each['engine']):.1f} ns/c-t", ""),
        ("of this the summary takes", f"{1 - ratio(times, 'bare', 'engine'):.0%}", ""),
        ("engine against RNG A", f"{ratio(each, 'engine', 'rng'):.2f}", "at most 1.5"),
        ("plain full-array NumPy against the engine", f"{ratio(each, 'numpy', 'engine'):.1f} x", "at least 15 x"),
        ("plain Python loop against the engine", f"{ratio(each, 'loop', 'engine'):.1f} x", "at least 100 x"),
        ("squigglepy against the engine", f"{ratio(each, 'package', 'engine'):.1f} x", "at least 60 x"),
        ("ten times the trials", f"{ratio(times, 'bare', 'tenth'):.1f} x", "at most 11 x"),
        ("375 to 5,000 cases", f"{ratio(times, 'many', 'tenth'):.1f} x", "at most 14 x"),
        ("72 to 144 months", f"{ratio(times, 'long', 'tenth'):.1f} x", ""),
        ("savings by a gamma, against the lognormal", f"{ratio(times, 'gamma', 'bare'):.2f} x", ""),
    ]


def shares(deal: Scenario) -> list[tuple[str, str, str]]:
    """Where the time of a run goes, by a profile; what is drawn is counted apart, wherever it is drawn."""
    profile = cProfile.Profile()
    profile.runcall(simulate, deal, TRIALS, effort=Effort(1))
    total, drawn, spent = 0.0, 0.0, Counter[str]()
    for entry in profile.getstats():
        name = getattr(entry.code, "co_qualname", "")
        total = max(total, entry.totaltime)
        drawn += entry.totaltime if name in DRAWING else 0.0
        spent[PARTS.get(name, "")] += entry.totaltime
        for callee in entry.calls or ():
            if getattr(callee.code, "co_qualname", "") in DRAWING:
                spent[DRAWS_IN.get(name, "")] -= callee.totaltime
    del spent[""]
    rest = total - drawn - sum(spent.values())
    rows = [*(spent + Counter({"drawing numbers": drawn})).most_common(), ("all else", rest)]
    return [(f"of a run: {name}", f"{part / total:.0%}", "") for name, part in rows]


def variants() -> list[tuple[str, str, str]]:
    """Deals that differ in their contract alone, worked out together and one by one."""
    rates = [load("zwarte-zwanen", settings={"contract.interest.rate": 0.01 * k}) for k in range(1, 9)]
    times = take_turns({
        "one": lambda: simulate(rates[0], TRIALS // 4, effort=Effort(1)),
        "eight": lambda: simulate_all(rates, TRIALS // 4, effort=Effort(1)),
    }, ROUNDS)  # fmt: skip
    each = (ratio(times, "eight", "one") - 1) / (len(rates) - 1)
    per_second = len(rates) / median(times["eight"])
    return [
        ("a contract variant on the same cases, against a whole run", f"{each:.0%}", "5%"),
        (f"contract variants a second, {TRIALS // 4:,} trials", f"{per_second:.1f}", ""),
    ]


def returns(deal: Scenario) -> list[tuple[str, str, str]]:
    """IRR of whole arrays against a loop over rows."""
    run, sizes = simulate(deal, 2048, keep_flows=True), {"irr": 2048, "pyxirr": 512, "npf": 128}
    flows, years, days = run.flows["investor"] / 100, run.calendar.years, list(run.calendar.dates)
    times = take_turns({
        "irr": lambda: irr(flows, years),
        "pyxirr": lambda: [pyxirr.xirr(days, row, silent=True) for row in flows[: sizes["pyxirr"]].tolist()],
        "npf": lambda: [npf.irr(row) for row in flows[: sizes["npf"], ::3]],
    }, ROUNDS)  # fmt: skip
    each = {name: [spent / sizes[name] for spent in spells] for name, spells in times.items()}
    return [
        ("IRR: a loop with pyxirr against ours", f"{ratio(each, 'pyxirr', 'irr'):.0f} x", "at least 5 x"),
        ("IRR: a loop with numpy-financial against ours", f"{ratio(each, 'npf', 'irr'):.0f} x", "at least 100 x"),
    ]


def threads(deal: Scenario) -> list[tuple[str, str, str]]:
    """Two threads and two processes against one, by the clock on the wall, and what a spin gains at the same time."""
    with processes(2) as executor:
        times = take_turns({
            "one": lambda: simulate(deal, 4 * TRIALS, effort=Effort(1)),
            "threads": lambda: simulate(deal, 4 * TRIALS, effort=Effort(2)),
            "processes": lambda: simulate(deal, 4 * TRIALS, effort=Effort(2, executor=executor)),
            "spin one": lambda: spin(1),
            "spin two": lambda: spin(2),
        }, 3, clock=time.perf_counter)  # fmt: skip
    possible = ratio(times, "spin one", "spin two")
    gains = [(name, ratio(times, "one", name)) for name in ("threads", "processes")]
    return [("two spins without locks: gain", f"{possible:.2f}", ""), *(
        (f"two {name}: gain; part of what the spins gain", f"{gain:.2f}; {gain / possible:.2f}", "at least 0.85")
        for name, gain in gains
    )]


def starts() -> list[tuple[str, str, str]]:
    """Cold starts, interpreter included."""
    times = take_turns({
        "nothing": python("-c", "pass"), "click": python("-c", "import click"), "help": python("-m", "sib", "--help"),
        "sib": python("-c", "import sib"), "scipy": python("-c", "import numpy, scipy.special"),
        "run": python("-m", "sib", "run", "zwarte-zwanen", "--trials", "1000", "--json"),
    }, 5, clock=of_children)  # fmt: skip
    spent = {name: f"{1000 * median(spells):.0f} ms" for name, spells in times.items()}
    return [
        ("`import sib`; Python alone", f"{spent['sib']}; {spent['nothing']}", ""),
        ("`sib --help`", spent["help"], ""),
        ("`sib --help` against `import click`", f"{ratio(times, 'help', 'click'):.2f}", "at most 1.3"),
        ("1,000 trials as JSON", spent["run"], ""),
        ("1,000 trials against `import numpy, scipy.special`", f"{ratio(times, 'run', 'scipy'):.2f}", "at most 1.5"),
    ]


def main() -> None:
    """Measure everything and print one table."""
    keep_memory()  # as the command does
    deal = load("zwarte-zwanen")
    check_that_all_simulate_the_same_deal(deal)
    memory = [
        (f"peak memory, {n:,} trials, fresh process, one thread", f"{peak_memory(n):,.0f} MB", aim)
        for n, aim in ((10_000, ""), (100_000, "below 1,000 MB"), (1_000_000, "below 350 MB"))
    ]
    rows = [*programs(deal), *shares(deal), *variants(), *returns(deal), *memory, *threads(deal), *starts()]
    print(f"Python {sys.version.split()[0]}, numpy {np.__version__}, {os.cpu_count()} processors, "
          f"load {os.getloadavg()[0]:.1f}\n")
    print("| what | measured | aim |\n|---|--:|--:|")
    for row in rows:
        print(f"| {' | '.join(row)} |")


if __name__ == "__main__":
    main()
