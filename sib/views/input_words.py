"""What the uncertain numbers of a deal are called and where their ranges come from, in English and Dutch.

In comes a ``Ranges`` paper, out goes text. Nothing is computed here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sib.asked import What
from sib.deal.ranges import Input, Ranges
from sib.deal.setting import keys_of
from sib.views.figure_words import measure, term
from sib.views.tables import plain, wrapped
from sib.views.words import Phrases, Words

NAMES: dict[tuple[str, ...], tuple[str, str]] = {
    ("success", "successes"): ("chance of success", "kans op succes"),
    ("success", "mean"): ("chance of success", "kans op succes"),
    ("success",): ("chance of success", "kans op succes"),
    ("chance", "mean"): ("chance of success", "kans op succes"),
    ("chance",): ("chance of success", "kans op succes"),
    ("saving", "mean"): ("saving of a success", "besparing per succes"),
    ("saving",): ("saving of a success", "besparing per succes"),
    ("saving", "cv"): ("spread of savings", "spreiding van besparingen"),
    ("worth",): ("worth of an outcome", "waarde van een uitkomst"),
    ("deadweight",): ("deadweight", "deadweight"),
    ("direct_share",): ("share of direct savings", "deel directe besparing"),
    ("regression_to_mean",): ("regression to the mean", "terugval naar het gemiddelde"),
    ("relapse",): ("relapse", "terugval"),
    ("intake", "months"): ("months of intake", "maanden instroom"),
    ("saving_months",): ("months of saving", "maanden besparing"),
    ("cases",): ("cases", "casussen"),
    ("people",): ("people", "mensen"),
    ("cashable", "direct"): ("cashability, direct", "verzilverbaarheid, direct"),
    ("cashable", "real"): ("cashability, real", "verzilverbaarheid, reëel"),
    ("review", "wrong_rejection"): ("wrong rejections", "onterechte afkeuringen"),
    ("claims", "invalid"): ("invalid claims", "ongeldige claims"),
    ("claims", "overstated"): ("overstated claims", "te hoge claims"),
    ("interest", "rate"): ("interest rate", "rente"),
    ("dependence", "icc"): ("tie between cases (icc)", "samenhang van casussen (icc)"),
    ("enrolment", "value"): ("enrolment", "instroom"),
    ("within_person",): ("tie within a person", "samenhang per persoon"),
    ("across_cohorts",): ("tie between cohorts", "samenhang van cohorten"),
    ("across_metrics",): ("tie between metrics", "samenhang van maten"),
    ("savings",): ("tie between savings", "samenhang van besparingen"),
    ("at_least",): ("threshold", "drempel"),
    ("unit_price",): ("unit price", "stuksprijs"),
}
"""By the last keys of a path: English, Dutch; one that is not here goes by its last two keys."""
TEXTS: dict[str, tuple[str, str]] = {
    "range": (
        "{label}: now {now}, from {low} to {high}{shape}; {source}",
        "{label}: nu {now}, van {low} tot {high}{shape}; {source}",
    ),
    "uniform": ("", ""),
    "triangular": (", triangular, likeliest {mode}", ", driehoekig, meest waarschijnlijk {mode}"),
    "pert": (", PERT, likeliest {mode}", ", PERT, meest waarschijnlijk {mode}"),
    "with": (" and with it {listed}", " en daarmee {listed}"),
    "tied": (
        "tied: {first} with {second}, correlation {value}", "hangt samen: {first} met {second}, correlatie {value}",
    ),
    "without": (
        "{n} other numbers of the deal have no range and stay as they are; give one with --input PATH=LOW:HIGH or "
        "--ranges FILE.",
        "{n} andere getallen van de deal hebben geen bandbreedte en blijven zoals ze zijn; geef er een met --input "
        "PAD=LAAG:HOOG of --ranges BESTAND.",
    ),
    "one_without": (
        "1 other number of the deal has no range and stays as it is; give one with --input PATH=LOW:HIGH or --ranges "
        "FILE.",
        "1 ander getal van de deal heeft geen bandbreedte en blijft zoals het is; geef die met --input PAD=LAAG:HOOG "
        "of --ranges BESTAND.",
    ),
    "chance": ("the chance “{name}”", "de kans “{name}”"),
    "amount": ("{name}", "{name}"),
    "several": (
        "Not used: {path} ({source}) does not say which number is meant.",
        "Niet gebruikt: {path} ({source}) zegt niet welk getal bedoeld is.",
    ),
    "outside": (
        "Not used: {path} ({source}) lies outside its own range.",
        "Niet gebruikt: {path} ({source}) ligt buiten de eigen bandbreedte.",
    ),
    "no_deal": (
        "Not used: {path} ({source}) makes no deal at an end of its range while all else stays.",
        "Niet gebruikt: {path} ({source}) geeft aan een uiteinde geen deal zolang de rest blijft.",
    ),
}
"""By key: English, Dutch."""
LONGEST = 40
IN_SENTENCE: dict[str, tuple[str, str]] = {
    "outcome_payments": ("what it pays", "wat zij betaalt"), "receipts": ("what it gets", "wat zij krijgt"),
}
"""By measure: English, Dutch, where the head of a column makes no sentence."""


def labels(inputs: Sequence[Input], words: Words) -> dict[str, str]:
    """Return what inputs are called, by name; where two would be called the same, with a key that tells them apart."""
    keys = {each.name: keys_of(each.name) for each in inputs}
    short = {name: _label(own, words) for name, own in keys.items()}
    found = {}
    for name, own in keys.items():
        others = [keys[other] for other in keys if other != name and short[other] == short[name]]
        apart = next((key for key in own if any(key not in other for other in others)), None)
        found[name] = f"{short[name]} ({plain(apart, longest=24)})" if apart else short[name]
    return found


def _label(keys: list[str], words: Words) -> str:
    for n_keys in (2, 1):
        known = NAMES.get(tuple(keys[-n_keys:]))
        if known:
            return known[words.lang == "nl"]
    return plain(".".join(keys[-2:]), longest=LONGEST)


def listed(ranges: Ranges, words: Words) -> str:
    """Return every range with its path and its source."""
    say, called = Phrases(TEXTS, words.lang), labels(ranges.inputs, words)
    lines = []
    for one in ranges.inputs:
        others = say("with", listed=", ".join(one.paths[1:])) if one.paths[1:] else ""
        lines.append(wrapped(f"{plain(one.name, longest=None)}{others}", others="    "))
        text = say("range", label=called[one.name], now=term(one.number.now, words), low=term(one.low, words),
                   high=term(one.high, words), shape=say(one.shape, mode=term(one.mode, words)), source=one.source)
        lines.append(wrapped(text, "    "))
    for each in ranges.dependences:
        lines.append(wrapped(say("tied", first=called[each.first], second=called[each.second],
                                 value=term(each.correlation, words)), others="    "))
    return "\n".join(lines)


def left_out(ranges: Ranges, words: Words) -> list[str]:
    """Return how many numbers have no range, and which ranges were not clear."""
    say, n_without = Phrases(TEXTS, words.lang), ranges.n_without
    told = [say("one_without" if n_without == 1 else "without", n=words.number(n_without))] if n_without else []
    told += [say(each.why, path=each.path, source=each.source) for each in ranges.unclear]
    return [wrapped(each, others="    ") for each in told]


def measure_of(what: What, words: Words) -> str:
    """Return what is measured, within a sentence; a chance is said to be one."""
    own = IN_SENTENCE.get(what[1])
    name = own[words.lang == "nl"] if own else measure(what, words)
    return Phrases(TEXTS, words.lang)("chance" if what[2] == "probability" else "amount", name=name)


def as_inputs(ranges: Ranges) -> dict[str, Any]:
    """Return ranges as plain data."""
    return {
        "inputs": [
            {"name": each.name, "paths": list(each.paths), "now": each.number.now, "low": each.low, "high": each.high,
             "kind": each.shape, "mode": each.mode, "source": each.source}
            for each in ranges.inputs
        ],
        "dependence": [{"inputs": [each.first, each.second], "correlation": each.correlation}
                       for each in ranges.dependences],
        "numbers_without_range": ranges.n_without,
        "not_used": [asdict(each) for each in ranges.unclear],
    }
