"""The syntax of Snowflake Scripting: blocks, variables, branches, loops, exceptions.

https://docs.snowflake.com/en/developer-guide/snowflake-scripting/index
"""

from __future__ import annotations

from collections.abc import Callable

from sandbox.script.step import (
    Assign,
    Block,
    DeclaredException,
    ExecuteImmediate,
    ForRange,
    ForRows,
    If,
    Jump,
    Raise,
    Return,
    Sql,
    Step,
    While,
)
from sandbox.warehouse.errors import syntax_error, unsupported
from sandbox.warehouse.statement import Reader, tokenize

_TRANSACTION = ("TRANSACTION", "WORK", "NAME", ";", "")
_REFUSED = ("OPEN", "FETCH", "CLOSE", "CASE", "ASYNC", "AWAIT", "CANCEL")


def is_block(text: str) -> bool:
    """Whether a text is a block, and not a statement that begins a transaction."""
    tokens = tokenize(text)
    reader = Reader(text, tokens)
    return reader.peek() == "DECLARE" or (
        reader.peek() == "BEGIN" and reader.peek(1) not in _TRANSACTION
    )


def parse_block(text: str) -> Block:
    """The block in a text; raises a syntax error, or names what the sandbox does not run."""
    reader = Reader(text, tokenize(text))
    block = _block(reader)
    reader.accept(";")
    reader.end()
    return block


def _block(reader: Reader) -> Block:
    declared = _declarations(reader) if reader.accept("DECLARE") else ()
    reader.expect("BEGIN")
    steps = _steps(reader, "EXCEPTION", "END")
    handlers = []
    if reader.accept("EXCEPTION"):
        while reader.accept("WHEN"):
            names = [reader.name()[0]]
            while reader.accept("OR"):
                names.append(reader.name()[0])
            reader.accept("CONTINUE") or reader.accept("EXIT")
            reader.expect("THEN")
            handlers.append((tuple(names), _steps(reader, "WHEN", "END")))
    reader.expect("END")
    if not steps:
        raise syntax_error("empty block.")
    return Block(declared, steps, tuple(handlers))


def _declarations(reader: Reader) -> tuple[Assign | DeclaredException, ...]:
    found: list[Assign | DeclaredException] = []
    while reader.peek() != "BEGIN":
        if reader.peek(1) == "EXCEPTION":
            name = reader.name()[0]
            reader.accept("EXCEPTION")
            number, message = (
                reader.parenthesized().values() if reader.peek() == "(" else (-20000, "")
            )
            found.append(DeclaredException(name, int(str(number)), str(message)))
        else:
            found.append(_declaration(reader))
        reader.expect(";")
    return tuple(found)


def _declaration(reader: Reader) -> Assign:
    """`name [type] [:= | DEFAULT expression]`, `name CURSOR FOR query`, `name RESULTSET ...`."""
    name = reader.name()[0]
    if reader.accept("CURSOR"):
        reader.expect("FOR")
        return Assign(name, reader.until(";"), declares=True, is_query=True)
    is_query = reader.accept("RESULTSET")
    kind = None if is_query else reader.until(":=", "DEFAULT", ";") or None
    given = reader.accept(":=") or reader.accept("DEFAULT")
    expression = reader.until(";") if given else None
    return Assign(name, expression, kind, declares=True, is_query=is_query)


def _steps(reader: Reader, *stops: str) -> tuple[Step, ...]:
    found: list[Step] = []
    while reader.peek() not in stops:
        if reader.at_end:
            raise syntax_error(f"{' or '.join(stops)} expected at the end of the script.")
        if reader.accept(";"):
            continue
        step = _step(reader)
        if step is not None:
            found.append(step)
        if reader.peek() not in stops:
            reader.expect(";")
    return tuple(found)


