"""All assumptions at a time: shares against a deal whose answer is known, order, sums, noise, and what does nothing."""

from __future__ import annotations

from dataclasses import replace
from math import asin, pi, prod
from pathlib import Path

import numpy as np
import pytest

import sib
from sib.analysis import indices as rooms
from sib.analysis.indices import Design, Indices, halves, indices, n_deals
from sib.chance.copula import mixed_levels
from sib.deal.rangefile import ranges
from sib.deal.ranges import Dependence, Ranges
from sib.deal.reader import read
from sib.engine import Effort

REFERENCE = "zwarte-zwanen"
SEGMENT = "programme.segments.multi-problem households"
SAVING, SUCCESS = f"{SEGMENT}.saving.mean", f"{SEGMENT}.success.successes"
FEW = Design(("investor.irr", "municipality.net_cash"), points=8, trials=64, seed=2)


def given(source: str, **inputs: tuple[float, float]) -> Ranges:
    found = ranges(read(source), given=inputs)
    return replace(found, inputs=tuple(one for one in found.inputs if one.name in inputs))


def by_input(found: Indices, place: int = 0) -> dict[str, dict[str, tuple[float, float]]]:
    return {part.input.name: part.shares for part in found.spreads[place].parts}


@pytest.fixture(scope="module")
def free() -> Indices:
    return indices(read(REFERENCE), ranges(read(REFERENCE)), design=FEW)


@pytest.fixture(scope="module")
def tied() -> Indices:
    known = replace(ranges(read(REFERENCE)), dependences=(Dependence(SAVING, SUCCESS, 0.5),))
    return indices(read(REFERENCE), known, design=FEW)


WMO, JEUGDWET = "payers.Wmo.cashable.direct", "payers.Jeugdwet.cashable.direct"
LAWS = {WMO: 0.28, JEUGDWET: 0.34}
"""Shares of each saving that fall under these laws; net cash rises by so much a unit of what is cashable of it."""
NET_CASH = Design(("municipality.net_cash",), points=32, trials=32, seed=3)


def test_what_adds_up_is_divided_by_squares() -> None:
    # net cash is linear in what is cashable of each law, with slopes as its share of the savings
    known = given(REFERENCE, **dict.fromkeys(LAWS, (0.7, 1.0)))
    found = indices(read(REFERENCE), known, design=NET_CASH)
    for name, slope in LAWS.items():
        exact = slope**2 / sum(other**2 for other in LAWS.values())
        for share, error in by_input(found)[name].values():
            assert abs(share - exact) < 4 * error
    assert found.spreads[0].noise_share < 0.01  # what is cashable changes no trial in another way than another


@pytest.mark.parametrize("rho", [-0.5, 0.9])
def test_what_adds_up_and_hangs_together_has_shapley_effects_in_closed_form(rho: float) -> None:
    # for uniforms under a Gaussian copula Cov(U1, U2) = asin(rho / 2) / 2 pi, and since E(U1 | Z2) = Phi(a Z2) with
    # a² = rho² / (2 - rho²), Var E(U1 | U2) = asin(rho² / 2) / 2 pi; then as for two normals
    known = replace(given(REFERENCE, **dict.fromkeys(LAWS, (0.7, 1.0))),
                    dependences=(Dependence(*sorted(LAWS), rho),))
    found = indices(read(REFERENCE), known, design=NET_CASH)
    left = {name: slope**2 * (1 / 12 - asin(rho**2 / 2) / (2 * pi)) for name, slope in LAWS.items()}
    whole = sum(slope**2 for slope in LAWS.values()) / 12 + 2 * prod(LAWS.values()) * asin(rho / 2) / (2 * pi)
    for name, other in ((WMO, JEUGDWET), (JEUGDWET, WMO)):
        share, error = by_input(found)[name]["shapley"]
        assert abs(share - (left[name] + whole - left[other]) / 2 / whole) < 4 * error


def test_indices_of_independent_inputs_do_not_depend_on_their_order(free: Indices) -> None:
    turned = replace(free.ranges, inputs=free.ranges.inputs[::-1])
    again = indices(sib.load(REFERENCE), turned, design=FEW, effort=Effort(2))
    assert again.spreads == free.spreads


def test_shapley_effects_do_not_depend_on_the_order_of_inputs(tied: Indices) -> None:
    turned = replace(tied.ranges, inputs=tied.ranges.inputs[::-1])
    assert indices(read(REFERENCE), turned, design=FEW).spreads == tied.spreads


