"""Names of commodities as people type them."""

from collections.abc import Iterable

from pypinyin import Style, lazy_pinyin


def pinyin_of(names: Iterable[str]) -> str:
    """Spell names in full and by initials: "fanqie fq xihongshi xhs"."""
    said: list[str] = []
    for name in names:
        if name:
            said += ["".join(lazy_pinyin(name)), "".join(lazy_pinyin(name, style=Style.FIRST_LETTER))]
    return " ".join(dict.fromkeys(said)).lower()[:240]


def split_names(text: str) -> list[str]:
    """Cut other names written together: "西红柿、洋柿子" or "西红柿 洋柿子"."""
    for sign in "，,、;；/":
        text = text.replace(sign, " ")
    return text.split()
