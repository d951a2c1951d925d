"""Files that are wrong, through the command line: told where, what and how to mend it; nothing else happens."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from small_deal import Change, changed, line_of, write

from sib.cli import main
from sib.views import plots

# One slip each: the change; words of the line that must be named; words of the answer.
SLIPS: dict[str, tuple[Change, str, list[str]]] = {
    "unknown key": (("deadweight = 0.1", "deadweigth = 0.1"), "deadweigth", ["did you mean 'deadweight'?"]),
    "duplicate key": (("share = 0.7", "share = 0.7\nshare = 0.3"), "share = 0.3", ["is written twice"]),
    "thousands or decimals": (("mean = 20_000", "mean = 1.797"), "saving = ", ["thousands", "1797"]),
    "a rate of 4": (("rate = 0.04", "rate = 4"), "rate = 4", ["fractions", "4% is written 0.04"]),
    "a share of 70": (("direct_share = 0.5", "direct_share = 70"), "direct_share", ["0.70"]),
    "not a number": (("rate = 0.04", "rate = nan"), "rate", ["finite"]),
    "infinite": (("total = 50_000", "total = inf"), "total = inf", ["finite"]),
    "true is no number": (("cases = 10", "cases = true"), "cases", ["true or false"]),
    "text is no number": (("total = 50_000", 'total = "50000"'), "total", ["without quotation marks"]),
    "exponents": (("cases = 10", "cases = 1e1"), "cases", ["whole number", "write 10"]),
    "4% alone": (('basis = "per_year"\n', ""), "[contract.interest]", ["71,900", "215,700", "224,443"]),
    "shares": (("share = 0.7", "share = 0.6"), "[[contract.tranches]]", ["0.9", "exactly 1"]),
    "the budget": (("unit_price = 4_000", "unit_price = 4_100"), "total = 50_000", ["51,000.00"]),
    "the waterfall": (('"principal:junior"', '"principal:juniro"'), "waterfall", ["did you mean 'principal:junior'?"]),
    "no such metric": (('metric = "validated_savings"', 'metric = "savings"'), "metric", ["validated_savings"]),
    "no such trigger": (('when = "proof"', 'when = "prof"'), "when = \"prof\"", ["did you mean 'proof'?"]),
    "a late payment": (("every = 6", "months = [48]"), "[timeline]", ["month 48", "maturity in month 36"]),
    "no date": (("closing = 2026-01-01", "closing = 2026-02-30"), "closing", ["not TOML"]),
    "a date out of range": (("closing = 2026-01-01", "closing = 1026-01-01"), "closing", ["1900"]),
    "too deep": (("cases = 10", "cases = " + "[" * 25 + "]" * 25), "cases", ["20 levels"]),
}


@pytest.fixture(autouse=True)
def _no_charts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Charts are not what these tests are about, and most of their time."""
    monkeypatch.setattr(plots, "save_charts", lambda *_, **__: [])


def run(path: Path | str, folder: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["run", str(path), "--trials", "3", "-o", str(folder), "--force", *words])


@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_is_told_with_file_line_and_mend(name: str, tmp_path: Path) -> None:
    change, line, answer = SLIPS[name]
    text = changed(change)
    path = write(tmp_path, text)
    result = run(path, tmp_path / "x")
    assert result.exit_code == 3
    assert result.stdout == ""
    told = result.stderr
    assert f"{path}:{line_of(text, line)}: " in told
    assert all(words in told for words in answer), told
    assert "Traceback" not in told
    assert {entry.name for entry in tmp_path.iterdir()} == {"scenario.toml"}
    checked = CliRunner().invoke(main, ["check", str(path)])
    assert (checked.exit_code, checked.stderr) == (3, told)


def test_the_file_without_slips_passes(tmp_path: Path) -> None:
    path = write(tmp_path, changed())
    assert run(path, tmp_path / "x").exit_code == 0
    assert CliRunner().invoke(main, ["check", str(path)]).exit_code == 0


