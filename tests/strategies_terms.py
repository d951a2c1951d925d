"""Small deals with every term of the contract, as hypothesis strategies.

``group_deals()`` makes a deal of kind ``effect`` or ``counts`` whose metrics are certain, so that all chance is gone
and only the contract is left: every kind of payment, trigger, cap, guarantee, early end, outcome payer and pool comes
up often. ``case_deals()`` puts such a contract on a programme of cases. Levels
and amounts are drawn from few values, so that thresholds are met exactly and cents do not divide.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from reference_contract import cents, largest_remainder, payment_months
from strategies import CLOSINGS, scenarios
from strategies_contract import (
    COMPARISONS,
    DAY_COUNTS,
    PAYEES,
    RATES,
    Draw,
    Table,
    amounts,
    interests,
    maybe,
    outcome_payer,
    parts_of_one,
    shares,
    some_dates,
    subset,
)

INDEX, SAVINGS, NUMBER = "index", "savings", "placed"
LEVELS = {
    INDEX: (-2.5, 0.0, 2.5, 5.0, 6.66, 7.25, 10.0),
    SAVINGS: (0.0, 0.01, 12.34, 33.33, 50.0, 100.0),
    NUMBER: (0.0, 1.0, 2.0, 3.0, 7.0),
    "enrolled": (0.0, 1.0, 2.0, 3.0, 7.0),
    "validated_savings": (0.0, 0.01, 300.0, 333.33, 1500.0),
    "validated_cases": (0.0, 1.0, 2.0, 2.5, 3.0),
    "validated_share": (0.0, 0.25, 0.333, 0.5, 1.0),
}
COUNTED = (NUMBER, "validated_cases", "enrolled")
COHORTS = ("first", "second", "third")
SHORT_RATES = (0.0, 0.04, 0.0375, 0.12345678, 0.9)


def sometimes(draw: Draw, chance: int = 3) -> bool:
    """Tell whether something comes up, one time in so many."""
    return draw(st.integers(1, chance)) == 1


def rarely(draw: Draw, table: Table, key: str, values: st.SearchStrategy[Any]) -> None:
    """Set a key one time in four, or leave it out."""
    if sometimes(draw, 4):
        table[key] = draw(values)


def levels(metric: str) -> st.SearchStrategy[float]:
    """Values of a metric, and bounds on it: few, so that they meet."""
    return st.sampled_from(LEVELS[metric])


def pays(low: int = 0) -> st.SearchStrategy[float]:
    """What a row pays, in euros."""
    return st.sampled_from([low / 100, 0.01, 3.33, 10.0, 25.5]) | amounts(low, 6000)


# Programmes


@st.composite
def effect_programmes(draw: Draw, maturity: int) -> Table:
    """One to three cohorts with an index that stands and savings and placements that add up."""
    names = COHORTS[: draw(st.integers(1, 3))]
    cohorts = [
        {"name": name, "size": draw(st.integers(1, 3)), "start": draw(st.integers(1, min(3, maturity)))}
        for name in names
    ]
    for cohort in cohorts:
        cohort["measured"] = sorted(draw(st.sets(st.integers(1, maturity + 2), min_size=1, max_size=3)))
    metrics: list[Table] = [
        {"name": INDEX, "unit": draw(st.sampled_from(["percent", "points"]))},
        {"name": SAVINGS, "unit": "eur", "accumulates": True},
        {"name": NUMBER, "unit": "count", "accumulates": True},
    ]
    for metric in metrics:
        metric["effect"] = draw(levels(metric["name"]))
        rarely(draw, metric, "measured", st.sets(st.integers(1, maturity), min_size=1, max_size=2).map(sorted))
        if draw(st.booleans()):
            metric["by_cohort"] = {name: draw(levels(metric["name"])) for name in subset(draw, names)}
    programme: Table = {"kind": "effect", "cohorts": cohorts, "metrics": metrics, "across_metrics": 0.5}
    return programme | ({"across_cohorts": 0.5} if len(names) > 1 else {})


@st.composite
def counts_programmes(draw: Draw, maturity: int) -> Table:
    """One to three groups that reach their outcomes for certain, or never."""
    groups = []
    for name in COHORTS[: draw(st.integers(1, 3))]:
        group: Table = {"name": name, "people": draw(st.integers(1, 4)), "within_person": 1.0}
        group["intake"] = {"from": 1, "months": draw(st.integers(1, min(4, maturity)))}
        maybe(draw, group["intake"], "profile", st.sampled_from(["even", "front_loaded"]))
        outcome: Table = {"name": NUMBER, "chance": draw(st.sampled_from([1.0, 1.0, 0.0]))}
        outcome["after"] = draw(st.integers(1, 6))
        maybe(draw, outcome, "repeats", st.fixed_dictionaries({"most": st.integers(1, 3), "every": st.integers(1, 4)}))
        outcomes = [outcome]
        if sometimes(draw):
            outcome["requires"] = "entered"
            earlier = outcome | {"name": "entered", "after": draw(st.integers(1, 4))}
            del earlier["requires"]
            outcomes = [earlier | {"chance": draw(st.sampled_from([1.0, 1.0, 0.0]))}, outcome]
        groups.append(group | {"outcomes": outcomes})
    return {"kind": "counts", "groups": groups, "dependence": {"kind": "independent"}}


def planned(programme: Table) -> int:
    """How many people are planned."""
    people = programme.get("groups") or programme["cohorts"]
    return sum(each.get("people", each.get("size")) for each in people)


def last_start(programme: Table) -> int:
    """The last month in which somebody can start."""
    if programme["kind"] == "effect":
        return max(cohort["start"] for cohort in programme["cohorts"])
    return max(group["intake"]["from"] + group["intake"]["months"] - 1 for group in programme["groups"])


@st.composite
def group_budgets(draw: Draw, programme: Table, maturity: int) -> Table:
    """One to three lines, at a month, over months or by person, and their total."""
    lines: list[Table] = []
    for place in range(draw(st.integers(1, 3))):
        line: Table = {"activity": f"line {place}", "unit_price": draw(amounts(1, 5000))}
        form = draw(st.sampled_from(["at", "from", "plan", "monitoring"]))
        if form == "at":
            line |= {"number": draw(st.integers(1, 2)), "when": {"at": draw(st.integers(0, maturity))}}
        elif form == "from":
            start = draw(st.integers(1, maturity))
            line |= {"number": 1, "when": {"from": start, "months": draw(st.integers(1, maturity + 1 - start))}}
        else:
            line |= {"number": planned(programme) + draw(st.integers(0, 3)), "when": {"stage": form}}
            if form == "monitoring":
                line["when"]["months"] = draw(st.integers(1, maturity + 1 - last_start(programme)))
        lines.append(line)
    return {"total": sum(line["number"] * cents(line["unit_price"]) for line in lines) / 100, "lines": lines}


# Triggers


@st.composite
def metric_triggers(draw: Draw, name: str, metrics: list[str], cohorts: list[str]) -> Table:
    """A trigger on a metric, perhaps with a pool to fall back on."""
    metric = draw(st.sampled_from(metrics))
    comparison = draw(st.sampled_from(("at_least", *COMPARISONS)))

    def threshold() -> Any:
        both = sorted(draw(st.tuples(levels(metric), levels(metric))))
        return both if comparison == "between" else both[0]

    trigger: Table = {"name": name, "metric": metric, comparison: threshold()}
    if cohorts and draw(st.booleans()):
        trigger["cohort"] = draw(st.sampled_from(cohorts))
        if draw(st.booleans()):
            trigger["pool"] = threshold()
    maybe(draw, trigger, "measure", st.sampled_from(["cumulative", "per_period"]))
    return trigger


@st.composite
def group_triggers(draw: Draw, metrics: list[str], cohorts: list[str], maturity: int) -> list[Table]:
    """Up to four triggers; later ones may be made of earlier ones."""
    found: list[Table] = []
    for place in range(draw(st.integers(0, 4))):
        name, earlier = f"trigger {place}", [trigger["name"] for trigger in found]
        form = draw(st.sampled_from(["metric", "metric", "all", "any", "not"])) if earlier else "metric"
        if form == "metric":
            trigger = draw(metric_triggers(name, metrics, cohorts))
        else:
            parts = subset(draw, earlier)
            trigger = {"name": name, form: parts[0] if form == "not" else parts}
        if sometimes(draw):
            start = draw(st.integers(0, maturity))
            trigger["window"] = {"from": start, "to": draw(st.integers(start, maturity + 3))}
        maybe(draw, trigger, "latched", st.booleans())
        maybe(draw, trigger, "releases", st.sampled_from(["backlog", "from_then"]))
        found.append(trigger)
    if len(found) > 1:
        found[-1]["main"] = True
    return found


# Payments


def rising(draw: Draw, metric: str, at_least: int = 1) -> list[float]:
    """Values of a metric in rising order, each once."""
    return sorted(draw(st.sets(levels(metric), min_size=at_least, max_size=4)))


def steps(draw: Draw, metric: str, key: str, values: st.SearchStrategy[float]) -> list[Table]:
    """Rows of a table, the lowest perhaps without a bound."""
    rows: list[Table] = [
        {draw(st.sampled_from(["at_least", "above"])): bound, key: draw(values)} for bound in rising(draw, metric)
    ]
    return [{key: draw(values)}, *rows] if sometimes(draw) else rows


def points_of(metric: str) -> st.SearchStrategy[float]:
    """What a point is; of a fraction it is below one."""
    return st.sampled_from([0.3, 0.05] if metric == "validated_share" else [0.5, 1.0, 0.3, 3.0])


def on_metric(draw: Draw, kind: str, metric: str) -> Table:
    """The terms of a payment by a metric."""
    if kind == "step_table":
        return {"rows": steps(draw, metric, "pays", pays())}
    if kind == "two_way":
        rows = steps(draw, metric, "pays", pays(-3000))
        rows[draw(st.integers(0, len(rows) - 1))]["pays"] = -draw(pays(1))
        terms: Table = {"rows": rows}
        if draw(st.booleans()):
            points = [{"at": at, "pays": draw(pays(-3000))} for at in rising(draw, metric, at_least=2)]
            terms = {"points": [points[0] | {"pays": -draw(pays(1))}, *points[1:]]}
        terms |= {"liable": draw(st.sampled_from(["investor", "provider"]))}
        maybe(draw, terms, "liability", amounts(0, 4000))
        return terms
    if kind == "interpolated_table":
        return {"points": [{"at": at, "pays": draw(pays())} for at in rising(draw, metric, at_least=2)]}
    if kind == "per_point":
        start, end = sorted(draw(st.tuples(levels(metric), levels(metric))))
        terms = {"from": start, "amount": draw(pays()), "point": draw(points_of(metric))}
        maybe(draw, terms, "jump", pays())
        maybe(draw, terms, "up_to", st.just(end))
        return terms
    target = draw(st.sampled_from([0.25, 0.333, 1.0] if metric == "validated_share" else [0.01, 2.5, 3.0, 7.25, 50.0]))
    if kind == "shortfall":
        return {"agreed": target, "tolerance": draw(shares()), "amount": draw(pays())}
    terms = {"target": target, "amount": draw(pays())}
    maybe(draw, terms, "at_most", st.sampled_from([0.5, 1.0, 1.6, 100.0]))
    maybe(draw, terms, "at_least", st.sampled_from([0.0, 0.3, 0.5]))
    return terms


def rate_cards(draw: Draw, metric: str, cohorts: list[str]) -> Table:
    """Prices of an outcome."""
    price: Table = {"outcome": metric}
    if draw(st.booleans()):
        after = [0, *sorted(draw(st.sets(st.integers(1, 5), max_size=2)))]
        price["tiers"] = [{"after": number, "price": draw(pays())} for number in after]
        maybe(draw, price, "most", st.integers(1, 6))
    else:
        price["price"] = draw(pays())
        if cohorts and draw(st.booleans()):
            price["by_cohort"] = {name: draw(pays()) for name in subset(draw, cohorts)}
        else:
            maybe(draw, price, "most", st.integers(1, 6))
    maybe(draw, price, "cap", pays(1))
    terms: Table = {"prices": [price]}
    maybe(draw, terms, "discount", shares())
    if cohorts:
        maybe(draw, terms, "cohort", st.sampled_from(cohorts))
    return terms


def on_tranche(draw: Draw, kind: str, metric: str, owed: list[str], maturity: int) -> Table:
    """The terms of a payment on what a tranche is owed."""
    terms: Table = {"tranche": draw(st.sampled_from(owed))}
    if kind == "minimum_coupon":
        terms |= {"rate": draw(st.sampled_from(SHORT_RATES)), "until": draw(st.integers(1, maturity))}
        return terms | {"day_count": draw(st.sampled_from(DAY_COUNTS))}
    key, values = ("rate", st.sampled_from(SHORT_RATES)) if kind == "interest_table" else ("share", shares())
    if kind == "interest_table" and sometimes(draw):
        terms["points"] = [{"at": at, "rate": draw(values)} for at in rising(draw, metric, at_least=2)]
    else:
        terms["rows"] = steps(draw, metric, key, values)
    if "points" in terms or len(terms["rows"]) > 1 or terms["rows"][0].keys() & {"at_least", "above"}:
        terms["metric"] = metric
        maybe(draw, terms, "measure", st.sampled_from(["cumulative", "per_period"]))
    if kind == "interest_table":
        terms["day_count"] = draw(st.sampled_from(DAY_COUNTS))
        floor = {"rate": st.sampled_from(SHORT_RATES), "until": st.integers(0, maturity)}
        maybe(draw, terms, "floor", st.fixed_dictionaries(floor))
    return terms


class Frame:
    """What payment lines may name: metrics, cohorts, triggers, tranches, pools, payers, dates."""

    def __init__(self, metrics: list[str], cohorts: list[str], dates: list[int], maturity: int) -> None:
        self.metrics, self.cohorts, self.dates, self.maturity = metrics, cohorts, dates, maturity
        self.savings = [metric for metric in metrics if "savings" in metric]
        self.counted = [metric for metric in metrics if metric in COUNTED]
        self.payer = "municipality"
        self.triggers: list[str] = []
        self.owed: list[str] = []
        self.pools: dict[str, list[str]] = {}
        self.payers: list[str] = []


KINDS = (
    *("savings_share", "savings_share", "fixed", "step_table", "interpolated_table", "per_point", "proportional"),
    *("rate_card", "two_way", "shortfall", "interest_table", "minimum_coupon", "redemption_table"),
)


@st.composite
def lines(draw: Draw, name: str, kind: str, frame: Frame) -> Table:
    """A payment line of a kind."""
    metric = draw(st.sampled_from(frame.metrics))
    line: Table = {"kind": kind, "name": name}
    if kind == "savings_share":
        line |= {"metric": frame.savings[0], "share": draw(st.just(1.0) | shares().filter(bool))}
        maybe(draw, line, "share_after_redemption", shares())
        if frame.triggers:
            change = {"when": st.sampled_from(frame.triggers), "share": shares()}
            maybe(draw, line, "change", st.fixed_dictionaries(change))
    elif kind == "fixed":
        line["amount"] = draw(pays(1))
    elif kind == "rate_card":
        line |= rate_cards(draw, draw(st.sampled_from(frame.counted)), frame.cohorts)
    elif kind in ("interest_table", "minimum_coupon", "redemption_table"):
        line |= on_tranche(draw, kind, metric, frame.owed, frame.maturity)
    else:
        line |= {"metric": metric} | on_metric(draw, kind, metric)
        maybe(draw, line, "measure", st.sampled_from(["cumulative", "per_period"]))
    if "metric" in line and frame.cohorts:
        rarely(draw, line, "cohort", st.sampled_from(frame.cohorts))
    draw_way_out(draw, line, frame)
    return line


def draw_way_out(draw: Draw, line: Table, frame: Frame) -> None:
    """When a line pays, up to where, into what, and who bears it."""
    if frame.triggers:
        maybe(draw, line, "when", st.sampled_from(frame.triggers))
    if sometimes(draw) or line["kind"] == "shortfall":
        line["months"] = draw(some_dates(frame.dates))
    rarely(draw, line, "cap", pays(1))
    rarely(draw, line, "cap_per_year", pays(1))
    if line["kind"] not in ("savings_share", "redemption_table", "minimum_coupon", "interest_table"):
        rarely(draw, line, "indexed", st.sampled_from([0.02, 0.1, 0.12345678]))
        rarely(draw, line, "round_to", st.sampled_from([0.02, 0.5, 10.0]))
        rarely(draw, line, "to", st.sampled_from(("investor", *PAYEES)))
    if "to" not in line and frame.pools:
        rarely(draw, line, "pool", st.sampled_from(sorted(frame.pools)))
    if frame.payers:
        maybe(draw, line, "paid_by", st.sampled_from(frame.payers))


# Financing


@st.composite
def tranche_lists(draw: Draw, may_commit: bool, total: int) -> list[Table]:
    """One to four tranches: the investor's, a deferred fee, a grant."""
    named = ["senior", *subset(draw, ["junior", "deferred", "gift"], at_least=0)]
    found: list[Table] = []
    for name, part in zip(named, parts_of_one(draw, len(named)), strict=True):
        tranche: Table = {"name": name, "share": part}
        if name in ("deferred", "gift"):
            tranche["holder"] = "provider" if name == "deferred" else "funder"
        else:
            maybe(draw, tranche, "holder", st.just("investor"))
        if name == "gift":
            tranche["grant"] = True
        maybe(draw, tranche, "interest", interests(may_commit))
        found.append(tranche)
    if sometimes(draw):
        for tranche, amount in zip(found, largest_remainder(total, [t.pop("share") for t in found]), strict=True):
            tranche["amount"] = amount / 100
    return found


