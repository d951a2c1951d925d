"""The floor table of CONTRIBUTING.md against the tree and its imports, and the yardsticks of the house.

Each check is a function from a folder to a list of sentences, so that it is tried on a small house with faults
before it is believed about ours.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILE_LINES, BODY_LINES, PARAMETERS, BY_PLACE = 400, 40, 5, 2
THREE_BY_PLACE = {"run.py value": "a figure is named by party, measure and statistic, as in the summary"}
Function = ast.FunctionDef | ast.AsyncFunctionDef
FORBIDDEN = {"utils", "util", "helpers", "helper", "common", "core", "base", "manager", "misc"}
ONLY_FROM_FLOOR = {"pandas": 6, "matplotlib": 6}
ONLY_IN_FOLDER = {"pydantic": "deal/", "pydantic_core": "deal/", "click": "cli/"}
SLOW = {"scipy.stats": 6}  # below this floor only inside the function that needs it
RETIRED = {
    r"payors?": "outcome payer, payer",
    r"simulation runs?": "trial, or run",
    r"time ?steps?": "period",
    r"bondholders?": "investor",
    r"deadweight loss": "deadweight",
    r"cvar|expected tail loss": "expected shortfall",
    r"num_\w+": "n_*",
}
WHOLE_HOUSE = {
    *("architecture", "packaging", "readme", "notebooks", "docs", "scenarios", "worked_example", "public_deals"),
    "initiatives",
    *("identities", "identities_of_modes", "properties_of_terms", "reference", "reference_terms"),
    *("bad_input", "statistics", "end_to_end", "unseen_terms", "benchmarks", "public_names"),
}
"""Tests of the whole, which mirror no single room."""


@dataclass(frozen=True)
class Row:
    """One line of the floor table: rooms, and what they may import beside lower floors and the standard library."""

    floor: int
    rooms: tuple[str, ...]
    granted: tuple[str, ...]
    left: bool


@dataclass(frozen=True)
class Import:
    """One imported thing, with whether it is loaded together with the room."""

    line: int
    name: str
    at_once: bool


def read_table(text: str) -> list[Row]:
    """Read the one table that starts with ``| floor | rooms |``."""
    body = re.search(r"^\| floor \| rooms \|.*\n\|[-:| ]+\|\n((?:\|.*\n)+)", text, re.MULTILINE)
    assert body, "CONTRIBUTING.md has no table | floor | rooms | job | may import |"
    rows = []
    for line in body[1].splitlines():
        floor, rooms, _, granted = (cell.strip() for cell in line.strip("|").split("|"))
        left = "rooms to the left" in granted
        rows.append(Row(int(floor), tuple(re.findall("`(.*?)`", rooms)), tuple(re.findall("`(.*?)`", granted)), left))
    return rows


def sources(house: Path) -> Iterator[tuple[str, ast.Module]]:
    """Every room of a house by its path inside the package."""
    for path in sorted((house / "sib").rglob("*.py")):
        yield path.relative_to(house / "sib").as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def only_says(tree: ast.Module) -> bool:
    """Whether a file is no more than its docstring."""
    return all(isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) for node in tree.body)


def faults_of_tree(house: Path, rows: list[Row]) -> list[str]:
    """Rooms that are only in the table or only in the tree, twice in the table, or badly named."""
    named = [room for row in rows for room in row.rooms]
    there = dict(sources(house))
    silent = {room for room, tree in there.items() if room.endswith("__init__.py") and only_says(tree)}
    return [
        *(f"{room} is in the table and not in the tree" for room in named if room not in there),
        *(f"{room} is in the tree and not in the table" for room in there if room not in {*named, *silent}),
        *(f"{room} is in the table twice" for room in sorted(set(named)) if named.count(room) > 1),
        *(f"{room}: say what it does" for room in there if FORBIDDEN & set(room.removesuffix(".py").split("/"))),
    ]


def imports_of(room: str, tree: ast.Module) -> Iterator[Import]:
    """Every import of a room, full dotted names, wherever in the file it stands."""
    package = ["sib", *room.split("/")[:-1]]

    def visit(node: ast.AST, at_once: bool) -> Iterator[Import]:
        if isinstance(node, ast.Import):
            yield from (Import(node.lineno, alias.name, at_once) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*start, *filter(None, [node.module])])
            yield from (Import(node.lineno, f"{module}.{alias.name}", at_once) for alias in node.names)
        for child in ast.iter_child_nodes(node):
            lazy = isinstance(node, Function | ast.Lambda)
            typing = isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
            yield from visit(child, at_once and not lazy and not typing)

    return visit(tree, at_once=True)


def room_behind(name: str, house: Path) -> str | None:
    """The room that a dotted name of ours leads to: a file, else the file that the name stands in."""
    parts = name.split(".")[1:]
    for path in ("/".join(parts), "/".join(parts[:-1])):
        for room in (f"{path}.py", f"{path}/__init__.py".lstrip("/")):
            if (house / "sib" / room).is_file():
                return room
    return None


def may_import(room: str, other: str, rows: list[Row]) -> bool:
    """Whether the table lets a room import another."""
    own = next(row for row in rows if room in row.rooms)
    its = next((row for row in rows if other in row.rooms), None)
    if its is None or its.floor != own.floor:
        return its is not None and its.floor < own.floor
    to_the_left = own.left and other in own.rooms[: own.rooms.index(room)] if room in own.rooms else False
    return to_the_left or any(other == grant or (grant[-1] == "/" and other.startswith(grant)) for grant in own.granted)


def fault_of_library(name: str, at_once: bool, room: str, row: Row) -> str | None:
    """What is wrong with importing somebody else's library in a room, if anything."""
    library = name.split(".")[0]
    if row.floor < ONLY_FROM_FLOOR.get(library, 0):
        return f"{library} is not for below floor {ONLY_FROM_FLOOR[library]}, not even inside a function"
    if not room.startswith(ONLY_IN_FOLDER.get(library, "")):
        return f"{library} is for {ONLY_IN_FOLDER[library]} only"
    if not any(name == grant or name.startswith(f"{grant}.") for grant in row.granted):
        return f"the table does not grant {name}"
    slow = next((part for part in SLOW if f"{name}.".startswith(f"{part}.")), None)
    if slow and at_once and row.floor < SLOW[slow]:
        return f"{slow} is slow to load: import it inside the function that needs it"
    return None


