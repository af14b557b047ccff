"""The log: nothing secret in it, nothing forged in it, never more than three files of 1 MiB, and its owner's alone."""

import errno
import logging
import stat
import time
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.adapters.log import LONGEST, SIZE, LogFile, RedactingFormatter, one_line, redact

CANARY = "c4n4ry-T0k3n/with+odd=signs&more"


class BoomError(Exception):
    """Raised with text from outside in it."""


@pytest.fixture
def log(tmp_path):
    made = LogFile(tmp_path / "tocsin.log", lambda: (CANARY,))
    made.start()
    yield made
    made.stop()


def raised(text) -> BoomError:
    """An exception that was raised, with its traceback."""
    try:
        raise BoomError(text)  # noqa: TRY301 - raised to be caught
    except BoomError as error:
        return error


def text_of(path) -> str:
    return path.read_text(encoding="utf-8")


# --- redaction


@pytest.mark.parametrize(
    "spelling",
    [
        CANARY,
        repr(CANARY),
        quote(CANARY, safe=""),
        f"https://status.example.net/api?token={CANARY}&page=2",
        f"Authorization: Bearer {CANARY}",
        f"{{'headers': [(b'x-any', b'{CANARY}')]}}",
    ],
)
def test_a_known_secret_is_found_in_no_spelling(spelling):
    """A secret that was handed out never reaches the log, however it got into a message."""
    clean = redact(f"before {spelling} after", (CANARY,))
    assert CANARY not in clean
    assert quote(CANARY, safe="") not in clean
    assert "before" in clean
    assert "[redacted]" in clean


@pytest.mark.parametrize(
    "line",
    [
        "Authorization: Bearer LEAK.LEAK-LEAK",
        "authorization: Basic TEVBSw==LEAK",
        "proxy-authorization:LEAK",
        "X-Api-Key: LEAK LEAK",
        "Cookie: session=LEAK; other=LEAK",
        "{'Authorization': 'Token LEAK'}",
        '{"access_token": "LEAK", "expires": 3600}',
        '{"client_secret": "a\\"LEAK"}',
        "Headers([('host', 'a'), ('x-api-key', 'LEAK')])",
        "[(b'authorization', b'Bearer LEAKLEAK')]",
        "password=LEAK next",
        "grant_type=x&client_secret=LEAK&scope=y",
        "sent bearer LEAKLEAKLEAK to",
        "GET https://status.example.net/a/b?key=LEAK&b=LEAK failed",
        'HTTP Request: GET /api/v4/problems?who=LEAK "HTTP/1.1 200 OK"',
        "https://host.example.net/path#LEAK",
        "https://LEAK:LEAK@status.example.net/",
    ],
)
def test_what_looks_like_a_secret_is_taken_out(line):
    """A secret that nobody knows of yet, in a header, a field or an address, is not written either."""
    clean = redact(line, ())
    assert "LEAK" not in clean
    assert "[redacted]" in clean


@pytest.mark.parametrize(
    "line",
    [
        "home: cannot be reached since 17:58 (connect)",
        "asked https://status.example.net/api/v2/summary.json: 200, 12 components",
        "What now? Is it up/down?",
        "the basic idea",
        "incident SP-42 started at 2026-11-21T17:58:00Z",
    ],
)
def test_plain_lines_stay_as_they_are(line):
    """Redaction leaves a log that is still of use."""
    assert redact(line, ("", " ", CANARY)) == line


def test_a_short_secret_is_taken_out_as_a_word():
    """A PIN of three digits does not turn the whole log into brackets."""
    assert redact("pin 123, port 12345", ("123",)) == "pin [redacted], port 12345"