GUARANTEES = ("recovery_floor", "first_loss", "share_of_loss", "protected_principal", "built_up")


@st.composite
def guarantees(draw: Draw, owed: list[str], maturity: int) -> list[Table]:
    """Up to three guarantees."""
    found = []
    for place in range(draw(st.sampled_from([0, 0, 1, 2, 3]))):
        kind = draw(st.sampled_from(GUARANTEES))
        terms: Table = {"kind": kind, "name": f"guarantee {place}"}
        if kind == "recovery_floor":
            terms |= draw(st.sampled_from([{"amount": 20.0}, {"share": 0.333}, {"share": 1.0}]))
        if kind in ("share_of_loss", "protected_principal"):
            terms["share"] = draw(shares())
        if kind == "built_up":
            deposit = st.fixed_dictionaries({"month": st.integers(0, maturity), "amount": amounts(0, 1000)})
            terms["deposits"] = draw(st.lists(deposit, min_size=1, max_size=3))
        if kind == "first_loss" or draw(st.booleans()):
            terms["limit"] = draw(amounts(0, 5000))
        maybe(draw, terms, "by", st.sampled_from(["guarantor", "provider", "outcome_payer"]))
        maybe(draw, terms, "tranches", st.just(subset(draw, owed)))
        rarely(draw, terms, "chance_unable", st.sampled_from([0.0, 1.0]))
        found.append(terms)
    return found


