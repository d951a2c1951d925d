"""A result folder is there whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import json
import os
from pathlib import Path
from typing import NoReturn

import pytest

from sib.errors import OutputError
from sib.folder import LOCK, MANIFEST, files, result_folder

LISTED = {"charts/a.svg": hashlib.sha256(b"a").hexdigest()}
OURS = json.dumps({"scenario": {}, "digest": "x", "files": LISTED})


def make(target: Path, text: str = OURS, *, force: bool = False) -> None:
    with result_folder(target, force=force) as folder:
        (folder / MANIFEST).write_text(text, encoding="utf-8")
        (folder / "charts").mkdir()
        (folder / "charts" / "a.svg").write_text("a", encoding="utf-8")


def tree(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


WHOLE = {"x", f"x/{MANIFEST}", "x/charts", "x/charts/a.svg"}


def test_it_is_not_there_before_it_is_whole(tmp_path: Path) -> None:
    with result_folder(tmp_path / "x") as folder:
        (folder / "half").touch()
        assert not (tmp_path / "x").exists()
        assert tree(tmp_path) == {"x.partial", f"x.partial/{LOCK}", "x.partial/half"}
    assert tree(tmp_path) == {"x", "x/half"}


def test_folders_above_it_are_made(tmp_path: Path) -> None:
    make(tmp_path / "results" / "deep" / "x")
    assert tree(tmp_path / "results" / "deep") == WHOLE


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, OutputError])
def test_nothing_is_left_of_work_that_failed(tmp_path: Path, error: type[BaseException]) -> None:
    def work() -> None:
        with result_folder(tmp_path / "x") as folder:
            (folder / "half").touch()
            raise error

    with pytest.raises(error):
        work()
    assert tree(tmp_path) == set()


def test_what_exists_is_refused(tmp_path: Path) -> None:
    make(tmp_path / "x")
    with pytest.raises(OutputError, match=r"exists; give another folder, or --force") as caught:
        make(tmp_path / "x", "other")
    assert caught.value.exit_code == 5
    assert (tmp_path / "x" / MANIFEST).read_text() == OURS
    assert tree(tmp_path) == WHOLE


def test_an_earlier_result_stays_until_the_new_one_is_whole(tmp_path: Path) -> None:
    make(tmp_path / "x")
    new = OURS.replace("x", "y")
    with result_folder(tmp_path / "x", force=True) as folder:
        (folder / MANIFEST).write_text(new)
        assert (tmp_path / "x" / MANIFEST).read_text() == OURS
    assert (tmp_path / "x" / MANIFEST).read_text() == new
    assert tree(tmp_path) == {"x", f"x/{MANIFEST}"}


def test_an_earlier_result_survives_work_that_failed(tmp_path: Path) -> None:
    make(tmp_path / "x")
    with pytest.raises(RuntimeError), result_folder(tmp_path / "x", force=True):
        raise RuntimeError
    assert tree(tmp_path) == WHOLE


@pytest.mark.parametrize(
    "manifest",
    [None, "{}", "[1]", '{"scenario": 1, "digest": 1, "files": 2}', '{"name": "an app"', '{"digest": 1, "files": 2}'],
)
def test_force_replaces_results_only(tmp_path: Path, manifest: str | None) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "thesis.tex").touch()
    if manifest is not None:
        (tmp_path / "x" / MANIFEST).write_text(manifest)
    before = tree(tmp_path)
    with pytest.raises(OutputError, match="is no result folder"):
        make(tmp_path / "x", force=True)
    assert tree(tmp_path) == before


@pytest.mark.parametrize(
    ("own", "named"),
    [
        (["note.md"], r": note\.md; move it elsewhere"),
        (["charts/mine.png", "a.txt"], r": a\.txt, charts/mine\.png; move"),
        (["deep/er/note.md"], r": deep/er/note\.md; move"),
        (["charts/manifest.json", "charts/lock"], r": charts/lock, charts/manifest\.json; move"),
        ([f"{place}.md" for place in range(7)], r": 0\.md, 1\.md, 2\.md, 3\.md, 4\.md and 2 more; move"),
    ],
)
def test_force_deletes_nothing_that_somebody_put_there(tmp_path: Path, own: list[str], named: str) -> None:
    make(tmp_path / "x")
    for name in own:
        (tmp_path / "x" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "x" / name).write_text("mine")
    before = tree(tmp_path)
    with pytest.raises(OutputError, match=named) as caught:
        make(tmp_path / "x", force=True)
    assert caught.value.exit_code == 5
    assert tree(tmp_path) == before
    assert all((tmp_path / "x" / name).read_text() == "mine" for name in own)


def test_force_deletes_no_file_of_ours_that_somebody_changed(tmp_path: Path) -> None:
    make(tmp_path / "x")
    (tmp_path / "x" / "charts" / "a.svg").write_text("a, with remarks")
    with pytest.raises(OutputError, match=r"charts/a\.svg \(changed since\)"):
        make(tmp_path / "x", force=True)
    assert (tmp_path / "x" / "charts" / "a.svg").read_text() == "a, with remarks"


def test_force_follows_no_link_and_minds_no_empty_folder(tmp_path: Path) -> None:
    make(tmp_path / "x")
    (tmp_path / "work").mkdir()
    (tmp_path / "x" / "empty").mkdir()
    (tmp_path / "x" / "link").symlink_to(tmp_path / "work")
    with pytest.raises(OutputError, match=": link; move"):
        make(tmp_path / "x", force=True)


def test_what_is_put_there_during_the_work_is_kept_too(tmp_path: Path) -> None:
    make(tmp_path / "x")

    def work() -> None:
        with result_folder(tmp_path / "x", force=True) as folder:
            (folder / MANIFEST).write_text("new")
            (tmp_path / "x" / "note.md").write_text("mine")

    with pytest.raises(OutputError, match="note"):
        work()
    assert tree(tmp_path) == WHOLE | {"x/note.md"}


def test_what_is_put_there_at_the_last_moment_is_kept_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path / "x")
    rename = Path.rename

    def with_a_note(self: Path, target: Path) -> Path:
        if self == tmp_path / "x":
            (self / "note.md").write_text("mine")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", with_a_note)
    with pytest.raises(OutputError, match=r"note\.md; move"):
        make(tmp_path / "x", force=True)
    assert tree(tmp_path) == WHOLE | {"x/note.md"}


def test_what_a_desktop_left_or_a_run_lost_is_in_nobodys_way(tmp_path: Path) -> None:
    make(tmp_path / "x")
    (tmp_path / "x" / "charts" / ".DS_Store").touch()
    (tmp_path / "x" / "charts" / "a.svg").unlink()
    make(tmp_path / "x", force=True)
    assert tree(tmp_path) == WHOLE


@pytest.mark.parametrize(
    ("target", "told"),
    [("", '"" names no folder'), ("/", "/ is the root of the disk"), ("//", "root of the disk"), ("a\0b", "names no")],
)
@pytest.mark.parametrize("force", [True, False])
def test_a_name_that_no_folder_can_have_is_told(target: str, told: str, force: bool) -> None:
    with pytest.raises(OutputError, match=told):
        make(target, force=force)  # type: ignore[arg-type]


def test_force_takes_an_empty_folder_and_no_file(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    make(tmp_path / "x", force=True)
    assert tree(tmp_path) == WHOLE
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="is no result folder"):
        make(tmp_path / "file", force=True)


def test_a_second_run_into_the_same_folder_is_refused(tmp_path: Path) -> None:
    with result_folder(tmp_path / "x") as folder:
        (folder / "first").touch()
        with pytest.raises(OutputError, match="being written by another run"):
            make(tmp_path / "x")
        assert (folder / "first").exists()
    assert tree(tmp_path) == {"x", "x/first"}


def test_what_a_killed_run_left_is_cleared_away(tmp_path: Path) -> None:
    left = tmp_path / "x.partial"
    (left / "charts").mkdir(parents=True)
    (left / "charts" / "half.svg").touch()
    (left / "half").touch()
    (left / LOCK).touch()
    make(tmp_path / "x")
    assert tree(tmp_path) == WHOLE


def test_somebody_elses_folder_of_that_name_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "x.partial").mkdir()
    (tmp_path / "x.partial" / "thesis.tex").touch()
    with pytest.raises(OutputError, match="is in the way"):
        make(tmp_path / "x")
    assert tree(tmp_path) == {"x.partial", "x.partial/thesis.tex"}


def test_a_full_disk_leaves_the_earlier_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path / "x")

    def full(_: int) -> NoReturn:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="cannot be written: No space left on device"):
        make(tmp_path / "x", "new", force=True)
    assert tree(tmp_path) == WHOLE
    assert (tmp_path / "x" / MANIFEST).read_text() == OURS


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot be written: Not a directory"):
        make(tmp_path / "file" / "x")


def test_if_the_new_result_cannot_take_its_place_the_earlier_one_goes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path / "x")
    rename = Path.rename

    def clumsy(self: Path, target: Path) -> Path:
        if self.name == "x.partial":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", clumsy)
    with pytest.raises(OutputError, match="Permission denied"):
        make(tmp_path / "x", "new", force=True)
    assert tree(tmp_path) == WHOLE
    assert (tmp_path / "x" / MANIFEST).read_text() == OURS


def test_a_result_that_came_in_between_is_not_replaced(tmp_path: Path) -> None:
    def work() -> None:
        with result_folder(tmp_path / "x") as folder:
            (folder / "mine").touch()
            (tmp_path / "x").mkdir()
            (tmp_path / "x" / "theirs").touch()

    with pytest.raises(OutputError, match="exists"):
        work()
    assert tree(tmp_path) == {"x", "x/theirs"}


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    make(tmp_path / "there" / "x")
    (tmp_path / "link").symlink_to(tmp_path / "there" / "x")
    make(tmp_path / "link", OURS.replace("x", "y"), force=True)
    assert (tmp_path / "link").is_symlink()
    assert "y" in (tmp_path / "there" / "x" / MANIFEST).read_text()


def test_files_are_listed_without_the_lock(tmp_path: Path) -> None:
    make(tmp_path / "x")
    (tmp_path / "x" / LOCK).touch()
    assert [path.name for path in files(tmp_path / "x")] == ["a.svg", MANIFEST]
