"""What ten ways to pay for the same work cost whom, by hand: section 10 of ``docs/model.md``.

Part of the second account of that page; see ``reference_contract``. A *trial* is a dict of cents by fiscal year under
the names of ``reference_pockets.by_year``; what is expected (booked in advance) is taken over a list of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from reference_contract import Deal, cents, even_split, exact, fiscal_year, largest_remainder, rounded
from reference_model import own_laws
from reference_pockets import planned_cost

Trial = Mapping[str, Sequence[int]]
Row = list[int]


@dataclass
class Paid:
    """Who bears what and who gains what, by party and year, and what each law is charged."""

    n_years: int
    cost: dict[str, Row] = field(default_factory=dict)
    gains: dict[str, Row] = field(default_factory=dict)
    charged: dict[str, Row] = field(default_factory=dict)

    def bear(self, party: str, row: Sequence[int], sign: int = 1) -> None:
        """Let a party bear an amount a year."""
        self.cost[party] = [a + sign * b for a, b in zip(self.cost.get(party, [0] * self.n_years), row, strict=True)]

    def gain(self, party: str, row: Sequence[int], sign: int = 1) -> None:
        """Let a party gain an amount a year."""
        self.gains[party] = [a + sign * b for a, b in zip(self.gains.get(party, [0] * self.n_years), row, strict=True)]


# What the deal says


def payer_of(deal: Deal) -> str:
    """Return the outcome payer's name."""
    return str(deal["parties"]["outcome_payer"])


def is_bond_only(deal: Deal, line: dict[str, Any]) -> bool:
    """Tell whether only the contract needs a budget line."""
    named = deal["arrangements"].get("bond_only")
    return line["activity"] in named if named is not None else line["payee"] != "provider"


def needed_lines(deal: Deal) -> list[str]:
    """Return the budget lines that the work needs however it is paid for."""
    return [line["activity"] for line in deal["budget"]["lines"] if not is_bond_only(deal, line)]


def planned_k(deal: Deal) -> int:
    """Return K as planned."""
    return sum(planned_cost(deal)[name] for name in needed_lines(deal))


def n_years(trial: Trial) -> int:
    """Return the number of fiscal years."""
    return len(trial["plans"])


def in_fiscal_years(deal: Deal, dated: Mapping[int, int], number: int) -> Row:
    """Add up dated amounts by fiscal year; what comes after the last year falls in it."""
    first, row = fiscal_year(deal, 0), [0] * number
    for period, amount in dated.items():
        row[min(fiscal_year(deal, period) - first, number - 1)] += amount
    return row


# What the cases of a trial cost and proved


def k_of(deal: Deal, trial: Trial) -> Row:
    """Return K by year."""
    rows = [trial[f"cost.{name}"] for name in needed_lines(deal)]
    return [sum(row[year] for row in rows) for year in range(n_years(trial))]


def proven(deal: Deal, trial: Trial, law: str) -> Row:
    """Return what was proven on a law by year: validated where the accountant counts it, else cashable."""
    kind = "validated" if law in deal["accountant"]["counting"]["laws"] else "cashable"
    return list(trial[f"law.{law}.{kind}"])


def kept(deal: Deal, trial: Trial) -> Paid:
    """Let each party keep the cashable savings of its laws, and bear nothing."""
    paid = Paid(n_years(trial))
    for law, payer in deal["payers"].items():
        paid.gain(payer["party"], trial[f"law.{law}.cashable"])
    return paid


def split_rows(row: Sequence[int], shares: Mapping[str, Fraction]) -> dict[str, Row]:
    """Split each year by largest remainder."""
    parts = [largest_remainder(amount, list(shares.values())) for amount in row]
    return {name: [part[place] for part in parts] for place, name in enumerate(shares)}


def differences(running: Sequence[int]) -> Row:
    """Return what each year adds."""
    return [now - before for before, now in zip([0, *running[:-1]], running, strict=True)]


# The forms