def _step(reader: Reader) -> Step | None:
    word, following = reader.peek(), reader.peek(1)
    if word in _REFUSED:
        raise unsupported(f"{word} in Snowflake Scripting.")
    if following == ":=":
        name = reader.name()[0]
        reader.accept(":=")
        return Assign(name, reader.until(";"))
    if word == "DECLARE" or (word == "BEGIN" and following not in _TRANSACTION):
        return _block(reader)
    if word == "NULL" and following in (";", "END"):
        reader.accept("NULL")
        return None
    if word == "EXECUTE" and following == "IMMEDIATE":
        return _execute_immediate(reader)
    parse = _PARSERS.get(word)
    if parse is None:
        return Sql(reader.until(";"))
    reader.accept(word)
    return parse(reader)


def _if(reader: Reader) -> If:
    branches = [_branch(reader)]
    while reader.accept("ELSEIF"):
        branches.append(_branch(reader))
    otherwise = _steps(reader, "END") if reader.accept("ELSE") else ()
    reader.expect("END", "IF")
    return If(tuple(branches), otherwise)


def _branch(reader: Reader) -> tuple[str, tuple[Step, ...]]:
    condition = reader.until("THEN")
    reader.expect("THEN")
    return condition, _steps(reader, "ELSEIF", "ELSE", "END")


def _for(reader: Reader) -> ForRange | ForRows:
    name = reader.name()[0]
    reader.expect("IN")
    is_reverse = reader.accept("REVERSE")
    first = reader.until("TO", "DO")
    last = reader.until("DO", "LOOP") if reader.accept("TO") else None
    steps = _body(reader, "FOR")
    if last is None:
        return ForRows(name, first, steps)
    return ForRange(name, first, last, is_reverse, steps)


def _while(reader: Reader) -> While:
    return While(reader.until("DO", "LOOP"), _body(reader, "WHILE"))


def _body(reader: Reader, kind: str) -> tuple[Step, ...]:
    word = "DO" if reader.accept("DO") else "LOOP"
    if word == "LOOP":
        reader.expect("LOOP")
    steps = _steps(reader, "END")
    reader.expect("END")
    if not reader.accept(kind):
        reader.expect("LOOP")
    return steps


def _loop(reader: Reader) -> While:
    steps = _steps(reader, "END")
    reader.expect("END", "LOOP")
    return While("true", steps)


def _repeat(reader: Reader) -> While:
    steps = _steps(reader, "UNTIL")
    reader.expect("UNTIL")
    condition = reader.until("END")
    reader.expect("END", "REPEAT")
    return While(condition, steps, until=True)


def _return(reader: Reader) -> Return:
    if reader.peek() == "TABLE" and reader.peek(1) == "(":
        reader.accept("TABLE")
        return Return(None, reader.parenthesized().rest())
    return Return(reader.until(";", "END") or None)


def _raise(reader: Reader) -> Raise:
    return Raise(reader.name()[0] if reader.peek() not in (";", "END") else None)


def _execute_immediate(reader: Reader) -> ExecuteImmediate:
    reader.accept("EXECUTE", "IMMEDIATE")
    if reader.peek() == "FROM":
        raise unsupported("EXECUTE IMMEDIATE FROM a stage.")
    expression = reader.until("USING", ";")
    using = reader.parenthesized().split() if reader.accept("USING") else ()
    return ExecuteImmediate(expression, tuple(part.rest() for part in using))


def parse_execute_immediate(text: str) -> ExecuteImmediate:
    reader = Reader(text, tokenize(text))
    parsed = _execute_immediate(reader)
    reader.accept(";")
    reader.end()
    return parsed


_PARSERS: dict[str, Callable[[Reader], Step]] = {
    "LET": _declaration,
    "IF": _if,
    "FOR": _for,
    "WHILE": _while,
    "LOOP": _loop,
    "REPEAT": _repeat,
    "BREAK": lambda _: Jump(is_break=True),
    "EXIT": lambda _: Jump(is_break=True),
    "CONTINUE": lambda _: Jump(is_break=False),
    "ITERATE": lambda _: Jump(is_break=False),
    "RETURN": _return,
    "RAISE": _raise,
}
