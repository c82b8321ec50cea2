"""Texts typed with the keyboard in the other language: "ljcnfdrf" is "доставка"."""

_LATIN = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`"
_CYRILLIC = "йцукенгшщзхъфывапролджэячсмитьбюё"
_KEYS = str.maketrans(_LATIN + _CYRILLIC, _CYRILLIC + _LATIN)
_TYPED = frozenset(_LATIN + _CYRILLIC)


def switched(folded: str) -> str:
    """The same keys in the other layout. Words that no such key is in stay, and a mark at the very end is a mark."""
    return " ".join(_switched(word) for word in folded.split())


def _switched(word: str) -> str:
    bare = word.rstrip("?!")
    letters = [letter for letter in bare if letter.isalpha()]
    is_typed = bool(letters) and all(letter in _TYPED or letter.isdigit() for letter in bare)
    return bare.translate(_KEYS) + word[len(bare) :] if is_typed else word
