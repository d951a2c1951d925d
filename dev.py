"""Set the project up and run its jobs: ``python3 dev.py run`` (on Windows: ``py dev.py run``).

Verbs; what follows a verb is passed on to the program that it starts:

    run     simulate the reference deal into results/zwarte-zwanen
    test    run all tests
    check   ruff and mypy
    bench   measure the speed
    clean   remove the environment, caches and build leftovers (never results)

Everything happens in ``.venv`` beside this file, made when it is missing and brought up to date when what it is
made from has changed. Only the standard library is used, and the syntax of old Pythons, so that these can say
that they are too old.
"""

import sys

REQUIRED = (3, 11)


def refusal(version):
    """Return why this version of Python cannot be used, or nothing when it can."""
    if tuple(version[:2]) >= REQUIRED:
        return ""
    found = ".".join(str(part) for part in version[:2])
    needed = ".".join(str(part) for part in REQUIRED)
    return "sib needs Python {} or newer, and this is {}: install one and start dev.py with it.".format(needed, found)


if refusal(sys.version_info):
    sys.exit(refusal(sys.version_info))

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent
ENVIRONMENT = ROOT / ".venv"
STAMP = ENVIRONMENT / "sib-stamp.json"
SOURCES = ("setup.cfg", "pyproject.toml", "sib/__init__.py")  # of the installed metadata
REFERENCE = ("run", "scenarios/zwarte-zwanen", "-o", "results/zwarte-zwanen", "--force")
LEFTOVERS = (
    *(".venv", "build", "dist", "*.egg-info", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis"),
    *(".coverage*", "sib/**/__pycache__", "tests/**/__pycache__"),
)


def interpreter() -> Path:
    """Return the environment's own Python."""
    return ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def fingerprint() -> str:
    """Return a digest of what the environment is made from: this Python, this folder, the packaging files."""
    digest = hashlib.sha256(f"{sys.version}\n{sys.base_prefix}\n{ROOT}\n".encode())
    for source in SOURCES:
        digest.update((ROOT / source).read_bytes())
    return digest.hexdigest()


def read_stamp() -> dict:
    """Return what the last set-up left: fingerprint, version of Python, extras; empty if there was none."""
    try:
        return json.loads(STAMP.read_text(encoding="utf-8")) if interpreter().exists() else {}
    except (OSError, ValueError):
        return {}


def set_up(extra: str) -> None:
    """Make the environment hold the package and one extra; nothing to do when the stamp says so."""
    stamp, current = read_stamp(), {"fingerprint": fingerprint(), "python": [sys.version, sys.base_prefix]}
    fresh = stamp.get("fingerprint") == current["fingerprint"]
    extras = stamp["extras"] if fresh else []
    if fresh and (not extra or extra in extras):
        return
    if not interpreter().exists() or stamp.get("python", current["python"]) != current["python"]:
        print("setting up .venv (once; 20 seconds or so) ...", file=sys.stderr, flush=True)
        make_environment()
    STAMP.unlink(missing_ok=True)
    install(f".[{extra}]" if extra else ".")
    kept = sorted({*extras, extra} - {""})
    STAMP.write_text(json.dumps({**current, "extras": kept}), encoding="utf-8")


def make_environment() -> None:
    """Make an empty environment, with uv where there is one, without pip where Python has no ensurepip."""
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    uv = shutil.which("uv")
    if uv and succeeds(uv, "venv", "--quiet", "--python", sys.executable, str(ENVIRONMENT)):
        return
    ways = [["--without-pip"]] if importlib.util.find_spec("ensurepip") is None else [[], ["--without-pip"]]
    if not any(succeeds(sys.executable, "-m", "venv", *way, str(ENVIRONMENT)) for way in ways):
        sys.exit(f"no virtual environment could be made in {ENVIRONMENT}; {advice()}")


def install(requirement: str) -> None:
    """Install the package from this folder, editable, by the first installer that manages."""
    for installer in installers():
        if succeeds(*installer, "--editable", requirement):
            return
        print(f"{Path(installer[0]).name} did not manage", file=sys.stderr)
    sys.exit(f"the package could not be installed. If pip is what is missing: {advice()}")


def installers() -> Iterator[tuple[str, ...]]:
    """Yield the ways to install into the environment, quickest first."""
    python = str(interpreter())
    quiet = ("-qq", "--disable-pip-version-check", "--no-input")
    uv = shutil.which("uv")
    if uv:
        yield (uv, "pip", "install", "--quiet", "--python", python)
    if succeeds(python, "-c", "import pip", quiet=True):
        yield (python, "-m", "pip", "install", *quiet)
    elif importlib.util.find_spec("pip"):
        yield (sys.executable, "-m", "pip", "--python", python, "install", *quiet)


def advice() -> str:
    """Return the line that mends a Python without its usual parts."""
    return f"on Debian or Ubuntu, sudo apt install python{sys.version_info[0]}.{sys.version_info[1]}-venv"


def succeeds(*command: str, quiet: bool = False) -> bool:
    """Run a command in the project's folder and say whether it ended well."""
    output = subprocess.DEVNULL if quiet else None
    return subprocess.run(command, cwd=ROOT, stdout=output, stderr=output, check=False).returncode == 0


def hand_over(*arguments: str) -> int:
    """Run the environment's Python in the project's folder in place of this one; return its exit code."""
    os.chdir(ROOT)
    command = [str(interpreter()), *arguments]
    if os.name != "nt":
        sys.stdout.flush()
        os.execv(command[0], command)  # Ctrl-C and the exit code are then the program's own
    return subprocess.run(command, check=False).returncode


def run(arguments: list[str]) -> int:
    """Simulate the reference deal."""
    set_up("")
    return hand_over("-m", "sib", *REFERENCE, *arguments)


def test(arguments: list[str]) -> int:
    """Run the tests, on all cores unless told otherwise."""
    set_up("test")
    chosen = any(argument.startswith(("-n", "--numprocesses", "--pdb")) for argument in arguments)
    return hand_over("-m", "pytest", *([] if chosen else ["-n", "auto"]), *arguments)


def check(arguments: list[str]) -> int:
    """Run the linter and, whatever it says, the type checker."""
    set_up("check")
    python = str(interpreter())
    tidy = succeeds(python, "-m", "ruff", "check", *arguments)
    return 0 if succeeds(python, "-m", "mypy") and tidy else 1


def bench(arguments: list[str]) -> int:
    """Measure the speed, against other libraries too."""
    set_up("test")
    set_up("bench")
    return hand_over("tests/benchmarks/bench.py", *arguments)


def clean(arguments: list[str]) -> int:
    """Remove what can be made again; it takes no arguments."""
    if arguments:
        sys.exit("clean takes no arguments; it removes " + ", ".join(LEFTOVERS))
    for path in [path for pattern in LEFTOVERS for path in ROOT.glob(pattern)]:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink()
    return 0


VERBS = {"run": run, "test": test, "check": check, "bench": bench, "clean": clean}


def main(arguments: list[str]) -> int:
    """Do what the first argument says, with the others."""
    if not arguments or arguments[0] not in VERBS:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        return VERBS[arguments[0]](arguments[1:])
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
