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
from sib.chance.draws import BLOCK, SCHEMES, USUAL, Source, Stream, case_uniforms, digest32, trial_pair, trial_uniforms

HERE = Stream(seed=1, block=0)
STREAMS = st.builds(Stream, seed=st.integers(0, 2**64), block=st.integers(0, 2**20))
NAMES = st.text(max_size=12)
EVERY_SCHEME = pytest.mark.parametrize("scheme", SCHEMES)


def drawn_as(scheme: str, seed: int = 3, blocks: int = 1) -> Floats:
    """What is drawn by trial in one way: single, first and second of a pair, of shape (3, blocks, BLOCK)."""
    streams = [Source(seed, scheme).stream(block) for block in range(blocks)]
    return np.stack([
        np.concatenate((trial_uniforms(stream, "x")[np.newaxis], trial_pair(stream, "y", segment="s")))
        for stream in streams
    ], axis=1)


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


@EVERY_SCHEME
@pytest.mark.parametrize("trial", [0, 1, 255])
def test_each_single_trial_is_uniform_whatever_it_shares(scheme: str, trial: int) -> None:
    single, *pair = drawn_as(scheme, blocks=1500)[:, :, trial]
    for values in (single, *pair):
        assert kolmogorov_p(values) > 1e-4
    for one, other in ((single, pair[0]), (single, pair[1]), (pair[0], pair[1])):
        quarters = np.bincount((one // 0.25 * 4 + other // 0.25).astype(int), minlength=16)
        assert np.max(np.abs(quarters - 1500 / 16)) < 4.5 * np.sqrt(1500 / 16)


@EVERY_SCHEME
def test_all_schemes_draw_on_one_grid(scheme: str) -> None:
    """The middles of 2**52 steps: strictly inside (0, 1), and what is left of 1 is one of them."""
    steps = drawn_as(scheme, blocks=20) * 2.0**52 - 0.5
    assert np.array_equal(steps, np.floor(steps))
    assert steps.min() >= 0
    assert steps.max() <= 2.0**52 - 1


@EVERY_SCHEME
def test_other_names_are_unrelated_whatever_is_shared(scheme: str) -> None:
    mine, other = drawn_as(scheme, 3, 40).ravel(), drawn_as(scheme, 4, 40).ravel()
    assert abs(np.corrcoef(mine, other)[0, 1]) < 4.5 / np.sqrt(mine.size)
    single, first, second = drawn_as(scheme, 3, 40).reshape(3, -1)
    for one, another in ((single, first), (single, second)):
        assert abs(np.corrcoef(one, another)[0, 1]) < 4.5 / np.sqrt(one.size)


@EVERY_SCHEME
def test_cases_are_drawn_alike_under_every_scheme(scheme: str) -> None:
    usual, other = (case_uniforms(Source(3, name).stream(2), "x", segment="s", n_cases=5) for name in (USUAL, scheme))
    assert np.array_equal(usual, other)


def test_a_latin_hypercube_is_stratified_in_each_factor_and_in_no_box() -> None:
    single, *pair = drawn_as("latin")[:, 0]
    for values in (single, *pair):
        assert np.array_equal(np.sort(np.floor(values * BLOCK)), np.arange(BLOCK))
    assert not boxes_hold_one_each(np.array(pair))


def test_antithetic_trials_are_mirror_images_to_the_bit() -> None:
    """Trials 2k and 2k + 1 of every factor; another 2k is free, so that a stratum has as many as chance gives it."""
    drawn = drawn_as("antithetic", blocks=40)
    assert np.array_equal(drawn[..., 1::2], 1.0 - drawn[..., ::2])
    assert np.array_equal(drawn[..., ::2], 1.0 - drawn[..., 1::2])
    for values in drawn[..., ::2]:
        assert abs(np.corrcoef(values[:, :-1].ravel(), values[:, 1:].ravel())[0, 1]) < 4.5 / np.sqrt(values.size)


def test_independent_trials_fill_as_many_strata_as_balls_fill_urns() -> None:
    """256 balls in 256 urns leave each empty with chance e0 = (255/256)**256, two of them with (254/256)**256."""
    n, blocks = BLOCK, 200
    empty, both = ((n - 1) / n) ** n, ((n - 2) / n) ** n
    sd = np.sqrt(n * empty + n * (n - 1) * both - (n * empty) ** 2)
    for values in drawn_as("independent", blocks=blocks):
        filled = np.array([np.unique(np.floor(block * n)).size for block in values])
        assert abs(filled.mean() - n * (1 - empty)) < 4.5 * sd / np.sqrt(blocks)


@pytest.mark.parametrize(
    ("seed", "scheme", "told"), [(1, "sobol", "known: stratified, latin"), (-1, USUAL, "0 or more")]
)
def test_a_source_that_cannot_be_is_refused(seed: int, scheme: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        Source(seed, scheme)


def test_a_plain_seed_is_drawn_from_in_the_usual_way() -> None:
    assert Source.of(np.int64(7)) == Source(7, "stratified")
    assert Source.of(Source(7, "latin")) == Source(7, "latin")


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
        *(lambda name=name: trial_uniforms(Stream(1, 0, name), "x") for name in SCHEMES),
        *(lambda name=name: trial_pair(Stream(1, 0, name), "x", segment="s") for name in SCHEMES),
    ],
    ids=["case", *SCHEMES, *(f"pair {name}" for name in SCHEMES)],
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
