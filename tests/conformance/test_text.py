"""Functions of text."""

from __future__ import annotations

import hashlib

from support.conformance import Account, documented
from support.expressions import assert_errors, assert_values

FUNCTIONS = "sql-reference/functions/"


@documented(FUNCTIONS + "like", "like, ilike, like any, escape")
def test_like(account: Account) -> None:
    assert_values(
        account,
        {
            "'abc' like 'a%'": True,
            "'abc' like 'A%'": False,
            "'abc' ilike 'A_C'": True,
            "'a%c' like 'a^%c' escape '^'": True,
            "'abc' like 'a^%c' escape '^'": False,
            "'abc' not like 'b%'": True,
            "null like '%'": None,
            "'ab\\nc' like 'a%c'": True,
            "'abc' like any ('x%', 'a%')": True,
            "'abc' like all ('%b%', 'x%')": False,
            "'ABC' ilike any ('x%', 'a%')": True,
        },
    )


@documented(FUNCTIONS + "rlike", "rlike, regexp: the pattern covers the whole text")
def test_rlike_is_anchored(account: Account) -> None:
    assert_values(
        account,
        {
            "rlike('abc', 'b')": False,
            "'abc' rlike '.*b.*'": True,
            "'abc' regexp 'a.c'": True,
            "regexp_like('ABC', 'abc', 'i')": True,
            "regexp_like('ABC', 'abc')": False,
            "'abc' not rlike 'abc'": False,
            "rlike(null, 'a')": None,
            "rlike('800-456-7891', '[2-9]\\\\d{2}-\\\\d{3}-\\\\d{4}')": True,
            "rlike('a1', $$a\\d$$)": True,
        },
    )


@documented(FUNCTIONS + "regexp_substr", "regexp_substr: position, occurrence, group")
def test_regexp_substr(account: Account) -> None:
    text = "'It was the best of times, it was the worst of times.'"
    assert_values(
        account,
        {
            f"regexp_substr({text}, 'the\\\\W+\\\\w+')": "the best",
            f"regexp_substr({text}, 'the\\\\W+\\\\w+', 1, 2)": "the worst",
            f"regexp_substr({text}, 'the\\\\W+(\\\\w+)', 1, 2, 'e', 1)": "worst",
            f"regexp_substr({text}, 'the\\\\W+(\\\\w+)', 1, 1, 'e')": "best",
            f"regexp_substr({text}, 'it', 5)": "it",
            f"regexp_substr({text}, 'IT', 1, 1, 'i')": "It",
            f"regexp_substr({text}, 'xyz')": None,
            "regexp_substr('abc', '(b)(c)?', 1, 1, 'e', 2)": "c",
            "regexp_substr_all('a1_a2a3', 'a[0-9]')::varchar": '["a1","a2","a3"]',
        },
    )


@documented(FUNCTIONS + "regexp_replace", "regexp_replace: groups, position, occurrence")
def test_regexp_replace(account: Account) -> None:
    assert_values(
        account,
        {
            "regexp_replace('Customers - (NY)', '\\\\(|\\\\)', '')": "Customers - NY",
            "regexp_replace('firstname middlename lastname', '(.*) (.*) (.*)', '\\\\3, \\\\1 "
            "\\\\2')": "lastname, firstname middlename",
            "regexp_replace('aaa', 'a')": "",
            "regexp_replace('abc', 'B', 'x', 1, 0, 'i')": "axc",
            "regexp_replace(null, 'a', 'b')": None,
        },
    )


@documented(FUNCTIONS + "regexp_replace", "regexp_replace of one occurrence", "refused")
def test_one_occurrence_is_replaced(account: Account) -> None:
    assert account.one("regexp_replace('a b c', ' ', '-', 1, 2)") == "a b-c"


@documented(FUNCTIONS + "regexp_instr", "regexp_instr, regexp_count")
def test_regexp_positions(account: Account) -> None:
    assert_values(
        account,
        {
            "regexp_instr('nevermore1, nevermore2, nevermore3.', 'nevermore')": 1,
            "regexp_instr('nevermore1, nevermore2, nevermore3.', 'nevermore', 5)": 13,
            "regexp_instr('nevermore1, nevermore2, nevermore3.', 'nevermore', 1, 3)": 25,
            "regexp_instr('abc', 'x')": 0,
            "regexp_count('It was the best of times', '\\\\bt')": 2,
            "regexp_count('aXbxc', 'x', 1, 'i')": 2,
        },
    )


