"""What a question asks of PostgreSQL: how common terms are, which resemble one, and the passages that may be meant."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

_SETTINGS = (
    "SELECT set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true), "
    "set_config('max_parallel_workers_per_gather', '0', true), "
    "set_config('plan_cache_mode', 'force_custom_plan', true)"
)
"""For one transaction. The planner takes a GIN index for slower than it is; a partial one needs a plan of its own."""
_VECTOR_SETTINGS = _SETTINGS + (
    ", set_config('hnsw.iterative_scan', 'strict_order', true), set_config('hnsw.ef_search', '100', true)"
    ", set_config('enable_sort', :sorting, true)"
)
"""Without sorting an index is the only way to the nearest; where there is none, they are sorted all the same."""

_RESEMBLING = """
SELECT a.term, s.term, s.passages
FROM unnest(CAST(:terms AS text[]), CAST(:most AS int[]), CAST(:letters AS bigint[])) a (term, most, letters)
CROSS JOIN LATERAL (
    SELECT t.term, t.passages, bit_count(CAST(t.letters # a.letters AS bit(64))) AS differing FROM search_terms t
    WHERE t.collection_id = :collection_id
        AND t.size BETWEEN char_length(a.term) - a.most AND char_length(a.term) + a.most
        AND bit_count(CAST(t.letters # a.letters AS bit(64))) <= 2 * a.most
    ORDER BY differing, t.term LIMIT :looked_at
) s
"""

_BY_WORDS = """
by_words AS MATERIALIZED (
    SELECT chunk_id, text_hash, length, words FROM search_passages WHERE words @@ CAST(:needed AS tsquery)
    ORDER BY {rank} DESC, chunk_id LIMIT :most_by_words
)"""
_BY_MEANING = """
by_meaning AS MATERIALIZED (
    SELECT p.chunk_id, p.text_hash, p.length, p.words
    FROM search_vectors v JOIN search_passages p ON p.text_hash = v.text_hash
    WHERE v.model = '{model}' AND v.dimensions = {size} AND p.collection_id = :collection_id
    ORDER BY v.meaning::halfvec({size}) <#> CAST(CAST(:meant AS text) AS halfvec({size})) LIMIT :most
)"""
_COUNTS = """
ARRAY(
    SELECT coalesce(cardinality(w.positions), 0) FROM unnest(CAST(:terms AS text[])) WITH ORDINALITY t (term, place)
    LEFT JOIN unnest(f.words) w ON w.lexeme = t.term ORDER BY t.place
)"""
_COSINE = "-(v.meaning::halfvec({size}) <#> CAST(CAST(:meant AS text) AS halfvec({size})))"
_WITH_VECTORS = (
    "LEFT JOIN search_vectors v ON v.text_hash = f.text_hash AND v.model = '{model}' AND v.dimensions = {size}"
)
_EITHER = """
(SELECT * FROM by_words UNION ALL
 SELECT * FROM by_meaning m WHERE NOT EXISTS (SELECT FROM by_words w WHERE w.chunk_id = m.chunk_id))"""


@dataclass(frozen=True, slots=True)
class Words:
    """Words that are sought. `needed` is what a passage must match, as a tsquery; `ranks` are tsqueries and what they
    are worth, to choose the `most` passages that are counted.
    """

    needed: str
    ranks: Sequence[tuple[str, float]]
    most: int


@dataclass(frozen=True, slots=True)
class Meaning:
    """What is meant, to a model: a vector of `size` numbers, written in brackets. The `most` nearest are sought, among
    all that a model knows by its index, or among those of the collection one by one.
    """

    model: str
    size: int
    meant: str
    most: int
    is_by_index: bool


async def frequencies(db: AsyncSession, collection_id: str, terms: Sequence[str]) -> Mapping[str, int]:
    """In how many passages each term stands; those that stand in none are left out."""
    asked = "SELECT term, passages FROM search_terms WHERE collection_id = :collection_id AND term = ANY(:terms)"
    rows = await db.execute(text(asked), {"collection_id": collection_id, "terms": list(terms)})
    return {row[0]: row[1] for row in rows}


async def resembling(
    db: AsyncSession, collection_id: str, terms: Sequence[tuple[str, int, int]], looked_at: int
) -> Sequence[Row[str, str, int]]:
    """For each term, given with its most slips and its letters as bits: terms of about its length with nearly its
    letters, and in how many passages these stand.
    """
    columns = [list(column) for column in zip(*terms, strict=True)]
    asked = dict(zip(("terms", "most", "letters"), columns, strict=True))
    return (
        await db.execute(text(_RESEMBLING), {**asked, "collection_id": collection_id, "looked_at": looked_at})
    ).all()


async def candidates(
    db: AsyncSession, collection_id: str, terms: Sequence[str], words: Words | None, meaning: Meaning | None
) -> Sequence[Row[str, int, Sequence[int], float | None]]:
    """Passages that may be meant: id, length, how often each of `terms` stands there, the cosine where asked for."""
    values: dict[str, object] = {"collection_id": collection_id, "terms": list(terms)}
    if words is not None:
        values |= {"needed": words.needed, "most_by_words": words.most}
        values |= {f"query{place}": query for place, (query, _) in enumerate(words.ranks)}
        values |= {f"worth{place}": worth for place, (_, worth) in enumerate(words.ranks)}
    if meaning is not None:
        values |= {"meant": meaning.meant, "most": meaning.most}
    if meaning is None:
        await db.execute(text(_SETTINGS))
    else:
        await db.execute(text(_VECTOR_SETTINGS), {"sorting": "off" if meaning.is_by_index else "on"})
    return (await db.execute(text(_statement(words, meaning)), values)).all()


def _statement(words: Words | None, meaning: Meaning | None) -> str:
    parts = []
    if words is not None:
        ranks = (
            f"CAST(:worth{n} AS real) * ts_rank(words, CAST(:query{n} AS tsquery))" for n in range(len(words.ranks))
        )
        parts.append(_BY_WORDS.format(rank=" + ".join(ranks)))
    if meaning is None:
        return f"WITH {','.join(parts)} SELECT f.chunk_id, f.length, {_COUNTS}, NULL FROM by_words f"  # noqa: S608  our own text
    # the model's name as it stands in the index, for the planner compares them: not a value that comes with the plan
    names = {"model": meaning.model.replace("'", "''").replace(":", "\\:"), "size": meaning.size}
    parts.append(_BY_MEANING.format(**names))
    source = "by_meaning" if words is None else _EITHER
    columns = f"f.chunk_id, f.length, {_COUNTS}, {_COSINE.format(**names)}"
    return f"WITH {','.join(parts)} SELECT {columns} FROM {source} f {_WITH_VECTORS.format(**names)}"  # noqa: S608
