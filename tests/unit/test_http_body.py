"""The inflater: whatever the coding and however it is cut into chunks, the body is right or refused."""

import asyncio
import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.adapters.http_body import read_body
from tocsin.domain.terms import FailureKind
from tocsin.errors import PollFailed


def bare_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def two_members(data: bytes) -> bytes:
    return gzip.compress(data[: len(data) // 2]) + gzip.compress(data[len(data) // 2 :])


CODINGS = {
    "": bytes,
    "identity": bytes,
    "gzip": gzip.compress,
    "X-GZip": two_members,
    "deflate": zlib.compress,
    " Deflate ": bare_deflate,
}


def read(parts, encoding, limit=1 << 20, declared=None):
    async def chunks():
        for part in parts:
            yield part

    return asyncio.run(read_body(chunks(), encoding, declared, limit))


def kind_of_failure(parts, encoding):
    try:
        read(parts, encoding)
    except PollFailed as failure:
        return failure.kind
    return None


def in_pieces(data, size):
    return [data[start : start + size] for start in range(0, len(data), size)]


@given(
    data=st.one_of(
        st.binary(max_size=3000), st.builds(lambda part, n: part * n, st.binary(max_size=9), st.integers(0, 9999))
    ),
    coding=st.sampled_from(sorted(CODINGS)),
    size=st.integers(1, 5000),
)
def test_body_comes_out_as_it_went_in(data, coding, size):
    """Any body in any coding we ask for, cut anywhere, with a limit that just suffices."""
    assert read(in_pieces(CODINGS[coding](data), size), coding, limit=len(data)) == data


@given(data=st.binary(min_size=2, max_size=5000), coding=st.sampled_from(sorted(CODINGS)), size=st.integers(1, 5000))
def test_one_byte_over_the_limit_is_too_large(data, coding, size):
    """The limit is exact, and nothing shorter is handed on in place of the whole."""
    with pytest.raises(PollFailed) as caught:
        read(in_pieces(CODINGS[coding](data), size), coding, limit=len(data) - 1)
    assert caught.value.kind is FailureKind.TOO_LARGE


@pytest.mark.parametrize("over", range(1, 4000, 97))
def test_end_of_a_large_body_is_not_lost(over):
    """Zlib may have taken all its input and still hold output back: what inflates in steps is read to its end."""
    data = bytes(256 * 1024 + over)
    assert read([bare_deflate(data)], "deflate") == data


@given(data=st.binary(max_size=300), coding=st.sampled_from(["gzip", "deflate"]))
def test_rubbish_is_malformed_and_never_a_crash(data, coding):
    """Random bytes under a coding: refused in our own words, unless they happen to be right."""
    assert kind_of_failure([data], coding) in (None, FailureKind.MALFORMED)


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
@pytest.mark.parametrize("cut", [1, 2, 5, 20])
def test_a_body_that_breaks_off_is_malformed(coding, cut):
    """Half a list of incidents is not a list of incidents."""
    whole = CODINGS[coding](b"many incidents " * 50)
    with pytest.raises(PollFailed) as caught:
        read([whole[:-cut]], coding)
    assert caught.value.kind is FailureKind.MALFORMED


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_something_behind_the_end_is_malformed(coding):
    """A body with rubbish behind it has been tampered with or is misread."""
    with pytest.raises(PollFailed) as caught:
        read([CODINGS[coding](b"x"), b"rubbish"], coding)
    assert caught.value.kind is FailureKind.MALFORMED


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, gzip", "compress", "\x00"])
def test_coding_that_was_not_asked_for_is_malformed(coding):
    """We say what we can read; anything else cannot be read."""
    with pytest.raises(PollFailed) as caught:
        read([b"x"], coding)
    assert caught.value.kind is FailureKind.MALFORMED


def test_many_empty_members_are_refused():
    """A body of ten thousand empty gzip members costs time and says nothing."""
    with pytest.raises(PollFailed) as caught:
        read([gzip.compress(b"") * 10_000], "gzip")
    assert caught.value.kind is FailureKind.MALFORMED


def test_no_body_under_a_coding_is_empty():
    """A 204 or an error page may name a coding and have no body."""
    assert read([], "gzip") == read([], "deflate") == b""


def test_declared_length_is_checked_before_anything_is_read():
    """What announces itself as too large is not waited for."""

    async def never():
        raise AssertionError("was read")
        yield b""

    with pytest.raises(PollFailed) as caught:
        asyncio.run(read_body(never(), "", 10_000_000, 1000))
    assert caught.value.kind is FailureKind.TOO_LARGE
