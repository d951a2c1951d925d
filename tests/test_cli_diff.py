"""``sib diff``: what it tells people and programs, and how it ends on a fault."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sib.cli import main

RATE = "contract.interest.rate"


def answered(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def said(*words: str) -> str:
    result = answered(*words)
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    return result.stdout


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    place = tmp_path_factory.mktemp("diff")
    made = {"before": (), "after": ("--set", f"{RATE}=0.05"), "other": ("--seed", "2"),
            "mirrored": ("--draws", "antithetic")}
    for name, words in made.items():
        done = answered("run", "zwarte-zwanen", "--trials", "300", "-o", str(place / name), "--quiet", *words)
        assert done.exit_code == 0, done.output
    return {name: str(place / name) for name in made}


def test_the_same_folder_twice(folders: dict[str, str]) -> None:
    page = said("diff", folders["before"], folders["before"])
    assert page.endswith("Same version, seed and trials.\n\nNothing changed.\n")
    assert said("diff", folders["before"], folders["before"], "--lang", "nl").endswith("Er is niets veranderd.\n")


def test_one_term_and_its_results(folders: dict[str, str]) -> None:
    page = said("diff", folders["before"], folders["after"])
    assert f"{RATE}  0.04  0.05        S0     --set" in page
    assert "Beyond the error of the simulation" in page
    assert "Within it" not in page
    assert "so that the terms are the only cause" in " ".join(page.split())
    assert "--all shows them" in page
    everything = said("diff", folders["before"], folders["after"], "--all", "--lang", "nl")
    assert "Daarbinnen, of met onbekende fout" in everything
    assert "--all" not in everything


def test_another_way_of_drawing_is_told_and_never_paired(folders: dict[str, str]) -> None:
    page = " ".join(said("diff", folders["before"], folders["mirrored"]).split())  # lines break where paths are long
    assert "300 trials · seed 1, antithetic draws · scenario" in page
    assert "Not the same: way of drawing." in page
    assert "The draws are not the same" in page
    assert "Niet gelijk: manier van trekken." in said("diff", folders["before"], folders["mirrored"], "--lang", "nl")
    told = json.loads(said("diff", folders["before"], folders["mirrored"], "--json"))
    assert (told["same"]["draws"], told["same"]["seed"], told["paired"]) == (False, True, False)
    assert [each["draws"] for each in told["results"]] == ["stratified", "antithetic"]


def test_a_program_reads_all_of_it(folders: dict[str, str]) -> None:
    told = json.loads(said("diff", folders["before"], folders["after"], "--json"))
    assert told["same"] == {"version": True, "seed": True, "draws": True, "trials": True}
    assert told["terms"] == [{"path": RATE, "old": 0.04, "new": 0.05, "old_source": "S0", "new_source": "--set"}]
    before, after = (json.loads(said("run", "zwarte-zwanen", "--trials", "300", "--json", "--set", f"{RATE}={rate}"))
                     for rate in (0.04, 0.05))
    old, new = ({(row["party"], row["measure"], row["statistic"]): row["value"] for row in each["measures"]}
                for each in (before, after))
    for each in told["changes"]:
        key = (each["party"], each["measure"], each["statistic"])
        assert (each["old"], each["new"]) == (old[key], new[key])
    assert len(told["changes"]) == sum(old[key] != new[key] for key in old)
    exact = [each for each in told["changes"] if each["exact"]]
    assert exact
    assert all(each["errors"] is None and each["beyond"] for each in exact)


def test_lists_and_long_values_are_shown_in_part(tmp_path: Path) -> None:
    made = {"one": "[\"Wmo\"]", "two": "[\"Wmo\", \"Jeugdwet\", \"Participatiewet\", \"Wgs\"]"}
    for name, laws in made.items():
        done = answered("run", "zwarte-zwanen", "--trials", "2", "-o", str(tmp_path / name), "--quiet",
                        "--set", f"accountant.counting.laws={laws}")
        assert done.exit_code == 0, done.output
    page = said("diff", str(tmp_path / "one"), str(tmp_path / "two"))
    assert "accountant.counting.laws  Wmo  Wmo, Jeugdwet, Participatiewe..." in page
    told = json.loads(said("diff", str(tmp_path / "one"), str(tmp_path / "two"), "--json"))
    assert told["terms"][0]["new"] == ["Wmo", "Jeugdwet", "Participatiewet", "Wgs"]


def test_another_seed_is_chance(folders: dict[str, str]) -> None:
    page = said("diff", folders["before"], folders["other"])
    assert "Not the same: seed." in page
    assert "\nResults that changed\n" in page
    assert "The draws are not the same" in page
    assert json.loads(said("diff", folders["before"], folders["other"], "--json"))["terms"] == []


def test_two_deals_fit_a_line(tmp_path: Path, folders: dict[str, str]) -> None:
    done = answered("run", "newpin", "--trials", "300", "-o", str(tmp_path / "newpin"), "--quiet")
    assert done.exit_code == 0, done.output
    for lang in ("en", "nl"):
        page = said("diff", folders["before"], str(tmp_path / "newpin"), "--lang", lang)
        assert max(map(len, page.splitlines())) <= 110
    page = said("diff", folders["before"], str(tmp_path / "newpin"))
    at = page.splitlines().index("  timeline")
    assert page.splitlines()[at + 1].split()[:3] == ["closing", "A", "2026-01-01"]
    assert page.splitlines()[at + 2].split()[:2] == ["B", "2013-07-01"]
    assert "since they are in another unit in A than in B" in page
    told = json.loads(said("diff", folders["before"], str(tmp_path / "newpin"), "--json"))
    only = {*told["gone"]} ^ {*told["new"]}
    assert "investor.receipts.mean" not in only, "in EUR and in AUD, so that neither of the two lacks it"
    assert "investor.receipts" not in page[page.index("only in A") : page.index("results changed beyond")]


def test_a_tampered_scenario_is_told(folders: dict[str, str], tmp_path: Path) -> None:
    page = answered("run", "worked-example", "--trials", "2", "-o", str(tmp_path / "made"), "--quiet")
    assert page.exit_code == 0
    manifest = tmp_path / "made" / "manifest.json"
    manifest.write_text(manifest.read_text(encoding="utf-8").replace('"rate": 0.04', '"rate": 0.03'), encoding="utf-8")
    assert "[B] its scenario was changed after the run" in said("diff", str(tmp_path / "made"), str(tmp_path / "made"))
    assert "het scenario is na het draaien gewijzigd" in said("diff", str(tmp_path / "made"), str(tmp_path / "made"),
                                                              "--lang", "nl")


def test_faults(folders: dict[str, str], tmp_path: Path) -> None:
    assert answered("diff", folders["before"]).exit_code == 2
    missing = answered("diff", folders["before"], str(tmp_path))
    assert (missing.exit_code, missing.stdout) == (3, "")
    assert "holds no manifest.json" in missing.stderr
    told = answered("diff", folders["before"], str(tmp_path), "--json")
    assert told.exit_code == 3
    assert "holds no manifest.json" in json.loads(told.stdout)["errors"][0]["message"]
    luck = answered("luck", "zwarte-zwanen", "--trials", "50", "-o", str(tmp_path / "luck"), "--quiet")
    assert luck.exit_code == 0, luck.output
    assert "lists no summary.csv" in answered("diff", folders["before"], str(tmp_path / "luck")).stderr