def test_shapley_effects_add_up_to_all_of_it(tied: Indices) -> None:
    assert tied.kind == "shapley"
    for spread in tied.spreads:
        assert sum(part.shares["shapley"][0] for part in spread.parts) == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize("kind", ["free", "tied"])
def test_what_does_nothing_has_exactly_nothing(kind: str, request: pytest.FixtureRequest) -> None:
    found: Indices = request.getfixturevalue(kind)
    for name in ("payers.Wmo.cashable.direct", f"{SEGMENT}.deadweight"):  # the contract counts neither
        assert all(pair == (0.0, 0.0) for pair in by_input(found)[name].values())
        assert any(pair != (0.0, 0.0) for pair in by_input(found, 1)[name].values())


def test_inputs_are_in_order_of_their_shares(free: Indices) -> None:
    for spread in free.spreads:
        totals = [part.shares["total"][0] for part in spread.parts]
        assert totals == sorted(totals, reverse=True)
    assert free.spreads[0].unit == "fraction"
    assert free.spreads[1].unit == "EUR"
    assert free.n_deals <= n_deals(free.ranges, FEW) == 8 * 8


def test_one_input_has_all_of_it() -> None:
    known = given(REFERENCE, **{"accountant.review.wrong_rejection": (0.0, 0.4)})
    found = indices(read(REFERENCE), known, design=replace(FEW, points=32, measures=("municipality.outcome_payments",)))
    (first, first_error), (total, total_error) = found.spreads[0].parts[0].shares.values()
    assert abs(first - 1) < 4 * first_error
    assert abs(total - 1) < 4 * total_error


def test_the_mean_over_a_range_is_that_of_plain_runs() -> None:
    known = given(REFERENCE, **{"accountant.review.wrong_rejection": (0.0, 0.4)})
    design = replace(FEW, measures=("municipality.outcome_payments",))
    found = indices(read(REFERENCE), known, design=design)
    levels = mixed_levels(8, 1, seed=2)[:2].ravel()
    paid = [sib.simulate(sib.load(REFERENCE, set={"accountant.review.wrong_rejection": round(0.4 * level, 12)}), 64,
                         seed=2).value("municipality", "outcome_payments", "mean") for level in levels]
    assert found.spreads[0].mean == pytest.approx(np.mean(paid), rel=1e-12)
    assert found.spreads[0].sd == pytest.approx(np.std(paid), rel=1e-9)


def test_halves_are_means_over_defined_trials() -> None:
    values = np.arange(1024.0)
    values[0] = np.nan
    assert halves(values) == (values[1:].mean(), values[1:512].mean(), values[512:].mean())
    assert halves(np.array([1.0, 3.0, np.nan, np.nan])) == pytest.approx((2.0, 2.0, np.nan), nan_ok=True)
    assert halves(np.arange(700.0))[1] == np.arange(256.0).mean()  # whole blocks of draws


def test_more_trials_make_less_noise() -> None:
    known = given(REFERENCE, **{"accountant.review.wrong_rejection": (0.0, 0.2)})
    noise = [indices(read(REFERENCE), known, design=replace(FEW, trials=trials)).spreads[0].noise_share
             for trials in (16, 2048)]
    assert noise[0] > noise[1]


def test_a_design_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rooms, "MOST", 10)
    with pytest.raises(sib.RefusedError, match="64 deals are too many; the largest number is 10"):
        indices(read(REFERENCE), ranges(read(REFERENCE)), design=FEW)


def test_shapes_of_ranges_have_their_means(tmp_path: Path) -> None:
    text = '[[inputs]]\npath = "contract.interest.rate"\nlow = 0.0\nhigh = 0.1\nkind = "{}"\nmode = 0.04\n'
    for shape, mean in (("triangular", 0.14 / 3), ("pert", (0.0 + 4 * 0.04 + 0.1) / 6)):
        file = tmp_path / f"{shape}.toml"
        file.write_text(text.format(shape), encoding="utf-8")
        one = next(each for each in ranges(read(REFERENCE), file=file).inputs if each.shape == shape)
        levels = (np.arange(1000) + 0.5) / 1000
        assert np.mean([rooms.QUANTILES[shape](one, level) for level in levels]) == pytest.approx(mean, rel=1e-4)


def test_the_frame_has_the_same_numbers(free: Indices) -> None:
    frame = sib.sensitivity(sib.load(REFERENCE), measures=FEW.measures, points=8, trials=64, seed=2)
    rows = [(part.input.name, name, *pair) for spread in free.spreads for part in spread.parts
            for name, pair in part.shares.items()]
    assert list(frame[["input", "index", "share", "standard_error"]].itertuples(index=False, name=None)) == rows
