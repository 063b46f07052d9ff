"""The second engine is there, or it is said that it is not; what it was seen to take otherwise means the same now."""

import pytest

from tallystick.measurement.kpis.dialects import kinds, render
from tests.engines.asking import engines
from tests.engines.clickhouse import is_there

A_TABLE = "(SELECT * FROM (VALUES (1, 5), (2, NULL), (3, 7)) AS every(n, x)) AS t"


@pytest.mark.skipif(not is_there(), reason="chDB has no wheel for this platform (docs/decisions/0014)")
def test_questions_are_asked_of_two_engines(tmp_path):
    assert [engine.dialect for engine in engines(tmp_path)] == ["duckdb", "clickhouse"]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        (f"SELECT PREVIOUS(t.n) OVER (ORDER BY t.n) AS a FROM {A_TABLE} ORDER BY t.n", [None, 1, 2]),
        (
            f"SELECT LAST_VALUE(t.x IGNORE NULLS) OVER (ORDER BY t.n) AS a FROM {A_TABLE} ORDER BY t.n",
            [5, 5, 7],
        ),
        (f"SELECT MAX(t.x) AS a FROM {A_TABLE} WHERE t.n > 9", [None]),
        (f"SELECT COUNT(*) AS a FROM {A_TABLE} WHERE NOT t.x IN (5, 6)", [1]),
        (
            f"SELECT b.x AS a FROM {A_TABLE} LEFT JOIN (SELECT 1 AS n, 2 AS x) AS b ON b.n = t.n ORDER BY t.n",
            [2, None, None],
        ),
        (f"SELECT EXACT_DISTINCT(t.x) AS a FROM {A_TABLE}", [2]),
        (f"SELECT SUM(t.n) AS n FROM {A_TABLE} HAVING SUM(t.n * t.n) = 14", [6]),
        (f"SELECT FIRST_BY(t.n, -t.n, t.n, t.n) AS a FROM {A_TABLE}", [3]),
        (f"SELECT JOINED('x', -t.n, t.n) AS a FROM {A_TABLE}", ["x x x"]),
        ("SELECT WIDE(3000000000000000000) * 3000000000000000000 AS a", [9 * 10**36]),
        ("SELECT WHOLE(7, 2) * 2 AS a", [6]),
        (
            "SELECT 0 AS a UNION ALL SELECT COUNT(*) FROM (SELECT 1 AS n) AS t WHERE t.n = $one ORDER BY a",
            [0, 1],
        ),
        ("WITH s AS (SELECT 1 AS n) SELECT s.*, 2 AS s FROM (SELECT s.* FROM s AS s) AS s", [1]),
        ("SELECT $text AS a", ["x'; \\ \t \n {b} é"]),
        ("SELECT ID_TEXT($id) AS a", ["00ff10"]),
    ],
)
def test_a_text_means_the_same_everywhere(tmp_path, text, rows):
    every = {"one": 1, "text": "x'; \\ \t \n {b} é", "id": bytes.fromhex("00ff10")}
    for engine in engines(tmp_path):
        sql, used = render(text, engine.dialect, kinds(every))
        found = engine.rows(sql, {name: every[name] for name in used}, tables={})
        assert [next(iter(row.values())) for row in found] == rows, engine.dialect
