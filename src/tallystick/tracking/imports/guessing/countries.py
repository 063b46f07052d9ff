"""Countries by the names that files give them, in several languages. Pure."""

from __future__ import annotations

from typing import Final

from tallystick.tracking.imports.presets.form import fold

_NAMES: Final = """
AE United Arab Emirates|UAE / Vereinigte Arabische Emirate
AR Argentina / Argentinien|Argentine
AT Austria / Österreich|Autriche|Oostenrijk
AU Australia / Australien|Australie
BE Belgium / Belgien|Belgique|Bélgica|Belgio|België
BG Bulgaria / Bulgarien|Bulgarie
BH Bahrain
BR Brazil / Brasilien|Brésil|Brasil|Brasile|Brazilië
CA Canada / Kanada
CH Switzerland / Schweiz|Suisse|Suiza|Svizzera|Zwitserland|Suíça
CL Chile
CN China / Chine|Cina
CO Colombia / Kolumbien|Colombie
CY Cyprus / Zypern|Chypre
CZ Czech Republic|Czechia / Tschechien|Tchéquie
DE Germany / Deutschland|Allemagne|Alemania|Germania|Duitsland|Alemanha
DK Denmark / Dänemark|Danemark|Dinamarca|Danimarca|Denemarken
EE Estonia / Estland|Estonie
EG Egypt / Ägypten
ES Spain / Spanien|Espagne|España|Spagna|Spanje|Espanha
FI Finland / Finnland|Finlande
FR France / Frankreich|Francia|Frankrijk|França
GB United Kingdom|UK|Great Britain|England / Großbritannien|Royaume-Uni|Reino Unido|Regno Unito|Verenigd Koninkrijk
GR Greece / Griechenland|Grèce|Grecia
HK Hong Kong
HR Croatia / Kroatien|Croatie
HU Hungary / Ungarn|Hongrie
ID Indonesia / Indonesien
IE Ireland|EIRE / Irland|Irlande|Irlanda|Ierland
IL Israel
IN India / Indien|Inde
IS Iceland / Island|Islande
IT Italy / Italien|Italie|Italia|Italië
JP Japan / Japon|Giappone
KR South Korea / Südkorea|Corée du Sud
LB Lebanon / Libanon|Liban
LT Lithuania / Litauen|Lituanie
LU Luxembourg / Luxemburg
LV Latvia / Lettland|Lettonie
MT Malta / Malte
MX Mexico / Mexiko|Mexique|México|Messico
MY Malaysia
NL Netherlands|The Netherlands / Niederlande|Holland|Pays-Bas|Países Bajos|Paesi Bassi|Nederland|Países Baixos
NO Norway / Norwegen|Norvège|Noruega|Norvegia|Noorwegen
NZ New Zealand / Neuseeland
PH Philippines / Philippinen
PL Poland / Polen|Pologne|Polonia|Polónia
PT Portugal / Portogallo
RO Romania / Rumänien|Roumanie
RS Serbia / Serbien
SA Saudi Arabia / Saudi-Arabien
SE Sweden / Schweden|Suède|Suecia|Svezia|Zweden|Suécia
SG Singapore / Singapur|Singapour
SI Slovenia / Slowenien
SK Slovakia / Slowakei|Slovaquie
TH Thailand
TR Turkey / Türkei|Turquie
TW Taiwan
UA Ukraine
US United States|USA / Vereinigte Staaten|États-Unis|Estados Unidos|Stati Uniti|Verenigde Staten
VN Vietnam
ZA South Africa|RSA / Südafrika|Afrique du Sud
"""
"""Code, names in English, and behind the stroke names in other languages, German first."""


def _read() -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    english: dict[str, str] = {}
    german: dict[str, str] = {}
    others: dict[str, str] = {}
    for line in _NAMES.strip().split("\n"):
        code, _, names = line.partition(" ")
        here, _, elsewhere = names.partition(" / ")
        english |= dict.fromkeys(here.split("|"), code)
        german[(elsewhere or here).split("|")[0]] = code
        others |= dict.fromkeys(filter(None, elsewhere.split("|")), code)
    return english, german, others


_ENGLISH, _GERMAN, _OTHERS = _read()
_FOLDED: Final = {fold(name): code for name, code in (*_OTHERS.items(), *_ENGLISH.items())}


def country_named(text: str) -> str | None:
    """The two letters of a country, by its name or by themselves; None for what is no country we know."""
    if len(text) == 2 and text.isascii() and text.isalpha():
        return text.upper()
    return _FOLDED.get(fold(text))


def table_for(cells: frozenset[str]) -> dict[str, str] | None:
    """Name → code, for a column that names countries: the names that stand there, and the others of their language.

    None for a column of codes, which needs no table.
    """
    if all(len(cell) == 2 for cell in cells):
        return None
    seen = {cell: code for cell in sorted(cells) if (code := country_named(cell))}
    language = next((names for names in (_ENGLISH, _GERMAN) if seen.keys() <= names.keys()), _OTHERS)
    return {**language, **seen}
