"""Which currencies exist and how many decimal digits each one has, after ISO 4217 (list of 2026-01).

Funds codes and the Latin American unidades are in the list because invoices use them; metals, bond
units, test codes and the special drawing right are not, because they have no minor unit to count in.
"""

DEFAULT_DIGITS = 2

_NO_DIGITS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_TWO_DIGITS = """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF
    CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD
    GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL
    MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR
    PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP
    TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG
"""
_THREE_DIGITS = "BHD IQD JOD KWD LYD OMR TND"
_FOUR_DIGITS = "CLF UYW"

DIGITS = {
    code: places
    for codes, places in ((_NO_DIGITS, 0), (_TWO_DIGITS, 2), (_THREE_DIGITS, 3), (_FOUR_DIGITS, 4))
    for code in codes.split()
}
"""Every currency in use that has a minor unit, with its number of decimal digits."""


class UnknownCurrency(ValueError):
    """The text is not the code of a currency that is in use."""


def digits(currency: str) -> int:
    """How many decimal digits amounts in this currency have: EUR 2, JPY 0, KWD 3.

    Raises UnknownCurrency for anything but an active ISO 4217 code in capitals: guessing two
    digits for an unknown code would make an amount a hundred times too large or too small.
    """
    if currency not in DIGITS:
        raise UnknownCurrency(
            f"{currency!r} is not an ISO 4217 currency in use. Write three capital letters, like EUR or JPY."
        )
    return DIGITS[currency]
