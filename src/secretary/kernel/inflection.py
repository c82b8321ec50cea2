"""Words without case, `ё`, stress marks and inflection, Russian and English: what texts share that say the same."""

import re
import threading
import unicodedata
from functools import lru_cache

import Stemmer

from secretary.kernel.word_forms import IRREGULAR

_LONGEST_WORD = 40
_WORD = re.compile(r"[^\W_]+")
_APOSTROPHE = re.compile(r"(?<=\w)['’ʼ](?=\w)")
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_LATIN = re.compile("[a-z]")
# скидк-а / скидок, звонк-а / звонок, продавц-а / продавец: one stem without the fleeting vowel.
_FLEETING = re.compile(r"(?<=[бвгджзйклмнпрстфхцчшщь])[ое](?=[кц]$)")
_SHORTEST_FLEETING = 5
_INVISIBLE = dict.fromkeys([0xAD, 0xFEFF, *range(0x200B, 0x2010), *range(0x2060, 0x2065), *range(0x300, 0x370)])
_FOLDING = {**_INVISIBLE, ord("ё"): "е"}
_threads = threading.local()


def fold(text: str) -> str:
    """`text` without differences of case, width, stress marks, `ё`, invisible characters and kinds of space."""
    sound = text.encode("utf-8", "ignore").decode()
    composed = "№".join(map(_composed, sound.split("№")))  # NFKC would make a word of this sign: "no"
    return " ".join(composed.translate(_FOLDING).split())


def _composed(text: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def without_apostrophes(folded: str) -> str:
    """`what's` and `whats` are one word."""
    return _APOSTROPHE.sub("", folded)


def words_of(folded: str) -> list[str]:
    """The words of a folded text, in order."""
    return _WORD.findall(without_apostrophes(folded))


def stem(raw: str) -> str:
    """The part that all forms of a folded word share; a number or a very long word stays as it is."""
    return raw if len(raw) > _LONGEST_WORD else _stem(raw)


@lru_cache(maxsize=16_384)
def _stem(raw: str) -> str:
    if raw in IRREGULAR:
        return IRREGULAR[raw]
    if _CYRILLIC.search(raw):
        found = _stemmer("russian").stemWord(raw)
        return _FLEETING.sub("", found) if len(found) >= _SHORTEST_FLEETING else found
    return _stemmer("english").stemWord(raw) if _LATIN.search(raw) else raw


def _stemmer(language: str) -> Stemmer.Stemmer:
    """One a thread: a PyStemmer object is not to be used by two threads."""
    if not hasattr(_threads, language):
        setattr(_threads, language, Stemmer.Stemmer(language, 0))  # 0: `_stem` remembers the results
    stemmer: Stemmer.Stemmer = getattr(_threads, language)
    return stemmer
