"""``python -m sib``: the same as the command ``sib``, for where the command is not on the path."""

from __future__ import annotations

import sys

from sib.cli import main

if __name__ == "__main__":
    sys.exit(main())
