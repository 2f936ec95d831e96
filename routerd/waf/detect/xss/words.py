"""What runs script in a page, or brings in what does: elements, attributes, addresses."""

import re

ELEMENTS = frozenset(
    b"""animate animatetransform applet base bgsound comment embed frame frameset handler iframe ilayer import isindex layer link listener
    math meta noscript object portal script set style vmlframe xml xss""".split()
)
ELEMENT_FAMILIES = (b"svg", b"xsl")
"""Beginnings of names of elements."""

STYLING = frozenset(b"style filter".split())
BINDING = frozenset(b"dataformatas datasrc srcdoc".split())
NAMESPACES = (b"xmlns", b"xlink")
"""Beginnings of names of attributes."""
ADDRESSES = frozenset(
    b"""action attributename background by codebase data dynsrc folder formaction from handler href lowsrc poster src to values
    xlink:href""".split()
)
"""Attributes whose value may be an address."""

EVENT = re.compile(rb"on[a-z]{3,}")
"""An attribute of an element that begins like this is taken for an event: browsers keep adding some."""
KNOWN_EVENT = re.compile(
    rb"on(?:abort|activate|after\w+|animation\w+|auxclick|before\w+|begin|blur|bounce|cancel|canplay\w*|change|click|close|contextmenu"
    rb"|copy|cuechange|cut|dblclick|deactivate|drag\w*|drop|duration\w+|emptied|end|ended|error|finish|focus\w*|formdata|fullscreen\w+"
    rb"|gesture\w+|gotpointercapture|hashchange|input|invalid|key(?:down|press|up)|load\w*|lostpointercapture|message\w*|mouse\w+|move\w*"
    rb"|offline|orientationchange|page(?:hide|show)|paste|pause|play\w*|pointer\w+|popstate|progress|propertychange|ratechange"
    rb"|readystatechange|repeat|reset|resize\w*|scroll\w*|search|securitypolicyviolation|seek\w+|select\w*|show|slotchange|stalled|start"
    rb"|storage|submit|suspend|timeupdate|toggle|touch\w+|transition\w+|unhandledrejection|unload|volumechange|waiting|webkit\w+|wheel)"
)
"""The events that there are: asked for where a word before an equals sign may as well be prose."""

TELLING = re.compile(b"|".join((EVENT.pattern, *NAMESPACES, *(re.escape(name) + rb"\Z" for name in sorted(STYLING | BINDING | ADDRESSES)))))
"""Beginnings of names of attributes that may run script."""

_BLANKS = bytes(range(0x21))
_ENTITY = re.compile(rb"&#(?:[xX]0*([0-9a-fA-F]{1,2})|0*([0-9]{1,3}));?|&(?:tab|newline);|&(colon);", re.IGNORECASE)
_SCHEME = re.compile(
    rb"(?:javascript|vbscript|livescript|mocha|view-source):|data:(?!image/(?:png|jpeg|jpg|gif|webp)(?:[;,]|\Z))", re.IGNORECASE
)
_LOOKED_AT = 400
"""Octets of an address that are looked at."""


def is_script_address(value: bytes) -> bool:
    """Whether an address runs what it says, once blanks and entities are taken out, as browsers take them out."""
    plain = _ENTITY.sub(_octet, value[:_LOOKED_AT]).translate(None, _BLANKS)
    return any(_SCHEME.match(part) for part in plain.split(b";")[:20] if part) if b";" in plain else _SCHEME.match(plain) is not None


def _octet(found: re.Match[bytes]) -> bytes:
    hexadecimal, decimal, colon = found.groups()
    if hexadecimal:
        return bytes((int(hexadecimal, 16),))
    if decimal:
        return bytes((int(decimal) & 0xFF,))
    return b":" if colon else b""
