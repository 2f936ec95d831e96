"""The firewall in people's words: what each part of `rules/` is for. A test finds every counter, chain and set of the rules here."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that the firewall does.

    Attributes:
        id: a counter's name where `counted`.
        verdict: ``accept``, ``drop``, ``reject`` or ``redirect``.
        chains: of the rules, that do it.
    """

    id: str
    title: str
    text: str
    verdict: str
    chains: tuple[str, ...] = ()
    counted: bool = True


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that belong together."""

    id: str
    title: str
    text: str
    rows: tuple[Row, ...]


def _uncounted(name: str, title: str, text: str, verdict: str, *chains: str) -> Row:
    return Row(name, title, text, verdict, chains, counted=False)


GROUPS = (
    Group(
        "guests",
        "What guests send",
        "Every packet of a guest is checked for its sender first, then for who is signed in.",
        (
            Row("spoofed", "Forged sender", "The source address does not belong to the device that sent the packet.", "drop", ("genuine",)),
            Row("blocked_hosts", "Blocked devices", "Sent by a device that was blocked.", "drop", ("not_blocked",)),
            Row("invalid", "Broken connections", "Part of no connection that anybody knows.", "drop", ("from_guest",)),
            _uncounted(
                *("signed_in", "Signed-in guests", "Passed on, as long as the session has time and data left.", "accept"),
                *("forward", "identify", "unidentified", "to_uplink", "welcome"),
            ),
            _uncounted("garden", "Walled garden", "What guests may reach before they sign in.", "accept", "garden", "stranger"),
            _uncounted(
                *("providers", "Account providers", "Pages of Facebook and the like, for whoever is signing in with them.", "accept"),
                *("provider", "provider_pages", "from_provider"),
            ),
            Row("strangers", "Not signed in", "Refused, so that the device finds the portal quickly.", "reject", ("refuse",)),
            Row(
                "private",
                "Private addresses",
                "Guests may not reach the LAN, other sites' private networks or this box.",
                "reject",
                ("refuse_private",),
            ),
            _uncounted(
                "portal_redirect",
                "On to the portal",
                "Web pages of devices that are not signed in lead to the portal.",
                "redirect",
                "first",
                "first_of_guest",
            ),
            _uncounted(
                "neighbours",
                "Guest to guest",
                "Only between networks whose isolation is off, and only if both are signed in.",
                "accept",
                "neighbour",
            ),
        ),
    ),
    Group(
        "internet",
        "What comes from the internet",
        "Only answers to what guests or the LAN asked for come in.",
        (
            Row("unasked", "Asked for by nobody", "Connections from outside.", "drop", ("from_uplink", "from_outside")),
            Row("overdue", "Too late", "Arrived for a session that is over or has used up its download.", "drop", ("over",)),
            _uncounted("masquerade", "One address for all", "Guests and LAN go out under the box's own address.", "accept", "leaving"),
        ),
    ),
    Group(
        "gateway",
        "What guests may ask this box",
        "DHCP, DNS, the portal and ping, at their own network's address; nothing else.",
        (
            _uncounted(
                "served",
                "Services",
                "Addresses, names, the portal, ping.",
                "accept",
                "input",
                "to_gateway",
                "to_gateway_local",
                "served",
                "portal",
            ),
            Row(
                "dns_limited",
                "Too many DNS questions",
                "Before sign-in a device may ask what it needs for the portal, and no more.",
                "drop",
                ("dns", "dns_answer", "output"),
            ),
            Row("crowding", "Too many connections", "More connections to the portal than one device needs.", "drop", ("portal",)),
        ),
    ),
    Group(
        "shaping",
        "Speed limits",
        "Packets of sessions with a limit go through a queue of their own.",
        (_uncounted("shaped", "Shaped sessions", "Sorted into their session's queue.", "accept", "shape"),),
    ),
)


@dataclass(frozen=True, slots=True)
class Kind:
    """One set of the rules."""

    id: str
    title: str
    text: str


SETS = (
    Kind("session", "Signed-in devices", "Who may pass."),
    Kind("up", "May still send", "Sessions with time and data left to send."),
    Kind("down", "May still receive", "Sessions with time and data left to receive."),
    Kind("spent", "Used up", "Sessions whose data ran out a moment ago."),
    Kind("seen", "Seen lately", "When each session's device last began a connection."),
    Kind("bound4", "IPv4 addresses", "Which address belongs to which device."),
    Kind("bound6", "IPv6 addresses", "Which address belongs to which device."),
    Kind("blocked", "Blocked devices", "Kept out, whoever signs in on them."),
    Kind("garden4", "Walled garden, IPv4", "Addresses of names that may be reached before sign-in."),
    Kind("garden6", "Walled garden, IPv6", "Addresses of names that may be reached before sign-in."),
    Kind("garden4_prefixes", "Walled garden, IPv4 networks", "Entered as addresses."),
    Kind("garden6_prefixes", "Walled garden, IPv6 networks", "Entered as addresses."),
    Kind("signing", "Signing in elsewhere", "Devices that are at a provider of accounts to sign in."),
    Kind("signing_marks", "Signing in elsewhere, answers", "Their connections to the provider."),
    Kind("social4", "Account providers, IPv4", "Addresses of the providers."),
    Kind("social6", "Account providers, IPv6", "Addresses of the providers."),
    Kind("dns_asked", "DNS questions", "Devices that asked before signing in."),
    Kind("dns_answered4", "DNS answers, IPv4", "Devices that were answered before signing in."),
    Kind("dns_answered6", "DNS answers, IPv6", "Devices that were answered before signing in."),
    Kind("portal_held4", "Portal connections, IPv4", "Devices connected to the portal."),
    Kind("portal_held6", "Portal connections, IPv6", "Devices connected to the portal."),
    Kind("class_down", "Speed limits, down", "Sessions with a limit."),
    Kind("class_up", "Speed limits, up", "Sessions with a limit."),
)
