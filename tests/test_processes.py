"""Processes that share work: new ones, that leave Ctrl-C to whoever started them, and give up what waits."""

from __future__ import annotations

import os
import signal
import time
from concurrent.futures import CancelledError

import pytest

from sib.processes import processes


def test_work_is_done_elsewhere_and_ctrl_c_is_not_for_it() -> None:
    with processes(1) as pool:
        assert pool.submit(os.getpid).result() != os.getpid()
        # signals are handlers of this process; as numbers they can be sent back
        assert pool.submit(signal.getsignal, signal.SIGINT).result() == signal.SIG_IGN


def test_what_waits_is_given_up_where_the_lender_is_interrupted() -> None:
    waiting = []

    def interrupted() -> None:
        with processes(1) as pool:
            waiting.extend(pool.submit(time.sleep, 0.01) for _ in range(500))
            waiting[0].result()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert waiting[-1].cancelled()
    with pytest.raises(CancelledError):
        waiting[-1].result()
