"""Where the parts of a corpus lie, and how it is opened: with its lock held."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from scraper.config import CorpusSettings, DuplicateSettings
from scraper.corpus import Clock, utc_now
from scraper.corpus.corpus import Corpus
from scraper.corpus.segments import Segments
from scraper.errors import OutputError, StateError
from scraper.state import State
from scraper.state.file import check_place, locked


def state_path(settings: CorpusSettings, folder: Path) -> Path:
    """Return where the state of a corpus lies; ``folder`` is that of the settings file."""
    return folder / settings.folder / settings.state


@contextmanager
def open_corpus(
    settings: CorpusSettings,
    folder: Path,
    clock: Clock = utc_now,
    duplicates: DuplicateSettings | None = None,
) -> Iterator[Corpus]:
    """Open the corpus of a settings file in ``folder`` for one run, and close it.

    Raises what :func:`open_segments` does.
    """
    with open_segments(settings, folder, clock) as segments:
        yield Corpus(settings, duplicates or DuplicateSettings(), segments.state, segments, clock)


@contextmanager
def open_segments(settings: CorpusSettings, folder: Path, clock: Clock = utc_now) -> Iterator[Segments]:
    """Hold the lock of a corpus and open its state and its files.

    Raises :class:`CorpusBusy` at once if another run has it open, :class:`StateError` if the state is damaged or the
    articles' file is shorter than it was, :class:`OutputError` if something else lies where the articles go.
    """
    root = root_of(settings, folder)
    with (
        locked(lock_of(settings, root)),
        closing(State(root / settings.state)) as state,
        closing(Segments(settings, root, state, clock)) as segments,
    ):
        yield segments


def root_of(settings: CorpusSettings, folder: Path) -> Path:
    """Return the folder of the corpus, made where it is missing; ``folder`` is that of the settings file."""
    root = folder / settings.folder
    try:
        root.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{root}: the folder cannot be made ({error.strerror}); put that right") from error
    return root


def lock_of(settings: CorpusSettings, root: Path) -> Path:
    """Return the lock file of a corpus."""
    path = root / settings.state
    return path.with_name(path.name + ".lock")


def existing_state(settings: CorpusSettings, root: Path) -> Path:
    """Return the state file of a corpus; raise :class:`StateError` where there is none."""
    path = root / settings.state
    check_place(path)
    if not path.exists():
        raise StateError(
            f"{path}: there is no state yet; `scraper run CONFIG` makes it, and `scraper state CONFIG rebuild` makes it"
            " anew where it was lost"
        )
    return path