def outcome_payers(draw: Draw, payer: str) -> list[Table]:
    """Up to three outcome payers, that of the parties among them; or none is named."""
    names = draw(st.permutations([payer, "insurer", "state"]))[: draw(st.integers(1, 3))]
    if payer not in names or not draw(st.booleans()):
        return []
    found: list[Table] = []
    for name, part in zip(names, parts_of_one(draw, len(names)), strict=True):
        found.append({"name": name, "share": part})
        rarely(draw, found[-1], "cap", pays(1))
        rarely(draw, found[-1], "cap_per_year", pays(1))
    return found


def waterfalls(draw: Draw, contract: Table, owed: list[str]) -> list[str]:
    """The steps of the contract's waterfall, those that pay what is due in any order."""
    due = [f"{kind}:{name}" for name in owed for kind in ("interest", "principal")]
    due += ["fees"] if contract.get("fees") or draw(st.booleans()) else []
    due += ["recycle"] if contract.get("recycling") else []
    due = list(draw(st.permutations(due))) if draw(st.booleans()) else due
    later = any(line.get("share_after_redemption") for line in contract["payments"])
    divided = ["success_fee"] if sometimes(draw) else []
    success = [f"success_fee:{draw(st.sampled_from(owed))}"] if (later and not divided) or sometimes(draw) else []
    return [*due, *divided, *success, "surplus"]


