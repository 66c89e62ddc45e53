"""Telephone numbers: one form to keep them in, one to show, and the ways in which people search for them."""

from __future__ import annotations

import re

_LOOKS_LIKE_A_NUMBER = re.compile(r"\+?[\d\s/().-]{3,}")
_LONGEST = 40


def normal_number(text: str) -> str:
    """A phone number as E.164 (Swiss when it has no country), or "" when it is none: withheld, internal, a word."""
    if len(text) > _LONGEST:
        return ""
    import phonenumbers  # 30 ms that nobody should pay before the first page

    try:
        number = phonenumbers.parse(text, "CH")
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def written_number(e164: str) -> str:
    """A number as people here write it: 061 267 81 81, or +49 7621 … for the neighbours."""
    import phonenumbers

    try:
        number = phonenumbers.parse(e164, "CH")
    except phonenumbers.NumberParseException:
        return e164
    form = (
        phonenumbers.PhoneNumberFormat.NATIONAL
        if number.country_code == 41
        else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    )
    return phonenumbers.format_number(number, form)


def searched_as(e164: str) -> str:
    """The words under which a number is found, however somebody spaces it: with and without the country's code."""
    digits = e164.lstrip("+")
    return f"{digits} 0{digits[2:]}" if digits.startswith("41") else digits


def typed_number(query: str) -> str:
    """The digits of a query that can only be (the beginning of) a number, as `searched_as` holds them; else ""."""
    if not _LOOKS_LIKE_A_NUMBER.fullmatch(query.strip()):
        return ""
    digits = re.sub(r"\D", "", query)
    return digits.removeprefix("00")
