"""Ways of reviewing as a chart: the bars are the figures, the sentence holds, and everything fits."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from charts import EN, expect_to_fit, key, nasty, title
from one_block import household, plain_deal

from sib.analysis.design import Choice, Comparison, designs
from sib.deal.reader import load
from sib.deal.scenario import Scenario
from sib.views import style
from sib.views.design_chart import TEXTS, draw_designs

HOUSEHOLDS = "programme.segments.multi-problem households"


def named_badly() -> Scenario:
    deal = nasty()
    return deal.model_copy(update={"accountant": deal.accountant.model_copy(update={"claim_at": "end"})})


GIVEN: dict[str, tuple[Scenario, Choice, int]] = {
    "claim errors": (load("zwarte-zwanen", overlays=["claim-errors"]), Choice(sizes=(30, 54, 100)), 60),
    "as agreed": (load("zwarte-zwanen"), Choice(tolerable=0.025), 30),
    "nobody errs": (plain_deal(household()), Choice(sizes=(1,)), 5),
    "nothing validated": (plain_deal(household(success=0.0)), Choice(sizes=(1,)), 5),
    "large amounts": (
        load("zwarte-zwanen", settings={f"{HOUSEHOLDS}.saving": 90_000_000.0, "currency": "USD"}),
        Choice(sizes=(54,), price=1_000_000.0), 20,
    ),
    "named badly": (named_badly(), Choice(sizes=(1,)), 3),
}


@cache
def found(name: str) -> Comparison:
    deal, choice, trials = GIVEN[name]
    return designs(deal, trials, choice=choice)


@pytest.mark.parametrize("lang", ["en", "nl"])
@pytest.mark.parametrize("name", GIVEN)
def test_charts_fit(name: str, lang: Any) -> None:
    figure = draw_designs(found(name), lang=lang)
    expect_to_fit(figure)
    written = [text.get_text() for ax in figure.axes for text in ax.texts]
    assert len(written) == len(found(name).designs)
    assert "nan" not in " ".join(written)
    page = figure.axes[0].get_window_extent()
    assert all(text.get_window_extent().x1 <= page.x1 + 1 for text in figure.axes[0].texts)


def test_the_bars_are_too_little_and_then_too_much() -> None:
    ax = draw_designs(found("claim errors")).axes[0]
    bars = [bar.get_x() for bar in ax.patches] + [bar.get_width() for bar in ax.patches]
    expected = []
    for design in found("claim errors").designs:
        little, much = design.row("wrongly_withheld"), design.row("wrongly_accepted")
        assert little is not None
        assert much is not None
        expected += [(0.0, little.value), (little.value, much.value)]
    assert bars == pytest.approx([x for x, _ in expected] + [width for _, width in expected])
    assert key(ax) == [TEXTS["wrongly_withheld"][0], TEXTS["wrongly_accepted"][0]]


def test_the_sentence_is_of_full_review_and_of_none() -> None:
    full, unseen = found("claim errors").designs[1], found("claim errors").designs[0]
    sums = []
    for design in (full, unseen):
        little, much = design.row("wrongly_withheld"), design.row("wrongly_accepted")
        assert little is not None
        assert much is not None
        sums.append(EN.money(float(f"{little.value + much.value:.3g}")))
    fee = full.row("fee")
    assert fee is not None
    told = title(draw_designs(found("claim errors")))
    assert told == (
        f"Opening every file costs {EN.money(float(f'{fee.value:.3g}'))} and leaves {sums[0]} wrongly validated or "
        f"withheld; opening none leaves {sums[1]}"
    )


def test_files_fee_and_month_stand_behind_each_bar() -> None:
    texts = [text.get_text() for text in draw_designs(found("claim errors"), lang="nl").axes[0].texts]
    assert texts[0].startswith("0 dossiers · ")
    assert all(" dossiers · " in text and "maand " in text for text in texts)


def test_the_foot_has_the_whole_name_of_the_deal() -> None:
    figure = draw_designs(found("claim errors"), lang="nl")
    assert figure.get_supxlabel().startswith(found("claim errors").deal.name)
    assert "geen enkel dossier openen laat" in title(figure)


def test_one_way_a_row_from_the_top() -> None:
    ax = draw_designs(found("claim errors")).axes[0]
    low, high = ax.get_ylim()
    assert low > high
    names = [tick.get_text() for tick in ax.get_yticklabels()]
    assert names[:2] == ["no file; paid as claimed", "every file"]
    assert len(names) == len({*names}) == 20


def test_the_same_comparison_is_the_same_drawing(tmp_path: Any) -> None:
    for name in ("one", "two"):
        style.write_figure(draw_designs(found("as agreed")), tmp_path / name, name="designs")
    for end in ("png", "svg"):
        assert (tmp_path / "one" / f"designs.{end}").read_bytes() == (tmp_path / "two" / f"designs.{end}").read_bytes()
