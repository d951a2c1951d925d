"""Keeping memory is asked for where it can be, and never in the way."""

from __future__ import annotations

import ctypes
import platform
from typing import Any

import pytest

from sib.cli.memory import keep_memory


def test_it_can_be_asked_where_there_is_glibc() -> None:
    assert keep_memory() or platform.libc_ver()[0] != "glibc"


@pytest.mark.parametrize("error", [OSError, AttributeError, TypeError])
def test_elsewhere_it_is_left_alone(error: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(name: Any) -> None:
        raise error

    monkeypatch.setattr(ctypes, "CDLL", fails)
    assert not keep_memory()
