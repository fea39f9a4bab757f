"""Whether a run could open a corpus, found out without changing anything."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from scraper.config import CorpusSettings
from scraper.corpus.purge_list import listed_pages
from scraper.corpus.segments import check_length, folder_of, manifest_there, pages_name
from scraper.state import State
from scraper.state.file import check_free
from scraper.state.segments import open_files
from scraper.write.append_file import write_failure


def check_lock(lock: Path, root: Path) -> None:
    """Raise :class:`CorpusBusy` while a run is at work, :class:`OutputError` where none could begin."""
    existing = next(path for path in (root, *root.absolute().parents) if path.exists())
    _check_writable(existing)
    if os.path.lexists(lock):
        check_free(lock)


def check_files(settings: CorpusSettings, root: Path, state: State) -> None:
    """Raise what opening the files of a corpus would."""
    manifest_there(root)
    listed_pages(root)
    known = {file.file: file for file in open_files(state)}
    for name in (settings.output, pages_name(settings.output)):
        path = root / name
        if path.parent != root and not path.parent.is_dir():
            raise write_failure(path, OSError(errno.ENOENT, ""))
        if path.is_symlink():
            raise write_failure(path, OSError(errno.ELOOP, ""))
        if path.is_dir():
            raise write_failure(path, OSError(errno.EISDIR, ""))
        if path.exists():
            _check_writable(path)
        check_length(path, known.get(name))
    for path in (root / folder_of(settings.output), root / settings.state):
        if path.exists():
            _check_writable(path)


def _check_writable(path: Path) -> None:
    try:
        if os.statvfs(path).f_flag & os.ST_RDONLY:
            raise write_failure(path, OSError(errno.EROFS, ""))
    except OSError as error:
        raise write_failure(path, error) from error
    if not os.access(path, os.W_OK):
        raise write_failure(path, OSError(errno.EACCES, ""))
