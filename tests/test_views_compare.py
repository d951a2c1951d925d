"""Deals side by side as text: figures, errors, a sentence each, in both languages."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from string import Formatter

import pytest

from sib.analysis.compare import COMPARED, Compared, compare
from sib.deal.reader import load
from sib.views.compare import TEXTS, Page, as_data, letter_of
from sib.views.words import Words


@cache
def found() -> Compared:
    deals = [load("zwarte-zwanen"), load("zwarte-zwanen"), load("zwarte-zwanen", overlays=["trigger-high"])]
    return compare(tuple(deals), 2_048)


@pytest.mark.parametrize("key", TEXTS)
def test_every_text_is_said_in_both_languages_with_the_same_gaps(key: str) -> None:
    english, dutch = TEXTS[key]
    gaps = [{name for _, name, _, _ in Formatter().parse(text) if name} for text in (english, dutch)]
    assert gaps[0] == gaps[1]
    assert bool(english) == bool(dutch)


def test_every_figure_of_every_deal_stands_in_its_row() -> None:
    page = Page(found(), Words("en"))
    lines = [line for line in page.table().splitlines()[2:] if line.startswith("  ")]
    assert len(lines) == len(COMPARED)
    for line, place in zip(lines, range(len(COMPARED)), strict=True):
        for rows in found().rows:
            assert page.cell(rows[place])[0] in line


def test_one_sentence_on_each_difference() -> None:
    told = " ".join(" ".join(Page(found(), Words("en")).readings()).split())
    assert "[B] leaves the outcome payer the same and the investor the same" in told
    assert "stays the same" in told
    assert "[C] leaves the outcome payer" in told
    assert " more (±" in told
    assert "falls by" in told
    assert "hetzelfde" in "\n".join(Page(found(), Words("nl")).readings())


def test_what_the_error_covers_is_not_called_a_difference() -> None:
    page = Page(found(), Words("en"))
    row = found().differences[1][9]
    covered = replace(row, value=5.0, low=-10.0, high=20.0)
    assert page.amount(covered).startswith("no clearly different amount")


def test_deals_go_by_their_labels() -> None:
    assert "[B] other · scenario" in Page(found(), Words("en"), labels=["one", "other", "third"]).text()
    assert [letter_of(0), letter_of(25), letter_of(26)] == ["A", "Z", "27"]


def test_data_are_plain() -> None:
    told = json.loads(json.dumps(as_data(found())))
    assert [len(told["scenarios"]), len(told["differences"])] == [3, 2]
