"""What is asked of the machine is asked where it can be, and never in the way."""

from __future__ import annotations

import ctypes
import gc
import os
import platform
from collections.abc import Iterator
from typing import Any

import pytest

from sib.memory import keep_memory, loading


def test_it_can_be_asked_where_there_is_glibc() -> None:
    assert keep_memory() or platform.libc_ver()[0] != "glibc"


@pytest.mark.parametrize("error", [OSError, AttributeError, TypeError])
def test_elsewhere_it_is_left_alone(error: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(name: Any) -> None:
        raise error

    monkeypatch.setattr(ctypes, "CDLL", fails)
    assert not keep_memory()


@pytest.fixture
def collector() -> Iterator[None]:
    """The search for garbage, as it was before."""
    yield
    gc.unfreeze()
    gc.enable()


@pytest.mark.usefixtures("collector")
@pytest.mark.parametrize("is_on", [True, False])
def test_no_garbage_is_looked_for_while_loading_and_as_before_afterwards(is_on: bool) -> None:
    (gc.enable if is_on else gc.disable)()
    with loading():
        assert not gc.isenabled()
    assert gc.isenabled() == is_on


@pytest.mark.usefixtures("collector")
def test_what_was_loaded_is_not_looked_at_again() -> None:
    n_before = gc.get_freeze_count()
    with loading():
        loaded = [[] for _ in range(1000)]
    assert gc.get_freeze_count() >= n_before + len(loaded)


@pytest.mark.usefixtures("collector")
@pytest.mark.parametrize(("before", "after"), [(None, "1"), ("3", "3")])
def test_linear_algebra_has_one_thread_unless_somebody_said_otherwise(
    before: str | None, after: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", before or "")
    if before is None:
        monkeypatch.delenv("OPENBLAS_NUM_THREADS")
    with loading():
        assert os.environ["OPENBLAS_NUM_THREADS"] == after
