"""The generated pages are those that the program would write now; pages name what exists."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

import pytest

from sib.accountant.acceptance import RULES
from sib.accountant.review import STATES
from sib.contract.waterfall import STEPS
from sib.deal.assurance import STANDARDS
from sib.deal.audit import Accountant
from sib.deal.conditions import COMPARISONS, COMPOSITES
from sib.deal.contract import Caps
from sib.deal.lending import Drawdown, Guarantee, Interest
from sib.deal.lines import Payment
from sib.deal.payment import PaymentLine

DOCS = Path(__file__).parents[1] / "docs"
MODES = get_args(Accountant.model_fields["mode"].annotation)
ROOMS = ("generate", "catalogue", "contract_page", "audit_tables", "clause_pictures", "clauses")


@pytest.fixture(scope="module")
def rooms() -> Iterator[dict[str, ModuleType]]:
    """The programs in docs/, by name."""
    sys.path.insert(0, str(DOCS))
    yield {name: __import__(name) for name in ROOMS}
    sys.path.remove(str(DOCS))
    for name in ROOMS:
        sys.modules.pop(name, None)


@pytest.mark.parametrize(("room", "page"), [
    ("generate", "scenario.md"), ("contract_page", "contract.md"), ("audit_tables", "audit-tables.md"),
])
def test_page_is_what_the_program_says(rooms: dict[str, ModuleType], room: str, page: str) -> None:
    assert (DOCS / page).read_text(encoding="utf-8") == rooms[room].page(), "run python docs/generate.py"


def kinds(union: Any) -> list[str]:
    return [get_args(each.model_fields["kind"].annotation)[0] for each in get_args(get_args(union)[0])]


def values(field: str) -> list[str]:
    """What an interest term can be, but for its plain default."""
    annotation = Interest.model_fields[field].annotation
    found = [each for part in get_args(annotation) for each in get_args(part) or (part,)]
    return [each for each in found if isinstance(each, str) and each not in ("per_year", "outstanding")]


LANGUAGE = [
    *(f"contract.payments.kind = {kind}" for kind in kinds(Payment)),
    *(f"contract.guarantees.kind = {kind}" for kind in kinds(Guarantee)),
    *(f"contract.drawdown.kind = {kind}" for kind in kinds(Drawdown)),
    *(f"contract.waterfall = {step}" for step in STEPS),
    *(f"contract.triggers.{form}" for form in (*COMPARISONS, *COMPOSITES, "window", "pool")),
    *(f"contract.interest.{field} = {value}" for field in ("basis", "compounding", "on") for value in values(field)),
    *(f"contract.caps.{field}" for field in Caps.model_fields if field != "source"),
    *(f"contract.payments.{field}" for field in PaymentLine.model_fields if field not in ("source", "name")),
]
"""Every kind, step, form and cap of the contract language, as the clauses name what they are."""


def test_language_is_enumerated() -> None:
    assert {"step_table", "first_loss", "as_spent", "surplus"} <= {term.rpartition(" ")[2] for term in LANGUAGE}
    assert {"contract.triggers.not", "contract.interest.compounding = monthly", "contract.caps.total"} <= {*LANGUAGE}


def test_every_term_of_the_language_has_a_clause(rooms: dict[str, ModuleType]) -> None:
    used = [line for clause in rooms["clauses"].clauses() for line in clause.header["used"]]
    terms = [term.removesuffix(" (default)") for line in used for term in line.split(" & ")]
    named = {*terms, *(term.partition(" = ")[0] for term in terms)}
    shared = {"contract.payments.when", "contract.payments.months", "contract.payments.pool"}
    assert [term for term in LANGUAGE if term not in named | shared] == [], "add a clause to docs/clauses/"
    written = "".join(clause.toml for clause in rooms["clauses"].clauses())
    assert not [term for term in shared if f"{term.rpartition('.')[2]} = " not in written]


def test_clauses_are_what_they_say_they_are(rooms: dict[str, ModuleType]) -> None:
    clauses = rooms["clauses"]
    assert not [each.name for each in clauses.clauses() if not clauses.has(each, *clauses.terms(each.deal()))]


def test_every_file_is_on_the_page_and_has_its_picture(rooms: dict[str, ModuleType]) -> None:
    listed = sorted(each.name for each in rooms["clauses"].clauses())
    files = sorted(path.stem for path in (DOCS / "clauses").glob("*.toml") if not path.stem.startswith("base-"))
    pictures = sorted(path.stem for path in (DOCS / "pictures" / "clauses").glob("*.svg"))
    assert listed == files == pictures, "list it in docs/clauses.py and run python docs/generate.py"


def test_a_deal_that_lacks_the_clause_is_not_named(rooms: dict[str, ModuleType]) -> None:
    clauses = rooms["clauses"]
    ground = clauses.terms(clauses.read("step-table").ground())
    assert not clauses.has(clauses.read("step-table"), *ground)
    assert clauses.has(clauses.read("proportional"), *ground)


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda page: page.stem)
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    missing = [path for path in re.findall(r"\]\((?!http|#)([^)#]+)", text) if not (page.parent / path).exists()]
    assert not missing


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda page: page.stem)
def test_inner_links_have_a_heading(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    headings = {
        re.sub(r"[^\w -]", "", line.lstrip("#").strip().lower()).replace(" ", "-")
        for line in text.splitlines()
        if line.startswith("#")
    }
    missing = set(re.findall(r"\]\(#([^)]+)\)", text)) - headings
    assert not missing


def test_the_accountants_chapter_lists_every_end_rule_and_standard() -> None:
    text = (DOCS / "accountant.md").read_text(encoding="utf-8")
    states = re.findall(r"^\| `([a-z_]+(?::[a-z+-]+)?)` \|", text, re.MULTILINE)
    assert [state for state in states if state in STATES] == list(STATES)
    assert {*RULES, *MODES, *STANDARDS} <= {*states}
    assert all(standard.number in text for standard in STANDARDS.values())
