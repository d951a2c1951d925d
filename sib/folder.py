"""A result folder comes into being whole or not at all.

Work is done in a locked sibling, ``NAME.partial``, which takes the place of an earlier result only when it is
complete and on disk. This room knows no run: it makes the folder and puts it in its place.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, NoReturn

from sib.errors import OutputError

MANIFEST, LOCK = "manifest.json", "lock"
LEFT_BY_SYSTEMS = (".DS_Store", "Thumbs.db", "desktop.ini")
"""What a desktop puts into a folder that somebody looked at; it is nobody's work."""
MOST_NAMED = 5
"""Files that a refusal names before it only counts them."""


@contextmanager
def result_folder(target: str | Path, *, force: bool = False) -> Iterator[Path]:
    """Give a folder to work in, which becomes ``target`` at the end and vanishes if that is not reached.

    Parameters
    ----------
    target : str or Path
    force : bool
        Whether an earlier result may be replaced; it stays whole until then. Only what its manifest lists is
        replaced: a folder that holds anything else is refused, and so is one with a file that was changed since.

    Raises
    ------
    OutputError
        If the target exists and may not be replaced, is being written by another run, or cannot be written.
    """
    place = _place(target)
    partial = place.with_name(f"{place.name}.partial")
    with told(target):
        _refuse_if_taken(place, str(target), force=force)
        _refuse_if_not_ours(partial)
        partial.mkdir(parents=True, exist_ok=True)
        lock = _lock(partial, str(target))
    try:
        with told(target):
            _empty(partial)
        yield partial
        with told(target):
            _flush(partial)
            _refuse_if_taken(place, str(target), force=force)
            if sys.platform == "win32":
                lock.close()
            _swap(partial, place)
            (place / LOCK).unlink()
    except BaseException:
        if _is_held(lock, partial):
            shutil.rmtree(partial, ignore_errors=True)
        raise
    finally:
        lock.close()


def _place(target: str | Path) -> Path:
    """Return the folder that is meant, links followed; refuse what can be no result folder."""
    if not str(target):
        raise OutputError('"" names no folder; give the result folder a name, such as results/first')
    try:
        place = Path(os.path.realpath(target))
    except ValueError as error:
        raise OutputError(f"{str(target)!r} names no folder: {error}; give another one") from None
    if not place.name:
        raise OutputError(f"{target} is the root of the disk, no result folder; give a folder, such as results/first")
    return place


def _refuse_if_taken(place: Path, shown: str, *, force: bool) -> None:
    """Refuse to replace what exists, or what is no result."""
    if not os.path.lexists(place):
        return
    if not force:
        raise OutputError(f"{shown} exists; give another folder, or --force to replace an earlier result")
    if not place.is_dir() or (any(place.iterdir()) and not _is_result(place)):
        raise OutputError(f"{shown} is no result folder (it has no {MANIFEST} of ours), so --force does not replace it")
    _refuse_to_lose(place, shown)


def _is_result(place: Path) -> bool:
    manifest = _manifest(place)
    return {"scenario", "digest", "files"} <= set(manifest) and isinstance(manifest["files"], dict)


def _manifest(place: Path) -> dict[str, Any]:
    """Return the manifest of a folder; empty where it has none that can be read."""
    try:
        manifest = json.loads((place / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return manifest if isinstance(manifest, dict) else {}


def _refuse_to_lose(place: Path, shown: str) -> None:
    """Refuse to replace a result that holds more than a run wrote there, or other than it wrote."""
    foreign = _foreign(place)
    if foreign:
        named = ", ".join(foreign[:MOST_NAMED])
        more = f" and {len(foreign) - MOST_NAMED} more" if len(foreign) > MOST_NAMED else ""
        raise OutputError(
            f"{shown} holds what its run did not leave there, and --force would delete it: {named}{more}; "
            "move it elsewhere, or give another folder"
        )


def _foreign(place: Path) -> list[str]:
    """Return what stands in a result folder beside what the run wrote, and what was changed since, in order."""
    digests = _manifest(place).get("files", {})
    found = []
    for path in _entries(place):
        name = path.relative_to(place).as_posix()
        if path.name in LEFT_BY_SYSTEMS or name in (MANIFEST, LOCK):
            continue
        if name not in digests or path.is_symlink() or not path.is_file():
            found.append(name)
        elif sha256(path) != digests[name]:
            found.append(f"{name} (changed since)")
    return found


def _entries(place: Path) -> list[Path]:
    """Return all that a folder holds at any depth but folders, in order; links are not followed."""

    def refuse(error: OSError) -> NoReturn:
        raise error

    found = []
    for here, folders, names in os.walk(place, onerror=refuse):
        links = [name for name in folders if Path(here, name).is_symlink()]
        found += [Path(here, name) for name in (*names, *links)]
    return sorted(found)


def sha256(path: Path) -> str:
    """Return the digest of a file, as a manifest lists it."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _refuse_if_not_ours(partial: Path) -> None:
    """Refuse to work in a folder that somebody else filled."""
    if partial.is_dir() and any(partial.iterdir()) and not (partial / LOCK).is_file():
        raise OutputError(f"{partial} is in the way, and it is not a run's; move it, or give another folder")


@contextmanager
def told(target: str | Path) -> Iterator[None]:
    """Turn what the system refuses into a sentence for a person: ``OutputError`` instead of ``OSError``."""
    try:
        yield
    except OSError as error:
        raise OutputError(f"{target} cannot be written: {error.strerror or error}") from error


def _lock(partial: Path, shown: str) -> IO[bytes]:
    """Return the open lock file of a folder, held until it is closed or its process ends."""
    lock = (partial / LOCK).open("ab")
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(lock.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not _is_held(lock, partial):
            raise BlockingIOError
    except (BlockingIOError, PermissionError):
        lock.close()
        raise OutputError(f"{shown} is being written by another run; wait for it, or give another folder") from None
    return lock


def _is_held(lock: IO[bytes], partial: Path) -> bool:
    """Whether the folder still holds the lock file that we hold."""
    try:
        return os.path.samestat(os.fstat(lock.fileno()), os.stat(partial / LOCK))
    except (OSError, ValueError):
        return False


def _empty(partial: Path) -> None:
    """Remove what a run that was killed left behind."""
    for left in partial.iterdir():
        if left.is_dir() and not left.is_symlink():
            shutil.rmtree(left)
        elif left.name != LOCK:
            left.unlink()


def _flush(folder: Path) -> None:
    """Bring all files to disk."""
    for path in files(folder):
        with path.open("rb+") as file:
            os.fsync(file.fileno())


def _swap(partial: Path, place: Path) -> None:
    """Put the new folder in its place; if that fails the earlier one goes back."""
    if not place.exists():
        partial.rename(place)
        return
    aside = Path(tempfile.mkdtemp(prefix=f"{place.name}.earlier-", dir=place.parent))
    earlier = aside / place.name
    try:
        place.rename(earlier)
        _refuse_to_lose(earlier, str(place))
        partial.rename(place)
    except BaseException:
        if earlier.exists() and not place.exists():
            earlier.rename(place)
        raise
    finally:
        with suppress(OSError):
            shutil.rmtree(aside) if place.exists() else aside.rmdir()


def files(folder: Path) -> list[Path]:
    """Return the files in a folder, at any depth, in order; the lock is none of them."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.name != LOCK)
