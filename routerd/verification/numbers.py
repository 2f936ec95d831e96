"""Which telephone numbers a code may be sent to: valid ones, of mobile telephones, in the countries that the owner named. Pure.

The portal's mobile method asks. What costs the owner more than a message (premium, shared-cost and satellite numbers) is refused by kind
and by country: a country code alone would not do, for +1 is also the Caribbean.
"""

from collections.abc import Sequence

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from routerd.core.errors import BadInput

_MOBILE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
"""In North America the two cannot be told apart."""

TYPED_MOST = 40
"""Characters; the longest number has 15 digits, and people group them."""


def normalised(typed: str, country: str, allowed: Sequence[str]) -> str:
    """A number as typed, in E.164 with the plus sign.

    Args:
        typed: national, or international with + or 00.
        country: that a national one is of, such as ``DE``.
        allowed: countries whose numbers are served.

    Raises:
        BadInput: it is none that a code may be sent to.
    """
    if len(typed) > TYPED_MOST:
        raise _no_number()
    try:
        number = phonenumbers.parse(typed, country)
    except phonenumbers.NumberParseException:
        raise _no_number() from None
    if number.extension or not phonenumbers.is_valid_number(number):
        raise _no_number()
    if phonenumbers.region_code_for_number(number) not in allowed:
        raise BadInput("Codes cannot be sent to numbers of this country.")
    if phonenumbers.number_type(number) not in _MOBILE:
        raise BadInput("Codes can be sent to mobile numbers only.")
    return str(phonenumbers.format_number(number, PhoneNumberFormat.E164))


def _no_number() -> BadInput:
    return BadInput("This is no mobile number. Please check the number and the country.")


def calling_code(country: str) -> int:
    """Such as 49 for ``DE``; 0 when there is no such country."""
    return int(phonenumbers.country_code_for_region(country))
