"""Languages of audio tracks: the shortest code, as HLS and browsers use it, and a name for people. Pure.

Files name languages by three letters (ISO 639-2, in two variants), sometimes by two, sometimes with a region.
"""

from __future__ import annotations

# Two letters, three letters, name. Where ISO 639-2 has two codes, both are listed.
_KNOWN = """
af afr Afrikaans|ar ara Arabic|az aze Azerbaijani|be bel Belarusian|bg bul Bulgarian|bn ben Bengali|bo bod,tib Tibetan
|bs bos Bosnian|ca cat Catalan|cs ces,cze Czech|cy cym,wel Welsh|da dan Danish|de deu,ger German|el ell,gre Greek
|en eng English|eo epo Esperanto|es spa Spanish|et est Estonian|eu eus,baq Basque|fa fas,per Persian|fi fin Finnish
|fr fra,fre French|ga gle Irish|gl glg Galician|gu guj Gujarati|he heb Hebrew|hi hin Hindi|hr hrv Croatian
|hu hun Hungarian|hy hye,arm Armenian|id ind Indonesian|is isl,ice Icelandic|it ita Italian|ja jpn Japanese
|ka kat,geo Georgian|kk kaz Kazakh|km khm Khmer|kn kan Kannada|ko kor Korean|la lat Latin|lo lao Lao|lt lit Lithuanian
|lv lav Latvian|mk mkd,mac Macedonian|ml mal Malayalam|mn mon Mongolian|mr mar Marathi|ms msa,may Malay
|my mya,bur Burmese|nb nob Norwegian|ne nep Nepali|nl nld,dut Dutch|nn nno Norwegian Nynorsk|no nor Norwegian
|pa pan Punjabi|pl pol Polish|pt por Portuguese|ro ron,rum Romanian|ru rus Russian|si sin Sinhala|sk slk,slo Slovak
|sl slv Slovenian|sq sqi,alb Albanian|sr srp Serbian|sv swe Swedish|sw swa Swahili|ta tam Tamil|te tel Telugu
|th tha Thai|tl tgl Tagalog|tr tur Turkish|uk ukr Ukrainian|ur urd Urdu|uz uzb Uzbek|vi vie Vietnamese
|zh zho,chi Chinese
"""
_NOT_A_LANGUAGE = frozenset(("", "und", "unk", "mul", "mis", "zxx"))


def _table() -> tuple[dict[str, str], dict[str, str]]:
    short, names = {}, {}
    for entry in _KNOWN.replace("\n", "").split("|"):
        two, threes, name = entry.split(" ", 2)
        names[two] = name
        short.update(dict.fromkeys((two, *threes.split(",")), two))
    return short, names


_SHORT, _NAMES = _table()


def language_tag(code: str) -> str:
    """Return jpn as ja and pt-BR as it is; an unknown code stays, a missing one is an empty string."""
    primary, _, region = code.strip().replace("_", "-").partition("-")
    primary = primary.lower()
    if primary in _NOT_A_LANGUAGE or not (primary.isascii() and primary.isalpha() and 2 <= len(primary) <= 8):
        return ""
    tag = _SHORT.get(primary, primary)
    is_subtag = region.isascii() and region.replace("-", "").isalnum() and len(region) <= 12
    return f"{tag}-{region}" if region and is_subtag else tag


def language_name(code: str) -> str:
    """Return the English name of the language, or an empty string if it is unknown."""
    return _NAMES.get(language_tag(code).partition("-")[0], "")