def do_nothing(deal: Deal, trial: Trial, _: Sequence[Trial]) -> Paid:
    """Nobody does anything; nothing is saved."""
    return Paid(n_years(trial))


def pays_itself(deal: Deal, trial: Trial, _: Sequence[Trial]) -> Paid:
    """The outcome payer pays for the work."""
    paid = kept(deal, trial)
    paid.bear(payer_of(deal), k_of(deal, trial))
    return paid


def filled(deal: Deal, paid: Paid, cost: Sequence[int]) -> Paid:
    """Let the outcome payer's own laws fill a budget."""
    own, given = own_laws(deal), deal["arrangements"]["custom_budget"].get("filled_by")
    shares = {law: exact(given.get(law, 0.0)) if given is not None else Fraction(1) for law in own}
    paid.bear(payer_of(deal), cost)
    paid.charged = split_rows(cost, shares)
    return paid


def custom_budget(deal: Deal, trial: Trial, _: Sequence[Trial]) -> Paid:
    """Own laws fill a budget without compartments."""
    return filled(deal, kept(deal, trial), k_of(deal, trial))


def learning(deal: Deal, trial: Trial, _: Sequence[Trial]) -> Paid:
    """Own laws fill a budget, and all is recorded; the trial is one in which segments learn."""
    each = cents(deal["arrangements"]["learning"]["recording_cost"])
    cost = [k + each * plans for k, plans in zip(k_of(deal, trial), trial["plans"], strict=True)]
    return filled(deal, kept(deal, trial), cost)


def lead_and_settled(deal: Deal, form: str) -> tuple[str, list[str]]:
    """Return the law that pays first and the laws that pay back."""
    own, terms = own_laws(deal), deal["arrangements"][form]
    lead, settled = terms.get("lead"), terms.get("settled_with")
    return lead if lead is not None else own[0], list(settled) if settled is not None else own


def led(deal: Deal, trial: Trial, lead: str, back: Mapping[str, Row]) -> Paid:
    """Let laws bear what they pay back, and the lead bear the rest of K."""
    paid, k = kept(deal, trial), k_of(deal, trial)
    rest = [amount - sum(row[year] for row in back.values()) for year, amount in enumerate(k)]
    paid.charged = {law: list(row) for law, row in back.items()}
    before = paid.charged.get(lead, [0] * len(k))
    paid.charged[lead] = [a + b for a, b in zip(before, rest, strict=True)]
    for law, row in paid.charged.items():
        paid.bear(deal["payers"][law]["party"], row)
    return paid


def revolving(deal: Deal, trial: Trial, _: Sequence[Trial]) -> Paid:
    """One law pays first and is paid back from what was proven."""
    lead, settled = lead_and_settled(deal, "revolving")
    k, rows = k_of(deal, trial), {law: proven(deal, trial, law) for law in settled}
    running: dict[str, Row] = {law: [] for law in settled}
    for year in range(len(k)):
        so_far = {law: max(0, sum(row[: year + 1])) for law, row in rows.items()}
        refund = min(sum(k[: year + 1]), sum(so_far.values()))
        for law, part in zip(settled, largest_remainder(refund, list(so_far.values())), strict=True):
            running[law].append(part)
    return led(deal, trial, lead, {law: differences(row) for law, row in running.items()})


def pre_booked(deal: Deal, trial: Trial, trials: Sequence[Trial]) -> Paid:
    """What is expected is booked each year, and corrected a year later."""
    lead, settled = lead_and_settled(deal, "pre_booked")
    share, back = exact(deal["arrangements"]["pre_booked"]["booked_share"]), {}
    for law in settled:
        seen = proven(deal, trial, law)
        means = [
            Fraction(sum(proven(deal, each, law)[year] for each in trials), len(trials)) for year in range(len(seen))
        ]
        booked = [rounded(share * mean) for mean in means]
        apart = [found - before for found, before in zip(seen, booked, strict=True)]
        row = [now + correction for now, correction in zip(booked, [0, *apart[:-1]], strict=True)]
        row[-1] += apart[-1]
        back[law] = row
    return led(deal, trial, lead, back)


