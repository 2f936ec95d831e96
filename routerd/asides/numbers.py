"""What the world's telephone numbers are: which are valid, whose they are, and what kind. A program; `verification.numbers` asks it."""

from collections.abc import Mapping
from typing import Any

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from routerd.asides.talk import Told, serve
from routerd.core.frames import Frame

_MOBILE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
"""In North America the two cannot be told apart."""


def answer(words: Mapping[str, Any], _told: Told) -> Frame:
    """Judge a number (`typed`, `country`), or tell every country's calling code.

    Returns:
        For a number: `number` in E.164 with the plus sign, `region` that it is of, `mobile`; nothing when it is none. Else `codes`.
    """
    if "typed" in words:
        return Frame(_judged(words["typed"], words["country"]))
    return Frame({"codes": {region: phonenumbers.country_code_for_region(region) for region in phonenumbers.SUPPORTED_REGIONS}})


def _judged(typed: str, country: str) -> dict[str, Any]:
    try:
        number = phonenumbers.parse(typed, country)
    except phonenumbers.NumberParseException:
        return {}
    if number.extension or not phonenumbers.is_valid_number(number):
        return {}
    return {
        "number": phonenumbers.format_number(number, PhoneNumberFormat.E164),
        "region": phonenumbers.region_code_for_number(number),
        "mobile": phonenumbers.number_type(number) in _MOBILE,
    }


if __name__ == "__main__":
    serve(answer)