def test_all_slips_are_told_at_once_and_the_earlier_result_is_left_alone(tmp_path: Path) -> None:
    path = write(tmp_path, changed())
    assert run(path, tmp_path / "x").exit_code == 0
    before = {file: file.read_bytes() for file in (tmp_path / "x").rglob("*") if file.is_file()}
    write(tmp_path, changed(*(SLIPS[name][0] for name in ("unknown key", "a rate of 4", "a share of 70"))))
    overlay = write(tmp_path, "[timeline]\nmaturity = 999\n", "long.toml")
    result = run(path, tmp_path / "x", "--with", str(overlay), "--set", "budget.total=nan")
    assert result.exit_code == 3
    problems = result.stderr.splitlines()
    assert [problem.split(":")[0] for problem in problems] == [*[str(path)] * 3, str(overlay), "--set"]
    lines = [int(match[1]) for problem in problems[:3] if (match := re.search(r"toml:(\d+):", problem))]
    assert len(lines) == 3
    assert lines == sorted(lines)
    assert {file: file.read_bytes() for file in (tmp_path / "x").rglob("*") if file.is_file()} == before


@pytest.mark.parametrize(
    ("content", "answer"),
    [
        (b"", "is empty"),
        (b" \n# nothing\n", "is missing"),
        ("name = \"caf\u00e9\"".encode("latin-1"), "is not UTF-8: byte 0xe9 at offset 11"),
        (b"\xff\xfef\x00", "is not UTF-8"),
        (b"# " + b"x" * 5_100_000, "the largest that is read has"),
        (b"rate: 4%\n", "is not TOML"),
    ],
)
def test_files_that_are_no_scenario(content: bytes, answer: str, tmp_path: Path) -> None:
    path = tmp_path / "scenario.toml"
    path.write_bytes(content)
    result = run(path, tmp_path / "x")
    assert result.exit_code == 3
    assert str(path) in result.stderr
    assert answer in result.stderr
    assert "Traceback" not in result.stderr


def test_a_byte_order_mark_is_fine(tmp_path: Path) -> None:
    path = tmp_path / "scenario.toml"
    path.write_bytes(b"\xef\xbb\xbf" + changed().encode())
    assert run(path, tmp_path / "x").exit_code == 0


def test_what_is_no_regular_file_is_not_opened(tmp_path: Path) -> None:
    paths = [Path(os.devnull)]
    if hasattr(os, "mkfifo"):  # Windows has none
        os.mkfifo(tmp_path / "pipe")
        paths.append(tmp_path / "pipe")
    for path in paths:
        result = run(path, tmp_path / "x")
        assert result.exit_code == 3
        assert "no regular file" in result.stderr


def test_a_deal_that_is_not_there_gets_the_nearest_name(tmp_path: Path) -> None:
    result = run("zwarte-zwaan", tmp_path / "x")
    assert result.exit_code == 3
    assert "did you mean 'zwarte-zwanen'?" in result.stderr


@pytest.mark.parametrize(
    ("setting", "answer"),
    [
        ("contract.interest.rat=0.05", "did you mean 'rate'?"),
        ("contract.interest.rate=5", "5% is written 0.05"),
        ("contract.interest.rate", "is no PATH=VALUE"),
        ("contract.interest.rate=", "is no value"),
        ("contract.tranches.junior.share=nan", "finite"),
        ("contract.tranches.mezzanine.share=0.1", "'senior', 'junior'"),
    ],
)
def test_a_setting_that_fits_nothing(setting: str, answer: str, tmp_path: Path) -> None:
    result = run(write(tmp_path, changed()), tmp_path / "x", "--set", setting)
    assert result.exit_code == 3
    assert answer in result.stderr
    assert result.stderr.startswith("--set: ")


def test_an_overlay_that_is_not_there(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["check", "zwarte-zwanen", "--with", "as-spend"])
    assert result.exit_code == 3
    assert "did you mean 'as-spent'?" in result.stderr
