"""The accountant's papers as text: a plan, the files to open, the work paper.

In come papers, out go tables in English or Dutch. Nothing is computed here: amounts are cents of the paper, written in
units of the currency that the file was in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from sib import __version__
from sib.accountant.acceptance import RULES
from sib.auditplan import AttributesPlan, MoneyPlan
from sib.views.tables import columns, plain, ruled, wrapped
from sib.views.words import Words
from sib.workpaper import KINDS, Draw, Paper

LONGEST_CASE, MOST_NAMED = 30, 10


def plans_text(attributes: AttributesPlan | None, money: MoneyPlan | None, *, words: Words) -> str:
    """Return what a plan says."""
    parts = []
    if attributes is not None:
        parts.append(_attributes_text(attributes, words))
    if money is not None:
        parts.append(_money_text(money, words))
    return "\n\n".join(parts)


def _attributes_text(plan: AttributesPlan, words: Words) -> str:
    is_rate = isinstance(plan.expected, Fraction) and plan.expected > 0
    expected = (
        words("plan_expected_rate", rate=_percent(words, float(plan.expected))) if is_rate
        else words("plan_expected_number", n=words.number(int(plan.expected)))
    )
    population = words("plan_population", n=words.number(plan.population)) if plan.population else ""
    head = words("plan_files", tolerable=_percent(words, plan.tolerable), confidence=_percent(words, plan.confidence),
                 expected=expected, population=population)
    rows = [(words("plan_model"), words("plan_size"), words("plan_meaning"))]
    rows += [
        (name, words("plan_none") if n is None else words.number(n), words(name)) for name, n in plan.sizes.items()
    ]
    table = [" ".join((f"{name:<15}", f"{n:>9}", f" {meaning}")) for name, n, meaning in rows]
    return "\n".join((wrapped(head), ruled(table), wrapped(words("plan_models"))))


def _money_text(plan: MoneyPlan, words: Words) -> str:
    asked = plan.asked
    head = words("plan_money", book=_money(words, asked.book), confidence=_percent(words, asked.confidence))
    rows = [
        (words("plan_tolerable"), _money(words, asked.tolerable)),
        (words("plan_expected"), _money(words, asked.expected)),
        (words("plan_expansion"), words.plain_number(plan.expansion)),
        (words("plan_factor", factors=words(asked.factors)), words.number(Decimal(repr(plan.factor)), -4)),
        (words("plan_interval"), _money(words, plan.interval)),
        (words("plan_n"), words.number(Decimal(repr(plan.n)), -2)),
    ]
    return "\n".join((wrapped(head), *columns([(f"  {label}", figure) for label, figure in rows], n_left=1)))


def draw_text(draw: Draw, words: Words) -> str:
    """Return the files to open."""
    title = words("select_files" if draw.selection is None else "select_units")
    places = [place for place, is_opened in enumerate(draw.opened) if is_opened]
    rows = [(words("case"), words("stratum"), words("line"), words("book"))]
    rows += [
        (_case(draw, place), words(draw.stratum(place)), str(draw.claims.lines[place]),
         _money(words, draw.claims.book[place]))
        for place in places
    ]
    return "\n".join((title, *_head(draw, words), "", ruled(columns(rows, n_left=2)), *_apart(draw, words)))


def _head(draw: Draw, words: Words) -> Iterator[str]:
    """Yield what names the population and the draw."""
    claims, selection = draw.claims, draw.selection
    n = words.number(len(claims.cases))
    rows = [
        (words("population"), words("population_is", n=n, book=_money(words, claims.book.sum()))),
        (words("digest"), claims.digest),
        (words("drawn_with"), f"{words('drawn_given') if draw.seed is None else words('drawn_seed', seed=draw.seed)}"
                              f" · sib {__version__}"),
    ]
    if selection is None:
        rows.append((words("opened"), words("opened_files", n=words.number(draw.n), others=n)))
    else:
        below = len(claims.cases) - int(selection.top.sum()) - int(selection.apart.sum())
        rows += [
            (words("interval"), f"{_money(words, selection.interval)}, {_money(words, selection.start)}"),
            (words("opened"), words("opened_units", n=words.number(draw.n), top=words.number(int(selection.top.sum())),
                                    hit=words.number(int(selection.hit.sum())), others=words.number(below))),
        ]
    yield from columns([(f"  {label}", text) for label, text in rows], n_left=2)


def _apart(draw: Draw, words: Words) -> Iterator[str]:
    """Yield what is to be done with claims that cannot be drawn."""
    if draw.selection is not None and draw.selection.apart.any():
        book = draw.claims.book[draw.selection.apart]
        yield wrapped(words("apart", n=words.number(book.size), book=_money(words, book.sum())))


def paper_text(paper: Paper, words: Words, *, regime: str = "", year: int | None = None) -> str:
    """Return the work paper.

    Parameters
    ----------
    paper : Paper
    words : Words
    regime, year
        Where the tolerances are from; empty where they were given.
    """
    is_money = paper.draw.selection is not None
    parts = [
        "\n".join((words("paper_units" if is_money else "paper_files"), *_head(paper.draw, words),
                   *_terms(paper, words, regime=regime, year=year))),
        _files(paper, words),
        _money_figures(paper, words) if is_money else _file_figures(paper, words),
        *_notes(paper, words),
        *_conclusion(paper, words),
    ]
    return "\n\n".join(filter(None, parts))


def _terms(paper: Paper, words: Words, *, regime: str, year: int | None) -> Iterator[str]:
    rows = [(words("by_model"), paper.asked.model) if paper.draw.selection is None
            else (words("factors"), words(paper.asked.factors))]
    if paper.standard is not None:
        rows.append((words("engagement"), words(str(paper.asked.engagement), number=paper.standard.number)))
    if regime:
        rows.append((words("regime"), words(regime, year=year)))
    yield from columns([(f"  {label}", text) for label, text in rows], n_left=2)


def _files(paper: Paper, words: Words) -> str:
    """Return the files that were opened, with what was found."""
    claims = paper.draw.claims
    rows = [tuple(words(key) for key in ("case", "stratum", "evidence", "book", "audited", "difference", "taint"))]
    found, wrong = paper.amounts["together"], paper.differences("together")
    for place, is_opened in enumerate(paper.draw.opened):
        if is_opened:
            book = float(claims.book[place])
            rows.append((
                _case(paper.draw, place), words(paper.draw.stratum(place)),
                _evidence(paper, place, words), _money(words, book),
                _money(words, found[place]), _money(words, wrong[place]),
                words.number(Decimal(repr(float(wrong[place]) / book)), -4) if book else "",
            ))
    return ruled(columns(rows, n_left=3))


def _money_figures(paper: Paper, words: Words) -> str:
    """Return the figures of a monetary-unit sample, errors and uncertainties apart."""
    found = [paper.found(kind) for kind in KINDS]
    facts = [paper.evaluations[kind] for kind in KINDS]
    lines: list[tuple[str, list[int]]] = [
        *((words(key), [each[place] for each in found])
          for place, key in enumerate(("found_known", "found_beside", "found_apart"))),
        (words("found_top"), [each.top_error for each in facts]),
        (words("projection"), [each.projection for each in facts]),
        (words("basic_precision"), [each.basic_precision for each in facts]),
        (words("increments"), [each.increments for each in facts]),
        (words("limit", confidence=_percent(words, paper.asked.confidence)), [each.limit for each in facts]),
        (words("known_at_least"), [paper.known(kind) for kind in KINDS]),
        (words("counts_likely"), [paper.likely(kind) for kind in KINDS]),
        (words("counts_upper"), [paper.upper(kind) for kind in KINDS]),
    ]
    return _figures(paper, words, [(label, [_money(words, cents) for cents in figures]) for label, figures in lines])


def _file_figures(paper: Paper, words: Words) -> str:
    """Return the figures of an attributes sample."""
    n = paper.draw.n
    return _figures(paper, words, [
        (words("deviations", n=words.number(n)), [words.number(paper.deviations[kind]) for kind in KINDS]),
        (words("rate"), [_percent(words, paper.deviations[kind] / n) for kind in KINDS]),
        (words("limit", confidence=_percent(words, paper.asked.confidence)),
         [_percent(words, paper.share_limit(kind)) for kind in KINDS]),
    ])


def _figures(paper: Paper, words: Words, rows: list[tuple[str, list[str]]]) -> str:
    """Return rows of three figures, with what is tolerable of each below them."""
    measures = {measure.kind: measure for measure in paper.measures}
    concludes = paper.standard is None or paper.standard.concludes
    if measures and concludes:
        shown = _percent if paper.draw.selection is None else _money
        held = [measures.get(kind) for kind in KINDS]
        rows = [
            *rows,
            (words("tolerable"), ["" if each is None else shown(words, each.tolerable) for each in held]),
            (words("measured"), ["" if each is None else words(each.verdict) for each in held]),
        ]
    table = [("", *(words(kind) for kind in KINDS)), *((f"  {label}", *cells) for label, cells in rows)]
    return ruled(columns(table, n_left=1))


def _notes(paper: Paper, words: Words) -> Iterator[str]:
    facts = paper.evaluations.values()
    beside = [plain(paper.draw.claims.cases[place], longest=LONGEST_CASE) for place in paper.beside.nonzero()[0]]
    notes = [
        words("note_apart") if facts else "",
        words("note_capped") if any(each.is_capped for each in facts) else "",
        words("note_taint") if any(each.has_taint_above_one for each in facts) else "",
        words("note_beside", cases=_some(beside)) if beside else "",
    ]
    yield "\n".join([*(wrapped(note) for note in notes if note), *_apart(paper.draw, words)])


def _conclusion(paper: Paper, words: Words) -> Iterator[str]:
    confidence = _percent(words, paper.asked.confidence)
    if paper.standard is not None and not paper.standard.concludes:
        yield wrapped(words("findings_only"))
        return
    if paper.verdict is not None:
        yield f"{words('conclusion')}\n{wrapped(words(f'concludes_{paper.verdict}', confidence=confidence), '  ')}"
    if paper.draw.selection is not None:
        amounts = [(rule, paper.accepted(rule)) for rule in RULES if rule != "accept" or paper.measures]
        rows = [
            (f"  {words(f'rule_{rule}')}", words("review_all") if cents is None else _money(words, cents))
            for rule, cents in amounts
        ]
        yield "\n".join((words("accepted"), *columns(rows, n_left=1)))


def _evidence(paper: Paper, place: int, words: Words) -> str:
    claims = paper.draw.claims
    return words("yes" if claims.has_evidence[place] else "no") if claims.states_evidence else words("not_said")


def _case(draw: Draw, place: int) -> str:
    return plain(draw.claims.cases[place], longest=LONGEST_CASE)


def _some(names: Sequence[str]) -> str:
    """Return names, of very many the first."""
    return ", ".join(names[:MOST_NAMED]) + (", ..." if len(names) > MOST_NAMED else "")


def _money(words: Words, cents: float) -> str:
    """Return an amount to the cent."""
    return words.number(Decimal(int(cents)).scaleb(-2), -2)


def _percent(words: Words, share: float) -> str:
    """Return a share as a percentage with the decimals it has, four at most."""
    number = round(Decimal(repr(float(share))) * 100, 4).normalize()
    return f"{words.number(number, min(0, int(number.as_tuple().exponent)))}%"
