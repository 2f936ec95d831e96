"""Fields and files of a multipart body, and every MULTIPART_* flag, as ModSecurity v3 sets them.

A part is what stands between two lines that begin with the boundary. Whatever a lax back end might read differently sets a flag, or is an
error; an error in one header line does not keep the rest from being read, for rules should see as much as any back end would. Two things
differ on purpose from the reference, which loses them: line breaks within a field are kept, and a header that comes twice is an error.

Called by `catalogue`. It never raises.
"""

import re

from routerd.waf.bodies.body import File, Limits, Parsed, Part
from routerd.waf.bodies.boundary import Broken, boundary
from routerd.waf.bodies.disposition import names
from routerd.waf.bodies.urlencoded import TOO_MANY

_LINE_MOST = 4096
"""Octets of a part's header line, and of a folded header."""

_HEADERS_MOST = 64
"""Header lines of a part; browsers send two."""

_LOOKALIKE = re.compile(rb"^--[^\n]", re.MULTILINE)
_BLANKED = re.compile(rb'^--(?:"|[ \t\r\v\f]+)', re.MULTILINE)
_STRICT = (
    "MULTIPART_BOUNDARY_QUOTED",
    "MULTIPART_BOUNDARY_WHITESPACE",
    "MULTIPART_DATA_BEFORE",
    "MULTIPART_DATA_AFTER",
    "MULTIPART_HEADER_FOLDING",
    "MULTIPART_LF_LINE",
    "MULTIPART_MISSING_SEMICOLON",
    "MULTIPART_INVALID_QUOTING",
    "MULTIPART_INVALID_PART",
    "MULTIPART_INVALID_HEADER_FOLDING",
    "MULTIPART_FILE_LIMIT_EXCEEDED",
)


def parse(body: bytes, content_type: bytes, limits: Limits) -> Parsed:
    """The parts of a body as far as it could be read."""
    flags: dict[str, int] = {}
    reader = _Reader(body, limits, flags)
    try:
        mark = boundary(content_type, flags)
        if body:
            reader.read(mark)
    except Broken as broken:
        reader.blame(str(broken))
    flags["MULTIPART_CRLF_LF_LINES"] = int(bool(flags.get("MULTIPART_LF_LINE")) and reader.crlf)
    flags["MULTIPART_STRICT_ERROR"] = int(bool(reader.error) or any(flags.get(name) for name in _STRICT))
    error = f"Multipart parsing error: Multipart: {reader.error}" if reader.error else ""
    return Parsed(tuple(reader.args), tuple(reader.files), tuple(reader.parts), flags, error)


