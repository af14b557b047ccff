"""``tocsin.log``: three files of 1 MiB, readable by their owner only, with nothing secret and nothing forged in them.

Redaction works on the text that is about to be written, tracebacks included, so that it does not matter how a secret
got in. One record is one line; the lines of a traceback follow it behind a bar, so that text from outside cannot make
a line that looks like ours.
"""

import io
import json
import logging
import os
import re
import sys
import unicodedata
from collections.abc import Callable, Iterable
from copy import copy
from pathlib import Path
from urllib.parse import quote, quote_plus

SIZE = 1024 * 1024  # bytes per file
OLDER = 2  # files kept beside the one being written
LONGEST = 16 * 1024  # characters of one record
REDACTED = "[redacted]"
CHATTY = ("httpx", "httpcore", "asyncio", "keyring")  # theirs is told from warnings on; httpx writes whole addresses

_BAR = "    | "
_ERRORS = "backslashreplace"
_WORD_ONLY = 4  # a secret shorter than this is looked for as a whole word
_OUTSIDE = ("Cc", "Cf", "Zl", "Zp", "Cs", "Co")  # controls, bidi marks, line separators, half pairs, private use

# Every pattern takes linear time: what comes before a name is bounded, what follows is never tried twice.
_HEADER = r"[\w.-]{0,40}(?:authorization|api[_-]?key|auth[_-]?token|cookie)"
_NAME = r"[\w.-]{0,40}(?:authorization|api[_-]?key|token|secret|passw(?:or)?d|passphrase|cookie)"
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    # user info of an address: https://user:password@host
    (re.compile(r"(://)[^\s/@'\"<>]++@"), rf"\1{REDACTED}@"),
    # a scheme of RFC 9110 with its credentials, wherever it stands
    (re.compile(r"\b(bearer|basic|digest)\s+[\w.~+/=-]{8,}", re.IGNORECASE), rf"\1 {REDACTED}"),
    # a header on a line of its own, up to the end
    (re.compile(rf"(\b{_HEADER}\s*:\s*)(?![\s'\"]).+", re.IGNORECASE), rf"\1{REDACTED}"),
    # a field: "token": "value", token='value'
    (re.compile(rf"(\b{_NAME}['\"]?\s*[:=]\s*b?(['\"]))(?:\\.|(?!\2).)*+", re.IGNORECASE), rf"\1{REDACTED}"),
    # a field without quotes: token=value, token: value
    (re.compile(rf"(\b{_NAME}(?:=|:\s*))(?![\s'\"\[])[^\s'\",;&)]++", re.IGNORECASE), rf"\1{REDACTED}"),
    # a pair: ('authorization', 'value')
    (re.compile(rf"(['\"]{_NAME}['\"]\s*,\s*b?(['\"]))(?:\\.|(?!\2).)*+", re.IGNORECASE), rf"\1{REDACTED}"),
)
_WORD = re.compile(r"[^\s'\"<>]++")
_QUERY = re.compile(r"[?#].")


def redact(text: str, known: Iterable[str]) -> str:
    """Take out every known secret in any spelling, and whatever looks like one."""
    for secret in sorted(set(known), key=len, reverse=True):
        for spelling in _spellings(secret):
            if len(spelling) < _WORD_ONLY:
                text = re.sub(rf"(?<!\w){re.escape(spelling)}(?!\w)", REDACTED, text)
            else:
                text = text.replace(spelling, REDACTED)
    text = _WORD.sub(_without_query, text[: 4 * LONGEST])
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def _without_query(word: re.Match[str]) -> str:
    """An address, or a path of one, without its query and fragment; any other word as it is."""
    found = _QUERY.search(word[0])
    if found is None or "/" not in word[0][: found.start()]:
        return word[0]
    return f"{word[0][: found.start()]}?{REDACTED}"


def _spellings(secret: str) -> list[str]:
    """A secret as it stands, in an address, in JSON, and as Python shows it. Longest first: one may hold another."""
    if not secret.strip():
        return []
    whole = secret.encode("utf-8", "replace")
    shown = (repr(secret)[1:-1], ascii(secret)[1:-1], json.dumps(secret)[1:-1])
    found = {secret, secret.strip(), quote(whole, safe=""), quote(whole), quote_plus(whole), *shown}
    return sorted(found, key=len, reverse=True)