def pool_steps(draw: Draw, owed: list[str]) -> list[str]:
    """The steps of a pool: all that tranches are owed, in some order, then perhaps fees and a success fee."""
    due = list(draw(st.permutations([f"{kind}:{name}" for name in owed for kind in ("interest", "principal")])))
    due += ["fees"] if sometimes(draw) else []
    return [*due, *([f"success_fee:{owed[0]}"] if sometimes(draw) else []), "surplus"]


@st.composite
def drawdowns(draw: Draw, total: int, maturity: int) -> Table:
    """A drawdown of any kind; a schedule may run dry."""
    kind = draw(st.sampled_from(["up_front", "schedule", "as_spent"]))
    if kind != "schedule":
        return {"kind": kind}
    months = [0, *sorted(draw(st.sets(st.integers(1, maturity), max_size=3)))]
    ends = sorted(draw(st.lists(st.integers(0, total), min_size=len(months) - 1, max_size=len(months) - 1)))
    parts = [after - before for before, after in zip([0, *ends], [*ends, total], strict=True)]
    return {"kind": kind, "draws": [{"month": m, "amount": part / 100} for m, part in zip(months, parts, strict=True)]}


# The deal


def earning_metrics(payments: list[Table]) -> list[str]:
    """The metrics on which a cap can hold: those of lines, but none of several on one rate card."""
    cards = [[price["outcome"] for price in line.get("prices", ())] for line in payments]
    mixed = {outcome for card in cards if len(card) > 1 for outcome in card}
    single = {card[0] for card in cards if len(card) == 1}
    return sorted(({line["metric"] for line in payments if "metric" in line} | single) - mixed)


