"""The security headers: one set for the page, a stricter one for the API's answers. Everything that the door sends carries one."""

from collections.abc import Mapping

_COMMON = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}

_PAGE_DIRECTIVES = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "frame-src": "'self'",  # the portal's preview
    "form-action": "'none'",  # forms are sent by script, as JSON
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "require-trusted-types-for": "'script'",
    "trusted-types": "'none'",  # the page builds elements; it never makes markup from text
}

PAGE_POLICY = "; ".join(f"{name} {value}" for name, value in _PAGE_DIRECTIVES.items())

API_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox"

PAGE: Mapping[str, str] = {**_COMMON, "Content-Security-Policy": PAGE_POLICY}
API: Mapping[str, str] = {**_COMMON, "Content-Security-Policy": API_POLICY, "Cache-Control": "no-store"}


def over(usual: Mapping[str, str], further: Mapping[str, str]) -> dict[str, str]:
    """`usual` with `further` in the place of what has the same name.

    A policy of its own decides about frames alone: X-Frame-Options, which knows no exceptions, goes.
    """
    replaced = {name.lower() for name in further}
    if "content-security-policy" in replaced:
        replaced.add("x-frame-options")
    return {name: value for name, value in usual.items() if name.lower() not in replaced} | dict(further)
