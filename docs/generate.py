"""Write the generated pages and pictures: ``python docs/generate.py``.

In this room docs/scenario.md is made, from the models of a scenario file; docs/contract.md, docs/audit-tables.md and
scenarios/README.md have rooms of their own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import audit_tables
import catalogue
import clause_pictures
import contract_page

from sib.deal.schema import schema

PAGE = Path(__file__).with_name("scenario.md")
HEAD = """# The scenario file

*Written by `python docs/generate.py` from the classes in `sib/deal/`; do not edit by hand.*

A deal is a TOML file. Rates and shares are fractions, amounts are units of the currency, times are months from
closing. Any table may carry a `source`: a document, `"assumed"` with the reason, or one text a field. Where a table
has several kinds, `kind` names the one meant. `sib check` prints a deal as the program understood it; `sib schema`
prints the same as a JSON schema for editors. What the terms do is in [model.md](model.md).
"""


def page() -> str:
    """Return the text of the page."""
    tables = schema()
    parts = [HEAD, *section("The file itself", tables)]
    for name, table in sorted(tables["$defs"].items()):
        parts += section(name, table)
    return "\n".join(parts) + "\n"


def section(name: str, table: dict[str, Any]) -> Iterator[str]:
    """Yield the lines of one table."""
    yield f"## {name}\n"
    yield table.get("description", "").strip().replace("``", "`") + "\n"
    yield "| field | takes | default | meaning |\n|---|---|---|---|"
    for field, terms in table["properties"].items():
        if field != "source":
            default = "required" if field in table.get("required", []) else written(terms.get("default"))
            meaning = terms.get("description", "").replace("``", "`").replace("|", "\\|").replace("\n", " ")
            yield f"| `{field}` | {takes(terms)} | {default} | {meaning} |"
    yield ""


def takes(terms: dict[str, Any]) -> str:
    """Say what a field takes."""
    if "$ref" in terms:
        name = terms["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "const" in terms:
        return written(terms["const"])
    if "enum" in terms:
        return ", ".join(map(written, terms["enum"]))
    for several in ("anyOf", "oneOf"):
        if several in terms:
            return " or ".join(dict.fromkeys(takes(each) for each in terms[several] if each.get("type") != "null"))
    if terms.get("type") == "array":
        items = terms.get("items") or {"anyOf": terms.get("prefixItems", [])}
        return f"list of {takes(items)}"
    if terms.get("type") == "object":
        inside = terms.get("additionalProperties")
        return f"table of {takes(inside)}" if isinstance(inside, dict) else "table"
    return {"string": terms.get("format", "text"), "integer": "whole number", "boolean": "true or false"}.get(
        terms.get("type", ""), span(terms)
    )


def span(terms: dict[str, Any]) -> str:
    """Say which numbers are allowed."""
    low, high = terms.get("minimum"), terms.get("maximum")
    if low is not None and high is not None:
        return f"number, {low:g} to {high:g}"
    return f"number, {low:g} or more" if low is not None else "number"


def written(value: Any) -> str:
    """Return a value as TOML and Markdown show it."""
    if value is None or value == {} or isinstance(value, list | dict):
        return ""
    return f"`{json.dumps(value)}`"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    contract_page.PAGE.write_text(contract_page.page(), encoding="utf-8")
    audit_tables.PAGE.write_text(audit_tables.page(), encoding="utf-8")
    catalogue.PAGE.write_text(catalogue.page(), encoding="utf-8")
    clause_pictures.write_all()
