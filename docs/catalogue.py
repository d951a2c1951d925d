"""The catalogue of packaged deals, scenarios/README.md: what each is, how it was paid for, how much of it is known.

Written from the scenario files; ``test_initiatives.py`` holds the page to them.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import numpy as np

from sib.averages import mean_saving, midpoints
from sib.deal.assumptions import assumptions
from sib.deal.group import CountsProgramme, EffectCohort, EffectMetric, EffectProgramme, Group, Outcome, months_of
from sib.deal.reader import packaged, read
from sib.deal.scenario import Scenario
from sib.deal.shelf import GROUPS, group_of, shelf
from sib.programme.effects import EFFECTS, effect_of
from sib.programme.outcomes import mean_chance, mean_of
from sib.views.tables import people_of
from sib.views.words import Words

PAGE = shelf() / "README.md"
HEAD = """# The deals

*Written by `python docs/generate.py` from the scenario files; do not edit by hand.*

Each folder holds the terms (`scenario.toml`) and what is known of them (`notes.md`). *Saving expected* is the mean of
what the work saves on all budgets together if as many come as planned, before what would have come anyway; a dash where
savings are not stated. *Form* is how the work is paid for in fact, or the form that fits a proposal. *From documents*
and *assumed* count the terms of the file.
"""
HEADINGS = {
    "founding": ("Founding deals", "The reference deal, and one small enough for pencil and paper."),
    "initiatives": ("Initiatives and proposals", "Dutch work for households: few were bonds. Where one was none, the "
                    "contract in its file is what a bond for the same work would look like."),
    "public": ("Public deals", "Bonds and other outcome contracts that others made, with published terms."),
}
COLUMNS = (
    "deal", "title", "cases or people", "budget", "saving expected", "form", "from documents", "assumed", "sources",
)


def expected_saving(deal: Scenario) -> float:
    """Return the mean saving of all work in euros, on all budgets, before deadweight."""
    programme = deal.programme
    if isinstance(programme, EffectProgramme):
        return sum(
            metric.worth * len(months_of(metric, cohort)) * mean_gain(metric, cohort)
            for metric in programme.metrics for cohort in programme.cohorts
        )
    if isinstance(programme, CountsProgramme):
        return sum(
            group.people * chance_to_try(group, outcome) * mean_of(outcome.chance) * outcome.most * outcome.worth
            for group in programme.groups for outcome in group.outcomes
        )
    return sum(segment.cases * mean_chance(segment) * mean_saving(segment) for segment in deal.segments)


def chance_to_try(group: Group, outcome: Outcome) -> float:
    """Return the chance that a person gets as far as an outcome: has reached, once or again, what it requires."""
    if outcome.requires is None:
        return 1.0
    before = next(each for each in group.outcomes if each.name == outcome.requires)
    return chance_to_try(group, before) * (1 - (1 - mean_of(before.chance)) ** before.most)


def mean_gain(metric: EffectMetric, cohort: EffectCohort) -> float:
    """Return the mean of a true effect beyond what would be there without help."""
    terms = effect_of(metric, cohort)
    stated = getattr(terms, "value", getattr(terms, "mean", None))
    mean = np.mean(EFFECTS[type(terms)](midpoints(2000), terms)) if stated is None else stated
    return float(mean) - metric.counterfactual


def row(name: str, folder: Path) -> str:
    """Return a deal's line of the table."""
    reading = read(name)
    deal = reading.scenario
    kinds = Counter(each.kind for each in assumptions(reading))
    saving = expected_saving(deal)
    form = deal.arrangements.actual or "impact_bond"
    cells = (
        f"[{name}]({os.path.relpath(folder, shelf()).replace(os.sep, '/')})", deal.name,
        people_of(deal, Words("en")) or "–", f"{deal.currency} {deal.budget.total:,.0f}",
        f"{round(saving, -3):,.0f}" if saving >= 500 else f"{saving:,.0f}" if saving else "–",
        form.replace("_", " "), str(kinds["sourced"]), str(kinds["assumed"] + kinds["untagged"]),
        ", ".join(deal.sources) or "–",
    )
    return f"| {' | '.join(cells)} |"


def page() -> str:
    """Return the text of the page."""
    parts = [HEAD]
    for group in GROUPS:
        title, text = HEADINGS[group]
        rows = [row(name, folder) for name, folder in packaged().items() if group_of(folder) == group]
        table = [f"| {' | '.join(COLUMNS)} |", "|---|---|--:|--:|--:|---|--:|--:|---|", *rows]
        parts.append(f"## {title}\n\n{text}\n\n" + "\n".join(table) + "\n")
    return "\n".join(parts)
