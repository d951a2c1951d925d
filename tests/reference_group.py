"""One trial of a deal on a group whose outcomes are certain, by hand: ``replay_group(deal)``.

Part of the second account of ``docs/model.md``; see ``reference_contract``. Effects are known and measured without
error, chances are 0 or 1: what is measured and reached is then the same in every trial.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from reference_contract import (
    Deal,
    GroupFacts,
    Measurement,
    cents,
    even_split,
    exact,
    first_date,
    largest_remainder,
    met_on_dates,
    rounded,
)
from reference_trial import ContractTrial, Outlay

DECIMALS = {"percent": 2, "fraction": 4, "eur": 2, "count": 0, "points": 2}


def people(deal: Deal) -> dict[str, list[int]]:
    """Return the start months of the people of each cohort or group."""
    programme = deal["programme"]
    if programme["kind"] == "effect":
        return {cohort["name"]: [cohort["start"]] * cohort["size"] for cohort in programme["cohorts"]}
    return {group["name"]: list(intake(group["people"], group["intake"])) for group in programme["groups"]}


def intake(number: int, terms: dict[str, Any]) -> Iterator[int]:
    """Yield the start month of each of so many people."""
    months = terms["months"]
    if terms["profile"] == "even":
        by_month = even_split(number, months)
    else:
        by_month = largest_remainder(number, terms.get("counts", list(range(months, 0, -1))))
    for place, come in enumerate(by_month):
        yield from [terms["from"] + place + terms["delay"]] * come


def last_start(deal: Deal) -> int:
    """Return the last month in which anybody can come."""
    programme = deal["programme"]
    if programme["kind"] == "effect":
        return int(max(cohort["start"] for cohort in programme["cohorts"]))
    terms = [group["intake"] for group in programme["groups"]]
    return int(max(each["from"] + each["months"] - 1 + each["delay"] for each in terms))


def facts_of(deal: Deal, starts: dict[str, list[int]]) -> GroupFacts:
    """Return what is measured of each cohort, or reached in each group."""
    programme = deal["programme"]
    if programme["kind"] == "effect":
        added = [metric["name"] for metric in programme["metrics"] if metric["accumulates"]]
        return GroupFacts(effects(programme), {each["name"]: each["size"] for each in programme["cohorts"]}, added)
    names = {outcome["name"] for group in programme["groups"] for outcome in group["outcomes"]}
    reached = list(outcomes(programme, starts))
    return GroupFacts(reached, {group["name"]: group["people"] for group in programme["groups"]}, names | {"enrolled"})


def effects(programme: dict[str, Any]) -> Iterator[Measurement]:
    """Yield every measurement of an effect that is known."""
    for metric in programme["metrics"]:
        scale = 10 ** metric.get("decimals", DECIMALS[metric["unit"]])
        for cohort in programme["cohorts"]:
            effect = metric.get("by_cohort", {}).get(cohort["name"], metric["effect"])
            value = Fraction(rounded(exact(effect["value"]) * scale), scale)
            for month in metric.get("measured", cohort["measured"]):
                yield Measurement(metric["name"], cohort["name"], month, value)


def outcomes(programme: dict[str, Any], starts: dict[str, list[int]]) -> Iterator[Measurement]:
    """Yield every outcome that somebody reaches, and every start."""
    for group in programme["groups"]:
        for start in starts[group["name"]]:
            yield Measurement("enrolled", group["name"], start, Fraction(1))
            first: dict[str, int] = {}
            for outcome in group["outcomes"]:
                needed = outcome.get("requires")
                if outcome["chance"]["value"] == 0 or (needed is not None and needed not in first):
                    continue
                begin = start - 1 if needed is None else first[needed]
                first[outcome["name"]] = begin + outcome["after"]
                repeats = outcome.get("repeats", {"most": 1, "every": 0})
                for time in range(repeats["most"]):
                    month = begin + outcome["after"] + time * repeats["every"]
                    yield Measurement(outcome["name"], group["name"], month, Fraction(1))


def outlay(deal: Deal, starts: dict[str, list[int]], n_periods: int) -> Outlay:
    """Return what the work costs and what is not spent."""
    cost, unspent, everybody = [0] * n_periods, 0, [start for each in starts.values() for start in each]
    for line in deal["budget"]["lines"]:
        when, price = line["when"], cents(line["unit_price"])
        months = when.get("months", 1)
        if "stage" in when:
            begins, parts = everybody, even_split(price, months)
            unspent += (line["number"] - len(everybody)) * price
        else:
            begins, parts = [when.get("at", when.get("from"))], even_split(line["number"] * price, months)
        for begin in begins:
            for month, part in enumerate(parts):
                cost[begin + month] += part
    return Outlay(cost, unspent, last_start(deal))


def replay_group(deal: Deal, n_periods: int) -> ContractTrial:
    """Run the contract; a stop of intake takes a second pass without those who come after it."""
    starts = people(deal)
    stop = deal["contract"].get("stop_intake")
    if stop is not None:
        last = first_date(deal, met_on_dates(deal, facts_of(deal, starts))[stop])
        starts = {name: [start for start in each if last is None or start <= last] for name, each in starts.items()}
    book = ContractTrial(deal, outlay(deal, starts, n_periods), facts_of(deal, starts))
    book.run()
    return book