def one_line(text: str) -> str:
    """Text on one line: what is not to be seen, or would move the cursor, is written as its escape."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escape(char) if unicodedata.category(char) in _OUTSIDE else char for char in text)


def _escape(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")


class RedactingFormatter(logging.Formatter):
    """Formats a record whole, redacts that, and puts it on one line, with a traceback behind a bar.

    ``known`` gives the secrets of this moment; it is asked for every record and must not log.
    """

    def __init__(self, known: Callable[[], Iterable[str]]) -> None:
        super().__init__("%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s")
        self.default_time_format = "%Y-%m-%dT%H:%M:%S"
        self.default_msec_format = "%s.%03d"
        self._known = known

    def format(self, record: logging.LogRecord) -> str:
        """The text to be written, one line for the record and one per line of a traceback."""
        clean = copy(record)  # a formatted traceback is kept on the record, where other handlers would find it
        clean.exc_info = clean.exc_text = clean.stack_info = None
        known = tuple(self._known())
        lines = [one_line(_cut(redact(super().format(clean), known)))]
        for extra in self._behind(record):
            lines.extend(_BAR + one_line(line) for line in _cut(redact(extra, known)).split("\n"))
        return "\n".join(lines)

    def _behind(self, record: logging.LogRecord) -> list[str]:
        found = [self.formatException(record.exc_info)] if record.exc_info else [record.exc_text or ""]
        return [text for text in (*found, record.stack_info or "") if text]


def _cut(text: str) -> str:
    """The beginning and the end of a text that is too long: of a traceback, the end says most."""
    if len(text) <= LONGEST:
        return text
    half = LONGEST // 2
    return f"{text[:half]} [... {len(text) - 2 * half} characters ...] {text[-half:]}"


class LogFile(logging.FileHandler):
    """The handler of ``tocsin.log``. ``start`` hangs it into the root logger, ``stop`` takes it out and closes it.

    It turns the files over by itself: ``logging.handlers`` brings pickle, sockets and queues with it, for all the time
    that the tray runs. ``complain`` is given the system's word, once, when it cannot be written; without it that is
    said in English. Raises ``OSError`` where the file cannot be opened.
    """

    def __init__(
        self,
        path: Path,
        known: Callable[[], Iterable[str]],
        complain: Callable[[str], None] | None = None,
        *,
        level: int = logging.INFO,
    ) -> None:
        super().__init__(path, encoding="utf-8", errors=_ERRORS)
        self.setFormatter(RedactingFormatter(known))
        self._level = level
        self._before: dict[str, int] = {}
        self._complain = complain or _say
        self._complained = False

    def start(self) -> None:
        """Write what is logged anywhere in the program from now on."""
        root = logging.getLogger()
        for name, level in (("", self._level), *((name, logging.WARNING) for name in CHATTY)):
            logger = logging.getLogger(name) if name else root
            self._before[name] = logger.level
            logger.setLevel(level)
        root.addHandler(self)

    def stop(self) -> None:
        """Write no more, set levels back, close the file."""
        logging.getLogger().removeHandler(self)
        for name, level in self._before.items():
            logging.getLogger(name or None).setLevel(level)
        self._before.clear()
        self.close()

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record, into a new file where this one is full."""
        try:
            if self._is_full_with(record):
                self._turn_over()
        except Exception:  # noqa: BLE001 - a log that fails is said once, and stops nobody
            self.handleError(record)
        super().emit(record)

    def _is_full_with(self, record: logging.LogRecord) -> bool:
        size = os.fstat(self.stream.fileno()).st_size if self.stream is not None else 0
        return size > 0 and size + len(f"{self.format(record)}\n".encode("utf-8", _ERRORS)) > SIZE

    def _turn_over(self) -> None:
        """Make room: every file takes the place of the next older one."""
        stream, self.stream = self.stream, None  # None is what ``FileHandler`` opens anew
        if stream is not None:
            stream.close()
        places = [Path(self.baseFilename), *(Path(f"{self.baseFilename}.{age}") for age in range(1, OLDER + 1))]
        for younger, older in zip(places[-2::-1], places[:0:-1], strict=True):
            if younger.exists():
                younger.replace(older)

    def _open(self) -> io.TextIOWrapper:
        """Open the file for appending, for its owner only."""
        file = io.BufferedWriter(io.FileIO(self.baseFilename, "a", opener=_private))
        return io.TextIOWrapper(file, encoding=self.encoding, errors=self.errors)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002, N802 - logging's own name and argument
        """Say once on stderr that the log fails. The record is not shown there: nothing redacted it."""
        if not self._complained and sys.stderr is not None:
            self._complained = True
            problem = sys.exc_info()[1]
            said = getattr(problem, "strerror", None) or type(problem).__name__
            try:
                self._complain(said)
            except Exception:  # noqa: BLE001 - what keeps the log from its file may keep a catalogue from being read
                _say(said)


def _say(problem: str) -> None:
    print(f"tocsin: the log cannot be written ({problem})", file=sys.stderr)  # noqa: T201 - the log is what fails


def _private(path: str, flags: int) -> int:
    """Open a file for its owner only, also one that an older version left open to others."""
    descriptor = os.open(path, flags, 0o600)
    if sys.platform != "win32":
        os.fchmod(descriptor, 0o600)
    return descriptor
