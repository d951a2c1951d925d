"""What is told of a calibration: every text in both languages, and the remarks that belong to what was found."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from sib.calibration import Asked, calibrated
from sib.casefile import read_cases
from sib.fragment import fragment
from sib.views.calibration import TEXTS, page
from sib.views.calibration_chart import TEXTS as CHART_TEXTS
from sib.views.words import Words

HEAD = "case,law,class,current,threatening,tailored,months"


def told(folder: Path, *lines: str, asked: Asked | None = None, lang: str = "en") -> str:
    head = HEAD + ",success" * (lines[0].count(",") > HEAD.count(","))
    (folder / "cases.csv").write_text("\n".join((head, *lines)), encoding="utf-8")
    found = calibrated(read_cases(str(folder / "cases.csv")), asked)
    words = Words(lang)
    return " ".join(page(found, words).removesuffix(fragment(found, words.lang).rstrip()).split())


@pytest.mark.parametrize("texts", [TEXTS, CHART_TEXTS], ids=["page", "chart"])
def test_both_languages_fill_in_the_same_values(texts: dict[str, tuple[str, str]]) -> None:
    for english, dutch in texts.values():
        named = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in (english, dutch)]
        assert named[0] == named[1]


def test_few_cases_are_told_how_wide_the_mean_is(tmp_path: Path) -> None:
    lines = [f"K{n},Wmo,direct,,{1000 + 100 * n},,1" for n in range(29)]
    # mean 2,400, sd 851.5, Student at 28 degrees of freedom 2.0484: half of it 323.9
    assert "29 cases are few: with 95% confidence the mean lies between 2,076 and 2,724." in told(tmp_path, *lines)
    assert "29 casussen zijn er weinig: met 95% zekerheid ligt het gemiddelde tussen 2.076 en 2.724." in told(
        tmp_path, *lines, lang="nl")
    assert "are few" not in told(tmp_path, *lines, "K30,Wmo,direct,,2400,,1")


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_each_remark_stands_where_it_belongs(lang: str, tmp_path: Path) -> None:
    def is_said(name: str, text: str) -> bool:
        pattern = re.sub(r"\\\{\w+\\\}", ".*?", re.escape(TEXTS[name][lang == "nl"]))
        return re.search(pattern, text) is not None

    plain = [f"K{n},Wmo,direct,,{1000 + 40 * n},,12" for n in range(40)]
    given = {
        "few_failed": told(tmp_path, *(f"{line},yes" for line in plain), "X,Wmo,direct,,9,,12,no", lang=lang),
        "failed": told(tmp_path, *(f"{line},yes" for line in plain), *(
            f"X{n},Wmo,direct,,9,,12,no" for n in range(10)), lang=lang),
        "own": told(tmp_path, *plain, asked=Asked(own_data=True), lang=lang),
        "nothing_saved": told(tmp_path, *plain, "X,Wmo,direct,,,5,12", lang=lang),
        "withheld": told(tmp_path, *plain, "K1,Zvw,direct,,5,,12", lang=lang),
        "negative": told(tmp_path, *plain, *(f"K{n},Zvw,direct,,,5,12" for n in range(10)), lang=lang),
        "spans": told(tmp_path, *plain, "K1,Wmo,direct,,5,,1", lang=lang),
        "empirical": told(tmp_path, *plain, asked=Asked(fit="empirical"), lang=lang),
        "fixed": told(tmp_path, *(f"K{n},Wmo,direct,,7,,12" for n in range(10)), lang=lang),
        "public": told(tmp_path, *plain, asked=Asked(is_public=True), lang=lang),
        "poor": told(tmp_path, *(f"K{n},Wmo,direct,,{10 if n % 2 else 9000},,12" for n in range(60)), lang=lang),
        "one": told(tmp_path, plain[0], asked=Asked(is_public=True), lang=lang),
    }
    ordinary = told(tmp_path, *plain, lang=lang)
    for name, text in given.items():
        assert is_said(name, text), name
        assert not is_said(name, ordinary), name
    assert is_said("unknown", ordinary)
