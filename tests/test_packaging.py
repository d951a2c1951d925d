"""The package as others get it: metadata, wheel, command, set-up script, and nothing of our own machines."""

from __future__ import annotations

import ast
import configparser
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path
from types import ModuleType

import pytest
from packaging.requirements import Requirement

import sib

ROOT = Path(__file__).parents[1]
PACKAGED = ("setup.cfg", "pyproject.toml", "README.md", "LICENSE", "sib", "scenarios")
CORE = {"numpy", "scipy", "pandas", "matplotlib", "click", "pydantic", "openpyxl", "defusedxml"}
SUFFIXES = {".toml", ".md", ".csv"}
HERE_ONLY = {
    "a path of one machine": r"(?<![\w.])/(?:home|root|Users|work|opt|mnt)/\w|[A-Z]:\\Users\\",
    "a package registry": r"pypi\.(?:org|python)|pythonhosted|artifactory|(?:extra-)?index-url|find-links",
}


@pytest.fixture(scope="module")
def setup_cfg() -> configparser.ConfigParser:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    return config


@pytest.fixture(scope="module")
def installed() -> metadata.PackageMetadata:
    try:
        return metadata.metadata("sib")
    except metadata.PackageNotFoundError:
        pytest.fail("sib is not installed here: run the tests by python3 dev.py test")


@pytest.fixture(scope="module")
def dev() -> ModuleType:
    spec = importlib.util.spec_from_file_location("dev", ROOT / "dev.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# What is said of the package


def test_metadata_arrives_whole(installed: metadata.PackageMetadata) -> None:
    # a field that pyproject.toml forgets to call dynamic is dropped in silence
    assert installed["Name"] == "sib"
    assert installed["Version"] == sib.__version__
    assert installed["Requires-Python"] == ">=3.11"
    assert "impact bond" in installed["Summary"]
    assert "Apache-2.0" in {installed.get("License"), installed.get("License-Expression")}
    assert (installed["Description"] or installed.get_payload()).startswith("# ")
    assert set(installed.get_all("Provides-Extra")) == {"notebooks", "test", "bench", "check"}


def test_requirements_have_lower_bounds_only() -> None:
    core = [Requirement(text) for text in metadata.requires("sib") or [] if "extra ==" not in text]
    assert {requirement.name for requirement in core} == CORE
    for requirement in core:
        assert [bound.operator for bound in requirement.specifier] == [">="], requirement


def test_the_command_leads_to_the_command_line() -> None:
    (command,) = metadata.entry_points(group="console_scripts", name="sib")
    assert command.value == "sib.cli:main"
    assert callable(command.load())


def test_python_m_sib_answers() -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "sib", "--help"], cwd=ROOT, capture_output=True, text=True, check=True, encoding="utf-8"
    )
    assert "Usage:" in answer.stdout
    assert "run" in answer.stdout


def test_every_folder_is_packaged(setup_cfg: configparser.ConfigParser) -> None:
    # the folders are named one by one, since the deals are among them
    folders = {path.parent for path in (ROOT / "sib").rglob("*.py")}
    names = {folder.relative_to(ROOT).as_posix().replace("/", ".") for folder in folders}
    assert set(setup_cfg["options"]["packages"].split()) == names | {"sib._scenarios"}


