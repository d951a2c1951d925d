"""Uniforms: named, reproducible, independent of each other, and stratified exactly."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import kolmogorov

from sib.arrays import Floats
from sib.chance import draws
from sib.chance.draws import BLOCK, Stream, case_uniforms, digest32, trial_pair, trial_uniforms

HERE = Stream(seed=1, block=0)
STREAMS = st.builds(Stream, seed=st.integers(0, 2**64), block=st.integers(0, 2**20))
NAMES = st.text(max_size=12)


def every_kind(stream: Stream, purpose: str = "x", segment: str = "s") -> tuple[Floats, Floats, Floats]:
    """Ask for all three ways of drawing under one name, as flat arrays."""
    cases = case_uniforms(stream, purpose, segment=segment, n_cases=40)
    return (
        cases.ravel(),
        trial_uniforms(stream, purpose, segment=segment),
        trial_pair(stream, purpose, segment=segment).ravel(),
    )


def kolmogorov_p(sample: Floats) -> float:
    """Chance of a larger distance from the uniform law (Kolmogorov's limit), of a sample of any shape."""
    ordered = np.sort(sample, axis=None)
    steps = np.arange(ordered.size + 1) / ordered.size
    distance = max(np.max(steps[1:] - ordered), np.max(ordered - steps[:-1]))
    return float(kolmogorov(np.sqrt(ordered.size) * distance))


def boxes_hold_one_each(pair: Floats) -> bool:
    """Is there one point in every box of 2**-d by 2**-(8 - d), for d = 0 .. 8?"""
    return all(
        np.unique(np.floor(pair[0] * 2**d) * BLOCK + np.floor(pair[1] * 2 ** (8 - d))).size == BLOCK for d in range(9)
    )


@pytest.mark.parametrize(
    ("text", "first_bytes"),
    [("abc", 0xBA7816BF), ("", 0xE3B0C442)],  # SHA-256 test vectors of FIPS 180-2
)
def test_names_are_digested_by_sha256_whatever_the_hash_seed(text: str, first_bytes: int) -> None:
    assert digest32(text) == first_bytes


@given(STREAMS, NAMES, NAMES, st.integers(0, 6), st.integers(0, 6))
def test_further_cases_leave_earlier_ones_unchanged(
    stream: Stream, purpose: str, segment: str, few: int, more: int
) -> None:
    short = case_uniforms(stream, purpose, segment=segment, n_cases=few)
    long = case_uniforms(stream, purpose, segment=segment, n_cases=few + more)
    assert long.shape == (few + more, BLOCK)
    assert np.array_equal(long[:few], short)


@given(STREAMS, NAMES)
def test_the_order_of_asking_changes_nothing(stream: Stream, other: str) -> None:
    forwards = every_kind(stream)
    every_kind(stream, purpose=other)
    for first, second in zip(forwards, reversed(every_kind_backwards(stream)), strict=True):
        assert np.array_equal(first, second)


def every_kind_backwards(stream: Stream) -> tuple[Floats, Floats, Floats]:
    """Ask for the same as `every_kind`, last kind first."""
    pair = trial_pair(stream, "x", segment="s").ravel()
    trial = trial_uniforms(stream, "x", segment="s")
    return pair, trial, case_uniforms(stream, "x", segment="s", n_cases=40).ravel()


@pytest.mark.parametrize(
    ("stream", "purpose", "segment"),
    [
        (Stream(2, 0), "x", "s"),
        (Stream(1, 1), "x", "s"),
        (HERE, "y", "s"),
        (HERE, "x", "t"),
        (HERE, "s", "x"),
        (HERE, "xs", ""),
    ],
    ids=["seed", "block", "purpose", "segment", "swapped", "joined"],
)
def test_another_name_gives_unrelated_draws(stream: Stream, purpose: str, segment: str) -> None:
    for mine, other in zip(every_kind(HERE), every_kind(stream, purpose, segment), strict=True):
        assert not np.any(mine == other)
        assert abs(np.corrcoef(mine, other)[0, 1]) < 4.5 / np.sqrt(mine.size)


def test_cases_do_not_depend_on_each_other() -> None:
    uniforms = case_uniforms(HERE, "x", segment="s", n_cases=400)
    neighbours = np.corrcoef(uniforms[:-1].ravel(), uniforms[1:].ravel())[0, 1]
    assert abs(neighbours) < 4.5 / np.sqrt(uniforms[1:].size)


@given(STREAMS, NAMES, NAMES)
def test_one_trial_in_every_stratum(stream: Stream, purpose: str, segment: str) -> None:
    uniforms = trial_uniforms(stream, purpose, segment=segment)
    assert np.array_equal(np.sort(np.floor(uniforms * BLOCK)), np.arange(BLOCK))
    assert uniforms.min() > 0.0
    assert uniforms.max() < 1.0


@given(STREAMS, NAMES, NAMES)
def test_a_pair_is_a_net(stream: Stream, purpose: str, segment: str) -> None:
    assert boxes_hold_one_each(trial_pair(stream, purpose, segment=segment))


def test_two_separately_stratified_factors_are_no_net() -> None:
    assert not boxes_hold_one_each(np.stack((trial_uniforms(HERE, "x"), trial_uniforms(HERE, "y"))))


def test_both_shifts_of_the_net_change_from_block_to_block() -> None:
    """In one block bitreverse(cell 1) xor cell 2 is bitreverse(a) xor b; of 256 values about 57 come in 64 draws."""
    seen = set()
    for block in range(64):
        cells = np.floor(trial_pair(Stream(1, block), "x", segment="s") * BLOCK).astype(int)
        mirrored = np.array([int(f"{cell:08b}"[::-1], 2) for cell in cells[0]])
        shift = np.unique(mirrored ^ cells[1])
        assert shift.size == 1
        seen.add(int(shift[0]))
    assert len(seen) > 40


@pytest.mark.parametrize("trial", [0, 1, 255])
def test_the_pair_of_one_trial_is_uniform_on_the_square(trial: int) -> None:
    pairs = np.array([trial_pair(Stream(3, block), "x", segment="s")[:, trial] for block in range(1500)])
    assert kolmogorov_p(pairs[:, 0]) > 1e-4
    assert kolmogorov_p(pairs[:, 1]) > 1e-4
    assert abs(np.corrcoef(pairs.T)[0, 1]) < 4.5 / np.sqrt(len(pairs))
    quarters = np.bincount((pairs // 0.25).astype(int) @ [4, 1], minlength=16)
    assert np.max(np.abs(quarters - 1500 / 16)) < 4.5 * np.sqrt(1500 / 16)


def test_positions_inside_the_strata_are_uniform_and_unrelated() -> None:
    """For 50 blocks: to the stratum, to each other, and of the two coordinates of a pair."""
    single = np.array([trial_uniforms(Stream(3, block), "x") for block in range(50)]).ravel() * BLOCK
    pairs = np.concatenate([trial_pair(Stream(3, block), "y", segment="s") for block in range(50)], axis=1) * BLOCK
    for scaled in (single, *pairs):
        assert kolmogorov_p(scaled % 1.0) > 1e-4
        assert abs(np.corrcoef(scaled % 1.0, np.floor(scaled))[0, 1]) < 4.5 / np.sqrt(scaled.size)
    assert abs(np.corrcoef(pairs % 1.0)[0, 1]) < 4.5 / np.sqrt(single.size)


def test_trials_of_a_block_come_in_random_order() -> None:
    uniforms = np.array([trial_uniforms(Stream(3, block), "x") for block in range(200)])
    assert kolmogorov_p(uniforms[:, 0]) > 1e-4
    correlation = np.corrcoef(uniforms.ravel(), np.tile(np.arange(BLOCK), 200))[0, 1]
    assert abs(correlation) < 4.5 / np.sqrt(uniforms.size)


def test_case_uniforms_are_uniform() -> None:
    uniforms = case_uniforms(HERE, "x", segment="s", n_cases=400)
    assert kolmogorov_p(uniforms) > 1e-4
    assert kolmogorov_p(uniforms**1.05) < 1e-4


class Extreme:
    """A generator that draws the same number every time."""

    def __init__(self, value: float) -> None:
        self.value = value

    def random(self, shape: int | tuple[int, ...]) -> Floats:
        return np.full(shape, self.value)


@pytest.mark.parametrize("value", [0.0, 2.0**-53, 1.0 - 2.0**-53], ids=["least", "next", "most"])
@pytest.mark.parametrize(
    "draw",
    [
        lambda: case_uniforms(HERE, "x", segment="s", n_cases=3),
        lambda: trial_uniforms(HERE, "x"),
        lambda: trial_pair(HERE, "x", segment="s"),
    ],
    ids=["case", "trial", "pair"],
)
def test_the_ends_are_never_reached(monkeypatch: pytest.MonkeyPatch, value: float, draw: Callable[[], Floats]) -> None:
    monkeypatch.setattr(draws, "generator", lambda *name, **segment: Extreme(value))
    uniforms = draw()
    assert uniforms.min() > 0.0
    assert uniforms.max() < 1.0


@pytest.mark.parametrize("value", [0.0, 1.0 - 2.0**-53])
def test_the_ends_of_a_stratum_stay_in_it(monkeypatch: pytest.MonkeyPatch, value: float) -> None:
    monkeypatch.setattr(draws, "generator", lambda *name, **segment: Extreme(value))
    assert np.array_equal(np.floor(trial_uniforms(HERE, "x") * BLOCK), np.arange(BLOCK))
    assert boxes_hold_one_each(trial_pair(HERE, "x", segment="s"))


def test_the_global_generator_is_neither_read_nor_moved() -> None:
    np.random.seed(5)
    before = np.random.get_state(legacy=False)
    first = every_kind(HERE)
    after = np.random.get_state(legacy=False)
    assert before["state"]["pos"] == after["state"]["pos"]
    assert np.array_equal(before["state"]["key"], after["state"]["key"])
    np.random.seed(6)
    for one, other in zip(first, every_kind(HERE), strict=True):
        assert np.array_equal(one, other)


@pytest.mark.parametrize("stream", [Stream(-1, 0), Stream(1, -1)], ids=["seed", "block"])
def test_negative_names_are_refused(stream: Stream) -> None:
    with pytest.raises(ValueError, match="negative"):
        trial_uniforms(stream, "x")