@pytest.mark.parametrize(
    "piece", ["/", "a.", "token", "token ", "://", "x?", "authorization:", "'token', '", "\\\\", "bearer "]
)
def test_redaction_takes_linear_time(piece):
    """No text from outside can stall the engine by being logged."""
    start = time.thread_time()
    redact(piece * (SIZE // len(piece)), (CANARY,))
    assert time.thread_time() - start < 5


@settings(max_examples=200, deadline=None)
@given(st.text(min_size=4).filter(lambda text: text.strip() and text not in "?[redacted]"), st.text(), st.text())
def test_no_text_around_a_secret_saves_it(secret, before, after):
    """Whatever stands beside a secret, it is taken out."""
    assert secret not in redact(f"{before}\n{secret}\n{after}", (secret,))


# --- forging


@settings(max_examples=200, deadline=None)
@given(st.text())
def test_a_record_is_one_line_of_printable_text(text):
    """Nothing from outside moves the cursor, hides text or begins a line of its own."""
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert not any(char in line for char in "\x00\x1b\r\n\x85\u2028\u2029\u202e\u2066\u200b")


def test_a_forged_line_stands_behind_a_bar(log, tmp_path):
    """Neither a message nor an exception can add a line that looks like the program's own."""
    forged = "2026-11-21T17:58:00.000 INFO MainThread tocsin: all is well"
    logger = logging.getLogger("tocsin.test")
    logger.info("title: %s", f"x\n{forged}\r\n\x1b[2J")
    logger.info("failed", exc_info=raised(f"x\n{forged}"))
    lines = text_of(tmp_path / "tocsin.log").splitlines()
    assert not any(line.startswith(forged) for line in lines)
    assert [line for line in lines if not line.startswith("    | ")] == [lines[0], lines[1]]
    assert lines[0].endswith(r"title: x\n" + forged + r"\r\n\x1b[2J")
    assert "    | " + forged in lines


# --- the file


def test_a_traceback_is_redacted_and_leaves_nothing_for_others(log, tmp_path):
    """A secret in an exception's text reaches neither the file nor, by way of the record, another handler."""
    error = raised(f"401 for https://u:{CANARY}@host.example.net/?k={CANARY}")
    info = (BoomError, error, error.__traceback__)
    record = logging.LogRecord("tocsin", logging.ERROR, __file__, 1, "poll failed", (), info)
    log.handle(record)
    text = text_of(tmp_path / "tocsin.log")
    assert CANARY not in text
    assert "BoomError: 401 for https://[redacted]@host.example.net/?[redacted]" in text
    assert record.exc_text is None


def test_a_cached_traceback_and_a_stack_are_redacted_too():
    """What another handler has already formatted is written no less carefully."""
    record = logging.LogRecord("tocsin", logging.ERROR, __file__, 1, "failed", (), None)
    record.exc_text = f"Boom: {CANARY}"
    record.stack_info = f"Stack: {CANARY}"
    text = RedactingFormatter(lambda: (CANARY,)).format(record)
    assert CANARY not in text
    assert text.splitlines()[1:] == ["    | Boom: [redacted]", "    | Stack: [redacted]"]


def test_secrets_that_become_known_later_are_redacted_from_then_on(tmp_path):
    """The formatter asks for the secrets of this moment."""
    known: list[str] = []
    formatter = RedactingFormatter(lambda: known)
    record = logging.LogRecord("tocsin", logging.INFO, __file__, 1, "said hunter2hunter2", (), None)
    assert "hunter2" in formatter.format(record)
    known.append("hunter2hunter2")
    assert "hunter2" not in formatter.format(record)


def test_three_files_of_one_mebibyte_for_their_owner_only(tmp_path):
    """The log never fills the disk, and nobody else reads it, whatever mode an older file had."""
    path = tmp_path / "tocsin.log"
    path.write_text("from before\n")
    path.chmod(0o644)
    log = LogFile(path, tuple)
    log.start()
    try:
        for number in range(5 * SIZE // 8000):
            logging.getLogger("tocsin").info("%d %s", number, "x" * 8000)
    finally:
        log.stop()
    files = sorted(tmp_path.iterdir())
    assert [file.name for file in files] == ["tocsin.log", "tocsin.log.1", "tocsin.log.2"]
    assert all(file.stat().st_size <= SIZE for file in files)
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_a_log_that_cannot_be_turned_over_is_written_on(tmp_path, capsys):
    """Better a file that is too long than an outage that left no line; it is said once."""
    path = tmp_path / "tocsin.log"
    path.write_text("x" * SIZE)
    (tmp_path / "tocsin.log.1" / "in the way").mkdir(parents=True)
    (tmp_path / "tocsin.log.2").write_text("old")
    log = LogFile(path, tuple)
    log.start()
    try:
        logging.getLogger("tocsin").info("first")
        logging.getLogger("tocsin").info("second")
    finally:
        log.stop()
    assert text_of(path).endswith("second\n")
    assert "first" in text_of(path)
    assert capsys.readouterr().err.count("the log cannot be written") == 1


def test_a_complaint_that_fails_too_stops_nobody(tmp_path, capsys):
    """Where no file can be opened any more no catalogue can either: what the log is for goes on, and it is said."""

    def complain(_):
        raise OSError(errno.EMFILE, "Too many open files")

    log = LogFile(tmp_path / "tocsin.log", tuple, complain)
    log.start()
    try:
        log.stream.close()
        logging.getLogger("tocsin").info("first")
    finally:
        log.stream = None
        log.stop()
    assert capsys.readouterr().err == "tocsin: the log cannot be written (ValueError)\n"


def test_an_endless_message_is_cut_with_both_ends_kept(log, tmp_path):
    """One record cannot push the others out of the log."""
    logging.getLogger("tocsin").info("begin %s end", "x" * 10 * SIZE)
    text = text_of(tmp_path / "tocsin.log")
    assert len(text) < LONGEST + 200
    assert "begin xxx" in text


def test_the_level_is_info_and_noisy_libraries_are_kept_down(log, tmp_path, caplog):
    """The HTTP library would write whole addresses at INFO."""
    logging.getLogger("tocsin").info("seen")
    logging.getLogger("tocsin").debug("not seen")
    logging.getLogger("httpx").info("HTTP Request: GET https://host.example.net/")
    logging.getLogger("httpx").warning("odd")
    lines = text_of(tmp_path / "tocsin.log").splitlines()
    assert [line.split(": ", 1)[1] for line in lines] == ["seen", "odd"]


def test_stopping_sets_everything_back(tmp_path):
    """No handler and no level outlives the program's run."""
    root = logging.getLogger()
    before = (root.level, list(root.handlers), logging.getLogger("httpx").level)
    log = LogFile(tmp_path / "tocsin.log", tuple)
    log.start()
    log.stop()
    assert (root.level, list(root.handlers), logging.getLogger("httpx").level) == before


def test_odd_text_is_written_rather_than_lost(log, tmp_path):
    """Half a surrogate pair in a title does not cost the record."""
    logging.getLogger("tocsin").info("title \ud83d and \U0001f514")
    assert "title \\ud83d and \U0001f514" in text_of(tmp_path / "tocsin.log")


def test_a_log_that_fails_says_so_once_without_the_record(log, capsys):
    """A full disk is told on stderr, once, and what was to be logged is not shown there."""
    log.stream.close()
    log.stream = open("/dev/full", "a", encoding="utf-8")  # noqa: PTH123, SIM115 - put in the handler's hands
    try:
        logging.getLogger("tocsin").info("secret %s", CANARY)
        logging.getLogger("tocsin").info("again")
    finally:
        with pytest.raises(OSError, match="No space"):
            log.stream.close()
        log.stream = None
    said = capsys.readouterr().err
    assert said == "tocsin: the log cannot be written (No space left on device)\n"
