"""What a case file says of a programme, as text and as plain data: figures with their errors, fits, shares, remarks.

In comes a ``Calibration``, out goes a page in English or Dutch. Nothing is computed here.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from sib import __version__
from sib.amounts import NumberFormat
from sib.calibration import FEW, Calibration, Segment
from sib.disclosure import Count
from sib.fragment import fragment
from sib.privacy import FEWEST
from sib.results import Row
from sib.views.tables import alone, block, columns, plain, ruled, wrapped
from sib.views.words import Phrases, Words

TEXTS: dict[str, tuple[str, str]] = {
    "head": ("{file}: {cases} · sib {version} · amounts in EUR", "{file}: {cases} · sib {version} · bedragen in EUR"),
    "cases": ("Cases", "Casussen"),
    "successes": ("  that succeeded", "  die slaagden"),
    "not_positive": ("  that save nothing or cost money", "  die niets besparen of geld kosten"),
    "mean": ("Saving of a case, mean", "Besparing per casus, gemiddeld"),
    "mean_success": ("Saving of a success, mean", "Besparing per succes, gemiddeld"),
    "cv": ("  coefficient of variation", "  variatiecoëfficiënt"),
    "months": ("Months over which it comes", "Maanden waarin die komt"),
    "current": ("  left against current cost", "  over tegen huidige kosten"),
    "fit": ("fit", "verdeling"),
    "likelihood": ("log-likelihood", "log-likelihood"),
    "distance": ("distance", "afstand"),
    "p_value": ("p-value", "p-waarde"),
    "chosen": ("chosen", "gekozen"),
    "law": ("law", "wet"),
    "direct": ("direct", "direct"),
    "real": ("real", "reëel"),
    "fragment": ("Terms for a scenario (fragment.toml)", "Termen voor een scenario (fragment.toml)"),
    # remarks
    "failed": (
        "The saving is that of the {counted} cases that succeeded, since a scenario asks what a success saves; "
        "--all-cases takes all {cases}, which is right where lines say what a plan would save, made beforehand.",
        "De besparing is die van de {counted} geslaagde casussen, want een scenario vraagt wat een succes bespaart; "
        "--all-cases neemt alle {cases}, wat klopt als de regels vooraf zeggen wat een plan zou besparen.",
    ),
    "few_failed": (
        "The saving is that of the cases that succeeded, {counted} of {cases}, since a scenario asks what a success "
        "saves. Fewer than {fewest} did not: neither is how many told, nor what these would change. Figures have three "
        "digits, and errors are those of {least} cases; --own-data tells all where the data are your own and the "
        "figures stay with you.",
        "De besparing is die van de geslaagde casussen, {counted} van {cases}, want een scenario vraagt wat een succes "
        "bespaart. Minder dan {fewest} slaagden niet: hoeveel wordt niet verteld, en ook niet wat zij zouden "
        "veranderen. Getallen hebben drie cijfers, en fouten zijn die van {least} casussen; --own-data vertelt alles, "
        "als het uw eigen gegevens zijn en de cijfers bij u blijven.",
    ),
    "own": (
        "Told with --own-data: numbers of cases may tell of a few households. Keep this page to yourself.",
        "Verteld met --own-data: aantallen casussen kunnen iets zeggen over enkele huishoudens. Houd deze pagina voor "
        "uzelf.",
    ),
    "all": (
        "The saving is that of all cases, also of the {failed} that did not succeed: right only where lines say what a "
        "plan would save. Savings that were realised are counted down twice.",
        "De besparing is die van alle casussen, ook van de {failed} die niet slaagden: dat klopt alleen als de regels "
        "zeggen wat een plan zou besparen. Gerealiseerde besparingen worden zo dubbel verminderd.",
    ),
    "unknown": (
        "The file does not say which cases succeeded: no chance of success is calibrated, and the saving is that of "
        "all cases.",
        "Het bestand zegt niet welke casussen slaagden: er is geen slaagkans gekalibreerd, en de besparing is die van "
        "alle casussen.",
    ),
    "few": (
        "{n} cases are few: with 95% confidence the mean lies between {low} and {high}.",
        "{n} casussen zijn er weinig: met 95% zekerheid ligt het gemiddelde tussen {low} en {high}.",
    ),
    "one": (
        "One case says nothing of how cases differ.", "Eén casus zegt niets over hoe casussen verschillen.",
    ),
    "nothing_saved": (
        "{n} of these cases save nothing or cost money. A lognormal or gamma has no such cases: mean and cv are those "
        "of all, the likelihood is that of the others; --fit empirical takes them as they are.",
        "{n} van deze casussen besparen niets of kosten geld. Een lognormale of gammaverdeling kent die niet: "
        "gemiddelde en variatiecoëfficiënt zijn die van alle, de likelihood is die van de andere; --fit empirical "
        "neemt ze zoals ze zijn.",
    ),
    "moments": (
        "Fits have the mean and the cv of the cases; the likelier comes first and is chosen unless --fit says "
        "otherwise. The distance is the largest gap between the shares below an amount (Kolmogorov-Smirnov), the "
        "p-value how often {samples} samples of the fit are as far from their own.",
        "Verdelingen hebben gemiddelde en variatiecoëfficiënt van de casussen; de waarschijnlijkste staat bovenaan en "
        "is gekozen, tenzij --fit anders zegt. De afstand is het grootste gat tussen de aandelen onder een bedrag "
        "(Kolmogorov-Smirnov), de p-waarde hoe vaak {samples} trekkingen uit de verdeling zo ver van hun eigen liggen.",
    ),
    "no_samples": (
        "No p-value was worked out: with so many cases every fit is refused; look at the distance.",
        "Er is geen p-waarde berekend: bij zoveel casussen wordt elke verdeling verworpen; kijk naar de afstand.",
    ),
    "poor": (
        "The chosen fit is poor: so large a distance has a chance of {p}. Look at the chart, or take --fit empirical.",
        "De gekozen verdeling past slecht: zo'n afstand heeft een kans van {p}. Bekijk de grafiek, of neem --fit "
        "empirical.",
    ),
    "empirical": (
        "The saving is one of {n} amounts, each the mean of a group of neighbours in order, of {fewest} cases or "
        "more. The mean is that of the cases; what differs inside a group is lost.",
        "De besparing is een van {n} bedragen, elk het gemiddelde van een groep opeenvolgende casussen, minstens "
        "{fewest}. Het gemiddelde is dat van de casussen; verschillen binnen een groep zijn weg.",
    ),
    "fixed": (
        "Every success saves the same here: the cases do not differ, or are too few to say how.",
        "Elk succes bespaart hier hetzelfde: de casussen verschillen niet, of het zijn er te weinig om te zeggen hoe.",
    ),
    "withheld": (
        "{n} cells of law and class rest on fewer than {fewest} cases and are not shown; what they save is divided "
        "over the others in proportion.",
        "{n} cellen van wet en klasse rusten op minder dan {fewest} casussen en worden niet getoond; wat zij besparen "
        "is naar rato over de andere verdeeld.",
    ),
    "negative": (
        "{listed} cost money rather than save it. A share cannot be negative: what they cost is divided over the "
        "others in proportion.",
        "{listed} kosten geld in plaats van te besparen. Een aandeel kan niet negatief zijn: wat zij kosten is naar "
        "rato over de andere verdeeld.",
    ),
    "spans": (
        "Lines run for different numbers of months; {months} is their mean, each weighing by what it saves.",
        "Regels lopen een verschillend aantal maanden; {months} is het gemiddelde, gewogen naar wat elke regel "
        "bespaart.",
    ),
    "public": (
        "These cases are taken to be published or made up: figures may rest on fewer than {fewest}.",
        "Deze casussen gelden als gepubliceerd of verzonnen: cijfers kunnen op minder dan {fewest} rusten.",
    ),
    "meant": (
        "± is the 95% error of a sample of cases; more trials do not make it smaller. No figure rests on fewer than "
        "{fewest} cases.",
        "± is de 95%-fout van een steekproef van casussen; meer simulaties maken die niet kleiner. Geen cijfer rust op "
        "minder dan {fewest} casussen.",
    ),
    "meant_public": (
        "± is the 95% error of a sample of cases; more trials do not make it smaller.",
        "± is de 95%-fout van een steekproef van casussen; meer simulaties maken die niet kleiner.",
    ),
}
"""By key: English, Dutch."""
POOR = 0.05
"""Below this p-value a fit is called poor."""


def as_data(found: Calibration, lang: NumberFormat = "en") -> dict[str, Any]:
    """Return a calibration as plain data, amounts in euros, with its fragment.

    Numbers of cases that would tell of a few are null, and stand under ``not_told`` with the least and the most that
    they may be. Lines of the file are told of published cases only.
    """
    return {
        "file": found.file, "currency": "EUR",
        "segments": [_without_minus_zero(_segment_data(each)) for each in found.segments],
        "fragment": fragment(found, lang), "cautions": [
            {**asdict(each), "line": each.line if found.asked.is_public else None} for each in found.cautions],
    }


def _without_minus_zero(value: Any) -> Any:
    """Return plain data in which no figure is a zero below zero."""
    if type(value) is dict:
        return {name: _without_minus_zero(inner) for name, inner in value.items()}
    if type(value) is list:
        return [_without_minus_zero(inner) for inner in value]
    return value + 0.0 if type(value) is float else value


def _segment_data(segment: Segment) -> dict[str, Any]:
    fits = [{
        "kind": fit.kind, "log_likelihood": fit.log_likelihood, "distance": fit.distance, "p_value": fit.p_value,
        "samples": fit.n_samples, "cv_standard_error": fit.cv_error,
        "bands": [[amount / 100 for amount in band] for band in fit.bands],
    } for fit in segment.fits]
    counts = {"cases_counted": segment.n_counted, "successes": segment.successes,
              "cases_saving_nothing": segment.n_not_positive}
    return {
        "name": segment.name, "cases": segment.n_cases,
        **{name: None if count is None else count.exact for name, count in counts.items()},
        "not_told": {name: [count.low, count.high] for name, count in counts.items() if count and count.exact is None},
        "saving": {
            "kind": segment.kind, "mean": segment.mean / 100, "standard_error": segment.mean_error / 100,
            "low": segment.low / 100, "high": segment.high / 100, "cv": segment.cv,
            "cv_standard_error": segment.cv_error, "values": [value / 100 for value in segment.values],
        },
        "fits": fits, "bands": [amount / 100 for amount in segment.bands], "saving_months": segment.saving_months,
        "current_share": segment.current_share,
        "shares": [{"law": cell.law, "class": cell.saving_class, "share": float(cell.share)}
                   for cell in segment.shares.cells],
        "cells_withheld": segment.shares.withheld,
    }


def page(found: Calibration, words: Words) -> str:
    """Return everything that is to say, the fragment last."""
    say = Phrases(TEXTS, words.lang)
    n_cases = words.cases(sum(each.n_cases for each in found.segments))
    parts = [say("head", file=plain(found.file), cases=n_cases, version=__version__)]
    for segment in found.segments:
        parts += [alone(block(plain(segment.name), [*_cells(segment, say, words=words)]))]
        parts += [ruled(_fits(segment, say, words=words))] if segment.fits else []
        parts += [ruled(_shares(segment, say, words=words))]
        parts += ["\n".join(map(wrapped, (*_on_the_cases(segment, found, say=say, words=words),
                                          *_on_the_figures(segment, say=say, words=words))))]
    public = found.asked.is_public
    own = found.asked.own_data and not public
    parts.append("\n".join(map(wrapped, (
        *([say("public", fewest=FEWEST)] if public else []), *([say("own")] if own else []),
        say("meant_public" if public else "meant", fewest=FEWEST),
    ))))
    return "\n\n".join((*parts, f"{say('fragment')}\n\n{fragment(found, words.lang)}".rstrip()))


def _cells(segment: Segment, say: Phrases, *, words: Words) -> Iterator[tuple[str, str, str]]:
    """Yield label, figure and error of what is said of a segment."""
    yield say("cases"), words.number(segment.n_cases), ""
    if segment.successes is not None:
        yield say("successes"), _said(segment.successes, words), ""
    if segment.n_not_positive.high:
        yield say("not_positive"), _said(segment.n_not_positive, words), ""
    all_of_them = segment.successes is None or segment.n_counted != segment.successes
    mean = _row(segment.mean / 100, segment.low / 100, segment.high / 100)
    error = words.figure(mean, "euros")[1]
    yield say("mean" if all_of_them else "mean_success"), words.number(Decimal(round(segment.mean / 100))), error
    if not math.isnan(segment.cv):
        half = 1.96 * segment.cv_error
        yield (say("cv"), *words.figure(_row(segment.cv, segment.cv - half, segment.cv + half), "years"))
    yield say("months"), words.number(segment.saving_months), ""
    if segment.current_share is not None:
        yield (say("current"), *words.figure(_row(segment.current_share, math.nan, math.nan), "share"))


def _said(count: Count, words: Words) -> str:
    return count.said(words.lang, words.number)


def _row(value: float, low: float, high: float) -> Row:
    """Return a figure with its interval, or without where it has none."""
    known = math.isfinite(low) and math.isfinite(high)
    return Row("", "", "value", value, None, low if known else None, high if known else None, "")


def _fits(segment: Segment, say: Phrases, *, words: Words) -> list[str]:
    rows = [(say("fit"), say("likelihood"), say("distance"), say("p_value"), "")]
    for fit in segment.fits:
        p_value = "-" if math.isnan(fit.p_value) else words.number(Decimal(f"{fit.p_value:.3f}"), -3)
        rows.append((fit.kind, words.number(Decimal(f"{fit.log_likelihood:.1f}"), -1),
                     words.number(Decimal(f"{fit.distance:.3f}"), -3), p_value,
                     say("chosen") if fit.kind == segment.kind else ""))
    return columns(rows, n_left=1)


def _shares(segment: Segment, say: Phrases, *, words: Words) -> list[str]:
    shares = {(cell.law, cell.saving_class): cell.share for cell in segment.shares.cells}
    rows = [tuple(say(name) for name in ("law", "direct", "real"))]
    for law in dict.fromkeys(law for law, _ in shares):
        parts = (shares.get((law, each)) for each in ("direct", "real"))
        rows.append((plain(law), *(
            "" if part is None else f"{words.number(Decimal(f'{float(part) * 100:.1f}'), -1)}%" for part in parts)))
    return columns(rows, n_left=1)


def _on_the_cases(segment: Segment, found: Calibration, *, say: Phrases, words: Words) -> Iterator[str]:
    """Yield what has to be known about how many cases the figures rest on."""
    n, successes = segment.n_counted, segment.successes
    if successes is None:
        yield say("unknown")
    elif successes.exact is None and n.exact is None:
        yield say("few_failed", counted=_said(n, words), cases=segment.n_cases, least=n.low, fewest=FEWEST)
    elif successes.exact is None:
        yield say("all", failed=_said(Count(segment.n_cases - FEWEST + 1, segment.n_cases), words))
    elif failed := segment.n_cases - successes.exact:
        yield say("all" if found.asked.all_cases else "failed", counted=n.low, cases=segment.n_cases, failed=failed)
    if n.high == 1:
        yield say("one")
    elif n.high < FEW:
        ends = {name: words.number(Decimal(round(getattr(segment, name) / 100))) for name in ("low", "high")}
        yield say("few", n=_said(n, words), **ends)
    if segment.n_not_positive.high and segment.kind != "empirical":
        yield say("nothing_saved", n=_said(segment.n_not_positive, words))


def _on_the_figures(segment: Segment, *, say: Phrases, words: Words) -> Iterator[str]:
    """Yield what has to be known about the fit, the shares and the months."""
    yield from _on_the_fit(segment, say, words=words)
    if segment.shares.withheld:
        yield say("withheld", n=segment.shares.withheld, fewest=FEWEST)
    if segment.shares.negative:
        listed = ", ".join(f"{plain(law)} ({say(each)})" for law, each in segment.shares.negative)
        yield say("negative", listed=listed)
    if not segment.one_span:
        yield say("spans", months=segment.saving_months)


def _on_the_fit(segment: Segment, say: Phrases, *, words: Words) -> Iterator[str]:
    """Yield how the fit was made and how good it is."""
    if segment.fits:
        samples = segment.fits[0].n_samples
        yield say("moments", samples=words.number(samples)) if samples else say("no_samples")
    chosen = next((fit for fit in segment.fits if fit.kind == segment.kind), None)
    if chosen is not None and chosen.p_value < POOR:
        yield say("poor", p=words.number(Decimal(f"{chosen.p_value:.3f}"), -3))
    if segment.kind == "empirical":
        yield say("empirical", n=len(segment.values), fewest=FEWEST)
    elif segment.kind == "fixed":
        yield say("fixed")
