"""The command line: verbs, options, exit codes, and what is said where."""

from __future__ import annotations

import io
import json
import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from small_deal import changed, write

import sib
from sib import engine
from sib.cli import VERBS, crew, main
from sib.cli.options import say
from sib.deal.assumptions import assumptions
from sib.deal.reader import read
from sib.errors import ConservationError
from sib.views import plots

HEAVY = {"numpy", "scipy", "pandas", "matplotlib", "pydantic", "tomllib"}


def sib_run(*words: str) -> Result:
    """What the command answers to some words."""
    return CliRunner().invoke(main, [*words])


def said(*words: str) -> str:
    """What the command writes to stdout where all is well."""
    answer = sib_run(*words)
    assert answer.exit_code == 0, answer.output
    return answer.stdout


def strictly(text: str) -> Any:
    """JSON as other programs read it: no NaN, no infinity."""

    def refuse(constant: str) -> float:
        raise AssertionError(f"{constant} is no JSON")

    return json.loads(text, parse_constant=refuse)


def python(code: str, *words: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """A fresh Python that runs some code with words for the command."""
    command = [sys.executable, "-c", code, *words]
    return subprocess.run(command, capture_output=True, check=False, env={**os.environ, **environment})


MAIN = "from sib.cli import main; main()"


# Help, and what is loaded for it


def test_help_lists_the_verbs_and_loads_nothing_heavy() -> None:
    code = (
        "import sys\nfrom sib.cli import main\ntry:\n    main(['--help'])\nexcept SystemExit as end:\n"
        "    print(end.code, *sys.modules, file=sys.stderr)"
    )
    answer = python(code)
    ended, *loaded = answer.stderr.decode().split()
    assert ended == "0"
    assert not HEAVY & set(loaded)
    assert {name for name in loaded if name.partition(".")[0] == "sib"} == {"sib", "sib.cli", "sib.errors"}
    listed = re.findall(r"^  (\w+)  +[A-Z]", answer.stdout.decode(), re.MULTILINE)
    assert listed == list(VERBS)


def test_a_run_that_writes_nothing_loads_no_frames_and_no_charts() -> None:
    code = "import sys\nfrom sib.cli import main\ntry:\n    main()\nfinally:\n    print(*sys.modules, file=sys.stderr)"
    answer = python(code, "run", "worked-example", "--trials", "1")
    assert not {"pandas", "matplotlib", "scipy.stats"} & set(answer.stderr.decode().split())


NOT_FOR_JSON = {
    *("pandas", "matplotlib", "openpyxl", "defusedxml", "jsonschema", "PIL"),
    *("scipy.stats", "scipy.optimize", "scipy.linalg", "scipy.sparse", "scipy.integrate", "scipy.interpolate"),
    *("sib.views.tables", "sib.views.words", "sib.analysis", "sib.exact", "sib.run", "sib.frames", "sib.output"),
    "sib.linter",
    *("sib.deal.lint", "sib.deal.schema", "sib.deal.assumptions", "sib.deal.cautions"),
    *("sib.accountant.samples", "sib.accountant.populations", "sib.accountant.monetary", "sib.accountant.sampling"),
    *("sib.asked", "sib.needed", "sib.stated", "sib.columns", "sib.delimited", "sib.privacy"),
}
"""What a run of the reference deal for a program has no use for: frames, charts, tables, other methods, other deals."""


def test_a_run_as_json_loads_only_what_simulates() -> None:
    code = "import sys\nfrom sib.cli import main\ntry:\n    main()\nfinally:\n    print(*sys.modules, file=sys.stderr)"
    answer = python(code, "run", "zwarte-zwanen", "--trials", "1", "--json")
    loaded = set(answer.stderr.decode().split())
    assert json.loads(answer.stdout)["trials"] == 1
    assert {"sib.engine", "sib.results"} <= loaded
    assert not NOT_FOR_JSON & loaded


NEEDED = {"diff": ("results/before", "results/after")}
"""Result folders that the example of a verb asks for."""


@pytest.mark.parametrize("verb", ["", *VERBS])
def test_help_ends_with_an_example_that_runs(verb: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = said(*filter(None, [verb]), "--help")
    assert text.rstrip().splitlines()[-2].strip() == "Example:"
    program, *words = shlex.split(text.rstrip().splitlines()[-1])
    assert program == "sib"
    assert not verb or words[0] == verb
    for place in NEEDED.get(verb, ()):
        said("run", "worked-example", "--trials", "2", "-o", place, "--quiet")
    assert said(*words)


def test_help_can_be_asked_for_after_any_verb() -> None:
    for verb in VERBS:
        said(verb, "--help")
    assert "Verbs" in said("--help")
    assert said("list")


def test_a_long_run_goes_to_processes_and_says_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("run", "worked-example", "--trials", "600", "--json")
    alone = said(*words)
    monkeypatch.setattr("sib.cli.run.LONG", 500)
    lent: list[int] = []
    real = crew.processes
    monkeypatch.setattr(crew, "processes", lambda number: lent.append(number) or real(number))
    assert said(*words, "--workers", "2") == alone
    assert said(*words, "--workers", "1") == alone
    assert lent == [2]


def test_what_fits_once_is_refused_where_every_process_would_hold_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "memory", lambda: 8 * 10**9)
    deal = read("zwarte-zwanen").scenario
    crew.refuse_without_room(deal, 200_000, effort=engine.Effort(8))
    with crew.shared(8, 0) as executor, pytest.raises(sib.RefusedError, match="the largest number of trials"):
        crew.refuse_without_room(deal, 200_000, effort=engine.Effort(8, executor=executor))


def test_a_process_that_is_lost_is_told() -> None:
    def lose_one() -> None:
        with crew.shared(2, 0) as executor:
            assert executor is not None
            executor.submit(os.abort).result()

    with pytest.raises(sib.RefusedError, match="one of 2 processes was ended from outside"):
        lose_one()


def test_every_verb_is_in_the_table_of_verbs() -> None:
    rooms = {path.stem for path in Path(sib.__file__).parent.joinpath("cli").glob("*.py")}
    # sib audit design is a part of a verb, and exactly is what two verbs do with exact figures
    shared = {"__init__", "options", "crew", "grids", "design", "exactly"}
    assert rooms - shared == set(VERBS)


def test_the_version_is_the_packages() -> None:
    assert said("--version").split()[-1] == sib.__version__


# What was typed wrong: exit 2


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (["rnu", "x"], "there is no verb 'rnu'; did you mean 'run'?"),
        (["simulate"], "there is no verb 'simulate'; verbs: list, check, run, payoff, compare, "),
        (["run"], "Missing argument 'SCENARIO'"),
        (["run", "worked-example", "--trails", "5"], "--trails"),
        (["run", "worked-example", "--lang", "fr"], "'fr' is not one of 'en', 'nl'"),
        (["statement", "worked-example"], "Missing option '--trial'"),
        (["list", "worked-example"], "unexpected extra argument"),
        (["--trials", "5"], "--trials"),
    ],
)
def test_words_that_mean_nothing(words: list[str], answer: str) -> None:
    result = sib_run(*words)
    assert result.exit_code == 2
    assert answer in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("number", "answer"),
    [
        ("0", "0 is out of range; whole numbers from 1 up"),
        ("-1", "-1 is out of range"),
        ("nan", "'nan' is no finite number"),
        ("inf", "'inf' is no finite number"),
        ("-Infinity", "is no finite number"),
        ("1e6", "'1e6' is not written out; write 1000000"),
        ("1e3000", "is no whole number"),
        ("2.5", "'2.5' is no whole number"),
        ("20.000", "write 20000 if they are thousands"),
        ("20,000", "write 20000 if they are thousands"),
        ("1_000_000", "write 1000000 if they are thousands"),
        ("+5", "is not written out; write 5"),
        ("٢٠", "is not written out; write 20"),
        ("0x10", "is no whole number"),
        ("ten", "'ten' is no whole number; write digits only, such as 20000"),
        ("", "'' is no whole number"),
        ("9" * 30, "has more than 18 digits"),
        ("x" * 300, "..."),
    ],
)
@pytest.mark.parametrize("option", ["--trials", "--seed", "--workers"])
def test_numbers_are_plain_digits_in_range(option: str, number: str, answer: str) -> None:
    result = sib_run("run", "worked-example", option, number)
    if option == "--seed" and number == "0":
        assert result.exit_code == 0
        return
    assert result.exit_code == 2
    assert answer.replace("from 1 up", "from 1 to 512" if option == "--workers" else "from 1 up") in result.stderr
    assert len(result.stderr) < 400