def impact_bond(deal: Deal, trial: Trial, _: Sequence[Trial]) -> Paid:
    """The contract itself: each party bears what it paid less what it received for anything but work."""
    paid = kept(deal, trial)
    for name, row in trial.items():
        kind, _, role = name.partition(".")
        if kind == "cash":
            paid.bear(deal["parties"].get(role, role), row, -1)
        if kind == "work":
            paid.bear(deal["parties"].get(role, role), row)
    paid.charged = {law: list(trial[f"law.{law}.payments"]) for law in own_laws(deal)}
    return paid


def payment_agreement(deal: Deal, trial: Trial, _: Sequence[Trial]) -> Paid:
    """Parties share the cost as agreed."""
    payer, given = payer_of(deal), deal["arrangements"]["payment_agreement"].get("shares")
    others = [each["party"] for each in deal["payers"].values() if each["party"] != payer]
    shares = {party: exact(share) for party, share in given.items()} if given is not None else {}
    shares = shares or dict.fromkeys([payer, *others[:1]], Fraction(1))
    paid = kept(deal, trial)
    for party, row in split_rows(k_of(deal, trial), shares).items():
        paid.bear(party, row)
    return paid


def central_reimbursement(deal: Deal, trial: Trial, _: Sequence[Trial]) -> Paid:
    """The State pays a norm for each case with a plan, the outcome payer the rest."""
    given = deal["arrangements"]["central_reimbursement"].get("norm")
    planned = sum(segment["cases"] for segment in deal["programme"]["segments"])
    norm = Fraction(cents(given)) if given is not None else Fraction(planned_k(deal), planned)
    so_far = [rounded(norm * sum(trial["plans"][: year + 1])) for year in range(len(trial["plans"]))]
    central = [one - before for one, before in zip(so_far, [0, *so_far], strict=False)]
    paid = kept(deal, trial)
    paid.bear(deal["parties"]["state"], central)
    paid.bear(payer_of(deal), [k - part for k, part in zip(k_of(deal, trial), central, strict=True)])
    return paid


def lump_sum(deal: Deal, trial: Trial, _: Sequence[Trial]) -> Paid:
    """One contractor bears volume for a sum, and keeps what it saves until renewal."""
    terms, number = deal["arrangements"]["lump_sum"], n_years(trial)
    payer, provider = payer_of(deal), deal["parties"]["provider"]
    stated = terms.get("amount")
    whole = cents(stated) if stated is not None else rounded(planned_k(deal) * (1 + exact(terms["margin"])))
    parts = even_split(whole, terms["months"])
    received = in_fiscal_years(deal, dict(enumerate(parts, terms["from"])), number)
    paid = kept(deal, trial)
    paid.bear(payer, received)
    paid.bear(provider, [k - part for k, part in zip(k_of(deal, trial), received, strict=True)])
    renewal = fiscal_year(deal, terms["renewal_month"]) - fiscal_year(deal, 0)
    named = terms.get("laws")
    for law in named if named is not None else own_laws(deal)[:1]:
        row = [amount if year < renewal else 0 for year, amount in enumerate(trial[f"law.{law}.cashable"])]
        paid.gain(payer, row, -1)
        paid.gain(provider, row)
    shortfall = sum(paid.cost[provider]) - sum(paid.gains.get(provider, [0]))
    excused = [0] * (number - 1) + [rounded(max(0, shortfall) * exact(terms["excused_share"]))]
    paid.bear(payer, excused)
    paid.bear(provider, excused, -1)
    return paid


FORMS: dict[str, Callable[[Deal, Trial, Sequence[Trial]], Paid]] = {
    "do_nothing": do_nothing,
    "pays_itself": pays_itself,
    "custom_budget": custom_budget,
    "learning": learning,
    "revolving": revolving,
    "pre_booked": pre_booked,
    "impact_bond": impact_bond,
    "payment_agreement": payment_agreement,
    "central_reimbursement": central_reimbursement,
    "lump_sum": lump_sum,
}
