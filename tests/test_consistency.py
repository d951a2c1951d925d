"""Each rule between tables: a deal that breaks it, told once and at the right place, and one that does not."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from small_deal import Change, changed, line_of, problems, write

from sib.deal.clauses import CLAUSES
from sib.deal.consistency import RULES, inconsistencies
from sib.deal.reader import load
from sib.deal.scenario import Scenario

SECOND = """
[[programme.segments]]
name = "students"
cases = 4
success = 0.5
saving = 1_000
saving_months = 6
by_law = { Wmo = 1.0 }
direct_share = 1.0

[programme.dependence]"""
SHARES = "shares = { Wmo = { direct = 0.5, real = 0.3 }, Zvw = { direct = 0.2 } }"
FEE = """
[[contract.fees]]
name = "desk"
payee = "intermediary"
amount = 100
months = [6]

[[contract.payments]]"""

FEES_FIRST = ('    "interest:senior",', '    "fees", "interest:senior",')
FIXED = """
[[contract.payments]]
kind = "fixed"
name = "service"
amount = 5
cap = 0

[[contract.payments]]"""
TRIGGER = """[[contract.triggers]]
name = "count"
metric = "validated_cases"
above = 1

[[contract.triggers]]"""
COHORTS = """[[contract.cohorts]]
name = "a"
from = 1
to = 3

[[contract.cohorts]]
name = "b"
from = 3
to = 6