def caps(draw: Draw, metrics: list[str]) -> Table:
    """The caps on all lines together."""
    found: Table = {}
    if metrics and sometimes(draw, 4):
        found["by_metric"] = {metric: draw(pays(1)) for metric in subset(draw, metrics)}
    rarely(draw, found, "per_year", pays(1))
    rarely(draw, found, "total", pays(1))
    rarely(draw, found, "annual_return", st.sampled_from(RATES))
    return found


@st.composite
def group_contracts(draw: Draw, deal: Table, frame: Frame) -> Table:
    """A contract with any of its terms."""
    budget = cents(deal["budget"]["total"])
    total = max(1, budget * draw(st.sampled_from([100, 100, 100, 60, 5, 130])) // 100)
    contract: Table = {"commitment": total / 100, "drawdown": draw(drawdowns(total, frame.maturity))}
    if total < budget:
        contract["rest_paid_by"] = draw(st.sampled_from(["provider", "funder"]))
    may_commit = contract["drawdown"]["kind"] != "up_front"
    contract["interest"] = draw(interests(may_commit))
    contract["tranches"] = draw(tranche_lists(may_commit, total))
    frame.owed = [tranche["name"] for tranche in contract["tranches"] if not tranche.get("grant")]
    contract["triggers"] = draw(group_triggers(frame.metrics, frame.cohorts, frame.maturity))
    frame.triggers = [trigger["name"] for trigger in contract["triggers"]]
    contract["outcome_payers"] = outcome_payers(draw, frame.payer)
    if contract["outcome_payers"] and sometimes(draw):
        contract["payers_in_turn"] = True
        for payer in contract["outcome_payers"]:
            del payer["share"]
    frame.payers = [payer["name"] for payer in contract["outcome_payers"]]
    pools = draw(st.sampled_from([[], [], ["pool"], ["pool", "well"]]))
    frame.pools = {name: pool_steps(draw, frame.owed) for name in pools}
    kinds = [kind for kind in KINDS if kind != "savings_share" or frame.savings]
    chosen = draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=4))
    contract["payments"] = [draw(lines(f"line {place}", kind, frame)) for place, kind in enumerate(chosen)]
    fed = {line.get("pool") for line in contract["payments"]}
    contract["pools"] = {name: steps for name, steps in frame.pools.items() if name in fed}
    contract["recycling"] = (may_commit or total < budget) and sometimes(draw)
    fee = {"payee": st.sampled_from(PAYEES), "amount": amounts(0, 900), "months": some_dates(frame.dates)}
    contract["fees"] = [
        draw(st.fixed_dictionaries({"name": st.just(f"fee {number}"), **fee}))
        for number in range(draw(st.integers(0, 2)))
    ]
    contract["caps"] = caps(draw, earning_metrics(contract["payments"]))
    contract["waterfall"] = waterfalls(draw, contract, frame.owed)
    if "success_fee" in contract["waterfall"]:
        receivers = subset(draw, [*frame.owed, "provider", "intermediary"])
        parts = parts_of_one(draw, len(receivers) + 1)
        contract["success_fee"] = dict(zip(receivers, parts, strict=False))
    contract["guarantees"] = draw(guarantees(frame.owed, frame.maturity))
    if frame.triggers and sometimes(draw):
        contract["early_ends"] = [draw(early_ends(f"end {place}", frame)) for place in range(draw(st.integers(1, 2)))]
    if sometimes(draw):
        contract["vat"] = draw(taxes(contract["payments"]))
    if frame.triggers and deal["programme"].get("kind") != "effect" and sometimes(draw):
        contract["stop_intake"] = draw(st.sampled_from(frame.triggers))
    return contract


