"""The way to xtask: what the modules for pytest and for unittest write their events with.

Uses the functions as they are when a session begins: tests put others in their place (`mock.patch("os.write")`),
and what such a test did is told while those still stand.
"""

import fcntl
import json
import os

_TEXT_CAP = 4000
# Made once: `json.dumps` with options builds an encoder for each call.
_encode = json.JSONEncoder(separators=(",", ":")).encode

# A flag that means nothing on a pipe and that nobody else opens for appending with: a descriptor that has it is
# ours. Asking for flags costs a fifth of asking for the file.
_MARK = getattr(os, "O_NOATIME", 0)


def _looked_at(descriptor, _fcntl=fcntl.fcntl, _fstat=os.fstat, _flags=fcntl.F_GETFL):
    return _fcntl(descriptor, _flags) if _MARK else _fstat(descriptor)[1:3]


class Pipe:
    """The way to xtask. A test may close or reuse any descriptor, so each write looks before it leaps."""

    _open, _write = os.open, os.write

    def __init__(self, path):
        self.path = path
        self.descriptor = None
        self.identity = None
        self.is_ours = True
        self.open()
        os.register_at_fork(after_in_child=self._hush)

    def _hush(self):
        # A test that forks and returns leaves a second session behind; only the first one speaks.
        self.is_ours = False

    def open(self):
        flags = os.O_WRONLY | os.O_APPEND | _MARK | getattr(os, "O_CLOEXEC", 0)
        self.descriptor = self._open(self.path, flags)
        self.identity = _looked_at(self.descriptor)

    def is_open(self):
        try:
            return _looked_at(self.descriptor) == self.identity
        except OSError:
            return False

    def send(self, **event):
        self.write(_encode(event))

    def write(self, event, follows=False):
        """`follows`: nothing of the user's ran since the last event, so that the descriptor is still ours."""
        if not self.is_ours:
            return
        data = event.encode("ascii") + b"\n"
        try:
            if not follows and not self.is_open():
                self.open()
            while data:
                data = data[self._write(self.descriptor, data) :]
        except OSError:
            pass


def clean(text):
    """Text that every JSON reader takes: lone surrogates (names that are not UTF-8) become escapes."""
    text = str(text)
    if text.isascii():
        return text
    try:
        text.encode("utf-8")
        return text
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace").decode("utf-8")


def short(text):
    text = clean(text)
    return text if len(text) <= _TEXT_CAP else text[:_TEXT_CAP] + " [...]"