def test_a_trial_is_counted_from_0() -> None:
    assert said("statement", "worked-example", "--trial", "0")
    assert sib_run("statement", "worked-example", "--trial", "-1").exit_code == 2
    assert sib_run("statement", "worked-example", "--trial", "100000000").exit_code == 2


# Other endings


def test_too_many_trials_are_refused_with_the_estimate_and_the_most_that_fit() -> None:
    result = sib_run("run", "worked-example", "--trials", "1000000000000")
    assert result.exit_code == 4
    told = r"would take about ([\d,.]+) GB; the largest number of trials that fits here is ([\d,]+)"
    match = re.search(told, result.stderr)
    assert match
    assert float(match[1].replace(",", "")) > 1_000
    assert 0 < int(match[2].replace(",", "")) < 10**12


def test_a_folder_that_exists_is_refused_before_any_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def work(*_: object, **__: object) -> None:
        raise AssertionError("nothing should be simulated")

    monkeypatch.setattr(engine, "simulate", work)
    result = sib_run("run", "worked-example", "-o", str(tmp_path))
    assert result.exit_code == 5
    assert "exists" in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize("error", [RuntimeError("a bug"), ConservationError("a cent is gone")])
def test_our_own_faults_keep_their_traceback(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(engine, "simulate", fail)
    result = sib_run("run", "worked-example")
    assert result.exit_code == 1
    assert result.exception is error


def test_strict_wants_trials_enough() -> None:
    assert sib_run("run", "worked-example", "--trials", "3").exit_code == 0
    result = sib_run("run", "worked-example", "--trials", "3", "--strict")
    assert result.exit_code == 6
    assert "too few trials" in result.stdout
    assert sib_run("run", "worked-example", "--trials", "1000", "--strict").exit_code == 0


def test_strict_wants_no_cautions_and_nothing_left_open() -> None:
    assert sib_run("check", "worked-example").exit_code == 0
    assert sib_run("check", "worked-example", "--strict").exit_code == 6
    result = sib_run("check", "zwarte-zwanen", "--json", "--strict")
    found = strictly(result.stdout)
    assert result.exit_code == 6
    assert not found["cautions"]
    assert found["findings"]


STUCK = """
import threading
from concurrent.futures import ThreadPoolExecutor
from sib import engine
from sib.cli import main
def simulate(*_, **__):
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, range(2)))
def work(place):
    if place:
        print("at work", flush=True)
    threading.Event().wait()
engine.simulate = simulate
main()
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signals that one process sends another")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("is_recorded", [True, False])
def test_signals_end_work_that_would_go_on_for_ever(number: int, code: int, is_recorded: bool, tmp_path: Path) -> None:
    words = ["run", "worked-example", *(["-o", str(tmp_path / "x")] if is_recorded else [])]
    command = [sys.executable, "-c", STUCK, *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"at work\n"
        assert (tmp_path / "x.partial").exists() == is_recorded
        process.send_signal(number)
        try:
            _, errors = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == code
    assert errors.decode().strip() == "interrupted; nothing is left behind"
    assert list(tmp_path.iterdir()) == []


ONE_IS_SLOW = """
import os
from sib.cli import main
from sib.engine import Bench
run, n_runs = Bench.run, 0
def count(bench, deal):
    global n_runs
    n_runs += 1
    if n_runs == int(os.environ["SLOW"]):
        print("at work", flush=True)
        bench.effort.progress.is_asked.wait(60)
        bench.effort.progress(0)
    return run(bench, deal)
Bench.run = count
main()
"""


def interrupted(*words: str, slow: int = 3) -> tuple[str, list[str]]:
    """What a command that gets Ctrl-C in its run number ``slow`` has said by then, and the lines of its errors."""
    command, around = [sys.executable, "-c", ONE_IS_SLOW, *words], {**os.environ, "SLOW": str(slow)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=around) as process:
        assert process.stdout
        assert process.stdout.readline() == b"at work\n"
        process.send_signal(signal.SIGINT)
        try:
            page, errors = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 130
    return page.decode(), errors.decode().splitlines()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signals that one process sends another")
@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["sweep", "worked-example", "contract.interest.rate=0.01,0.02,0.03,0.04", "--trials", "3"],
         ["incomplete: interrupted before 2 of them", "0.02 ", "..."]),
        (["stress", "zwarte-zwanen", "--trials", "3", "--grade", "mild", "--lang", "nl", "--workers", "1"],
         ["onvolledig: onderbroken voordat er nog", "geen stress"]),
    ],
)
def test_an_interrupted_table_prints_what_is_finished(words: list[str], told: list[str]) -> None:
    page, errors = interrupted(*words)
    assert errors == ["interrupted; nothing is left behind"]
    assert all(each in page for each in told), page


SOLVE = ["solve", "worked-example", "--for", "investor.receipts=103", "--vary", "contract.interest.rate"]
DECIDES = ["sensitivity", "zwarte-zwanen", "--workers", "1"]
MEET = ["negotiate", "zwarte-zwanen", "red-lines"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signals that one process sends another")
@pytest.mark.parametrize(
    ("words", "slow", "told"),
    [
        (SOLVE, 3, ["incomplete: interrupted before the answer was found", "\n                  0.04 "]),
        (SOLVE, 1, []),
        (DECIDES, 6, ["incomplete: interrupted before"]),
        (DECIDES, 2, []),
        (MEET, 2, []),
        (MEET, 90, ["incomplete: interrupted before it was worked out what concessions are worth"]),
    ],
)
def test_an_interrupted_search_prints_what_is_finished(words: list[str], slow: int, told: list[str]) -> None:
    page, errors = interrupted(*words, "--trials", "3", slow=slow)
    assert all(each in page for each in told), page
    *far, last = errors
    assert last == "interrupted; nothing is left behind"
    if not told:
        assert page == ""
        assert [bool(re.fullmatch("[0-9]+ of about [0-9]+ trials were simulated", each)) for each in far] == [True]


@pytest.mark.parametrize("words", [["check", "zwarte-zwanen"], ["--help"], ["schema"]])
def test_readers_that_have_seen_enough(words: list[str]) -> None:
    command = [sys.executable, "-c", MAIN, *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
@pytest.mark.parametrize("words", [["run", "worked-example", "--trials", "3"], ["--help"], ["list", "--json"]])
def test_output_that_cannot_be_written_is_told_in_one_line(words: list[str]) -> None:
    with open("/dev/full", "wb") as full:
        answer = subprocess.run(
            [sys.executable, "-c", MAIN, *words], stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert answer.stderr.decode() == "the output cannot be written: No space left on device\n"
    assert answer.returncode == 5


def test_an_error_of_the_system_that_is_not_the_outputs_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    error = OSError(5, "the disk of a library")

    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(engine, "simulate", fail)
    assert sib_run("run", "worked-example").exception is error


@pytest.mark.parametrize(("place", "told"), [("/", "/ is the root of the disk"), ("", '"" names no folder')])
def test_a_place_that_is_no_folder_is_told_in_one_line(place: str, told: str) -> None:
    for words in ([], ["--force"]):
        result = sib_run("run", "worked-example", "--trials", "3", "-o", place, *words)
        assert result.exit_code == 5
        assert result.stderr.startswith(told)
        assert result.stderr.count("\n") == 1


# What is said, and where


@pytest.mark.parametrize("coding", ["ascii", "cp1252"])
def test_any_console_can_show_it(coding: str, tmp_path: Path) -> None:
    names = ('"Small deal"', r'"Gezin \u001b[31m\U0001F331 \u00EB"'), ('name = "young parents"', r'name = "a\nb"')
    text = changed(*names)
    path = str(write(tmp_path, text))
    for words in (["run", path, "--trials", "300"], ["check", path], ["statement", path, "--trial", "1"]):
        answer = python(MAIN, *words, PYTHONIOENCODING=f"{coding}:strict", PYTHONUTF8="0")
        assert answer.returncode == 0, answer.stderr.decode()
        shown = answer.stdout.decode(coding)
        assert "\x1b" not in shown
        assert "Gezin" in shown.splitlines()[0]
        assert shown.replace("\u00eb", "").isascii()


@pytest.mark.parametrize(("coding", "shown"), [("utf-8", "± 5 · ë\n? [31m\n"), ("ascii", "+/- 5 | ?\n? [31m\n")])
def test_nothing_that_is_said_steers_a_terminal(coding: str, shown: str, monkeypatch: pytest.MonkeyPatch) -> None:
    console = io.TextIOWrapper(io.BytesIO(), encoding=coding, newline="\n")
    monkeypatch.setattr(sys, "stdout", console)
    say("± 5 · ë\n\x1b [31m")
    console.seek(0)
    assert console.read() == shown


def test_talk_goes_to_stderr_and_can_be_silenced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plots, "save_charts", lambda *_, **__: [])
    loud = sib_run("run", "worked-example", "--trials", "3", "-o", str(tmp_path / "x"), "--json")
    assert strictly(loud.stdout)["trials"] == 3
    assert loud.stderr == f"results in {tmp_path / 'x'}\n"
    again = sib_run("run", "worked-example", "--trials", "3", "-o", str(tmp_path / "x"), "--force", "--quiet")
    assert again.exit_code == 0
    assert again.stderr == ""


def test_a_person_who_watches_sees_progress() -> None:
    pty = pytest.importorskip("pty", reason="only Unix has terminals that a test can open")
    seen: dict[str, bytes] = {}
    for word in ("--trials=300", "--quiet"):
        ours, theirs = pty.openpty()
        command = [sys.executable, "-c", MAIN, "run", "worked-example", word]
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=theirs, check=True)
        os.write(theirs, b"end")
        seen[word] = os.read(ours, 10_000)
        os.close(theirs)
        os.close(ours)
    assert b"100%" in seen["--trials=300"]
    assert seen["--quiet"] == b"end"


# The verbs


def test_list_has_one_line_a_deal_under_the_heading_of_its_group() -> None:
    groups = [part.splitlines() for part in said("list").split("\n\n")]
    lines = [line for _, *rows in groups for line in rows]
    assert [heading for heading, *_ in groups] == ["Founding deals", "Initiatives and proposals", "Public deals"]
    assert [line.split()[0] for line in lines] == list(sib.packaged())
    assert said("list", "--lang", "nl").splitlines()[0] == "Eigen deals"
    reference = next(line for line in lines if line.startswith("zwarte-zwanen"))
    assert "375 cases" in reference
    assert "EUR 1,797,500" in reference
    deals = strictly(said("list", "--json"))["deals"]
    assert [deal["group"] for deal in deals][:3] == ["founding", "founding", "initiatives"]
    assert {"name": "zwarte-zwanen", "cases": 375, "currency": "EUR", "commitment": 1_797_500.0}.items() <= (
        next(deal for deal in deals if deal["name"] == "zwarte-zwanen").items()
    )


def test_check_tells_terms_and_assumptions_to_programs_too() -> None:
    told = strictly(said("check", "zwarte-zwanen", "--json", "--set", "contract.interest.rate=0.05"))
    reading = read("zwarte-zwanen", settings=[("contract.interest.rate", 0.05)])
    assert told["scenario"] == {"name": reading.scenario.name, "digest": reading.scenario.digest}
    assert [term["path"] for term in told["terms"]] == [term.path for term in assumptions(reading)]
    term = {"path": "contract.interest.rate", "value": 0.05, "source": "set by --set", "kind": "untagged"}
    assert term in told["terms"]
    assert "programme.dependence.savings" in [each["path"] for each in told["assumed_independent"]]
    assert told["cautions"] == []
    values = {term["path"]: term["value"] for term in told["terms"]}
    assert values["contract.commitment"] == 1_797_500
    assert values["timeline.closing"] == "2026-01-01"
    assert values["accountant.counting.evidence_required"] is True
    assert values["contract.waterfall"] == ["interest:investor", "principal:investor", "surplus"]


@pytest.mark.parametrize("words", [["run"], ["check"], ["statement", "--trial", "0"]])
def test_what_is_wrong_with_a_deal_is_told_to_programs_too(words: list[str], tmp_path: Path) -> None:
    text = changed(("rate = 0.04", "rate = 4"), ("cases = 10", "cases = 1e1"))
    path = str(write(tmp_path, text))
    result = sib_run(*words, path, "--json")
    assert result.exit_code == 3
    told = strictly(result.stdout)["errors"]
    assert [list(each) for each in told] == [["file", "line", "path", "message"]] * 2
    assert {each["path"] for each in told} == {"contract.interest.rate", "programme.segments.young parents.cases"}
    assert [f"{each['file']}:{each['line']}: {each['path']} {each['message']}" for each in told] == (
        result.stderr.splitlines()
    )
    assert sib_run(*words, path).stdout == ""
    set_wrong = sib_run(*words, path, "--json", "--set", "nonsense")
    assert [each["file"] for each in strictly(set_wrong.stdout)["errors"]] == ["--set"]


def test_overlays_and_settings_are_laid_in_order(tmp_path: Path) -> None:
    rates = {"a.toml": 0.06, "b.toml": 0.07}
    overlays = [write(tmp_path, f"[contract.interest]\nrate = {rate}\n", name) for name, rate in rates.items()]
    laid = [word for overlay in overlays for word in ("--with", str(overlay))]

    def digest(*words: str) -> str:
        found: str = strictly(said("check", "worked-example", "--json", *words))["scenario"]["digest"]
        return found

    def expected(rate: float) -> str:
        return sib.load("worked-example", set={"contract.interest.rate": rate}).digest

    assert digest() == expected(0.04)
    assert digest(*laid) == expected(0.07)
    set_twice = ("--set", "contract.interest.rate=0.08", "--set", "contract.interest.rate=0.09")
    assert digest(*set_twice, *laid) == expected(0.09)


def test_run_tells_programs_the_whole_summary() -> None:
    told = strictly(said("run", "zwarte-zwanen", "--trials", "600", "--seed", "5", "--json"))
    run = sib.simulate(sib.load("zwarte-zwanen"), 600, seed=5)
    assert told["scenario"] == {"name": run.deal.name, "digest": run.deal.digest}
    assert (told["seed"], told["trials"], told["method"], told["currency"]) == (5, 600, "mc", "EUR")
    assert told["version"] == sib.__version__
    assert told["checks"] == {"passed": len(run.simulation.checks), "failed": 0}
    assert told["checks"]["passed"] > 10
    fields = ["party", "measure", "statistic", "value", "standard_error", "low", "high", "unit"]
    assert all(list(row) == fields for row in told["measures"])
    assert told["measures"] == [{name: getattr(row, name) for name in fields} for row in run.rows]


SPREAD = ("mean", "sd", "p01", "p05", "p10", "p25", "p50", "p75", "p80", "p90", "p95", "p99")
QUANTILES = SPREAD[2:]
PROMISED = [
    *(("investor", name, ("probability",)) for name in ("repaid_in_full", "principal_loss")),
    *(("investor", name, SPREAD) for name in ("outlay", "receipts", "loss")),
    ("investor", "loss", ("var95", "var99", "es95", "es99")),
    *(("investor", name, ("mean", *QUANTILES)) for name in ("irr", "moic", "npv", "wal_years")),
    ("investor", "irr", ("undefined_share",)),
    ("investor", "irr_of_mean_cash_flow", ("value",)),
    *(("municipality", name, SPREAD) for name in ("outcome_payments", "validated_savings", "true_savings")),
    *(("municipality", name, SPREAD) for name in ("cashable_savings", "net_cash")),
    ("municipality", "pays_more_than_it_saves", ("probability",)),
    ("municipality", "break_even_cashability", ("value",)),
    ("municipality", "reserve", ("p80", "p90", "p95")),
    *((f"payer.{law}", name, SPREAD) for law in ("Wmo", "Zvw") for name in ("true_savings", "cashable_savings")),
    *((f"payer.{law}", name, SPREAD) for law in ("Wmo", "Zvw") for name in ("validated_savings", "net_cash")),
    ("payer.Wmo", "outcome_payments", SPREAD),
    *(("accountant", name, ("mean", *QUANTILES)) for name in ("claimed", "admissible", "validated", "late")),
    *(("accountant", name, ("probability",)) for name in ("earned", "paid", "false_trigger", "missed_trigger")),
    *(("programme", name, SPREAD) for name in ("enrolled", "successes")),
    *(("programme", name, ("value",)) for name in ("effective_cases", "effective_cases_given_parameters")),
]


def test_run_keeps_what_the_interface_promises() -> None:
    told = strictly(said("run", "zwarte-zwanen", "--trials", "256", "--json"))["measures"]
    rows = [(row["party"], row["measure"], row["statistic"]) for row in told]
    assert len(set(rows)) == len(rows)
    promised = {(party, name, statistic) for party, name, statistics in PROMISED for statistic in statistics}
    assert promised - set(rows) == set()
    without = strictly(said("run", "worked-example", "--trials", "1", "--json"))["measures"]
    assert not {"earned", "paid", "false_trigger"} & {row["measure"] for row in without}


def test_what_is_undefined_is_null() -> None:
    settings = ["--set", "programme.segments.households.saving=1"]  # no chance of success repays 100 out of 2
    told = strictly(said("run", "worked-example", "--trials", "1", "--json", *settings))["measures"]
    values = {(row["party"], row["measure"], row["statistic"]): row["value"] for row in told}
    assert values["programme", "needed_success", "value"] is None
    assert values["investor", "receipts", "mean"] == 2.0


def test_workers_change_no_number() -> None:
    words = ("run", "zwarte-zwanen", "--trials", "9000", "--json", "--workers")  # several work chunks
    assert said(*words, "1") == said(*words, "3")


def test_a_statement_reconciles_to_its_trial_to_the_cent() -> None:
    told = strictly(said("statement", "zwarte-zwanen", "--trial", "7", "--json"))
    run = sib.simulate(sib.load("zwarte-zwanen"), 300)
    trial = run.trials.loc[7]
    net = {total["party"]: round(total["net"] * 100) for total in told["totals"]}
    assert sum(net.values()) == net["contract account"] == 0
    assert net["social investor"] == round((trial["investor.receipts"] - trial["investor.outlay"]) * 100)
    own = trial["municipality.net_cash"] - trial["municipality.cashable_savings"]
    assert net["municipality"] == round(own * 100) == -round(trial["municipality.outcome_payments"] * 100)
    for party, name in (("provider", "provider"), ("dealmaker", "intermediary"), ("accountant", "accountant")):
        assert net[party] == round(trial[f"{name}.receipts"] * 100)
    assert told["trial"] == 7
    assert told["movements"][0] == {
        "date": "2026-01-01", "period": 0, "payer": "social investor", "payee": "contract account",
        "clause": "drawdown:investor", "amount": 1_797_500.0, "account_balance": 1_797_500.0,
    }
    assert told["movements"][-1]["account_balance"] == 0


def test_a_statement_is_of_the_same_seed_and_terms() -> None:
    words = ("statement", "zwarte-zwanen", "--trial", "3")
    assert said(*words) == said(*words, "--seed", "1")
    assert said(*words) != said(*words, "--seed", "2")
    assert "interest:investor" in said(*words)
    assert "interest:investor" not in said(*words, "--set", "contract.interest.rate=0.0", "--json")


def test_the_way_of_drawing_is_told_wherever_a_result_is() -> None:
    words = ("run", "zwarte-zwanen", "--trials", "300")
    assert "seed 1 · scenario" in said(*words)
    assert "seed 1, antithetic draws · scenario" in said(*words, "--draws", "antithetic")
    assert "(means of blocks of 2 trials;" in " ".join(said(*words, "--draws", "antithetic").split())
    assert "seed 1, antithetische trekkingen · scenario" in said(*words, "--draws", "antithetic", "--lang", "nl")
    assert strictly(said(*words, "--json"))["draws"] == "stratified"
    assert strictly(said(*words, "--json", "--draws", "latin"))["draws"] == "latin"


def test_a_correction_is_told_where_it_is_made() -> None:
    words = ("run", "zwarte-zwanen", "--trials", "1500", "--method", "control")
    page = " ".join(said(*words).split())
    assert "corrected by what is known exactly of accountant.validated" in page
    dutch = " ".join(said(*words, "--lang", "nl").split())
    assert "gecorrigeerd met wat exact bekend is van accountant.validated" in dutch
    told = strictly(said(*words, "--json"))
    assert (told["method"], told["corrected_by"], told["trials"]) == ("control", ["accountant.validated"], 1500)
    refused = sib_run(*words[:2], "--trials", "100", *words[4:])
    assert (refused.exit_code, "write --trials 1300" in refused.stderr) == (4, True)
    assert sib_run(*words, "-o", "x").exit_code == 2


def test_a_way_of_drawing_that_is_not_known_ends_with_2() -> None:
    result = sib_run("run", "zwarte-zwanen", "--draws", "sobol")
    assert result.exit_code == 2
    assert "'sobol' is not one of 'stratified', 'latin', 'antithetic', 'independent'" in result.stderr


def test_a_statement_is_of_the_same_draws() -> None:
    told = strictly(said("statement", "zwarte-zwanen", "--trial", "7", "--json", "--draws", "antithetic"))
    trial = sib.simulate(sib.load("zwarte-zwanen"), 300, draws="antithetic").trials.loc[7]
    net = {total["party"]: round(total["net"] * 100) for total in told["totals"]}
    assert net["social investor"] == round((trial["investor.receipts"] - trial["investor.outlay"]) * 100)
    assert told["draws"] == "antithetic"
    page = said("statement", "zwarte-zwanen", "--trial", "7", "--draws", "latin", "--lang", "nl")
    assert "seed 1, trekkingen als Latijnse hyperkubus" in page


@pytest.mark.parametrize("scheme", ["latin", "antithetic", "independent"])
def test_every_way_of_drawing_agrees_with_what_is_exact(scheme: str) -> None:
    words = ("run", "zwarte-zwanen", "--trials", "3000", "--method", "both", "--strict", "--draws", scheme)
    assert "seed 1, " in said(*words)


def test_remarks_speak_the_language_that_is_asked_for() -> None:
    for lang, part in (("en", "luck is not measured"), ("nl", "geluk wordt niet gemeten")):
        told = strictly(said("check", "worked-example", "--json", "--lang", lang))
        assert part in told["cautions"][-1]["message"]


def test_a_statement_speaks_dutch() -> None:
    assert "Totalen per partij" in said("statement", "zwarte-zwanen", "--trial", "3", "--lang", "nl")


def test_the_schema_knows_the_tables_of_a_scenario() -> None:
    schema = strictly(said("schema"))
    tables = {"timeline", "programme", "budget", "contract"}
    assert tables <= set(schema["required"])
    assert tables | {"accountant"} <= set(schema["properties"])
