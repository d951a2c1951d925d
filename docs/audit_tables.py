"""The text of docs/audit-tables.md: printed tables of audit sampling beside what the program works out.

The figures are facts taken from the sources named; each table says how its figures were rounded, and every figure that
is not the exact one so rounded has its reason. The tests of the rooms run over the same tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil
from pathlib import Path

import numpy as np

from sib.accountant.sampling import factor, printed_factor, sample_size, upper_limit

PAGE = Path(__file__).with_name("audit-tables.md")
HEAD = """# Tables of audit sampling

*Written by `python docs/generate.py`; do not edit by hand.*

What is printed in books and by other programs, beside what `sib/accountant/sampling.py` works out. A figure in the
tables is the printed one. Where it is not the exact value, rounded as the table says, the exact one follows in brackets
and the reason stands below. Figures marked *via jfa* were taken from the benchmarks that the R package
[jfa](https://github.com/koenderks/jfa) is tested with (`tests/testthat/test-validation-*.R`), which name these sources.

Three things explain most differences in practice. Printed factors are rounded up to two decimals, so that an interval
planned with them is a little shorter and a limit a little higher: 3.00 for 2.9957. A sample size belongs to a model: 59
files are enough for 5% at 95% confidence in the binomial model, 60 in the Poisson model, fewer in a small population.
And an expected rate is turned into a whole number of deviations by rounding up, where 14 must not become 15 because a
computer holds 0.035 x 400 as 14.000000000000002; here rates are exact.
"""


@dataclass(frozen=True)
class Printed:
    """A printed table: labels of rows and columns, its figures (None where it has none), and the exact value of each.

    ``known`` has the reason for each figure, by row and column, that is not the exact one rounded as the table does.
    """

    title: str
    source: str
    about: str
    across: str
    columns: tuple[float, ...]
    rows: dict[float | str, tuple[float | None, ...]]
    exact: Callable[..., float]
    known: dict[tuple[float | str, float], str] = field(default_factory=dict)
    decimals: int = 0

    def cells(self) -> Iterator[tuple[float | str, float, float, float]]:
        """Yield row, column, printed and exact value of every figure."""
        for row, figures in self.rows.items():
            for column, figure in zip(self.columns, figures, strict=False):
                if figure is not None:
                    yield row, column, figure, self.exact(row, column)


RISKS = (0.05, 0.10, 0.15, 0.20, 0.25, 0.30, 0.35, 0.37, 0.50)
FACTORS = {
    0: (3.00, 2.31, 1.90, 1.61, 1.39, 1.21, 1.05, 1.00, 0.70),
    1: (4.75, 3.89, 3.38, 3.00, 2.70, 2.44, 2.22, 2.14, 1.68),
    2: (6.30, 5.33, 4.73, 4.28, 3.93, 3.62, 3.35, 3.35, 2.68),
    3: (7.76, 6.69, 6.02, 5.52, 5.11, 4.77, 4.46, 4.35, 3.68),
    4: (9.16, 8.00, 7.27, 6.73, 6.28, 5.90, 5.55, 5.43, 4.68),
    5: (10.52, 9.28, 8.50, 7.91, 7.43, 7.01, 6.64, 6.50, 5.68),
    6: (11.85, 10.54, 9.71, 9.08, 8.56, 8.12, 7.72, 7.57, 6.67),
    7: (13.15, 11.78, 10.90, 10.24, 9.69, 9.21, 8.79, 8.63, 7.67),
    8: (14.44, 13.00, 12.08, 11.38, 10.81, 10.31, 9.85, 9.68, 8.67),
    9: (15.71, 14.21, 13.25, 12.52, 11.92, 11.39, 10.92, 10.74, 9.67),
    10: (16.97, 15.41, 14.42, 13.66, 13.02, 12.47, 11.98, 11.79, 10.67),
}
EXPECTED = (*(0.25 * step for step in range(17)), 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 12.5, 15.0, 17.5)
SIZES_95 = {
    2: (149, 236, 313, 386, 590, 1030),
    3: (99, 157, 157, 208, 257, 303, 392, 562, 846, 1466),
    4: (74, 117, 117, 117, 156, 156, 192, 227, 294, 390, 513, 722, 1098, 1936),
    5: (59, 93, 93, 93, 93, 124, 124, 153, 181, 208, 234, 286, 361, 458, 624, 877, 1348),
    6: (49, 78, 78, 78, 78, 78, 103, 103, 127, 127, 150, 173, 195, 238, 280, 341, 421, 1580),
    7: (42, 66, 66, 66, 66, 66, 66, 88, 88, 88, 109, 109, 129, 148, 167, 185, 221, 478, 1832),
    8: (36, 58, 58, 58, 58, 58, 58, 77, 77, 77, 77, 95, 95, 112, 112, 129, 146, 240, 532),
    9: (32, 51, 51, 51, 51, 51, 51, 51, 68, 68, 68, 68, 84, 84, 84, 100, 100, 158, 266, 585),
    10: (29, 46, 46, 46, 46, 46, 46, 46, 46, 61, 61, 61, 61, 61, 76, 76, 89, 116, 179, 298, 649),
    15: (19, *[30] * 13, 40, 40, 40, 40, 50, 68, 85, 110, 150, 576),
    20: (14, *[22] * 16, 30, 30, 37, 37, 44, 50, 88, 193, 720),
}
SIZES_90 = {
    2: (114, 194, 194, 265, 398, 708, 1463),
    3: (76, 129, 129, 129, 176, 221, 265, 390, 590, 974),
    4: (57, 96, 96, 96, 96, 132, 132, 166, 198, 262, 353, 471, 730, 1258),
    5: (45, 77, 77, 77, 77, 77, 105, 105, 132, 132, 158, 209, 258, 306, None, 583, 873),
    6: (38, 64, 64, 64, 64, 64, 64, 88, 88, 88, 110, 132, 132, 153, 194, 235, 274, 1019),
    7: (32, 55, 55, 55, 55, 55, 55, 55, 75, 75, 75, 94, 94, 112, 112, 131, 149, 318, 1150),
    8: (28, 48, 48, 48, 48, 48, 48, 48, 48, 65, 65, 65, 65, 82, 82, 98, 98, 160, 349, 1300),
    9: (25, *[42] * 9, 58, 58, 58, 58, 73, 73, 73, 115, 182, 385, 1437),
    10: (22, *[38] * 10, 52, 52, 52, 52, 52, 65, 78, 116, 199, 424, 1577),
    15: (15, *[25] * 16, 34, 43, 52, 60, 77, 100, 368),
    20: (11, *[18] * 17, 25, 25, 25, 32, 38, 63, 126, 457),
}
LIMITS_95 = {
    20: (14.0, 21.7, 28.3, 34.4, 40.2, 45.6, 50.8, 55.9, 60.7, 65.4, 69.9),
    25: (11.3, 17.7, 23.2, 28.2, 33.0, 37.6, 42.0, 46.3, 50.4, 54.4, 58.4),
    30: (9.6, 14.9, 19.6, 23.9, 28.0, 31.9, 35.8, 39.4, 43.0, 46.6, 50.0),
    40: (7.3, 11.4, 15.0, 18.3, 21.5, 24.6, 27.5, 30.4, 33.3, 36.0, 38.8),
    50: (5.9, 9.2, 12.1, 14.8, 17.4, 19.9, 22.4, 24.7, 27.1, 29.4, 31.6),
    60: (4.9, 7.7, 10.2, 12.5, 14.7, 16.8, 18.8, 20.8, 22.8, 24.8, 26.7),
    80: (3.7, 5.8, 7.7, 9.5, 11.1, 12.7, 14.3, 15.9, 17.4, 18.9, 20.3),
    100: (3.0, 4.7, 6.2, 7.6, 9.0, 10.3, 11.5, 12.8, 14.0, 15.2, 16.4),
    150: (2.0, 3.2, 4.2, 5.1, 6.0, 6.9, 7.8, 8.6, 9.5, 10.3, 11.1),
    200: (1.5, 2.4, 3.2, 3.9, 4.6, 5.2, 5.9, 6.5, 7.2, 7.8, 8.4),
    300: (1.0, 1.6, 2.1, 2.6, 3.1, 3.5, 4.0, 4.4, 4.8, 5.2, 5.6),
    500: (0.6, 1.0, 1.3, 1.6, 1.9, 2.1, 2.4, 2.7, 2.9, 3.2, 3.4),
}
LIMITS_90 = {
    20: (10.9, 18.1, 24.5, 30.5, 36.1, 41.5, 46.8, 51.9, 56.8, 61.6, 66.2),
    30: (7.4, 12.4, 16.8, 21.0, 24.9, 28.8, 32.5, 36.2, 39.7, 43.2, 46.7),
    50: (4.6, 7.6, 10.3, 12.9, 15.4, 17.8, 20.2, 22.5, 24.7, 27.0, 29.2),
    100: (2.3, 3.9, 5.3, 6.6, 7.9, 9.1, 10.3, 11.5, 12.7, 13.9, 15.0),
    200: (1.2, 2.0, 2.7, 3.4, 4.0, 4.6, 5.3, 5.9, 6.5, 7.1, 7.6),
    500: (0.5, 0.8, 1.1, 1.4, 1.6, 1.9, 2.1, 2.4, 2.6, 2.9, 3.1),
}
FINITE = {
    "90%, 500": (27, 36, 54, 102), "90%, 1000": (28, 37, 55, 108), "90%, 5000": (28, 38, 57, 113),
    "95%, 500": (35, 47, 69, 129), "95%, 1000": (36, 48, 71, 138), "95%, 5000": (36, 49, 73, 147),
    "99%, 500": (53, 70, 101, 183), "99%, 1000": (54, 72, 107, 204), "99%, 5000": (55, 74, 112, 223),
}
FINITE_EXPECTED = {
    "90%, 500, 1%, 8%": (46, 48), "90%, 500, 1%, 6%": (61, 64), "90%, 500, 1%, 4%": (90, 96),
    "90%, 500, 2%, 5%": (99, 132), "95%, 500, 1%, 8%": (55, 58), "95%, 500, 1%, 6%": (73, 78),
    "95%, 500, 1%, 4%": (140, 156), "95%, 500, 2%, 5%": (139, 181), "95%, 500, 3%, 6%": (158, 195),
    "95%, 500, 4%, 7%": (170, 221), "95%, 500, 5%, 8%": (178, 240), "95%, 500, 6%, 9%": (196, 266),
    "95%, 5000, 1%, 8%": (58, 58), "95%, 5000, 1%, 6%": (77, 78), "95%, 5000, 1%, 4%": (154, 156),
    "95%, 15000, 1%, 6%": (78, 78), "95%, 36000, 1%, 4%": (156, 156),
}
TAINTED = {
    "5%, 0": (6, 10, 30, 38, 50, 60, 75, 100, 150, 300, 600),
    "5%, 0.1": (8, 13, 37, 46, 62, 74, 92, 123, 184, 368, 736),
    "5%, 0.2": (10, 16, 47, 58, 78, 93, 116, 155, 232, 463, 925),
    "5%, 0.3": (12, 20, 60, 75, 100, 120, 150, 200, 300, 600, 1199),
    "5%, 0.4": (17, 27, 81, 102, 135, 162, 203, 270, 405, 809, 1618),
    "5%, 0.5": (24, 39, 116, 145, 193, 231, 289, 385, 577, 1154, 2308),
    "10%, 0": (5, 8, 24, 29, 39, 47, 58, 77, 116, 231, 461),
    "10%, 0.2": (7, 12, 35, 43, 57, 69, 86, 114, 171, 341, 682),
    "10%, 0.5": (16, 27, 80, 100, 134, 160, 200, 267, 400, 799, 1597),
    "50%, 0": (2, 3, 7, 9, 12, 14, 18, 24, 35, 70, 139),
    "50%, 0.4": (3, 4, 12, 15, 19, 23, 29, 38, 57, 114, 228),
}


def _percent(text: str) -> Fraction:
    return Fraction(text.strip().removesuffix("%")) / 100


def _size(confidence: float) -> Callable[[float, float], float]:
    """Return the binomial sample size by tolerable and expected rate in percent."""

    def size(tolerable: float, expected: float) -> float:
        rate = Fraction(str(expected)) / 100
        return sample_size("binomial", tolerable=tolerable / 100, confidence=confidence, expected=rate)

    return size


def _limit(confidence: float) -> Callable[[int, int], float]:
    """Return the binomial upper limit in percent, rounded up to one decimal, by sample and deviations."""
    return lambda n, k: ceil(float(upper_limit("binomial", n=n, k=k, confidence=confidence)) * 1000) / 10


def _finite(row: str, tolerable: float) -> float:
    confidence, population = row.split(",")
    return sample_size("hypergeometric", tolerable=tolerable / 100, confidence=float(_percent(confidence)),
                       population=int(population))


def _finite_expected(row: str, column: int) -> float:
    confidence, population, expected, tolerable = row.split(",")
    model = ("hypergeometric", "binomial")[column]
    return sample_size(model, tolerable=float(_percent(tolerable)), confidence=float(_percent(confidence)),
                       expected=_percent(expected), population=int(population))


def _tainted(row: str, tolerable: float) -> float:
    """Return the smallest Poisson sample with a limit of what is tolerable, errors expected in parts of a whole."""
    risk, ratio = row.split(",")
    sizes = np.arange(1, 4000)
    limits = factor(float(1 - _percent(risk)), sizes * tolerable / 100 * float(ratio))
    return float(sizes[np.argmax(limits <= sizes * tolerable / 100 * (1 + 1e-12))])


AICPA = "AICPA, *Audit Guide: Audit Sampling* (2017)"
ROUNDS_DOWN = "printed one too low: with that sample and its 4 expected deviations the risk is 10.07%"
TABLES = (
    Printed(
        "Poisson factors", f"{AICPA}, confidence factors for monetary-unit sampling, as reprinted in textbooks",
        "Rounded up to two decimals. Rows: errors found.", "risk (1 - confidence)", RISKS, FACTORS,
        lambda k, risk: float(printed_factor(round(1 - risk, 2), k)),
        {(2, 0.37): "a misprint that repeats the column before it"}, decimals=2,
    ),
    Printed(
        "Sample sizes, binomial, by deviations expected",
        "Touw and Hoogduin, *Statistiek voor audit en controlling* (2011), via jfa",
        "95% confidence. Rows: tolerable rate in percent.", "deviations expected", (0, 1, 2, 3),
        {1: (299, 473, 628, 773), 5: (59, 93, 124, 153), 10: (29, 46, 61, 76)},
        lambda tolerable, k: sample_size("binomial", tolerable=tolerable / 100, confidence=0.95, expected=int(k)),
    ),
    Printed(
        "Sample sizes, Poisson, no errors", "Touw and Hoogduin (2011), page 17, via jfa",
        "Tolerable rate of 1%. The page rounds to tens.", "confidence", (0.95, 0.90, 0.75, 0.60, 0.50),
        {"n": (300, 230, 140, 90, 70)},
        lambda _, confidence: sample_size("poisson", tolerable=0.01, confidence=confidence),
        {("n", column): "rounded to tens on that page" for column in (0.90, 0.75, 0.60)},
    ),
    Printed(
        "Sample sizes, Poisson, no errors, 2%", "Touw and Hoogduin (2011), page 23, via jfa", "Tolerable rate of 2%.",
        "confidence", (0.95, 0.875), {"n": (150, 104)},
        lambda _, confidence: sample_size("poisson", tolerable=0.02, confidence=confidence),
    ),
    Printed(
        "Sample sizes, binomial, 95% confidence", f"{AICPA}, table A-1, via jfa",
        "Rows: tolerable rate in percent. Deviations expected: rate times sample, rounded up.",
        "expected rate in percent",
        EXPECTED, SIZES_95, _size(0.95),
    ),
    Printed(
        "Sample sizes, binomial, 90% confidence", f"{AICPA}, table A-2, via jfa",
        "As the table before. jfa asks 423 and 1,313 where 0.035 x 400 and 0.07 x 1,300 come out a hair too high; "
        "exact rates give 400 and 1,300, the latter as printed. For 5% and 3.5% jfa reports 200 as printed, for which "
        "no reading of the rule was found; it is left out.",
        "expected rate in percent", EXPECTED, SIZES_90, _size(0.90),
        {(7, 3.25): ROUNDS_DOWN, (7, 3.5): ROUNDS_DOWN},
    ),
    Printed(
        "Upper limits, binomial, 95% confidence", f"{AICPA}, table A-3, via jfa",
        "In percent, rounded up to one decimal. Rows: files in the sample (some of the printed ones).",
        "deviations found", tuple(range(11)), LIMITS_95, _limit(0.95), decimals=1,
    ),
    Printed(
        "Upper limits, binomial, 90% confidence", f"{AICPA}, table A-4, via jfa", "As the table before.",
        "deviations found", tuple(range(11)), LIMITS_90, _limit(0.90), decimals=1,
    ),
    Printed(
        "Sample sizes in a finite population", "EZ-Quant 2.0.6 of the Defense Contract Audit Agency, via jfa",
        "Hypergeometric, no deviations expected. Rows: confidence, files in the population.",
        "tolerable rate in percent", (8, 6, 4, 2), FINITE, _finite,
    ),
    Printed(
        "Sample sizes in a finite population, deviations expected", "AuditSampler, via jfa",
        "Rows: confidence, files in the population, expected rate, tolerable rate.",
        "model (0 hypergeometric, 1 binomial)", (0, 1), FINITE_EXPECTED, _finite_expected,
    ),
    Printed(
        "Monetary-unit sample sizes", f"{AICPA}, table C-1, via jfa",
        "Poisson; errors are expected in parts of a whole. Rows: risk, expected over tolerable (a part of the table).",
        "tolerable error in percent of the book value", (50, 30, 10, 8, 6, 5, 4, 3, 2, 1, 0.5), TAINTED, _tainted,
    ),
)


def page() -> str:
    """Return the text of the page."""
    return "\n".join([HEAD, *(line for table in TABLES for line in section(table))]) + "\n"


def section(table: Printed) -> Iterator[str]:
    """Yield the lines of one table."""
    found = list(table.cells())
    n_same = sum(printed == exact for _, _, printed, exact in found)
    yield f"## {table.title}\n\n{table.source}. {table.about} Columns: {table.across}."
    yield f"{n_same} of {len(found)} figures agree.\n"
    yield "| |" + "".join(f" {column:g} |" for column in table.columns)
    yield "|---|" + "--:|" * len(table.columns)
    shown = {(row, column): figure(printed, exact, table.decimals) for row, column, printed, exact in found}
    for row in table.rows:
        yield f"| {row} |" + "".join(f" {shown.get((row, column), '')} |" for column in table.columns)
    yield ""
    for (row, column), reason in table.known.items():
        yield f"- {row}, {column:g}: {reason}."
    if table.known:
        yield ""


def figure(printed: float, exact: float, decimals: int) -> str:
    """Return a printed figure, with the exact one where it is another."""
    shown, other = f"{printed:.{decimals}f}", f"{exact:.{decimals}f}"
    return shown if printed == exact else f"**{shown}** ({other})"
