"""Every chart of several deals: what it says, that it fits, and that it comes out the same again."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path
from string import Formatter
from typing import Any

import matplotlib
import pytest
from charts import DEALS, EN, NASTY, NL, WORKED, expect_to_fit, key, nasty, run_of, texts, title
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matplotlib.cbook import is_math_text
from strategies import scenarios

from sib.deal.parties import Parties
from sib.deal.reader import load
from sib.deal.scenario import Scenario
from sib.run import simulate
from sib.views import style
from sib.views.captions import PARTIES, TEXTS, Captions, captions_for
from sib.views.plots import CHARTS, both_sides, draw, save_charts

# Every chart of every deal


@pytest.mark.parametrize("lang", ["en", "nl"])
@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize("deal", DEALS)
def test_a_chart_draws_and_fits(deal: str, name: str, lang: Any) -> None:
    run = run_of(deal)
    figure = draw(run, name, lang=lang)
    expect_to_fit(figure)
    ax = figure.axes[0]
    assert title(figure)
    assert "{" not in title(figure)
    assert ax.get_ylabel() or name in ("bridge",)
    assert ax.get_xlabel() or name in ("outstanding", "cumulative-cash")
    foot = figure.get_supxlabel()
    assert f"seed {run.seed}" in foot
    assert run.deal.digest[:12] in foot
    assert captions_for(run.deal, lang).trials(run.n_trials) in foot


@pytest.mark.parametrize("deal", DEALS)
def test_both_sides_share_their_axes(deal: str) -> None:
    figure = both_sides(run_of(deal))
    expect_to_fit(figure)
    left, right = figure.axes
    assert left.get_xlim() == right.get_xlim()
    assert left.get_ylim() == right.get_ylim()
    assert left.get_ylabel() == right.get_ylabel()


@settings(max_examples=8, suppress_health_check=list(HealthCheck))
@given(data=scenarios(), lang=st.sampled_from(["en", "nl"]))
def test_any_deal_can_be_drawn(data: dict[str, Any], lang: Any) -> None:
    run = simulate(Scenario.model_validate(data), 7)
    for name in CHARTS:
        draw(run, name, lang=lang).draw_without_rendering()
    both_sides(run, lang=lang).draw_without_rendering()


@pytest.mark.parametrize("name", CHARTS)
def test_nasty_labels_are_only_text(name: str) -> None:
    figure = draw(simulate(nasty(), 3), name)
    expect_to_fit(figure)
    assert r"a $\foo$ b" in figure.get_supxlabel().replace(r"\$", "$")
    assert not any(is_math_text(text.get_text()) for text in texts(figure))
    if name == "cumulative-cash":
        assert [label.split(":")[0].replace(r"\$", "$") for label in key(figure.axes[0])[:4]] == [
            r"a $\foo$ b", " _x", "<script>&amp;", "h" * 31 + "… and pay$er",
        ]


def test_labels_are_cut_stripped_and_escaped() -> None:
    cut = ["a $\\foo$ b", "_x", "<script>&am…", "h" * 11 + "…", "pay$er"]
    assert [style.plain(label, 12) for label in NASTY] == cut
    assert [style.plain(label) for label in ("\N{PILE OF POO}", "a\n\tb", "c\x00")] == ["?", "a b", "c"]
    assert [style.escape(label) for label in ("a $b$", "_x", "x_y")] == [r"a \$b\$", " _x", "x_y"]


# The sentences


def test_sentences_of_the_worked_example() -> None:
    """Two savings of 90; 100 laid out, 105.76 back, repaid at the end of the second year: the table by hand."""
    run = run_of("worked example")
    assert {name: title(draw(run, name)) for name in CHARTS} == {
        "repayment-risk": "Repaid in full in 100% of trials; principal lost (less back than laid out) in 0%",
        "outstanding": "In half of the trials all principal is repaid by January 2027; "
        "in 0% principal or interest is unpaid at maturity",
        "municipality-net-cash": "Municipality pays more than it saves in 0% of trials; "
        "a reserve of €0 is enough in 90%",
        "bridge": "On average all of the €180 claimed is validated",
        "cumulative-cash": "On average investor ends €5.76 ahead; "
        "municipality pays €105.76 and saves €180, €180 of it cashable",
        # Not one miss in 300 trials: at most 1 - 0.05^(1/300) = 0.993%.
        "convergence": "After 300 trials the chance of repayment in full is known to within 1.0 percentage points",
    }


def test_sentences_in_dutch() -> None:
    run = run_of("worked example")
    assert title(draw(run, "municipality-net-cash", lang="nl")).startswith("Gemeente betaalt meer dan zij bespaart in")
    assert "investeerder € 5,76 in de plus; gemeente betaalt € 105,76" in title(draw(run, "cumulative-cash", lang="nl"))
    assert "afgelost in januari 2027" in title(draw(run, "outstanding", lang="nl"))


def test_costs_that_the_municipality_bears_itself_are_in_the_sentence_as_in_the_key() -> None:
    # 105.76 is paid, and 7 for the accountant
    fee = {"accountant.fee": {"fixed": 7, "payer": "outcome_payer"}}
    figure = draw(simulate(load(WORKED, settings=fee), 3), "cumulative-cash")
    assert "municipality pays €105.76, bears €7 of fees and costs itself and saves €180" in title(figure)
    assert "municipality: −€112.76" in key(figure.axes[0])


def test_sentences_carry_the_numbers_of_the_summary() -> None:
    run = run_of("reference")
    trials = run.trials
    full = trials["investor.repaid_in_full"].mean()
    lost = (trials["investor.receipts"] < trials["investor.outlay"]).mean()
    short = (trials["municipality.net_cash"] < 0).mean()
    assert title(draw(run, "repayment-risk")) == (
        f"Repaid in full in {full:.0%} of trials; principal lost (less back than laid out) in {lost:.0%}"
    )
    assert f"in {1 - full:.0%} principal or interest is unpaid at maturity" in title(draw(run, "outstanding"))
    assert f"saves in {short:.0%} of trials" in title(draw(run, "municipality-net-cash"))
    claimed, validated = trials["accountant.claimed"].mean(), trials["accountant.validated"].mean()
    assert f"claimed is validated ({validated / claimed:.0%})" in title(draw(run, "bridge"))
    assert title(draw(run, "bridge")).endswith("most falls to: class of saving not counted")


def test_principal_that_half_of_the_trials_still_owe_is_said() -> None:
    run = run_of("nothing is claimed")
    assert title(draw(run, "outstanding")).startswith("In 100% of trials principal is still outstanding")
    assert "hoofdsom verloren" in title(draw(run, "repayment-risk", lang="nl"))
    assert "still outstanding at maturity; in 100% principal or interest is unpaid" in title(draw(run, "outstanding"))
    assert title(draw(run, "bridge")) == "Nothing is claimed in any trial"


def test_every_text_has_both_languages_with_the_same_blanks() -> None:
    for name, (english, dutch) in TEXTS.items():
        blanks = [{blank for _, blank, _, _ in Formatter().parse(text) if blank} for text in (english, dutch)]
        assert blanks[0] == blanks[1], name
        assert english, name
        assert dutch, name
    assert set(PARTIES) <= {*Parties().model_dump(exclude={"source"}).values(), "contract account"}


def test_numbers_are_written_as_the_reader_writes_them() -> None:
    assert (EN.number(1797500), NL.number(1797500), NL.number(-0.5, 1)) == ("1,797,500", "1.797.500", "−0,5")
    amounts = (EN.money(-1797500), NL.money(12.5), Captions("en", "USD").money(5))
    assert amounts == ("−€1,797,500", "€\xa012,50", "USD\xa05")
    assert [EN.percent(x) for x in (0, 1e-6, 0.004, 0.125, 0.996, 1 - 1e-6, 1)] == [
        "0%", "<0.1%", "0.4%", "13%", "99.6%", ">99.9%", "100%",
    ]
    assert NL.percent(0.004) == "0,4%"
    assert NL.month(date(2029, 10, 31)) == "oktober 2029"


def test_axes_of_money_are_in_the_language_and_in_millions_where_large() -> None:
    dutch = draw(run_of("reference"), "outstanding", lang="nl")
    written = [text.get_text() for text in texts(dutch)]
    assert "1.500.000" in written
    assert dutch.axes[0].get_ylabel() == "openstaande hoofdsom, euro"
    assert "€" not in "".join(written)
    large = draw(run_of("large amounts"), "bridge")
    assert large.axes[0].get_xlabel().endswith("million USD")


# Files


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("charts")
    paths = save_charts(run_of("late trigger, as spent"), folder)
    assert sorted(paths) == sorted(folder.iterdir())
    return folder


def test_every_chart_is_written_twice(saved: Path) -> None:
    stems = {"both-sides", *CHARTS}
    assert {path.name for path in saved.iterdir()} == {f"{stem}.{end}" for stem in stems for end in ("png", "svg")}


def test_files_are_the_same_bytes_again_whatever_the_readers_settings(saved: Path, tmp_path: Path) -> None:
    theirs = {"font.size": 20, "svg.hashsalt": None, "xtick.direction": "in", "timezone": "Asia/Tokyo"}
    with matplotlib.rc_context(theirs):
        before = dict(matplotlib.rcParams)
        save_charts(run_of("late trigger, as spent"), tmp_path / "again")
        assert dict(matplotlib.rcParams) == before
    for path in saved.iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes(), path.name


def test_files_carry_no_date(saved: Path) -> None:
    year = str(date.today().year)
    for path in saved.glob("*.svg"):
        assert f"{year}-" not in path.read_text(encoding="utf-8")
        assert "dc:date" not in path.read_text(encoding="utf-8")


def test_charts_need_no_screen() -> None:
    code = "import sys, sib.views.plots; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
