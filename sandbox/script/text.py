"""What the texts in a script are, as far as it matters before they are run."""

from __future__ import annotations

from sqlglot.tokens import TokenType

from sandbox.warehouse.statement import Reader, tokenize


def unquoted(text: str) -> str:
    """A body given as text between quotes or `$$` is what is between them."""
    text = text.strip().rstrip(";").strip()
    reader = Reader(text, tokenize(text))
    return unquoted(reader.string()) if reader.at_text else text


def leading_words(text: str, count: int) -> list[str]:
    reader = Reader(text, tokenize(text))
    return [reader.peek(place) for place in range(count)]


def without_into(text: str) -> tuple[str, list[str]]:
    """`select a into :x from t` and `call p() into :x` without INTO, and the variables."""
    tokens = tokenize(text)
    head = tokens[0].text.upper() if tokens else ""
    if head not in ("SELECT", "WITH", "CALL"):
        return text, []
    for index, token in enumerate(tokens):
        if token.token_type is TokenType.INTO and tokens[index + 1].text == ":":
            end, names = index + 1, []
            while tokens[end].text == ":":
                names.append(tokens[end + 1].text.upper())
                end += 2
                if end >= len(tokens) or tokens[end].text != ",":
                    break
                end += 1
            rest = text[tokens[end].start :] if end < len(tokens) else ""
            return f"{text[: token.start]} {rest}", names
    return text, []