@documented(FUNCTIONS + "split_part", "split_part: 0, negative and missing parts")
def test_split_part(account: Account) -> None:
    assert_values(
        account,
        {
            "split_part('11.22.33', '.', 0)": "11",
            "split_part('11.22.33', '.', 1)": "11",
            "split_part('11.22.33', '.', 3)": "33",
            "split_part('11.22.33', '.', 4)": "",
            "split_part('11.22.33', '.', -1)": "33",
            "split_part('11.22.33', '.', -4)": "",
            "split_part('a--b', '--', 2)": "b",
            "split_part(null, '.', 1)": None,
            "split('127.0.0.1', '.')::varchar": '["127","0","0","1"]',
            "split('a', ',')[0]::varchar": "a",
            "strtok('a.b.c', '.', 2)": "b",
            "strtok('user@snowflake.com', '@.', 3)": "com",
            "strtok('a.b', '.', 9)": None,
            "strtok_to_array('a.b c', '. ')::varchar": '["a","b","c"]',
        },
    )


@documented(FUNCTIONS + "substr", "substr: zero and negative starts")
def test_substr(account: Account) -> None:
    assert_values(
        account,
        {
            "substr('mystring', 2, 3)": "yst",
            "substr('mystring', 1, 2)": "my",
            "substr('mystring', 0, 2)": "my",
            "substr('mystring', 0)": "mystring",
            "substr('mystring', -2)": "ng",
            "substr('mystring', -4, 2)": "ri",
            "substring('mystring', 20)": "",
            "substr('mystring', 2, -1)": "",
            "substr('mystring', null)": None,
            "left('ABCDEF', 3)": "ABC",
            "right('ABCDEFG', 3)": "EFG",
            "left('abc', 0)": "",
            "right('abc', 10)": "abc",
        },
    )


@documented(FUNCTIONS + "position", "position, charindex, contains, startswith")
def test_positions(account: Account) -> None:
    assert_values(
        account,
        {
            "position('an', 'banana', 1)": 2,
            "position('an', 'banana', 3)": 4,
            "position('an' in 'banana')": 2,
            "position('x', 'banana')": 0,
            "position('', 'fuzzy wuzzy')": 1,
            "charindex('an', 'banana', 3)": 4,
            "contains('coffee', 'ff')": True,
            "contains('coffee', 'FF')": False,
            "startswith('coffee', 'co')": True,
            "endswith('coffee', 'ee')": True,
            "contains(null, 'a')": None,
        },
    )


@documented(FUNCTIONS + "trim", "trim, ltrim, rtrim: sets of characters")
def test_trim(account: Account) -> None:
    assert_values(
        account,
        {
            "trim('  a b ')": "a b",
            "trim('❄-❄ABC-❄-', '❄-')": "ABC",
            "ltrim('#000000123', '0#')": "123",
            "rtrim('$125.00', '0.')": "$125",
            "trim('\\ta ')": "\ta",
            "trim(null)": None,
            "lpad('123', 5, '0')": "00123",
            "lpad('abcdef', 3, '*')": "abc",
            "rpad('ab', 4)": "ab  ",
            "rpad('ab', 5, '12')": "ab121",
            "space(2) || 'x'": "  x",
        },
    )


@documented(FUNCTIONS + "concat", "concat, ||, concat_ws: null in, null out")
def test_concat(account: Account) -> None:
    assert_values(
        account,
        {
            "concat('a', null)": None,
            "'a' || null": None,
            "concat('a', 1, true)": "a1true",
            "concat_ws(',', 'one', 'two', 'three')": "one,two,three",
            "concat_ws(',', 'one')": "one",
            "concat_ws(',', 'one', null, 'two')": None,
            "'' || ''": "",
            "'' is null": False,
        },
    )


@documented(
    FUNCTIONS + "upper", "upper, lower, initcap, reverse, repeat, translate, replace, insert"
)
def test_text_is_changed(account: Account) -> None:
    assert_values(
        account,
        {
            "upper('äé')": "ÄÉ",
            "lower('ÄÖÜ')": "äöü",
            "initcap('the quick-brown fox')": "The Quick-Brown Fox",
            "initcap('iPHONE')": "Iphone",
            "reverse('Hello')": "olleH",
            "repeat('xy', 3)": "xyxyxy",
            "translate('peña', 'ñ', 'n')": "pena",
            "translate('❄a❄b', '❄', '')": "ab",
            "replace('down', 'down', 'up')": "up",
            "replace('abca', 'a')": "bc",
            "insert('abc', 1, 2, 'Z')": "Zc",
            "insert('abcdef', 3, 2, 'zzz')": "abzzzef",
        },
    )


