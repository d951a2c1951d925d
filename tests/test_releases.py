"""What a line owes by date: its own dates, indexation and rounding on them, and what its trigger releases; in cents."""

from __future__ import annotations

import pytest
from group_deal import adding, line, lines_of, standing

from sib.deal.conditions import Trigger
from sib.deal.lines import FixedPayment, PerPoint, RateCard, StepTable

ROWS = [{"at_least": 5, "pays": 100}, {"at_least": 8, "pays": 300}]
LATE = Trigger(name="late", metric="m", at_least=8, releases="from_then")


def made(terms, metrics, *, triggers=()):
    """What one line owes on the dates 12, 24 and 36, or has made by them."""
    (found,) = lines_of(terms, metrics=metrics, triggers=triggers)
    return found.made[:, 0].tolist()


class TestOwnDates:
    """A line that names its months owes on those, and nothing before the first of them."""

    def test_between_them_it_owes_what_it_owed(self):
        assert made(line(StepTable, rows=ROWS, months=[12, 36]), standing(6, 9, 4)) == [100_00, 100_00, 0]
        assert made(line(StepTable, rows=ROWS, months=[24]), standing(6, 9, 4)) == [0, 300_00, 300_00]

    def test_it_grows_to_the_date_on_which_it_is_owed(self):
        # 100 since month 12, first owed at 24 or at 36: two and three years of 10%, halves of a cent up
        table = {"rows": ROWS, "indexed": 0.1}
        assert made(line(StepTable, **table), standing(6, 6, 6)) == [110_00] * 3
        assert made(line(StepTable, months=[24, 36], **table), standing(6, 6, 6)) == [0, 121_00, 121_00]
        assert made(line(StepTable, months=[36], **table), standing(6, 6, 6)) == [0, 0, 133_10]

    def test_each_part_grows_to_its_own_date(self):
        # 100 at 12; 200 more, measured at 24, at 36
        table = {"rows": ROWS, "indexed": 0.1, "months": [12, 36]}
        assert made(line(StepTable, **table), standing(6, 9, 9)) == [110_00, 110_00, 110_00 + 266_20]

    def test_a_card_that_is_settled_once(self):
        card = line(RateCard, prices=[{"outcome": "m", "price": 10}], indexed=0.5, months=[36], round_to=7)
        # 6 outcomes at 10 × 1.5³ = 202.50, the nearest multiple of 7
        assert made(card, adding(1, 2, 3)) == [0, 0, 203_00]

    def test_what_came_between_is_found_on_the_next_of_them(self):
        # at 24 the value rises to 9; the line sees it at 36, on which the trigger is met
        table = line(StepTable, rows=ROWS, months=[12, 36], when="late")
        assert made(table, standing(6, 9, 9), triggers=[LATE]) == [0, 0, 200_00]

    def test_what_is_lost_is_what_was_owed_on_a_date_on_which_it_was_not_met(self):
        every = line(PerPoint, **{"from": 5}, amount=10, when="late")
        assert made(every, standing(6, 7, 9), triggers=[LATE]) == [0, 0, 20_00]
        last = line(PerPoint, **{"from": 5}, amount=10, when="late", months=[36])
        assert made(last, standing(6, 7, 9), triggers=[LATE]) == [0, 0, 40_00]


@pytest.mark.parametrize(("months", "cents"), [(None, [11_00, 12_10, 13_31]), ([24], [0, 12_10, 0])])
def test_an_amount_by_date_grows_to_its_date(months, cents):
    assert made(line(FixedPayment, amount=10, indexed=0.1, months=months), standing(1, 1, 1)) == cents
