"""The process that workers are forked from: everything imported, no threads, nothing open but its socket.

A fork costs 2 ms where a new Python costs 500 ms, and a fork of the program itself would copy the locks of its threads.
"""

from __future__ import annotations

import fcntl
import gc
import os
import signal
import socket
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

_NUMBER_BYTES = 4

# What the nursery does before it forks: what that loads, no worker has to load.
Warm = Callable[[], object]

# What a worker does with its number and its end of a pipe; the worker ends when it returns.
Work = Callable[[int, socket.socket], None]


class Nursery:
    """A handle on it. Make one before the program starts threads; it ends with :meth:`close` or with the program."""

    def __init__(self, work: Work, warm: Warm = lambda: None) -> None:
        self._socket, theirs = socket.socketpair()
        self._pid = os.fork()
        if self._pid == 0:
            _end_with(lambda: _serve(theirs, work, warm))
        theirs.close()

    def fork(self, number: int) -> tuple[int, socket.socket]:
        """Return a new worker's process id and our end of its pipe; raise :class:`OSError` where there can be none."""
        ours, theirs = socket.socketpair()
        with theirs:
            socket.send_fds(self._socket, [_bytes(number)], [theirs.fileno()])
        pid = self._answer()
        if pid < 0:
            ours.close()
            raise OSError(-pid, os.strerror(-pid))
        return pid, ours

    def end(self, pid: int) -> int | None:
        """Kill a worker, unless it has ended, and return its exit code: ``-N`` after signal ``N``.

        Until then the worker's number belongs to no other process. ``None`` where the nursery itself is gone.
        """
        try:
            self._socket.sendall(_bytes(pid))
            return self._answer()
        except OSError:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            return None

    def close(self) -> None:
        """End all workers."""
        self._socket.close()
        os.waitpid(self._pid, 0)

    def _answer(self) -> int:
        data = self._socket.recv(_NUMBER_BYTES)
        if not data:
            raise BrokenPipeError("the process that starts workers is gone")
        return int.from_bytes(data, signed=True)


def _serve(control: socket.socket, work: Work, warm: Warm) -> None:
    """Fork and bury workers as asked, until the program closes its end of ``control``."""
    control = _without_the_program(control)
    warm()
    gc.freeze()  # or each worker's collector would touch, and so copy, what they share
    living: set[int] = set()
    while True:
        message, files, _, _ = socket.recv_fds(control, _NUMBER_BYTES, 1)
        number = int.from_bytes(message)
        if files:  # the end of a pipe for the worker with this number
            pid = _fork(control, number, socket.socket(fileno=files[0]), work)
            living |= {pid} if pid > 0 else set()
            control.sendall(_bytes(pid))
        elif message:  # a worker's process id
            living.discard(number)
            control.sendall(_bytes(_bury(number)))
        else:
            for pid in living:
                _bury(pid)
            return


def _fork(control: socket.socket, number: int, connection: socket.socket, work: Work) -> int:
    """Return the process id of a new worker, or ``-errno``."""
    with connection:
        try:
            pid = os.fork()
        except OSError as error:
            return -(error.errno or 1)
        if pid == 0:
            control.close()
            _end_with(lambda: work(number, connection))
        return pid


def _bury(pid: int) -> int:
    os.kill(pid, signal.SIGKILL)  # of a process that has ended it changes nothing
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _without_the_program(control: socket.socket) -> socket.socket:
    """Leave signals to the program, and hold none of its files, pipes and locks but standard error and ``control``."""
    # What the program has open is named by numbers that are about to be given away: nothing may be finalised.
    gc.freeze()
    # A terminal and a service manager signal all processes, but it is the program that decides how a run ends.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    null = os.open(os.devnull, os.O_RDWR)
    kept = fcntl.fcntl(control, fcntl.F_DUPFD_CLOEXEC, 3)  # it may be 0, 1 or 2 where the program was started without
    for standard in (0, 1) if sys.stderr else (0, 1, 2):
        os.dup2(null, standard)
    for file in [int(path.name) for path in Path("/dev/fd").iterdir()]:
        if file > 2 and file != kept:
            with suppress(OSError):  # the list itself was open
                os.close(file)
    return socket.socket(fileno=kept)


def _end_with(work: Callable[[], None]) -> NoReturn:
    """Do the work of a forked process and end it, without a word to what the program had at hand."""
    code = 1
    try:
        work()
        code = 0
    except BrokenPipeError:  # the program is gone
        pass
    except BaseException:
        os.write(2, traceback.format_exc().encode(errors="backslashreplace"))
    finally:
        os._exit(code)


def _bytes(value: int) -> bytes:
    return value.to_bytes(_NUMBER_BYTES, signed=True)
