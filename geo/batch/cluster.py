"""
Workers of a Dask cluster, which measure blocks as the processes of this machine do.

The client reads the fleet and writes the parts, so that the machines need no file system
in common. The zones travel once: they are a result that each worker fetches from another
one, unpacks and indexes once in its process. A block travels with its task; when a worker
is lost, the scheduler gives its tasks, and the zones, to others. Scheduler and workers need
this package, in the versions of the client; the workers say so where they have others.

Workers are fastest with one thread each, and started with the variables
`MALLOC_TRIM_THRESHOLD_` and `MALLOC_MMAP_THRESHOLD_` at 268435456: Dask starts them with the
first one at 65536, so that each array is given back to the system, which for 50,000 routes
of 50 vertices through 1,000 zones took 3.2 to 4.0 s of system time instead of 0.1 to 0.7.

Dask talks in pickles: whoever holds the cluster can run anything here, so it must be trusted.
"""

from __future__ import annotations

import asyncio
import pickle
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from geo.batch.ground import Packed
from geo.batch.part import Part, measured
from geo.errors import ClusterError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from distributed import Client, Future

    from geo.batch.fleet import Block
    from geo.batch.ground import Ground

__all__ = ["Cluster", "cluster"]

_CONNECT_S: Final = 5
_LOOK_S: Final = 10
_PATIENCE_S: Final = 120  # a queue may take that long to start the first worker
_AHEAD: Final = 32  # blocks that wait beside those at work, at most: 4 MB each
_GOES_ON: Final = "the same command goes on where it stopped"
_one_at_a_time = threading.Lock()


class Cluster:
    """
    Measures blocks, as many at a time as the cluster has threads, and some ahead.

    Parameters
    ----------
    client
        Of the cluster.
    ground
        What blocks are measured against.
    """

    def __init__(self, client: Client, ground: Ground) -> None:
        self._client = client
        with _explained():
            self._packed = client.submit(_received, Packed.of(ground), pure=False)
            if client.nthreads():  # a worker that comes later fetches it when it needs it
                self._first({self._packed})
                client.replicate([self._packed])

    def measured(self, blocks: Iterable[tuple[Block, str]]) -> Iterator[Part]:
        """
        Measure blocks, in any order; only some are under way at a time.

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
        ClusterError
            If the cluster is lost, has no worker, or runs other versions.
        """
        ahead: set[Future[Any]] = set()
        for one in blocks:
            with _explained():
                # as bytes, which Dask does not search for parts of a graph
                data = pickle.dumps(one)
                ahead.add(self._client.submit(_measured, data, self._packed, pure=False))
                most = self._most()
            while len(ahead) >= most:
                yield from self._finished(ahead)
        while ahead:
            yield from self._finished(ahead)

    def _most(self) -> int:
        threads: int = sum(self._client.nthreads().values())
        return threads + min(max(threads, 1), _AHEAD) + 1

    def _finished(self, ahead: set[Future[Any]]) -> list[Part]:
        with _explained():
            done = self._first(ahead)
            ahead -= done
            return [future.result() for future in done]

    def _first(self, ahead: set[Future[Any]]) -> set[Future[Any]]:
        """Wait for one of several, and without any worker no longer than there is hope."""
        from distributed import wait

        without_s = 0
        while True:
            try:
                with self._client.as_current():
                    found = wait(ahead, timeout=_LOOK_S, return_when="FIRST_COMPLETED")
                return set(found.done)
            except TimeoutError:
                without_s = 0 if self._client.nthreads() else without_s + _LOOK_S
            if without_s >= _PATIENCE_S:
                message = f"the cluster has had no worker for {without_s} s; {_GOES_ON}"
                raise ClusterError(message)


@contextmanager
def cluster(ground: Ground, where: str | Client) -> Iterator[Cluster]:
    """
    Give the workers of a cluster, which go on when they are no longer needed here.

    Parameters
    ----------
    ground
        What blocks are measured against.
    where
        The address of its scheduler, e.g. `tcp://10.0.0.1:8786`, or a client of it,
        which is left open.

    Yields
    ------
    Cluster
        They.

    Raises
    ------
    ClusterError
        If no scheduler answers within five seconds, or Dask is not installed.
    """
    try:
        from distributed import Client
    except ImportError:
        message = "a cluster is reached by Dask, which is not installed: pip install distributed"
        raise ClusterError(message) from None
    if isinstance(where, Client):
        yield Cluster(where, ground)
        return
    _require_scheduler(where)
    with _explained():
        client = Client(where, timeout=_CONNECT_S, set_as_default=False)
    with client:
        yield Cluster(client, ground)


def _require_scheduler(where: str) -> None:
    """Greet the scheduler first: a client that never came to be is not closed without noise."""
    try:
        with ThreadPoolExecutor(1) as alone:  # a notebook has a loop of its own in this one
            alone.submit(lambda: asyncio.run(_greet(where))).result()
    except Exception as error:  # noqa: BLE001 - what answers may be no scheduler, and say anything
        reason = str(error).partition("\n")[0]
        message = f"no Dask scheduler answers at {where!r}: {reason}"
        raise ClusterError(message) from None


async def _greet(where: str) -> None:
    from distributed.comm.core import connect
    from distributed.security import Security

    given = Security().get_connection_args("client")
    there = await connect(where, timeout=_CONNECT_S, **given)
    await there.close()


@contextmanager
def _explained() -> Iterator[None]:
    """Say in one line what ended the work, where the work itself was right."""
    from distributed import CancelledError, KilledWorker

    try:
        yield
    except KilledWorker as error:
        message = (
            f"a block ended {error.allowed_failures + 1} workers of the cluster, perhaps for want "
            f"of memory: with more memory for each, {_GOES_ON}"
        )
        raise ClusterError(message) from None
    except (CancelledError, OSError) as error:
        reason = str(error).partition("\n")[0]
        message = f"the cluster was lost ({reason}); {_GOES_ON}"
        raise ClusterError(message) from None
    except (ImportError, RuntimeError) as error:
        cause = error.__cause__ or error
        if not isinstance(cause, ImportError):
            raise
        message = f"a machine of the cluster lacks what the work needs: {cause}"
        raise ClusterError(message) from None


def _received(packed: Packed) -> Packed:
    """Stand on the cluster as a result, which workers fetch once each and Dask makes again."""
    return packed


def _measured(data: bytes, packed: Packed) -> Part:
    ground = packed.unpacked()
    block, digest = pickle.loads(data)  # noqa: S301 - from the client that asks
    with _one_at_a_time:  # threads of a worker share shapes that were prepared
        return measured(block, digest, ground)
