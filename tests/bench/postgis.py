"""A PostgreSQL cluster for the length of a run, behind a socket in a folder of its own."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import subprocess
import tempfile
import threading
from pathlib import Path

TICK_S = 1 / os.sysconf("SC_CLK_TCK")
EVERY_S = 0.05
SETTINGS = {
    "listen_addresses": "''",
    "autovacuum": "off",
    "fsync": "off",
    "jit": "off",  # compiling costs more than it saves where all time is GEOS's
    "shared_buffers": "1GB",
    "max_wal_size": "4GB",
    # shapes lie aside from their rows, so the tables look too small for two workers
    "min_parallel_table_scan_size": "0",
    "parallel_setup_cost": "100000",  # and to start two for a few routes costs more than it saves
    "client_connection_check_interval": "1s",  # who asked too much is gone: stop
}


def binaries() -> Path | None:
    """Find the folder of the server's programs."""
    places = [Path(path).resolve().parent for path in [shutil.which("postgres")] if path]
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((place for place in places if (place / "initdb").exists()), None)


def missing() -> str:
    """Say what is missing to run PostGIS here, or nothing."""
    if importlib.util.find_spec("psycopg") is None:
        return "psycopg is not installed"
    found = binaries()
    if found is None:
        return "no PostgreSQL server is installed"
    share = subprocess.run(
        [found / "pg_config", "--sharedir"], capture_output=True, text=True, check=True
    ).stdout.strip()
    if not (Path(share) / "extension" / "postgis.control").exists():
        return "PostGIS is not installed"
    return ""


@contextlib.contextmanager
def cluster():
    """Start a cluster, give the folder of its socket, and take both away at the end."""
    folder = Path(tempfile.mkdtemp(prefix="pg"))  # the path of a socket must be short
    # the server refuses to run as root
    other = {"user": "postgres"} if os.geteuid() == 0 else {}
    if other:
        shutil.chown(folder, "postgres")
    programs, data = binaries(), folder / "data"
    quiet = {"stdout": subprocess.DEVNULL, "cwd": folder, **other}
    try:
        words = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-sync"]
        subprocess.run([programs / "initdb", "-D", data, *words], check=True, **quiet)
        with (data / "postgresql.conf").open("a", encoding="utf-8") as settings:
            settings.writelines(f"{key} = {value}\n" for key, value in SETTINGS.items())
            settings.write(f"unix_socket_directories = '{folder}'\n")
        control = [programs / "pg_ctl", "-D", data, "-w", "-l", folder / "log"]
        subprocess.run([*control, "start"], check=True, **quiet)
        try:
            yield str(folder)
        finally:
            subprocess.run([*control, "-m", "immediate", "stop"], check=True, **quiet)
    finally:
        shutil.rmtree(folder)


class Server:
    """
    What the processes of a server spend; nothing where there is none.

    Attributes
    ----------
    spent_s
        Processor seconds of all its processes while it was watched.
    grown_kb
        By how much the memory of their own grew, at most (looked at 20 times a
        second); what they share is not counted.
    """

    def __init__(self, folder: str):
        self.spent_s, self.grown_kb = 0.0, 0
        self.process = None
        if folder:
            file = Path(folder) / "data" / "postmaster.pid"
            self.process = int(file.read_text("utf-8").split()[0])

    @contextlib.contextmanager
    def watched(self):
        if self.process is None:
            yield
            return
        spent, held, peak = self._spent_s(), self._held_kb(), [0]
        done = threading.Event()

        def look():
            while not done.wait(EVERY_S):
                peak.append(self._held_kb())

        watch = threading.Thread(target=look)
        watch.start()
        try:
            yield
        finally:
            done.set()
            watch.join()
        self.spent_s = self._spent_s() - spent
        self.grown_kb = max(*peak, self._held_kb()) - held

    def _each(self):
        tasks = Path(f"/proc/{self.process}/task/{self.process}/children")
        return [self.process, *map(int, tasks.read_text("utf-8").split())]

    def _spent_s(self):
        """Sum nanoseconds of those that live, and ticks of those that have ended."""
        living = 0
        for process in self._each():
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                living += int(Path(f"/proc/{process}/schedstat").read_text("utf-8").split()[0])
        words = Path(f"/proc/{self.process}/stat").read_text("utf-8").rpartition(")")[2].split()
        return living / 1e9 + (int(words[13]) + int(words[14])) * TICK_S

    def _held_kb(self):
        held = 0
        for process in self._each():
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                for line in Path(f"/proc/{process}/status").read_text("utf-8").splitlines():
                    if line.startswith("RssAnon"):
                        held += int(line.split()[1])
        return held
