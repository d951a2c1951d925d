"""What can go wrong, as things a person can act on.

Every error that a user may cause carries its exit code and says where, what was found, what is allowed
and how to mend it. What is our own fault stays an ordinary exception with its traceback.
"""

from __future__ import annotations

from dataclasses import dataclass


class SibError(Exception):
    """An error with a message for a person; ``exit_code`` is what the command line ends with."""

    exit_code = 1


class Stopped(Exception):  # noqa: N818
    """Work that was given up because somebody asked for that; no fault of anybody's.

    What tells progress may raise it. An analysis of many runs then returns what is finished, and says so.
    """


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong with an input.

    Parameters
    ----------
    file : str
        The file as the user named it, or ``--set``.
    line : int or None
        Line in that file, from 1.
    path : str
        Path of the term, such as ``contract.interest.rate``; may be empty.
    message : str
        What was found, what is allowed, how to mend it.
    """

    file: str
    line: int | None
    path: str
    message: str

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{where}: {self.path} {self.message}" if self.path else f"{where}: {self.message}"


class ScenarioError(SibError):
    """The input is wrong: carries every problem found, in the order of the file."""

    exit_code = 3

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in problems))


class RefusedError(SibError):
    """The request is too large; the message says the estimate and the largest allowed."""

    exit_code = 4


class OutputError(SibError):
    """Something cannot be written: disk, rights, locked, exists."""

    exit_code = 5


class ConservationError(SibError):
    """Money appeared or vanished inside the simulation: a bug of ours, never a user's."""

    exit_code = 1