def taxes(payments: list[Table]) -> st.SearchStrategy[Table]:
    """Tax on payments; within them only where all go to a waterfall."""
    can_be_within = all(line.get("to", "waterfall") == "waterfall" for line in payments)
    return st.fixed_dictionaries({
        "rate": st.sampled_from([0.0123, 0.21, 0.5]), "compensable": st.booleans(),
        "included": st.booleans() if can_be_within else st.just(False),
    })


def early_ends(name: str, frame: Frame) -> st.SearchStrategy[Table]:
    """A clause that ends the contract early."""
    return st.fixed_dictionaries(
        {"name": st.just(name), "when": st.sampled_from(frame.triggers), "principal": shares(), "interest": shares()},
        optional={"by": st.sampled_from(["outcome_payer", "investor"])},
    )


@st.composite
def group_deals(draw: Draw, kinds: tuple[str, ...] = ("effect", "counts")) -> Table:
    """A whole small deal on a group, as a plain dict."""
    maturity = draw(st.integers(5, 24))
    dates = sorted(draw(st.sets(st.integers(1, maturity), min_size=1, max_size=5)))
    deal: Table = {"format": 1, "name": "a small deal on a group", "payers": {"Wmo": {"party": "municipality"}}}
    deal["timeline"] = {"closing": draw(st.sampled_from(CLOSINGS)), "maturity": maturity}
    deal["timeline"]["payment_dates"] = {"months": dates}
    maybe(draw, deal["timeline"], "fiscal_year_start", st.integers(1, 12))
    kind = draw(st.sampled_from(kinds))
    deal["programme"] = draw(effect_programmes(maturity) if kind == "effect" else counts_programmes(maturity))
    deal["budget"] = draw(group_budgets(deal["programme"], maturity))
    cohorts = [each["name"] for each in deal["programme"].get("groups") or deal["programme"]["cohorts"]]
    metrics = [INDEX, SAVINGS, NUMBER] if kind == "effect" else [NUMBER, "enrolled"]
    deal["contract"] = draw(group_contracts(deal, Frame(metrics, cohorts, dates, maturity)))
    return deal


