"""The sentences on what a contract leaves open: both languages, the same gaps, one for every finding."""

from __future__ import annotations

import ast
import inspect
from string import Formatter
from typing import get_args

import pytest

from sib import linter
from sib.deal import lending, lines, lint
from sib.deal.independence import Remark
from sib.views.left_open import FINDINGS, READINGS, ROLES, amount_name, finding_sentence


@pytest.mark.parametrize("key", FINDINGS)
def test_a_finding_has_both_languages_and_the_same_gaps(key: str) -> None:
    english, dutch = FINDINGS[key]
    gaps = [sorted(name for _, name, _, _ in Formatter().parse(text) if name is not None) for text in (english, dutch)]
    assert gaps[0] == gaps[1]
    assert english.strip()
    assert dutch.strip() != english.strip()


def test_every_finding_has_a_sentence_and_every_sentence_a_finding() -> None:
    tree = [node for room in (lint, linter) for node in ast.walk(ast.parse(inspect.getsource(room)))]
    made = {key for node in tree if isinstance(node, ast.Call) and len(node.args) > 1
            and isinstance(node.func, ast.Name) and node.func.id == "Remark" for key in choices(node.args[1])}
    made |= {key for node in tree if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
             and node.targets[0].id == "key" for key in choices(node.value)}
    assert made == set(FINDINGS)


def choices(node: ast.expr) -> set[str]:
    """The texts that an expression can be: one, or either of two."""
    if isinstance(node, ast.IfExp):
        return choices(node.body) | choices(node.orelse)
    return {str(node.value)} if isinstance(node, ast.Constant) else set()


def test_every_role_and_reading_has_a_name() -> None:
    guarantors = get_args(lending.FirstLoss.model_fields["by"].annotation)
    liable = get_args(lines.TwoWay.model_fields["liable"].annotation)
    assert {*guarantors, *liable} == set(ROLES)
    assert set(READINGS) == {linter.OVER_TERM, *linter.COMPOUNDED.values()}
    assert amount_name("simple, 30E/360") == "simple, 30E/360"
    assert amount_name("simple, 30E/360", "nl") == "enkelvoudig, 30E/360"


def test_numbers_and_roles_are_written_in_the_language() -> None:
    remark = Remark("contract.payments.x.liability", "liability_each_date", {"role": "outcome_payer", "amount": 20_000})
    assert finding_sentence(remark) == (
        "is missing: the outcome payer can owe 20,000 on every date; state the most that it ever pays"
    )
    assert finding_sentence(remark, "nl") == (
        "ontbreekt: de uitkomstbetaler kan op elke datum 20.000 verschuldigd zijn; noem wat die ooit hoogstens betaalt"
    )
    percent = Remark("contract.interest", "interest_undocumented", {"percent": 4.5, "lent": 1_000, "maturity": 36})
    assert "4,5% over 1.000 tot de einddatum, maand 36," in finding_sentence(percent, "nl")
    assert "4.5% on 1,000 until maturity, month 36," in finding_sentence(percent)


def test_a_name_with_braces_is_a_name() -> None:
    remark = Remark("contract.payments.card.cap_per_person", "cap_per_person", {"group": "a {b} c", "prices": 2})
    assert "'a {b} c'" in finding_sentence(remark, "nl")
