"""Write a small file whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from scraper.errors import OutputError


def replace_file(path: Path, data: bytes) -> None:
    """Put ``data`` in the place of what ``path`` held; raise :class:`OutputError` where that fails."""
    new = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        new.write_bytes(data)
        new.replace(path)
    except OSError as error:
        new.unlink(missing_ok=True)
        raise OutputError(f"{path}: cannot be written ({error.strerror}); name another file") from error