@st.composite
def case_deals(draw: Draw) -> Table:
    """A small deal on cases, whose contract may have any term; nothing is charged by claim."""
    deal = draw(scenarios())
    timeline = deal["timeline"] | {"closing": deal["timeline"]["closing"].isoformat()}
    if "dates" in timeline["payment_dates"]:
        timeline["payment_dates"] = {"dates": [day.isoformat() for day in timeline["payment_dates"]["dates"]]}
    deal["accountant"].pop("fee", None)
    segments = [segment["name"] for segment in deal["programme"]["segments"]]
    cohorts: list[Table] = [{"name": "early", "from": 1, "to": 2}, {"name": "late", "from": 3, "to": 9}]
    if draw(st.booleans()):
        cohorts = [{"name": name, "from": 1, "to": 3, "segment": name} for name in segments]
    cohorts = cohorts[: draw(st.integers(0, len(cohorts)))]
    metrics = ["validated_savings", "validated_cases", "validated_share", "enrolled"]
    names, dates = [cohort["name"] for cohort in cohorts], payment_months({"timeline": timeline})
    frame = Frame(metrics, names, dates, timeline["maturity"])
    frame.payer = outcome_payer(deal)
    deal["contract"] = draw(group_contracts(deal, frame)) | {"cohorts": cohorts}
    return deal
