"""Text and attribute values of an XML body: all that ``XML:/*`` and ``XML://@*`` see.

Expat is used directly and no tree is built, so that a document takes no more memory than its own text: defusedxml, which refuses the same
things, does so around parsers that build one. Nothing outside the document is ever loaded; a document that declares entities of its own is
refused, for these serve to multiply text and to read files. What stood before a fault is kept for rules to look at.

Called by `catalogue`. It never raises.
"""

from xml.parsers import expat

from routerd.waf.bodies.body import Limits, Parsed, Xml

_ENCODINGS = frozenset({"utf-8", "utf-16", "us-ascii", "ascii", "iso-8859-1", "iso-8859-15", "windows-1252"})
"""Others would make Python look for a codec by a name that a stranger chose."""

_CHUNK = 65_536
"""Octets that expat is given at a time, and that it gathers before it hands text on."""


class _Fault(Exception):
    """Reading ends here; the text says why."""


def parse(body: bytes, content_type: bytes, limits: Limits) -> Parsed:  # noqa: ARG001 - every processor is called alike
    """What a document says; an empty body is no document and no error."""
    if not body:
        return Parsed()
    reader = _Reader(limits)
    error = reader.read(body)
    seen = Xml(b"".join(reader.text), tuple(reader.attributes))
    return Parsed(xml=seen, error=f"XML parsing error: {error}" if error else "")


class _Reader:
    """Gathers what expat sees.

    Attributes:
        text: pieces of all text, in order.
        attributes: their values, in order.
    """

    def __init__(self, limits: Limits) -> None:
        self.text: list[bytes] = []
        self.attributes: list[bytes] = []
        self._limits = limits
        self._depth = 0
        self._expat = expat.ParserCreate()
        self._expat.buffer_text = True
        self._expat.buffer_size = _CHUNK
        self._expat.ordered_attributes = True
        self._expat.StartElementHandler = self._start
        self._expat.EndElementHandler = self._end
        self._expat.CharacterDataHandler = self._characters
        self._expat.EntityDeclHandler = _entity
        self._expat.XmlDeclHandler = _declaration

    def read(self, body: bytes) -> str:
        """What is wrong with a document; empty when nothing is."""
        try:
            for at in range(0, len(body), _CHUNK):
                self._expat.Parse(body[at : at + _CHUNK], False)
            self._expat.Parse(b"", True)
        except expat.ExpatError as wrong:
            return str(wrong)
        except (_Fault, ValueError, LookupError) as wrong:
            return str(wrong)
        return ""

    def _start(self, _name: str, attributes: list[str]) -> None:
        self._depth += 1
        if self._depth > self._limits.depth:
            raise _Fault(f"more than {self._limits.depth} levels")
        if len(self.attributes) + len(attributes) // 2 > self._limits.attributes:
            raise _Fault(f"more than {self._limits.attributes} attributes")
        self.attributes += [value.encode() for value in attributes[1::2]]

    def _end(self, _name: str) -> None:
        self._depth -= 1

    def _characters(self, text: str) -> None:
        self.text.append(text.encode())


def _entity(name: str, *_: object) -> None:
    raise _Fault(f"it declares the entity {name[:64]}")


def _declaration(_version: str, encoding: str | None, _standalone: int) -> None:
    if encoding is not None and encoding.lower() not in _ENCODINGS:
        raise _Fault(f"it is encoded in {encoding[:64]}")
