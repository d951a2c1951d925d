"""One claim on its way through the accountant's hands, by hand (sections 4 and 5 of ``docs/model.md``).

Part of the second account of that page; see ``reference_contract``. What becomes of a claim once its file is opened,
and fought over, is here; when that is, which files are opened and what is said of the others is in
``reference_accountant``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from reference_contract import Deal, cents, exact, rounded

Case = dict[str, Any]
CLASSES = ("direct", "real")
SAMPLED = ("attributes", "monetary_unit")
STATES = (
    "not_claimed",
    "not_reviewed",
    "accepted",
    "adjusted:overstated",
    "adjusted:wrongly",
    "rejected:evidence",
    "rejected:invalid",
    "rejected:wrongly",
    "overturned:+",
    "overturned:-",
)
WRONGED = ("rejected:wrongly", "adjusted:wrongly")
RULES = ("law", "evidence", "class", "baseline", "months", "double_counting", "own_cost", "cap_per_case", "negative")
REASONS = (
    *RULES,
    "missing_evidence",
    "invalid",
    "overstated",
    "wrongly_rejected",
    "wrongly_adjusted",
    "appeal",
    "challenge",
    "extrapolated",
)


# Section 4: from saving to claim


def months_of(segment: dict[str, Any], case: Case) -> int:
    """Return L: the months over which a case's gross saving falls."""
    return int(segment["saving_months"] if case["outcome"] == "failure" else case["months_kept"])


def gross(segment: dict[str, Any], case: Case) -> int:
    """Return G, what the case's file shows, in cents; a failure may cost."""
    if case["outcome"] == "failure":
        return cents(segment["failure_saving"])
    return over_months(segment, case, case["months_kept"])


def over_months(segment: dict[str, Any], case: Case, months: int) -> int:
    """Return what of the case's saving as a success falls in so many months."""
    return rounded(Fraction(case["saving"] * months, segment["saving_months"]))


@dataclass
class Claim:
    """A case with a plan on its way through the accountant's hands; amounts in cents.

    ``months`` are the months over which the claim is dated, ``counted`` is what the counting rules leave (B where files
    are sampled), ``admissible`` V and ``validated`` A. ``expected`` and ``periods`` are the dates of V and of A.
    """

    case: Case
    segment: dict[str, Any]
    months: int
    claimed: int = 0
    counted: int = 0
    admissible: int = 0
    validated: int = 0
    state: str = "not_claimed"
    bridge: Counter[str] = field(default_factory=Counter)
    is_appealed: bool = False
    is_challenged: bool = False
    is_opened: bool = False
    is_extra: bool = False
    expected: list[int] = field(default_factory=list)
    periods: list[int] = field(default_factory=list)

    @property
    def is_disputed(self) -> bool:
        """Whether a decision on it is fought; nobody fights over a file that is closed."""
        return self.is_opened and (self.is_appealed or self.is_challenged)

    def leave_closed(self) -> None:
        """Let it count as its book says, unread."""
        self.state, self.validated = "not_reviewed", self.counted
        self.bridge = Counter({rule: self.bridge[rule] for rule in RULES})


def make_claim(deal: Deal, segment: dict[str, Any], case: Case) -> tuple[int, int]:
    """Return what a case would claim without overstatement and the months it is said to last; (0, 0) for no claim."""
    audit = deal["accountant"]
    failed = case["outcome"] == "failure"
    if failed and (audit["mode"] == "none" or not case["invalid_claim"]):
        return 0, 0
    foresees_relapse = audit["claim_at"] != "plan" or audit["mode"] == "none"
    months = case["months_kept"] if foresees_relapse else segment["saving_months"]
    amount = over_months(segment, case, months)
    return (amount, months) if amount > 0 else (0, 0)


# Section 5: the counting rules


def cells(segment: dict[str, Any], laws: Sequence[str]) -> dict[tuple[str, str], Fraction]:
    """Return the segment's share of the gross saving for each law and class."""
    table = {}
    for law in laws:
        if "shares" in segment:
            of_law = segment["shares"].get(law, {})
            table.update({(law, name): exact(of_law.get(name, 0.0)) for name in CLASSES})
        else:
            whole, direct = exact(segment["by_law"].get(law, 0.0)), exact(segment["direct_share"])
            table.update({(law, "direct"): whole * direct, (law, "real"): whole * (1 - direct)})
    return table


def share_rules(deal: Deal, segment: dict[str, Any], months: int, has_evidence: bool) -> dict[str, Fraction]:
    """Return the share of a claim that is left after each rule up to double counting."""
    counting = deal["accountant"]["counting"]
    table = cells(segment, counting["laws"])
    left, result = Fraction(sum(table.values())), {}
    result["law"] = left
    left *= has_evidence or not counting["evidence_required"]
    result["evidence"] = left
    if left:
        left = Fraction(sum(share for (_, kind), share in table.items() if kind in counting["classes"]))
    result["class"] = left
    left *= exact(segment["current_share"]) if counting["baseline"] == "current" else 1
    result["baseline"] = left
    left *= Fraction(min(months, counting.get("max_months", months)), months)
    result["months"] = left
    left *= 1 - exact(segment["double_count"]) if counting["double_counting"] == "excluded" else 1
    result["double_counting"] = left
    return result