@pytest.mark.parametrize(
    "name",
    [
        *("README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "setup.cfg", "pyproject.toml", "Makefile"),
        *("dev.py", ".ci/run", "sib/py.typed", "docs/model.md"),
    ],
)
def test_what_people_look_for_is_there(name: str) -> None:
    assert (ROOT / name).is_file()


def test_the_licence_is_the_whole_apache_licence() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Version 2.0, January 2004" in text
    assert all(f"\n   {section}. " in text for section in range(1, 10))
    assert "END OF TERMS AND CONDITIONS" in text


def test_files_tell_nothing_of_our_machines() -> None:
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    if not (ROOT / ".git").exists() or not shutil.which("git"):
        pytest.skip("only a checkout knows its files")
    names = subprocess.run(listing, cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    files = [ROOT / name for name in names if name and (ROOT / name).is_file()]
    assert ROOT / "setup.cfg" in files
    texts = {path: path.read_text(encoding="utf-8", errors="replace") for path in files if path != Path(__file__)}
    faults = [
        f"{path.relative_to(ROOT)}: {what}: {found[0]}"
        for path, text in texts.items()
        for what, pattern in HERE_ONLY.items()
        if (found := re.search(pattern, text))
    ]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("text", ["see /home/ann/x", r"C:\Users\ann", "https://pypi.org/simple", "--index-url=x"])
def test_what_tells_of_a_machine_is_recognised(text: str) -> None:
    assert any(re.search(pattern, text) for pattern in HERE_ONLY.values())


# The wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from a copy, with the build tool that is installed: nothing is fetched."""
    if int(metadata.version("setuptools").split(".")[0]) < 77:
        pytest.skip("building a wheel needs setuptools 77 or newer")
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in PACKAGED:
        origin = ROOT / name
        if origin.is_dir():
            shutil.copytree(origin, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(origin, source)
    (source / "scenarios" / "junk.tmp").touch()
    build = f"from setuptools import build_meta; build_meta.build_wheel({str(target)!r})"
    done = subprocess.run([sys.executable, "-c", build], cwd=source, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return next(target.glob("sib-*.whl"))


def test_the_wheel_holds_rooms_and_deals_and_nothing_else(wheel: Path) -> None:
    rooms = {path for path in (ROOT / "sib").rglob("*") if path.suffix in {".py", ".typed", ".mplstyle"}}
    deals = {path for path in (ROOT / "scenarios").rglob("*") if path.suffix in SUFFIXES}
    expected = {path.relative_to(ROOT).as_posix() for path in rooms}
    expected |= {f"sib/_scenarios/{path.relative_to(ROOT / 'scenarios').as_posix()}" for path in deals}
    assert "sib/_scenarios/zwarte-zwanen/scenario.toml" in expected
    assert "sib/_scenarios/stresses/relapse.toml" in expected
    held = zipfile.ZipFile(wheel).namelist()
    assert {name for name in held if ".dist-info/" not in name} == expected
    assert any(name.endswith("/licenses/LICENSE") for name in held)


def test_deals_are_found_by_name_in_the_wheel(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    away = tmp_path / "away"
    away.mkdir()
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "site")}
    where, deals = (
        subprocess.run(
            [sys.executable, *arguments], cwd=away, env=environment, capture_output=True, text=True, check=True
        ).stdout
        for arguments in (["-c", "import sib; print(sib.__file__)"], ["-m", "sib", "list"])
    )
    assert Path(where.strip()).is_relative_to(tmp_path / "site")
    assert "zwarte-zwanen" in deals
    assert "wij-groningen" in deals  # an initiative, a folder deeper
    assert "peterborough" in deals  # a public deal, likewise


# The set-up script


def test_old_pythons_are_refused_in_a_sentence(dev: ModuleType) -> None:
    assert dev.refusal((3, 11, 0)) == dev.refusal((3, 14, 1)) == ""
    assert dev.refusal((3, 10, 13)) == (
        "sib needs Python 3.11 or newer, and this is 3.10: install one and start dev.py with it."
    )


def test_old_pythons_can_read_the_script_up_to_the_refusal() -> None:
    tree = ast.parse((ROOT / "dev.py").read_text(encoding="utf-8"), feature_version=(3, 7))
    refused = next(i for i, node in enumerate(tree.body) if isinstance(node, ast.If))
    before = tree.body[:refused]
    assert [alias.name for node in before if isinstance(node, ast.Import) for alias in node.names] == ["sys"]
    assert not [node for node in before if isinstance(node, ast.ImportFrom)]


def test_the_script_asks_for_the_python_of_the_package(dev: ModuleType, setup_cfg: configparser.ConfigParser) -> None:
    assert setup_cfg["options"]["python_requires"] == ">={}.{}".format(*dev.REQUIRED)
    assert f'requires-python = "{setup_cfg["options"]["python_requires"]}"' in (ROOT / "pyproject.toml").read_text()


class Workshop:
    """``dev.py`` in an empty folder, with its commands written down instead of run."""

    def __init__(self, dev: ModuleType, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.dev, self.commands = dev, list[str]()
        (folder / "sib").mkdir()
        for source in dev.SOURCES:
            shutil.copy(ROOT / source, folder / source)
        monkeypatch.setattr(dev, "ROOT", folder)
        monkeypatch.setattr(dev, "ENVIRONMENT", folder / ".venv")
        monkeypatch.setattr(dev, "STAMP", folder / ".venv" / "stamp.json")
        monkeypatch.setattr(dev, "succeeds", self.succeeds)
        monkeypatch.setattr(dev, "hand_over", lambda *arguments: self.commands.append(" ".join(arguments)) or 0)
        monkeypatch.setattr(dev.shutil, "which", lambda name: None)

    def succeeds(self, *command: str, quiet: bool = False) -> bool:
        if not quiet:
            self.commands.append(" ".join(command[1:]))
        if "venv" in command:
            self.dev.interpreter().parent.mkdir(parents=True)
            self.dev.interpreter().touch()
        return True

    def main(self, *arguments: str) -> list[str]:
        self.commands.clear()
        assert self.dev.main([*arguments]) == 0
        return [re.sub(r" -qq.*? --editable", "", command) for command in self.commands]


@pytest.fixture
def workshop(dev: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    return Workshop(dev, tmp_path, monkeypatch)


def test_set_up_is_done_once_and_again_when_needed(workshop: Workshop) -> None:
    run = "-m sib run scenarios/zwarte-zwanen -o results/zwarte-zwanen --force"
    test, venv = "-m pytest -n auto", f"-m venv {workshop.dev.ENVIRONMENT}"
    assert workshop.main("run") == [venv, "-m pip install .", run]
    assert workshop.main("run", "--trials", "5") == [f"{run} --trials 5"]
    assert workshop.main("test") == ["-m pip install .[test]", test]
    assert workshop.main("test", "-n0", "-q") == ["-m pytest -n0 -q"]
    assert workshop.main("run") == [run]
    assert workshop.main("check") == ["-m pip install .[check]", "-m ruff check", "-m mypy"]
    assert workshop.main("test") == [test]
    with (workshop.dev.ROOT / "setup.cfg").open("a") as config:
        config.write("\n")
    assert workshop.main("test") == ["-m pip install .[test]", test]
    assert workshop.main("check")[0] == "-m pip install .[check]"


def test_another_python_makes_another_environment(workshop: Workshop) -> None:
    workshop.main("run")
    stamp = json.loads(workshop.dev.STAMP.read_text())
    workshop.dev.STAMP.write_text(json.dumps({**stamp, "fingerprint": "other", "python": ["3.99", "elsewhere"]}))
    assert workshop.main("run")[0].startswith("-m venv")


def test_without_ensurepip_an_environment_is_made_without_pip(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workshop.dev.importlib.util, "find_spec", lambda name: None)
    assert workshop.main("run")[0] == f"-m venv --without-pip {workshop.dev.ENVIRONMENT}"


def test_where_nothing_can_be_made_the_apt_line_is_said(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workshop.dev, "succeeds", lambda *command, quiet=False: False)
    with pytest.raises(SystemExit, match=r"sudo apt install python3\.\d+-venv"):
        workshop.dev.main(["run"])


def test_cleaning_leaves_results(workshop: Workshop) -> None:
    workshop.main("run")
    for kept in ("results/zwarte-zwanen", "sib/__pycache__", "build"):
        (workshop.dev.ROOT / kept).mkdir(parents=True)
    workshop.main("clean")
    assert {path.name for path in workshop.dev.ROOT.iterdir()} == {"pyproject.toml", "results", "setup.cfg", "sib"}
    assert [path.name for path in (workshop.dev.ROOT / "sib").iterdir()] == ["__init__.py"]


def test_an_unknown_verb_gets_the_list(dev: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert dev.main(["fly"]) == 2
    said = capsys.readouterr().err
    assert all(f"\n    {verb} " in said for verb in dev.VERBS)


# Skips


@pytest.mark.parametrize(("required", "outcome"), [("1", {"failed": 1, "errors": 1}), ("0", {"skipped": 2})])
def test_skips_fail_where_everything_is_required(required: str, outcome: dict[str, int], tmp_path: Path) -> None:
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path)
    (tmp_path / "test_inside.py").write_text('import pytest\ndef test_it():\n    pytest.skip("no reason")\n')
    (tmp_path / "test_whole.py").write_text('import pytest\npytest.importorskip("no_such_module")\n')
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--continue-on-collection-errors"],
        cwd=tmp_path,
        env={**os.environ, "SIB_REQUIRE_ALL": required},
        capture_output=True,
        text=True,
        check=False,
    )
    closing = done.stdout.strip().splitlines()[-1]
    found = {word: int(n) for n, word in re.findall(r"(\d+) (failed|skipped|passed|errors?)", closing)}
    assert {("errors" if word == "error" else word): n for word, n in found.items()} == outcome
    assert done.returncode == (1 if required == "1" else 0)
