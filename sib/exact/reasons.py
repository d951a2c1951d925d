"""Why something cannot be worked out exactly: a key for the words, with what they name."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a group of measures needs simulation.

    Parameters
    ----------
    key : str
        Which sentence says it; the sentences stand in ``sib.views.exact``.
    named : dict of str to str or int
        What the sentence names.
    """

    key: str
    named: dict[str, str | int] = field(default_factory=dict)


class NotExactError(Exception):
    """Raised where something cannot be worked out exactly; never reaches a user as it is."""

    def __init__(self, key: str, **named: str | int) -> None:
        self.reason = Reason(key, named)
        super().__init__(key)


def refuse_where(is_so: bool, key: str, **named: str | int) -> None:
    """Raise ``NotExactError`` where something is so."""
    if is_so:
        raise NotExactError(key, **named)
