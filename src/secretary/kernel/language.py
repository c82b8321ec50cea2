"""Which of the product's two languages a text is in."""

from secretary.kernel.errors import Language


def detect_language(text: str, default: Language = "ru") -> Language:
    """Russian from a fifth of Cyrillic letters on (Russians mix in Latin names); `default` without letters."""
    letters = [letter for letter in text if letter.isalpha()]
    if not letters:
        return default
    cyrillic = sum("\u0400" <= letter <= "\u04ff" for letter in letters)
    return "ru" if cyrillic * 5 >= len(letters) else "en"