@documented(FUNCTIONS + "length", "length, octet_length, ascii, chr, unicode")
def test_lengths(account: Account) -> None:
    assert_values(
        account,
        {
            "length('Joyeux Noël')": 11,
            "len('幸せ')": 2,
            "length('')": 0,
            "length(null)": None,
            "length(12345)": 5,
            "octet_length('abc')": 3,
            "octet_length('é')": 2,
            "bit_length('abc')": 24,
            "ascii('A')": 65,
            "ascii('')": 0,
            "chr(83)": "S",
            "unicode('❄')": 10052,
            "editdistance('santa', 'bantam')": 2,
            "jarowinkler_similarity('abc', 'abc')": 100,
        },
    )


@documented(FUNCTIONS + "sha2", "sha2, md5, sha1: hexadecimal digests")
def test_digests(account: Account) -> None:
    assert_values(
        account,
        {
            "sha2('abc')": hashlib.sha256(b"abc").hexdigest(),
            "sha2('abc', 256)": hashlib.sha256(b"abc").hexdigest(),
            "sha2_hex('Äbc')": hashlib.sha256("Äbc".encode()).hexdigest(),
            "md5('abc')": hashlib.md5(b"abc", usedforsecurity=False).hexdigest(),
            "sha1('abc')": hashlib.sha1(b"abc", usedforsecurity=False).hexdigest(),
            "sha2(null)": None,
            "sha2('')": hashlib.sha256(b"").hexdigest(),
            "md5(12)": hashlib.md5(b"12", usedforsecurity=False).hexdigest(),
        },
    )


@documented(FUNCTIONS + "sha2", "sha2 of 512 bits", "refused")
def test_longer_digests(account: Account) -> None:
    assert account.one("sha2('abc', 512)") == hashlib.sha512(b"abc").hexdigest()


@documented(FUNCTIONS + "hash", "hash: equal for equal values, null is hashed too")
def test_hash_is_stable(account: Account) -> None:
    """The numbers themselves are Snowflake's own and not compared."""
    assert account.one("hash('a') = hash('a') and hash('a') <> hash('b')")
    assert account.one("hash('a', 1) = hash('a', 1) and hash('a', 1) <> hash(1, 'a')")
    assert account.one("hash(null) is not null")
    assert account.one("hash(10) = hash(10::number(38, 2)) and hash(10) = hash(10::float)")
    assert -(2**63) <= account.one("hash('a')") < 2**63


@documented(FUNCTIONS + "listagg", "listagg: order, distinct, nulls left out, '' for no rows")
def test_listagg(account: Account) -> None:
    account("create table t (g varchar, x varchar, n number)")
    account("insert into t values ('a', 'z', 1), ('a', 'y', 2), ('a', null, 3), ('a', 'z', 4)")
    assert_values(
        account,
        {
            "listagg(x, ',') within group (order by n)": "z,y,z",
            "listagg(distinct x, ',') within group (order by x)": "y,z",
            "listagg(distinct x, ',') within group (order by x desc)": "z,y",
            "listagg(n, '-') within group (order by n desc)": "4-3-2-1",
        },
        "from t",
    )
    assert account.one("listagg(x, ',') from t where false") == ""
    assert account.one("listagg(x) within group (order by n) from t") == "zyz"


@documented("sql-reference/literals-table", "text literals: quotes, escapes, $$")
def test_text_literals(account: Account) -> None:
    assert_values(
        account,
        {
            "'it''s'": "it's",
            "'a\\tb\\n'": "a\tb\n",
            "'back\\\\slash'": "back\\slash",
            "$$it's \\n$$": "it's \\n",
            "'\\u2744'": "❄",
            "'\\x41'": "A",
        },
    )


@documented("sql-reference/collation", "collate", "refused")
def test_collation(account: Account) -> None:
    assert account.one("'a' = 'A' collate 'en-ci'") is True


@documented("sql-reference/collation", "columns with a collation", "refused")
def test_collated_columns(account: Account) -> None:
    account("create table t (x varchar collate 'en-ci')")
    account("insert into t values ('a')")
    assert account("select x from t where x = 'A'") == [("a",)]


@documented(FUNCTIONS + "is-distinct-from", "comparisons of text")
def test_comparisons(account: Account) -> None:
    assert_values(
        account,
        {
            "'a' < 'B'": False,
            "'a' = 'a '": False,
            "'Z' < 'a'": True,
            "'a' <> 'A'": True,
            "'a' in ('b', 'a')": True,
            "'a' not in ('b', null)": None,
            "'b' between 'a' and 'c'": True,
            "null is distinct from 'a'": True,
            "null is not distinct from null": True,
            "equal_null(null, null)": True,
            "null = null": None,
        },
    )
    assert_errors(account, ["'a' + 'b'"])