def faults_of_imports(house: Path, rows: list[Row]) -> list[str]:
    """Imports against the table; a room that the table does not name is a fault of the tree, not repeated here."""
    faults = []
    for room, tree in sources(house):
        row = next((row for row in rows if room in row.rooms), None)
        for found in imports_of(room, tree) if row else ():
            where, top = f"{room}:{found.line}", found.name.split(".")[0]
            if top == "sib" and found.name != "sib.__version__":
                other = room_behind(found.name, house)
                if other is None:
                    faults.append(f"{where}: there is no {found.name}")
                elif not may_import(room, other, rows):
                    faults.append(f"{where}: floor {row.floor} may not import {other}")
            elif top not in {*sys.stdlib_module_names, "sib"}:
                fault = fault_of_library(found.name, found.at_once, room, row)
                faults += [f"{where}: {fault}"] if fault else []
    return list(dict.fromkeys(faults))


def functions(house: Path) -> Iterator[tuple[str, str, Function]]:
    """Every function of a house: its room, where it stands, itself."""
    for room, tree in sources(house):
        for node in ast.walk(tree):
            if isinstance(node, Function):
                yield room, f"{room}:{node.lineno}: {node.name}", node


def faults_of_size(house: Path) -> list[str]:
    """Long files and long functions."""
    faults = []
    for room, _ in sources(house):
        n_lines = len((house / "sib" / room).read_text(encoding="utf-8").splitlines())
        if n_lines > FILE_LINES:
            faults.append(f"{room} has {n_lines} lines, over {FILE_LINES}: has it two jobs?")
    for _, where, node in functions(house):
        body = node.body[1:] if ast.get_docstring(node) is not None else node.body
        n_lines = (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0
        if n_lines > BODY_LINES:
            faults.append(f"{where} has a body of {n_lines} lines, over {BODY_LINES}: has it two jobs?")
    return faults


def faults_of_signatures(house: Path) -> list[str]:
    """Functions that ask for too much; special methods and the options of a verb are not theirs to choose."""
    faults = []
    for room, where, node in functions(house):
        if node.name.startswith("__") or (room.startswith("cli/") and node.decorator_list):
            continue
        by_place = [each for each in (*node.args.posonlyargs, *node.args.args) if each.arg not in {"self", "cls"}]
        n_parameters = len(by_place) + len(node.args.kwonlyargs)
        if n_parameters > PARAMETERS:
            faults.append(f"{where} has {n_parameters} parameters, over {PARAMETERS}: is there an object in them?")
        is_free = node.name.startswith("_") or f"{room} {node.name}" in THREE_BY_PLACE
        if len(by_place) > BY_PLACE and not is_free:
            faults.append(f"{where} takes {len(by_place)} by place; keyword-only after number {BY_PLACE}")
    return faults


def faults_of_words(house: Path) -> list[str]:
    """Retired words in the package, the deals and the documents."""
    files = [path for folder in ("sib", "scenarios", "docs", "notebooks") for path in (house / folder).rglob("*.*")]
    texts = [path for path in (*files, *house.glob("*.md")) if path.suffix in {".py", ".md", ".toml", ".ipynb"}]
    return [
        f"{path.relative_to(house).as_posix()}: {found[0]!r}, say {instead}"
        for path in sorted(texts)
        for word, instead in RETIRED.items()
        for found in re.finditer(rf"\b(?:{word})\b", path.read_text(encoding="utf-8"), re.IGNORECASE)
    ]


def faults_of_tests(house: Path) -> list[str]:
    """Test files named after no room or folder, no tool of the tests and nothing that concerns the whole house."""
    rooms = {room.removesuffix(".py").removesuffix("/__init__") for room, _ in sources(house)}
    folders = {room.rpartition("/")[0] for room in rooms}
    names = {name for room in rooms | folders for name in (room.split("/")[-1], room.replace("/", "_"))} | WHOLE_HOUSE
    names |= {path.stem for path in (house / "tests").glob("*.py") if not path.stem.startswith("test_")}
    tests = sorted(path.stem.removeprefix("test_") for path in (house / "tests").glob("test_*.py"))
    return [f"test_{name}.py mirrors no room" for name in tests if name not in names]


@pytest.fixture(scope="module")
def table() -> list[Row]:
    return read_table((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))


def expect_none(faults: list[str]) -> None:
    assert not faults, "\n" + "\n".join(faults)


def test_table_and_tree_are_the_same(table: list[Row]) -> None:
    expect_none(faults_of_tree(ROOT, table))


def test_imports_follow_the_table(table: list[Row]) -> None:
    expect_none(faults_of_imports(ROOT, table))


def test_rooms_and_functions_have_one_job() -> None:
    expect_none(faults_of_size(ROOT))


def test_functions_ask_for_little() -> None:
    expect_none(faults_of_signatures(ROOT))


def test_words_are_those_of_the_trade() -> None:
    expect_none(faults_of_words(ROOT))


def test_tests_mirror_rooms() -> None:
    expect_none(faults_of_tests(ROOT))


# The checks themselves, on a house with three floors

TABLE = """
| floor | rooms | job | may import |
|--:|---|---|---|
| 0 | `money.py` `paper.py` | cents | `numpy`, `scipy`, rooms to the left |
| 1 | `deal/term.py` `deal/reader.py` | terms | `pydantic`, rooms to the left |
| 1 | `chance.py` | draws | `deal/` |
| 6 | `views.py` | tables | `pandas` |
"""
SOUND = {
    "sib/__init__.py": '"""The house."""',
    "sib/deal/__init__.py": '"""Terms."""',
    "sib/money.py": "import math\nimport numpy as np\nfrom scipy.special import ndtr",
    "sib/paper.py": "from sib import __version__\nfrom .money import share\ndef f():\n    from scipy import stats",
    "sib/deal/term.py": "from pydantic import BaseModel\nfrom ..money import share",
    "sib/deal/reader.py": "from sib.deal import term\nimport sib.paper as paper",
    "sib/chance.py": "from sib.deal.term import Term",
    "sib/views.py": "import pandas as pd\nfrom sib import chance",
    "tests/test_term.py": "",
    "tests/oracles.py": "",
    "tests/test_oracles.py": "",
    "tests/test_deal_reader.py": "",
    "tests/test_architecture.py": "",
}


def build(house: Path, **changes: str) -> list[str]:
    """Build the sound house with some files changed, and return all its faults."""
    for name, text in {**SOUND, **{name.replace("__", "/") + ".py": text for name, text in changes.items()}}.items():
        (house / name).parent.mkdir(parents=True, exist_ok=True)
        (house / name).write_text(text, encoding="utf-8")
    rows = read_table(TABLE)
    by_table = [*faults_of_tree(house, rows), *faults_of_imports(house, rows)]
    checks = (faults_of_size, faults_of_signatures, faults_of_words, faults_of_tests)
    return by_table + [fault for check in checks for fault in check(house)]


def test_a_sound_house_has_no_faults(tmp_path: Path) -> None:
    assert build(tmp_path) == []


LONG_BODY = "def f():\n" + '    """One."""\n' + "    x = 1\n" * 41


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"sib__ledger": ""}, "ledger.py is in the tree and not in the table"),
        ({"sib__core__x": ""}, "core/x.py is in the tree and not in the table|core/x.py: say what it does"),
        ({"sib__chance": "from sib.views import table"}, "chance.py:1: floor 1 may not import views.py"),
        ({"sib__chance": "def f():\n    import sib.views"}, "chance.py:2: floor 1 may not import views.py"),
        ({"sib__money": "from . import paper"}, "money.py:1: floor 0 may not import paper.py"),
        ({"sib__deal__term": "from sib.chance import u"}, "deal/term.py:1: floor 1 may not import chance.py"),
        ({"sib__deal__term": "from .reader import read"}, "deal/term.py:1: floor 1 may not import deal/reader.py"),
        ({"sib__chance": "from sib import load"}, "chance.py:1: floor 1 may not import __init__.py"),
        ({"sib__chance": "import sib.gone.away"}, "chance.py:1: there is no sib.gone.away"),
        ({"sib__money": "import requests"}, "money.py:1: the table does not grant requests"),
        ({"sib__chance": "import numpy as np"}, "chance.py:1: the table does not grant numpy"),
        (
            {"sib__chance": "def f():\n    import pandas"},
            "chance.py:2: pandas is not for below floor 6, not even inside a function",
        ),
        ({"sib__views": "from pydantic import Field"}, "views.py:1: pydantic is for deal/ only"),
        ({"sib__deal__term": "import click"}, "deal/term.py:1: click is for cli/ only"),
        (
            {"sib__money": "from scipy import stats"},
            "money.py:1: scipy.stats is slow to load: import it inside the function that needs it",
        ),
        (
            {"sib__money": "from scipy.stats import beta"},
            "money.py:1: scipy.stats is slow to load: import it inside the function that needs it",
        ),
        ({"sib__money": "x = 1\n" * 401}, "money.py has 401 lines, over 400: has it two jobs?"),
        ({"sib__money": LONG_BODY}, "money.py:1: f has a body of 41 lines, over 40: has it two jobs?"),
        (
            {"sib__money": "class A:\n    def f(self, a, b, *, c, d, e, g): ..."},
            "money.py:2: f has 6 parameters, over 5: is there an object in them?",
        ),
        ({"sib__money": "def f(a, b, c): ..."}, "money.py:1: f takes 3 by place; keyword-only after number 2"),
        ({"sib__money": "# the Payor"}, "sib/money.py: 'Payor', say outcome payer, payer"),
        ({"sib__money": "num_cases = 1"}, "sib/money.py: 'num_cases', say n_*"),
        ({"tests__test_stuff": ""}, "test_stuff.py mirrors no room"),
    ],
)
def test_a_fault_is_found(tmp_path: Path, changes: dict[str, str], fault: str) -> None:
    assert build(tmp_path, **changes) == fault.split("|")


def test_a_room_that_is_gone_is_found(tmp_path: Path) -> None:
    build(tmp_path)
    (tmp_path / "sib/views.py").unlink()
    rows = [*read_table(TABLE), Row(0, ("money.py",), (), False)]
    assert faults_of_tree(tmp_path, rows) == [
        "views.py is in the table and not in the tree",
        "money.py is in the table twice",
    ]


def test_a_file_without_a_table_is_refused() -> None:
    with pytest.raises(AssertionError, match="no table"):
        read_table("| floor | place |\n|---|---|\n| 0 | `x.py` |\n")
