"""What a body is asked for, and what comes out of it, whichever processor took it apart."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Limits:
    """Where taking a body apart ends; what lies beyond makes an error, never a silent cut.

    Attributes:
        arguments: most arguments of a body (SecArgumentsLimit).
        depth: most levels of JSON or XML (SecRequestBodyJsonDepthLimit).
        attributes: most attributes of an XML body.
        files: most files of a multipart body (SecUploadFileLimit).
        separator: between the arguments of a form (SecArgumentSeparator).
    """

    arguments: int = 1000
    depth: int = 512
    attributes: int = 2000
    files: int = 100
    separator: bytes = b"&"


@dataclass(frozen=True, slots=True)
class File:
    """One uploaded file."""

    name: bytes
    """Of the form's field."""
    filename: bytes
    content: bytes


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a multipart body, with its header lines as they came."""

    name: bytes
    filename: bytes | None
    headers: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Xml:
    """A document as far as rules can see it: ``XML:/*`` and ``XML://@*``.

    Attributes:
        text: all text in it, run together.
        attributes: values of all attributes in document order.
    """

    text: bytes = b""
    attributes: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Parsed:
    """What came out of a body.

    Attributes:
        args: arguments in order, names and values decoded.
        files: in order.
        parts: of a multipart body, files among them.
        flags: variables to be set to a number, such as MULTIPART_STRICT_ERROR or URLENCODED_ERROR; those not in it are 0.
        error: what is wrong with the body (REQBODY_ERROR_MSG); empty when nothing is.
        xml: only of an XML body.
        posted: whether the arguments are members of ARGS_POST too, and not of ARGS alone.
    """

    args: tuple[tuple[bytes, bytes], ...] = ()
    files: tuple[File, ...] = ()
    parts: tuple[Part, ...] = ()
    flags: dict[str, int] = field(default_factory=dict)
    error: str = ""
    xml: Xml | None = None
    posted: bool = True