[[contract.triggers]]"""
TWENTY = [("number = 10", "number = 20"), ("unit_price = 4_000", "unit_price = 2_000")]
BETA = 'kind = "beta_binomial"\nicc = 0.05'


def drawn(*draws: str) -> Change:
    """The change from up front to a schedule."""
    return 'drawdown = { kind = "up_front" }', f'drawdown = {{ kind = "schedule", draws = [{", ".join(draws)}] }}'


# The change that breaks a rule; where it is told: words of the line, path, words of the message; the repair.
BROKEN: list[tuple[list[Change], str, str, list[str], list[Change]]] = [
    (
        [('Wmo = { party = "municipality" }', 'Wmo = { party = "municipality", waterbed = { Zvv = 0.2 } }')],
        "Wmo = {", "payers.Wmo.waterbed.Zvv", ["no other payer", "did you mean 'Zvw'?"],
        [('Wmo = { party = "municipality" }', 'Wmo = { party = "municipality", waterbed = { Zvw = 0.2 } }')],
    ),
    (
        [('Wmo = { party = "municipality" }', 'Wmo = { party = "municipality", waterbed = { Wmo = 0.2 } }')],
        "Wmo = {", "payers.Wmo.waterbed.Wmo", ["no other payer", "'Zvw'"],
        [],
    ),
    (
        [("[contract]", "[arrangements.revolving]\nlead = 'Zvw'\n\n[contract]")],
        "lead = ", "arrangements.revolving.lead", ["'Zvw'", "no own budget", "'Wmo'"],
        [("[contract]", "[arrangements.revolving]\nlead = 'Wmo'\nsettled_with = ['Wmo', 'Zvw']\n\n[contract]")],
    ),
    (
        [("[contract]", "[arrangements.payment_agreement]\nshares = { municipality = 0.5 }\n\n[contract]")],
        "shares = ", "arrangements.payment_agreement.shares", ["0.5", "exactly 1"],
        [("[contract]", "[arrangements.payment_agreement]\nshares = { State = 1.0 }\n\n[contract]")],
    ),
    (
        [("[contract]", "[arrangements]\nbond_only = ['accountant']\n\n[contract]")],
        "bond_only = ", "arrangements.bond_only", ["'accountant'", "no budget line", "did you mean 'accountancy'?"],
        [("[contract]", "[arrangements]\nbond_only = ['accountancy']\n\n[contract]")],
    ),
    (
        [('share = 1.0\nwhen', 'share = 1.0\nto = "investor"\nwhen'),
         ("[contract.interest]", "[contract.vat]\nrate = 0.21\nincluded = true\n\n[contract.interest]")],
        "included = ", "contract.vat.included", ["straight to the investor", "included = false"],
        [("[contract.interest]", "[contract.vat]\nrate = 0.21\nincluded = true\n\n[contract.interest]")],
    ),
    (
        [("total = 50_000", "total = 50_000.50"), ("commitment = 50_000", "commitment = 50_000.50")],
        "total = ", "budget.total", ["50,000.50", "50,000.00"],
        [],
    ),
    (
        [("commitment = 50_000", "commitment = 49_999")],
        "commitment = ", "contract.commitment", ["49,999.00", "50,000.00", "rest_paid_by"],
        [("commitment = 50_000", 'commitment = 49_999\nrest_paid_by = "funder"')],
    ),
    (
        [("commitment = 50_000", 'commitment = 50_001\nrest_paid_by = "funder"')],
        "rest_paid_by = ", "contract.rest_paid_by", ["50,001.00", "50,000.00", "says nothing"],
        [("commitment = 50_000", "commitment = 50_001")],
    ),
    (
        [("cases = 10", "cases = 11")],
        "number = 10", "budget.lines.plans.number", ["= 10", "11 cases"],
        [("cases = 10", "cases = 9")],
    ),
    (
        [("Zvw = 0.2", "Zvw = 0.1")],
        "by_law", "programme.segments.young parents.by_law", ["0.9", "exactly 1"],
        [("Wmo = 0.8, Zvw = 0.2", "Wmo = 0.1, Zvw = 0.9")],
    ),
    (
        [("by_law = { Wmo = 0.8, Zvw = 0.2 }\ndirect_share = 0.5", SHARES.replace("0.3", "0.4"))],
        "shares = ", "programme.segments.young parents.shares", ["1.1"],
        [("by_law = { Wmo = 0.8, Zvw = 0.2 }\ndirect_share = 0.5", SHARES)],
    ),
    (
        [("share = 0.3", "share = 0.2")],
        "[[contract.tranches]]", "contract.tranches", ["0.9"],
        [],
    ),
    (
        [("Zvw = 0.2", "Zwv = 0.2")],
        "by_law", "programme.segments.young parents.by_law.Zwv", ["did you mean 'Zvw'"],
        [],
    ),
    (
        [('laws = ["Wmo"]', 'laws = ["Wmo", "Wno"]')],
        "laws = ", "accountant.counting.laws", ["'Wno'", "did you mean 'Wmo'"],
        [('laws = ["Wmo"]', 'laws = ["Wmo", "Zvw"]')],
    ),
    (
        [("[contract.interest]", "payer_shares = { Zvw = 1.0 }\n[contract.interest]")],
        "payer_shares", "contract.payer_shares.Zvw", ["no budget of the outcome payer"],
        [("[contract.interest]", "payer_shares = { Wmo = 1.0 }\n[contract.interest]")],
    ),
    (
        [('when = "proof"', 'when = "prof"')],
        'when = "prof"', "contract.payments.repayment.when", ["'prof' is no trigger", "did you mean 'proof'"],
        [],
    ),
    (
        [("at_least = 20_000", 'at_least = 20_000\ncohort = "first"')],
        "cohort", "contract.triggers.proof.cohort", ["'first' is no cohort", "known: none"],
        [
            ("at_least = 20_000", 'at_least = 20_000\ncohort = "first"'),
            ("[[contract.triggers]]", '[[contract.cohorts]]\nname = "first"\nfrom = 1\nto = 3\n[[contract.triggers]]'),
        ],
    ),
    (
        [('line = "accountancy"', 'line = "accountant"')],
        "fee = ", "accountant.fee.line", ["did you mean 'accountancy'"],
        [],
    ),
    (
        [("saving_months = 12", 'saving_months = 12\naftercare = { line = "planes", relapse = 0.1 }')],
        "aftercare", "programme.segments.young parents.aftercare.line", ["did you mean 'plans'"],
        [("saving_months = 12", 'saving_months = 12\naftercare = { line = "plans", relapse = 0.1 }')],
    ),
    (
        [('Wmo = { party = "municipality" }', 'Wmo = { party = "municipalty" }')],
        "[payers]", "payers", ["outcome payer 'municipality'", "did you mean 'municipalty'"],
        [
            ('Wmo = { party = "municipality" }', 'Wmo = { party = "town" }'),
            ("[timeline]", '[parties]\noutcome_payer = "town"\n[timeline]'),
        ],
    ),
    (
        [('activity = "accountancy"', 'activity = "plans"'), ('line = "accountancy"', 'line = "plans"')],
        "[[budget.lines]]", "budget.lines", ["'plans' twice"],
        [],
    ),
    (
        [('"interest:junior"', '"interest:juniro"')],
        "waterfall", "contract.waterfall", ["'interest:juniro'", "did you mean 'interest:junior'?"],
        [],
    ),
    (
        [('"principal:junior"', '"principal:mezzanine"')],
        "waterfall", "contract.waterfall", ["names no tranche; known: 'principal:senior', 'principal:junior'"],
        [],
    ),
    (
        [('    "interest:junior",', '    "intrest:junior",')],
        "waterfall", "contract.waterfall", ["'intrest:junior'", "did you mean 'interest:junior'"],
        [],
    ),
    (
        [('    "interest:junior",', '    "interest:senior",')],
        "waterfall", "contract.waterfall", ["twice"],
        [],
    ),
    (
        [('    "surplus",\n', "")],
        "waterfall", "contract.waterfall", ['end with "surplus"'],
        [],
    ),
    (
        [('    "principal:junior",\n', "")],
        "waterfall", "contract.waterfall", ["never repays tranche 'junior'", 'add "principal:junior"'],
        [],
    ),
    (
        [('    "interest:junior",\n', "")],
        "waterfall", "contract.waterfall", ["never pays the interest of tranche 'junior'", 'add "interest:junior"'],
        [
            ("share = 0.3", "share = 0.3\ninterest = { rate = 0.0, basis = 'over_term' }"),
            ('    "interest:junior",\n', ""),
        ],
    ),
    (
        [('    "interest:junior",', '    "success_fee:senior", "interest:junior",')],
        "waterfall", "contract.waterfall", ["'interest:junior' after 'success_fee:senior'", "takes all that is left"],
        [('    "surplus",', '    "success_fee:senior", "surplus",')],
    ),
    (
        [("\n[[contract.payments]]", FEE)],
        "waterfall", "contract.waterfall", ['no step "fees"'],
        [("\n[[contract.payments]]", FEE), FEES_FIRST],
    ),
    (
        [("share = 1.0", "share = 1.0\nshare_after_redemption = 0.1")],
        "waterfall", "contract.waterfall", ['add "success_fee:senior"'],
        [
            ("share = 1.0", "share = 1.0\nshare_after_redemption = 0.1"),
            ('    "surplus",', '    "success_fee:senior", "surplus",'),
        ],
    ),
    (
        [("[[contract.triggers]]", TRIGGER)],
        "[[contract.triggers]]", "contract.triggers", ["marks 0 triggers as main"],
        [("[[contract.triggers]]", TRIGGER.replace("above", "main = true\nabove"))],
    ),
    (
        [("[[contract.triggers]]", COHORTS)],
        "from = 3", "contract.cohorts.b.from", ["= 3", "'a'", "ends in month 3"],
        [("[[contract.triggers]]", COHORTS.replace("from = 3", "from = 4"))],
    ),
    (
        [("\n[[contract.payments]]", FEE.replace("[6]", "[6, 7]")), FEES_FIRST],
        "months = [6, 7]", "contract.fees.desk.months", ["month 7", "no payment date"],
        [("\n[[contract.payments]]", FEE.replace("[6]", "[6, 12]")), FEES_FIRST],
    ),
    (
        [drawn("{ month = 0, amount = 49_000 }")],
        "drawdown", "contract.drawdown.draws", ["49,000.00", "50,000.00"],
        [drawn("{ month = 0, amount = 50_000 }")],
    ),
    (
        [drawn("{ month = 3, amount = 49_000 }", "{ month = 0, amount = 1_000 }")],
        "drawdown", "contract.drawdown.draws", ["rising order"],
        [drawn("{ month = 0, amount = 49_000 }", "{ month = 3, amount = 1_000 }")],
    ),
    (
        [drawn("{ month = 37, amount = 50_000 }")],
        "drawdown", "contract.drawdown.draws", ["month 37", "month 36"],
        [drawn("{ month = 36, amount = 50_000 }")],
    ),
    (
        [("from = 12, months = 12", "from = 26, months = 12")],  # months 26 to 37
        "from = 26", "budget.lines.accountancy.when", ["month 37", "month 36"],
        [("from = 12, months = 12", "from = 25, months = 12")],
    ),
    (
        [('when = { stage = "plan" }', 'when = { stage = "monitoring", months = 32 }')],  # last start 6, to 37
        "monitoring", "budget.lines.plans.when", ["month 37", "month 36"],
        [('when = { stage = "plan" }', 'when = { stage = "monitoring", months = 31 }')],
    ),
    (
        [("months = 6 }", 'months = 2, profile = "counts", counts = [5, 4] }')],
        "counts", "programme.segments.young parents.intake.counts", ["9", "10 cases"],
        [("months = 6 }", 'months = 2, profile = "counts", counts = [5, 5] }')],
    ),
    (
        [("\n[programme.dependence]", SECOND), *TWENTY],
        "[programme.dependence]", "programme.dependence.across_segments", ["is missing", "2 segments"],
        [
            ("\n[programme.dependence]", SECOND), *TWENTY, ("icc = 0.05", "icc = 0.05\nacross_segments = 0"),
        ],
    ),
    (
        [(BETA, 'kind = "gaussian_factor"\ncauses.housing = { young_parents = 0.1 }')],
        "causes", "programme.dependence.causes.housing.young_parents", ["no segment", "did you mean 'young parents'"],
        [(BETA, 'kind = "gaussian_factor"\ncauses.housing = { "young parents" = 0.1 }')],
    ),
    (
        [('"lognormal", mean = 20_000, cv = 0.5', '"uniform", low = -1, high = 5')],
        "saving = ", "programme.segments.young parents.saving", ["negative"],
        [('"lognormal", mean = 20_000, cv = 0.5', '"uniform", low = 0, high = 5')],
    ),
    (
        [("\n[[contract.payments]]", FIXED)],
        "[[contract.payments]]", "contract.payments", ["capped at 0"],
        [("\n[[contract.payments]]", FIXED.replace("cap = 0", "cap = 1"))],
    ),
    (
        [('compounding = "annual"', 'compounding = "annual"\non = "committed"')],
        'on = "committed"', "contract.interest.on", ["drawn up front", 'write "outstanding"'],
        [('compounding = "annual"', 'compounding = "annual"\non = "committed"'), ('"up_front"', '"as_spent"')],
    ),
]


@pytest.mark.parametrize(("changes", "line", "path", "words", "repair"), BROKEN)
def test_a_broken_rule_is_told_where_it_is_broken(
    tmp_path: Path, changes: list[Change], line: str, path: str, words: list[str], repair: list[Change]
) -> None:
    text = changed(*changes)
    file = write(tmp_path, text)
    told = problems(file)
    assert {(each.file, each.line, each.path) for each in told} == {(str(file), line_of(text, line), path)}
    assert any(all(word in each.message for word in words) for each in told), told
    assert load(write(tmp_path, changed(*repair))).name == "Small deal"


@pytest.mark.parametrize("step", ["interest:junior", "principal:junior", "interest:senior", "surplus"])
def test_a_misspelt_step_is_told_once_with_the_right_one(tmp_path: Path, step: str) -> None:
    (told,) = problems(write(tmp_path, changed((f'"{step}"', f'"{step[:-3]}{step[-2:]}"'))))
    assert told.path == "contract.waterfall"
    assert told.message.endswith(f"did you mean {step!r}?")


def test_every_rule_is_broken_above() -> None:
    broken = set()
    for changes, *_ in BROKEN:
        deal = Scenario.model_validate(tomllib.loads(changed(*changes)))
        broken |= {rule for rule in RULES if list(rule(deal))}
    assert set(RULES) - set(CLAUSES) <= broken, "the clauses are broken in test_clauses.py"


def test_a_deal_in_part_is_judged_on_what_is_there() -> None:
    whole = Scenario.model_validate(tomllib.loads(changed(("cases = 10", "cases = 11"), ("Zvw = 0.2", "Zvw = 0.1"))))
    parts = {name: getattr(whole, name) for name in ("programme", "payers", "timeline")}
    in_part = Scenario.model_construct(**parts)
    del in_part.__dict__["accountant"]  # it is faulty: no default stands for it
    said = {path for path, _ in inconsistencies(in_part, in_part=True)}
    assert said == {"programme.segments.young parents.by_law"}
    with pytest.raises(AttributeError):
        inconsistencies(in_part)