def count(deal: Deal, claim: Claim, amount: int, months: int, own_cost: int) -> dict[str, int]:
    """Apply the counting rules to an amount; return what is left after each. Without evidence nothing is left."""
    counting = deal["accountant"]["counting"]
    has_evidence = not claim.case["evidence_missing"]
    left = {
        rule: rounded(amount * share) for rule, share in share_rules(deal, claim.segment, months, has_evidence).items()
    }
    if not has_evidence and counting["evidence_required"]:
        return left | dict.fromkeys(RULES[6:], 0)
    left["own_cost"] = left["double_counting"] - (own_cost if counting["own_cost"] == "in" else 0)
    left["cap_per_case"] = left["own_cost"]
    if "cap_per_case" in counting:
        left["cap_per_case"] = min(left["own_cost"], cents(counting["cap_per_case"]))
    left["negative"] = left["cap_per_case"] if counting["negative"] == "net" else max(0, left["cap_per_case"])
    return left


def admissible(deal: Deal, claim: Claim, own_cost: int) -> int:
    """Return V: the counting rules on G, with its evidence; under ``net`` a case that costs counts against."""
    saved, months = gross(claim.segment, claim.case), months_of(claim.segment, claim.case)
    if saved > 0:
        shown = Claim(claim.case | {"evidence_missing": False}, claim.segment, months)
        return count(deal, shown, saved, months, own_cost)["negative"]
    if saved == 0 or deal["accountant"]["counting"]["negative"] != "net":
        return 0
    return -rounded(-saved * share_rules(deal, claim.segment, months, True)["double_counting"])


# Section 5: the review and its disputes


def judge(deal: Deal, segment: dict[str, Any], case: Case, own_cost: int) -> Claim:
    """Claim and count one case with a plan, and say what would be found in its file."""
    audit = deal["accountant"]
    amount, months = make_claim(deal, segment, case)
    claim = Claim(case, segment, months or months_of(segment, case))
    claim.admissible = admissible(deal, claim, own_cost)
    if not amount:
        claim.validated = claim.admissible
        claim.bridge["negative"] = -claim.admissible
        return claim
    if audit["mode"] == "none":
        claim.case = case = case | {"evidence_missing": False, "overstated_claim": None}
    claim.claimed = case["overstated_claim"] if is_overstated(case) else amount
    shown = claim
    if audit["mode"] in SAMPLED:  # whether evidence is there shows only in an opened file
        shown = Claim(case | {"evidence_missing": False}, segment, months)
    left = count(deal, shown, claim.claimed, months, own_cost)
    before = claim.claimed
    for rule in RULES:
        claim.bridge[rule] = before - left[rule]
        before = left[rule]
    claim.counted = before
    if audit["mode"] == "none":
        claim.leave_closed()
    else:
        claim.is_opened = True
        review(deal, claim, count(deal, shown, amount, months, own_cost)["negative"])
    return claim


def is_overstated(case: Case) -> bool:
    """Tell whether a case with something to show claims too much."""
    return case["outcome"] != "failure" and case["overstated_claim"] is not None


def review(deal: Deal, claim: Claim, corrected: int) -> None:
    """Open a file and let one round of disputes follow; ``corrected`` is what a true claim would count."""
    reason, claim.state, claim.validated = found_in_file(deal, claim, corrected)
    claim.bridge[reason] += claim.counted - claim.validated
    case = claim.case
    is_wrong = case["outcome"] == "failure" or is_overstated(case)
    claim.is_appealed = claim.state in WRONGED and case["appealed"]
    claim.is_challenged = claim.state == "accepted" and is_wrong and case["challenged"]
    if claim.is_appealed and case["restored"]:
        claim.bridge["appeal"] = claim.validated - claim.counted
        claim.state, claim.validated = "overturned:+", claim.counted
    if claim.is_challenged and case["corrected"]:
        left = corrected if is_overstated(case) else 0
        claim.bridge["challenge"] = claim.validated - left
        claim.state, claim.validated = "overturned:-", left


def found_in_file(deal: Deal, claim: Claim, corrected: int) -> tuple[str, str, int]:
    """Return the reviewer's reason on the bridge, the state, and what is validated."""
    case, audit, counted = claim.case, deal["accountant"], claim.counted
    if case["evidence_missing"] and audit["counting"]["evidence_required"]:
        return "missing_evidence", "rejected:evidence", 0  # in mode full the counting rules have made it 0 already
    if case["outcome"] == "failure":
        return ("invalid", "rejected:invalid", 0) if case["detected"] else ("invalid", "accepted", counted)
    if is_overstated(case):
        found = case["detected"]
        return ("overstated", "adjusted:overstated", corrected) if found else ("overstated", "accepted", counted)
    if case["wrongly_rejected"]:
        return "wrongly_rejected", "rejected:wrongly", 0
    if case["wrongly_adjusted"]:
        kept = 1 - exact(audit["review"]["adjustment_share"])
        return "wrongly_adjusted", "adjusted:wrongly", rounded(counted * kept)
    return "wrongly_rejected", "accepted", counted
