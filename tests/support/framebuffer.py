"""A virtual screen's pixels, read straight from the file into which Xvfb maps its frame buffer (``-fbdir``).

The file is an X window dump: a big-endian header, a colour map, then rows of pixels (X11/XWDFile.h). Reading it costs
a few milliseconds and no process, so that a test may look at the tray as often as it likes.
"""

import struct
import zlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

Colour = tuple[int, int, int]

_HEADER = struct.Struct(">25I")
_BYTES_PER_PIXEL = 4
_COLOUR_MAP_ENTRY = 12


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of the screen, in pixels."""

    x: int
    y: int
    width: int
    height: int

    @property
    def centre(self) -> tuple[int, int]:
        """The pixel in its middle."""
        return self.x + self.width // 2, self.y + self.height // 2


@dataclass(frozen=True, slots=True)
class Picture:
    """One moment of a part of the screen. ``data`` holds three bytes a pixel (red, green, blue), row by row."""

    width: int
    height: int
    data: bytes

    def pixel(self, x: int, y: int) -> Colour:
        """The colour at a place."""
        start = 3 * (y * self.width + x)
        return self.data[start], self.data[start + 1], self.data[start + 2]

    def pixels(self) -> list[Colour]:
        """All colours, row by row."""
        return list(zip(self.data[0::3], self.data[1::3], self.data[2::3], strict=True))

    def mean(self) -> Colour:
        """The average colour."""
        return mean(self.pixels())

    def part(self, box: Box) -> "Picture":
        """A rectangle of it, clipped to what there is."""
        its = _clip(box, Box(0, 0, self.width, self.height))
        starts = (3 * (row * self.width + its.x) for row in range(its.y, its.y + its.height))
        return Picture(its.width, its.height, b"".join(self.data[start : start + 3 * its.width] for start in starts))

    def background(self) -> Colour:
        """The commonest colour."""
        return Counter(self.pixels()).most_common(1)[0][0]

    def png(self) -> bytes:
        """The picture as a PNG file (RFC 2083)."""
        stride = 3 * self.width
        rows = b"".join(b"\0" + self.data[row * stride : (row + 1) * stride] for row in range(self.height))
        header = struct.pack(">2I5B", self.width, self.height, 8, 2, 0, 0, 0)
        parts = (_chunk(b"IHDR", header), _chunk(b"IDAT", zlib.compress(rows, 6)), _chunk(b"IEND", b""))
        return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def mean(colours: list[Colour]) -> Colour:
    """The average of some colours. Raises ``ValueError`` for none."""
    if not colours:
        raise ValueError("no pixels to average")
    red, green, blue = (sum(channel) // len(colours) for channel in zip(*colours, strict=True))
    return red, green, blue


def distance(one: Colour, other: Colour) -> int:
    """How far two colours are apart: the largest difference of their channels."""
    return max(abs(a - b) for a, b in zip(one, other, strict=True))


class Framebuffer:
    """The screen behind one such file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with path.open("rb") as file:
            header = _HEADER.unpack(file.read(_HEADER.size))
        header_size, width, height, bits, stride, colours = (header[i] for i in (0, 4, 5, 11, 12, 19))
        if bits != 8 * _BYTES_PER_PIXEL or header[7] != 0:
            raise ValueError(f"a frame buffer of {bits} bits a pixel cannot be read")
        self.width, self.height = width, height
        self._stride = stride
        self._start = header_size + colours * _COLOUR_MAP_ENTRY

    def read(self, box: Box | None = None) -> Picture:
        """What the screen, or a part of it that is clipped to the screen, shows now."""
        whole = Box(0, 0, self.width, self.height)
        part = whole if box is None else _clip(box, whole)
        with self._path.open("rb") as file:
            file.seek(self._start + part.y * self._stride)
            rows = file.read(part.height * self._stride)
        first, last = _BYTES_PER_PIXEL * part.x, _BYTES_PER_PIXEL * (part.x + part.width)
        raw = b"".join(rows[y * self._stride + first : y * self._stride + last] for y in range(part.height))
        data = bytearray(3 * part.width * part.height)
        data[0::3], data[1::3], data[2::3] = raw[2::4], raw[1::4], raw[0::4]
        return Picture(part.width, part.height, bytes(data))


def _clip(box: Box, whole: Box) -> Box:
    left, top = max(box.x, 0), max(box.y, 0)
    right, bottom = min(box.x + box.width, whole.width), min(box.y + box.height, whole.height)
    return Box(left, top, max(right - left, 0), max(bottom - top, 0))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