class _Reader:
    """Reads a body once, from its beginning to its end.

    Attributes:
        args: fields that are no files.
        files: those that are.
        parts: all of them, with their header lines.
        error: the first thing that was wrong; empty when nothing was.
        crlf: whether a line ended as it should.
    """

    def __init__(self, body: bytes, limits: Limits, flags: dict[str, int]) -> None:
        self.args: list[tuple[bytes, bytes]] = []
        self.files: list[File] = []
        self.parts: list[Part] = []
        self.error = ""
        self.crlf = False
        self._body = body
        self._limits = limits
        self._flags = flags
        self._mark = b""
        self._boundaries = 0

    def read(self, mark: bytes) -> None:
        """Reads all parts.

        Raises:
            Broken: what follows cannot be told apart any more.
        """
        self._mark = b"--" + mark
        start = self._find(0)
        if start is None:
            raise Broken("No boundaries found in payload.")
        if start:
            self._flag("DATA_BEFORE")
        at, last = self._line(start)
        while not last:
            at, last = self._part(at)
        if at < len(self._body):
            self._flag("DATA_AFTER")

    def blame(self, error: str) -> None:
        """Notes what is wrong; the first that is noted stays."""
        self.error = self.error or error

    def _flag(self, name: str) -> None:
        self._flags[f"MULTIPART_{name}"] = 1

    def _find(self, at: int, *, beyond: int = 0) -> int | None:
        """Where the next boundary line begins, `beyond` octets on or later; all lines before it are looked at."""
        body, mark = self._body, self._mark
        found = body.find(mark, at + beyond)
        while found > 0 and body[found - 1] != 10:
            self._flags["MULTIPART_UNMATCHED_BOUNDARY"] = 1
            found = body.find(mark, found + 1)
        self._look(at, found if found >= 0 else len(body))
        if found < 0:
            return None
        if found and body[found - 2 : found] != b"\r\n":
            self._flag("LF_LINE")
        return found

    def _look(self, start: int, end: int) -> None:
        """At lines that resemble a boundary and are none."""
        if _LOOKALIKE.search(self._body, start, end):
            self._flags["MULTIPART_UNMATCHED_BOUNDARY"] = 1
        for found in _BLANKED.finditer(self._body, start, end):
            if self._body.startswith(self._mark[2:], found.end()):
                quoted = found[0].endswith(b'"')
                if not quoted or self._flags.get("MULTIPART_BOUNDARY_QUOTED"):
                    raise Broken("Invalid boundary (quotes)." if quoted else "Invalid boundary (whitespace).")

    def _line(self, start: int) -> tuple[int, bool]:
        """Where what follows a boundary line begins, and whether the line was the last."""
        at = start + len(self._mark)
        last = self._body.startswith(b"--", at)
        at += 2 * last
        if last and at == len(self._body):
            return at, True
        end = self._body.find(b"\n", at) + 1
        ending = self._body[at : end or at + 1]
        if ending not in (b"\r\n", b"\n"):
            raise Broken("Invalid boundary." if ending.strip() else "Final boundary missing.")
        self._ended(ending)
        if self._boundaries:
            self._flags["MULTIPART_UNMATCHED_BOUNDARY"] = 2
        self._boundaries += 1
        return end, last

    def _part(self, at: int) -> tuple[int, bool]:
        """Reads one part and the boundary line after it."""
        lines: list[bytes] = []
        part = Part(b"", None)
        try:
            at = self._headers(at, lines)
            part = self._named(lines)
        finally:
            self.parts.append(Part(part.name, part.filename, tuple(lines)))
        if self._body.startswith(self._mark, at):
            self._flag("INVALID_PART")
        end = self._find(at, beyond=1)
        self._keep(part, self._content(at, len(self._body) if end is None else end))
        if end is None:
            raise Broken("Final boundary missing.")
        return self._line(end)

    def _content(self, start: int, end: int) -> bytes:
        content = self._body[start:end]
        return content[:-2] if content.endswith(b"\r\n") else content.removesuffix(b"\n")

    def _keep(self, part: Part, content: bytes) -> None:
        if part.filename is None:
            if len(self.args) == self._limits.arguments:
                raise Broken(TOO_MANY.format(self._limits.arguments))
            self.args.append((part.name, content))
        elif len(self.files) == self._limits.files:
            self._flag("FILE_LIMIT_EXCEEDED")
            raise Broken(f"Upload file limit exceeded {self._limits.files}. Use SecUploadFileLimit to change the limit.")
        else:
            self.files.append(File(part.name, part.filename, content))

    def _headers(self, at: int, lines: list[bytes]) -> int:
        """Reads the header lines of a part, folded ones joined; gives back where its content begins."""
        for _ in range(_HEADERS_MOST):
            end = self._body.find(b"\n", at) + 1
            if not end:
                raise Broken("Final boundary missing.")
            if end - at > _LINE_MOST:
                raise Broken(f"Part header line over {_LINE_MOST} bytes long")
            line = self._ended(self._body[at:end])
            if self._body.startswith(self._mark, at):
                self._flag("INVALID_PART")
            elif self._mark in line:
                self._flags["MULTIPART_UNMATCHED_BOUNDARY"] = 1
            self._look(at, end)
            at = end
            if not line:
                return at
            self._header(line, lines)
        raise Broken(f"Part of more than {_HEADERS_MOST} header lines")

    def _ended(self, line: bytes) -> bytes:
        if line.endswith(b"\r\n"):
            self.crlf = True
            return line[:-2]
        self._flag("LF_LINE")
        return line[:-1]

    def _header(self, line: bytes, lines: list[bytes]) -> None:
        if b"\0" in line:
            self.blame("Nul byte in part headers.")
        elif line[:1].isspace():
            self._folded(line, lines)
        else:
            name, colon, _ = line.partition(b":")
            if not colon:
                self.blame(f"Invalid part header (colon missing): {line.decode(errors='backslashreplace')}")
            elif not name:
                self.blame("Invalid part header (header name missing).")
            elif not all(32 < character < 127 for character in name):
                self.blame("Invalid part header (contains invalid character).")
            elif _value(lines, name) is not None:
                self.blame(f"Duplicate part header: {name.decode()}.")
            else:
                lines.append(line)

    def _folded(self, line: bytes, lines: list[bytes]) -> None:
        self._flag("HEADER_FOLDING")
        text = line.lstrip()
        if line[: len(line) - len(text)].strip(b"\t "):
            self._flag("INVALID_HEADER_FOLDING")
        if not lines:
            self.blame("Invalid part header (folding error).")
        elif len(lines[-1]) + len(text) >= _LINE_MOST:
            self.blame("Part header too long.")
        else:
            lines[-1] += b" " + text

    def _named(self, lines: list[bytes]) -> Part:
        header = _value(lines, b"Content-Disposition")
        if header is None:
            raise self._nameless("Part missing Content-Disposition header.")
        found = names(header, self._flags)
        if not found.get(b"name"):
            raise self._nameless("Content-Disposition header missing name field.")
        filename = found.get(b"filename")
        if filename and b"filename=" not in header:
            raise Broken("Invalid Content-Disposition header (filename).")
        return Part(found[b"name"], filename or None)

    def _nameless(self, error: str) -> Broken:
        self._flag("INVALID_PART")
        return Broken(error)


def _value(lines: list[bytes], name: bytes) -> bytes | None:
    """The value of a header; None when it is not there."""
    wanted = name.lower() + b":"
    return next((line[len(wanted) :].lstrip(b"\t ") for line in lines if line[: len(wanted)].lower() == wanted), None)
