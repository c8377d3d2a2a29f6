"""What must not happen while a file is read: heard by an audit hook, which nothing can take off."""

import os
import socket
import sys
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

MARK = "zqx"
"""In every hostile text: code in which it stands was made of data."""

_CONNECTS = {
    *("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"),
    *("socket.sendto", "socket.sendmsg", "urllib.Request", "http.client.connect"),
    *("ftplib.connect", "smtplib.connect"),
}
_RUNS = {
    *("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork"),
    *("os.forkpty", "pty.spawn", "os.startfile", "pickle.find_class"),
}
_CHANGES = {
    *("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate"),
    *("os.chmod", "os.chown", "shutil.rmtree", "shutil.move", "shutil.copyfile"),
}
_AT = _CHANGES - {"os.truncate", "shutil.rmtree", "shutil.move", "shutil.copyfile"}
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_HIDDEN_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "ftp_proxy", "GDAL_HTTP_PROXY")


def _in_code(code):
    """Tell whether the mark stands in compiled code, however deep."""
    named = (*code.co_names, *code.co_varnames, code.co_name)
    if any(MARK in name for name in named):
        return True
    return any(
        _in_code(part) if hasattr(part, "co_code") else MARK in str(part) for part in code.co_consts
    )


class Watch:
    """Hears what Python does, and a listener hears what libraries below it do."""

    def __init__(self, secret):
        self.on, self.allowed, self.secret = False, (), str(secret)
        self.heard, self.told = Counter(), []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(0)
        self.port = self.listener.getsockname()[1]
        for name in _HIDDEN_PROXIES:
            for spelled in (name, name.upper()):
                os.environ[spelled] = f"http://127.0.0.1:{self.port}"
        # with these PROJ would fetch grids for a CRS that a file names
        os.environ["PROJ_NETWORK"] = "ON"
        os.environ["PROJ_NETWORK_ENDPOINT"] = f"http://127.0.0.1:{self.port}"
        sys.addaudithook(self._hear)

    def _note(self, kind, event, what):
        self.heard[kind] += 1
        if len(self.told) < 100:
            self.told.append(f"{kind}: {event} {what!r}"[:400])

    def _hear(self, event, arguments):
        if not self.on:
            return
        if event == "open":
            self._opened(*arguments)
        elif event in _CHANGES:
            self._changed(event, arguments)
        elif event in _CONNECTS:
            self._note("connections", event, arguments)
        elif event in _RUNS:
            self._note("executions", event, arguments)
        elif event == "exec" and hasattr(arguments[0], "co_code"):
            if not Path(arguments[0].co_filename).is_absolute() and _in_code(arguments[0]):
                self._note("executions", event, arguments)
        elif event in {"compile", "import"}:
            source = arguments[0]
            text = source.decode("utf-8", "replace") if isinstance(source, bytes) else str(source)
            if MARK in text:
                self._note("executions", event, text)

    def _is_allowed(self, path):
        if isinstance(path, int):
            return True  # opened before, and heard then
        whole = os.path.realpath(os.fsdecode(path))
        return whole == os.devnull or any(
            whole == one or whole.startswith(one + os.sep) for one in self.allowed
        )

    def _opened(self, path, mode, flags):
        if not isinstance(path, int) and os.fsdecode(path) == self.secret:
            self._note("secrets", "open", path)
        if (flags or 0) & _WRITING and not self._is_allowed(path):
            self._note("files", "open", path)

    def _changed(self, event, arguments):
        named = arguments[1:2] if event == "shutil.copyfile" else arguments[:2]
        paths = [one for one in named if isinstance(one, str | bytes | os.PathLike)]
        # by a folder's handle: rmtree goes down so, inside of what it was given
        by_handle = event in _AT and isinstance(arguments[-1], int) and arguments[-1] >= 0
        if not by_handle and not all(map(self._is_allowed, paths)):
            self._note("files", event, arguments)

    @contextmanager
    def over(self, *allowed):
        """Hear what happens inside; only these folders may be written to."""
        self.allowed, self.on = tuple(os.path.realpath(one) for one in allowed), True
        try:
            yield
        finally:
            self.on = False
        self._answer()

    def _answer(self):
        """Take what has called the listener, through whatever library."""
        while True:
            try:
                caller, _ = self.listener.accept()
            except BlockingIOError:
                return
            caller.close()
            self._note("connections", "listener", "was called")
