"""Workers: one process for each processor, which share what every block is measured against."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections import deque
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.connection import wait
from typing import TYPE_CHECKING

from geo.batch.part import Part, measured
from geo.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from geo.batch.fleet import Block
    from geo.batch.ground import Ground

__all__ = ["Crew", "crew"]

_held: list[Ground] = []


class Crew:
    """
    Measures blocks, several at a time.

    Parameters
    ----------
    ground
        What blocks are measured against.
    pool
        Who measures; None for the process itself.
    workers
        How many blocks are measured at a time.
    """

    def __init__(self, ground: Ground, pool: Executor | None, workers: int) -> None:
        self._ground, self._pool, self._most = ground, pool, workers + 1

    def measured(self, blocks: Iterable[tuple[Block, str]]) -> Iterator[Part]:
        """
        Measure blocks, in their order; only a few are held at a time.

        Parameters
        ----------
        blocks
            Blocks and their digests.

        Yields
        ------
        Part
            The answer for each.

        Raises
        ------
        InputError
            If a worker was ended from outside.
        """
        if self._pool is None:
            yield from (measured(block, digest, self._ground) for block, digest in blocks)
            return
        try:
            ahead = deque[Future[Part]]()
            for block, digest in blocks:
                ahead.append(self._pool.submit(_measured, block, digest))
                if len(ahead) >= self._most:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
        except BrokenProcessPool:
            message = (
                "a worker was ended from outside, perhaps for want of memory: the same command, "
                "with fewer --workers, goes on where it stopped"
            )
            raise InputError(message) from None


@contextmanager
def crew(ground: Ground, workers: int, *, threads: bool = False) -> Iterator[Crew]:
    """
    Give workers, and end them when they are no longer needed.

    Parameters
    ----------
    ground
        What blocks are measured against; with fork it is shared, not copied.
    workers
        How many; 1 measures in the process itself.
    threads
        Whether they are threads: only to compare, since they are slower.

    Yields
    ------
    Crew
        They.
    """
    if workers == 1:
        yield Crew(ground, None, 1)
        return
    _ = ground.index, ground.claims and ground.claims.indexes  # made before there are others
    pool: Executor
    if threads:
        pool = ThreadPoolExecutor(workers, initializer=_hold, initargs=(ground,))
    else:
        how = "fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn"
        context = multiprocessing.get_context(how)
        pool = ProcessPoolExecutor(workers, context, initializer=_enter, initargs=(ground,))
        pool.submit(os.getpid).result()  # forked now, while no other thread runs
    try:
        yield Crew(ground, pool, workers)
    finally:
        pool.shutdown(cancel_futures=True)
        _held.clear()


def _enter(ground: Ground) -> None:
    """Begin as a worker, which ends with the process that it works for, however that ends."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        sentinel = parent.sentinel
        threading.Thread(target=lambda: (wait([sentinel]), os._exit(1)), daemon=True).start()
    _hold(ground)


def _hold(ground: Ground) -> None:
    _held[:] = [ground]


def _measured(block: Block, digest: str) -> Part:
    return measured(block, digest, _held[0])
