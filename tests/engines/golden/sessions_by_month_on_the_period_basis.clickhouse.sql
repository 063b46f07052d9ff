WITH "grouped" AS MATERIALIZED (
  SELECT
    "v_row"."tag" AS "tag",
    "v_row"."who" AS "who",
    "v_row"."session" AS "session",
    MIN("v_row"."occurred_at") AS "dated_at",
    MAX("v_row"."occurred_at") AS "last_at",
    MAX("v_row"."due_us") AS "due_us",
    argMin(
      "v_row"."event_id",
      ("v_row"."sourceless", "v_row"."occurred_at", "v_row"."event_id")
    ) AS "unit_id"
  FROM (
    SELECT
      "t_row"."event_id" AS "event_id",
      "t_row"."receipt_id" AS "receipt_id",
      "t_row"."occurred_at" AS "occurred_at",
      toInt64(0) AS "due_us",
      CASE
        WHEN NOT (
          "t_row"."visitor" IS NULL
        )
        THEN toInt64(0)
        WHEN NOT (
          "t_row"."customer" IS NULL
        )
        THEN toInt64(1)
        WHEN NOT (
          "t_row"."account" IS NULL
        )
        THEN toInt64(2)
        WHEN NOT (
          "t_row"."session" IS NULL
        )
        THEN toInt64(3)
        ELSE toInt64(4)
      END AS "tag",
      COALESCE(
        "t_row"."visitor",
        "t_row"."customer",
        "t_row"."account",
        "t_row"."session",
        LOWER(HEX("t_row"."event_id"))
      ) AS "who",
      "t_row"."session" AS "session",
      CASE
        WHEN "t_row"."partner_id" IS NULL AND "t_row"."channel_id" IS NULL
        THEN toInt64(1)
        ELSE toInt64(0)
      END AS "sourceless"
    FROM "touchpoints" AS "t_row"
    WHERE
      "t_row"."program_id" = unhex({program: String})
      AND "t_row"."occurred_at" <= fromUnixTimestamp64Micro({as_of: Int64}, 'UTC')
      AND "t_row"."counts"
      AND "t_row"."kind" <> 'impression'
      AND (
        NOT (
          "t_row"."visitor" IS NULL
        )
        OR NOT (
          "t_row"."session" IS NULL
        )
        OR "t_row"."kind" = 'click'
      )
      AND "t_row"."occurred_at" >= fromUnixTimestamp64Micro({seen_from: Int64}, 'UTC')
      AND "t_row"."occurred_at" < fromUnixTimestamp64Micro({seen_until: Int64}, 'UTC')
  ) AS "v_row"
  GROUP BY
    "v_row"."tag",
    "v_row"."who",
    "v_row"."session"
), "begun" AS MATERIALIZED (
  SELECT
    "o_row".*,
    MAX("o_row"."opened_at") OVER (
      PARTITION BY "o_row"."tag", "o_row"."who", "o_row"."session"
      ORDER BY "o_row"."occurred_at"
    ) AS "began_at"
  FROM (
    SELECT
      "v_row".*,
      CASE
        WHEN lag(toNullable("v_row"."occurred_at")) OVER "in_order" IS NULL
        OR toUnixTimestamp64Micro("v_row"."occurred_at") - toUnixTimestamp64Micro(lag(toNullable("v_row"."occurred_at")) OVER "in_order") > CASE
          WHEN "v_row"."session" IS NULL
          THEN toInt64(1800000000)
          ELSE toInt64(14400000000)
        END
        THEN "v_row"."occurred_at"
      END AS "opened_at"
    FROM (
      SELECT
        "v_row".*
      FROM (
        SELECT
          "t_row"."event_id" AS "event_id",
          "t_row"."receipt_id" AS "receipt_id",
          "t_row"."occurred_at" AS "occurred_at",
          toInt64(0) AS "due_us",
          CASE
            WHEN NOT (
              "t_row"."visitor" IS NULL
            )
            THEN toInt64(0)
            WHEN NOT (
              "t_row"."customer" IS NULL
            )
            THEN toInt64(1)
            WHEN NOT (
              "t_row"."account" IS NULL
            )
            THEN toInt64(2)
            WHEN NOT (
              "t_row"."session" IS NULL
            )
            THEN toInt64(3)
            ELSE toInt64(4)
          END AS "tag",
          COALESCE(
            "t_row"."visitor",
            "t_row"."customer",
            "t_row"."account",
            "t_row"."session",
            LOWER(HEX("t_row"."event_id"))
          ) AS "who",
          "t_row"."session" AS "session",
          CASE
            WHEN "t_row"."partner_id" IS NULL AND "t_row"."channel_id" IS NULL
            THEN toInt64(1)
            ELSE toInt64(0)
          END AS "sourceless"
        FROM "touchpoints" AS "t_row"
        WHERE
          "t_row"."program_id" = unhex({program: String})
          AND "t_row"."occurred_at" <= fromUnixTimestamp64Micro({as_of: Int64}, 'UTC')
          AND "t_row"."counts"
          AND "t_row"."kind" <> 'impression'
          AND (
            NOT (
              "t_row"."visitor" IS NULL
            )
            OR NOT (
              "t_row"."session" IS NULL
            )
            OR "t_row"."kind" = 'click'
          )
          AND "t_row"."occurred_at" >= fromUnixTimestamp64Micro({seen_from: Int64}, 'UTC')
          AND "t_row"."occurred_at" < fromUnixTimestamp64Micro({seen_until: Int64}, 'UTC')
      ) AS "v_row"
      JOIN (
        SELECT
          "g_row"."tag" AS "tag",
          "g_row"."who" AS "who",
          "g_row"."session" AS "session"
        FROM "grouped" AS "g_row"
        WHERE
          NOT (
            toUnixTimestamp64Micro("g_row"."last_at") - toUnixTimestamp64Micro("g_row"."dated_at") <= CASE
              WHEN "g_row"."session" IS NULL
              THEN toInt64(1800000000)
              ELSE toInt64(14400000000)
            END
          )
      ) AS "p_row"
        ON "p_row"."tag" = "v_row"."tag"
        AND "p_row"."who" = "v_row"."who"
        AND "p_row"."session" IS NOT DISTINCT FROM "v_row"."session"
    ) AS "v_row"
    WINDOW "in_order" AS (
      PARTITION BY "v_row"."tag", "v_row"."who", "v_row"."session"
      ORDER BY "v_row"."occurred_at"
    )
  ) AS "o_row"
), "sessions" AS MATERIALIZED (
  SELECT
    "g_row"."tag" AS "tag",
    "g_row"."who" AS "who",
    "g_row"."session" AS "session",
    "g_row"."dated_at" AS "dated_at",
    "g_row"."last_at" AS "last_at",
    "g_row"."due_us" AS "due_us",
    "g_row"."unit_id" AS "unit_id"
  FROM "grouped" AS "g_row"
  WHERE
    (
      toUnixTimestamp64Micro("g_row"."last_at") - toUnixTimestamp64Micro("g_row"."dated_at") <= CASE
        WHEN "g_row"."session" IS NULL
        THEN toInt64(1800000000)
        ELSE toInt64(14400000000)
      END
    )
  UNION ALL
  SELECT
    "v_row"."tag" AS "tag",
    "v_row"."who" AS "who",
    "v_row"."session" AS "session",
    "v_row"."began_at" AS "dated_at",
    MAX("v_row"."occurred_at") AS "last_at",
    MAX("v_row"."due_us") AS "due_us",
    argMin(
      "v_row"."event_id",
      ("v_row"."sourceless", "v_row"."occurred_at", "v_row"."event_id")
    ) AS "unit_id"
  FROM "begun" AS "v_row"
  WHERE
    (
      toUnixTimestamp64Micro("v_row"."occurred_at") - toUnixTimestamp64Micro("v_row"."began_at") <= toInt64(86400000000)
    )
  GROUP BY
    "v_row"."tag",
    "v_row"."who",
    "v_row"."session",
    "v_row"."began_at"
), "units" AS MATERIALIZED (
  SELECT
    "s_row"."unit_id" AS "unit_id",
    "s_row"."dated_at" AS "dated_at",
    "s_row"."last_at" AS "last_at",
    "s_row"."due_us" AS "due_us",
    "s_row"."tag" AS "tag",
    "s_row"."who" AS "who",
    "s_row"."session" AS "session",
    TRUE AS "counts",
    "t_row"."partner_id" AS "partner_id",
    "t_row"."channel_id" AS "channel_id"
  FROM "sessions" AS "s_row"
  JOIN "touchpoints" AS "t_row"
    ON "t_row"."event_id" = "s_row"."unit_id"
  WHERE
    TRUE
    AND "s_row"."dated_at" >= fromUnixTimestamp64Micro({start: Int64}, 'UTC')
    AND "s_row"."dated_at" < fromUnixTimestamp64Micro({end: Int64}, 'UTC')
    AND "t_row"."occurred_at" >= fromUnixTimestamp64Micro({seen_from: Int64}, 'UTC')
    AND "t_row"."occurred_at" < fromUnixTimestamp64Micro({seen_until: Int64}, 'UTC')
), "rows_paths" AS MATERIALIZED (
  SELECT
    toInt64(1) AS "part",
    formatDateTime(
      fromUnixTimestamp64Micro(
        toUnixTimestamp64Micro("t_row"."converted_at") + CASE
          WHEN toUnixTimestamp64Micro("t_row"."converted_at") >= {shift_from_1: Int64}
          THEN {shift_1: Int64}
          ELSE {shift_0: Int64}
        END,
        'UTC'
      ),
      '%Y-%m',
      'UTC'
    ) AS "k1",
    CASE
      WHEN NOT (
        "t_row"."visitor" IS NULL
      )
      THEN toInt64(0)
      WHEN NOT (
        "t_row"."customer" IS NULL
      )
      THEN toInt64(1)
      WHEN NOT (
        "t_row"."account" IS NULL
      )
      THEN toInt64(2)
      WHEN NOT (
        "t_row"."session" IS NULL
      )
      THEN toInt64(3)
      ELSE toInt64(4)
    END AS "tag",
    COALESCE(
      "t_row"."visitor",
      "t_row"."customer",
      "t_row"."account",
      "t_row"."session",
      LOWER(HEX("t_row"."event_id"))
    ) AS "who",
    toInt64(0) AS "u",
    CASE
      WHEN (
        "t_row"."share_ppb" > toInt64(0)
      )
      THEN "t_row"."share_ppb"
      ELSE toInt64(0)
    END AS "s",
    "t_row"."conversion_id" AS "thing",
    "t_row"."share_ppb" AS "share_ppb",
    (
      "t_row"."share_ppb" > toInt64(0)
    ) AS "above",
    FALSE AS "below",
    "t_row".*
  FROM "paths" AS "t_row"
  WHERE
    "t_row"."program_id" = unhex({program: String})
    AND "t_row"."definition_id" = unhex({definition: String})
    AND "t_row"."converted_at" <= fromUnixTimestamp64Micro({as_of: Int64}, 'UTC')
    AND "t_row"."converted_at" >= fromUnixTimestamp64Micro({start: Int64}, 'UTC')
    AND "t_row"."converted_at" < fromUnixTimestamp64Micro({end: Int64}, 'UTC')
    AND (
      NOT (
        "t_row"."partner_id" IS NULL
      )
    )
    AND TRUE
    AND (
      (
        "t_row"."share_ppb" > toInt64(0)
      )
    )
), "entries" AS MATERIALIZED (
  SELECT
    toInt64(1) AS "part",
    formatDateTime(
      fromUnixTimestamp64Micro(
        toUnixTimestamp64Micro("u_row"."dated_at") + CASE
          WHEN toUnixTimestamp64Micro("u_row"."dated_at") >= {shift_from_1: Int64}
          THEN {shift_1: Int64}
          ELSE {shift_0: Int64}
        END,
        'UTC'
      ),
      '%Y-%m',
      'UTC'
    ) AS "k1",
    "u_row"."tag" AS "tag",
    "u_row"."who" AS "who",
    toInt64(1) AS "u",
    toInt64(0) AS "s",
    toInt64(0) AS "immature"
  FROM (
    SELECT
      "u_row".*
    FROM "units" AS "u_row"
    WHERE
      (
        NOT (
          "u_row"."partner_id" IS NULL
        )
      )
  ) AS "u_row"
  UNION ALL
  SELECT
    "r_row"."part" AS "part",
    "r_row"."k1" AS "k1",
    "r_row"."tag" AS "tag",
    "r_row"."who" AS "who",
    "r_row"."u" AS "u",
    "r_row"."s" AS "s",
    toInt64(0) AS "immature"
  FROM "rows_paths" AS "r_row"
  UNION ALL
  SELECT
    toInt64(1) + CASE WHEN "t_row"."counts" THEN toInt64(0) ELSE toInt64(4) END AS "part",
    formatDateTime(
      fromUnixTimestamp64Micro(
        toUnixTimestamp64Micro("t_row"."occurred_at") + CASE
          WHEN toUnixTimestamp64Micro("t_row"."occurred_at") >= {shift_from_1: Int64}
          THEN {shift_1: Int64}
          ELSE {shift_0: Int64}
        END,
        'UTC'
      ),
      '%Y-%m',
      'UTC'
    ) AS "k1",
    toInt64(0) AS "tag",
    '' AS "who",
    toInt64(1) AS "u",
    toInt64(0) AS "s",
    toInt64(0) AS "immature"
  FROM (
    SELECT
      "t_row".*
    FROM "touchpoints" AS "t_row"
    WHERE
      "t_row"."program_id" = unhex({program: String})
      AND "t_row"."occurred_at" <= fromUnixTimestamp64Micro({as_of: Int64}, 'UTC')
      AND NOT "t_row"."counts"
      AND "t_row"."kind" <> 'impression'
      AND (
        NOT (
          "t_row"."visitor" IS NULL
        )
        OR NOT (
          "t_row"."session" IS NULL
        )
        OR "t_row"."kind" = 'click'
      )
      AND "t_row"."occurred_at" >= fromUnixTimestamp64Micro({start: Int64}, 'UTC')
      AND "t_row"."occurred_at" < fromUnixTimestamp64Micro({end: Int64}, 'UTC')
      AND (
        NOT (
          "t_row"."partner_id" IS NULL
        )
      )
  ) AS "t_row"
), "counting" AS MATERIALIZED (
  SELECT
    "r_row"."part" AS "part",
    "r_row"."k1" AS "k1",
    "r_row"."thing" AS "thing",
    "r_row"."share_ppb" AS "share_ppb"
  FROM "rows_paths" AS "r_row"
  WHERE
    "r_row"."above"
), "by_cluster" AS MATERIALIZED (
  SELECT
    "part" AS "part",
    "k1" AS "k1",
    "tag" AS "tag",
    "who" AS "who",
    CAST(SUM("u") AS Nullable(Int64)) AS "u",
    CAST(SUM("s") AS Nullable(Int64)) AS "s"
  FROM "entries"
  GROUP BY
    "part",
    "k1",
    "tag",
    "who"
), "told" AS MATERIALIZED (
  SELECT
    'total' AS "scope",
    '' AS "k1",
    COALESCE(SUM("u"), toInt64(0)) AS "units",
    COALESCE(SUM("s"), toInt64(0)) AS "successes",
    toInt64(COUNT(CASE WHEN "u" > toInt64(0) OR "s" > toInt64(0) THEN toInt64(1) END)) AS "clusters",
    COALESCE(SUM(toInt256("u") * "u"), toInt64(0)) AS "units_sq",
    COALESCE(SUM(toInt256("s") * "s"), toInt64(0)) AS "successes_sq",
    COALESCE(SUM(toInt256("u") * "s"), toInt64(0)) AS "units_successes",
    COALESCE(MAX("u"), toInt64(0)) AS "largest",
    toInt64(0) AS "immature",
    toInt64(0) AS "crossing",
    toInt64(0) AS "excluded",
    toInt64(0) AS "conversions",
    toInt64(0) AS "share_ppb",
    toInt64(0) AS "top_1",
    toInt64(0) AS "top_5",
    toInt64(0) AS "top_10",
    toInt64(0) AS "first_us",
    toInt64(0) AS "last_us",
    toInt64(0) AS "aside"
  FROM (
    SELECT
      "tag" AS "tag",
      "who" AS "who",
      CAST(SUM("u") AS Nullable(Int64)) AS "u",
      CAST(SUM("s") AS Nullable(Int64)) AS "s"
    FROM "by_cluster"
    WHERE
      "part" IN (toInt64(1), toInt64(3))
    GROUP BY
      "tag",
      "who"
  ) AS "persons_row"
  UNION ALL
  SELECT
    'total' AS "scope",
    '' AS "k1",
    toInt64(0) AS "units",
    toInt64(0) AS "successes",
    toInt64(0) AS "clusters",
    toInt64(0) AS "units_sq",
    toInt64(0) AS "successes_sq",
    toInt64(0) AS "units_successes",
    toInt64(0) AS "largest",
    toInt64(0) AS "immature",
    toInt64(0) AS "crossing",
    COALESCE(SUM("u"), toInt64(0)) AS "excluded",
    toInt64(0) AS "conversions",
    toInt64(0) AS "share_ppb",
    toInt64(0) AS "top_1",
    toInt64(0) AS "top_5",
    toInt64(0) AS "top_10",
    toInt64(0) AS "first_us",
    toInt64(0) AS "last_us",
    toInt64(0) AS "aside"
  FROM "by_cluster"
  WHERE
    "part" IN (toInt64(5), toInt64(7))
  UNION ALL
  SELECT
    'total' AS "scope",
    '' AS "k1",
    toInt64(0) AS "units",
    toInt64(0) AS "successes",
    toInt64(0) AS "clusters",
    toInt64(0) AS "units_sq",
    toInt64(0) AS "successes_sq",
    toInt64(0) AS "units_successes",
    toInt64(0) AS "largest",
    toInt64(0) AS "immature",
    toInt64(0) AS "crossing",
    toInt64(0) AS "excluded",
    toInt64(uniqExact("thing")) AS "conversions",
    COALESCE(SUM("share_ppb"), toInt64(0)) AS "share_ppb",
    toInt64(0) AS "top_1",
    toInt64(0) AS "top_5",
    toInt64(0) AS "top_10",
    toInt64(0) AS "first_us",
    toInt64(0) AS "last_us",
    toInt64(0) AS "aside"
  FROM "counting"
  WHERE
    "part" IN (toInt64(1), toInt64(3))
  UNION ALL
  SELECT
    'row' AS "scope",
    "k1" AS "k1",
    COALESCE(SUM("u"), toInt64(0)) AS "units",
    COALESCE(SUM("s"), toInt64(0)) AS "successes",
    toInt64(COUNT(CASE WHEN "u" > toInt64(0) OR "s" > toInt64(0) THEN toInt64(1) END)) AS "clusters",
    COALESCE(SUM(toInt256("u") * "u"), toInt64(0)) AS "units_sq",
    COALESCE(SUM(toInt256("s") * "s"), toInt64(0)) AS "successes_sq",
    COALESCE(SUM(toInt256("u") * "s"), toInt64(0)) AS "units_successes",
    COALESCE(MAX("u"), toInt64(0)) AS "largest",
    toInt64(0) AS "immature",
    toInt64(0) AS "crossing",
    toInt64(0) AS "excluded",
    toInt64(0) AS "conversions",
    toInt64(0) AS "share_ppb",
    toInt64(0) AS "top_1",
    toInt64(0) AS "top_5",
    toInt64(0) AS "top_10",
    toInt64(0) AS "first_us",
    toInt64(0) AS "last_us",
    toInt64(0) AS "aside"
  FROM "by_cluster"
  WHERE
    "part" IN (toInt64(1), toInt64(3))
  GROUP BY
    "k1"
  UNION ALL
  SELECT
    'row' AS "scope",
    "k1" AS "k1",
    toInt64(0) AS "units",
    toInt64(0) AS "successes",
    toInt64(0) AS "clusters",
    toInt64(0) AS "units_sq",
    toInt64(0) AS "successes_sq",
    toInt64(0) AS "units_successes",
    toInt64(0) AS "largest",
    toInt64(0) AS "immature",
    toInt64(0) AS "crossing",
    COALESCE(SUM("u"), toInt64(0)) AS "excluded",
    toInt64(0) AS "conversions",
    toInt64(0) AS "share_ppb",
    toInt64(0) AS "top_1",
    toInt64(0) AS "top_5",
    toInt64(0) AS "top_10",
    toInt64(0) AS "first_us",
    toInt64(0) AS "last_us",
    toInt64(0) AS "aside"
  FROM "by_cluster"
  WHERE
    "part" IN (toInt64(5), toInt64(7))
  GROUP BY
    "k1"
  UNION ALL
  SELECT
    'row' AS "scope",
    "k1" AS "k1",
    toInt64(0) AS "units",
    toInt64(0) AS "successes",
    toInt64(0) AS "clusters",
    toInt64(0) AS "units_sq",
    toInt64(0) AS "successes_sq",
    toInt64(0) AS "units_successes",
    toInt64(0) AS "largest",
    toInt64(0) AS "immature",
    toInt64(0) AS "crossing",
    toInt64(0) AS "excluded",
    toInt64(uniqExact("thing")) AS "conversions",
    COALESCE(SUM("share_ppb"), toInt64(0)) AS "share_ppb",
    toInt64(0) AS "top_1",
    toInt64(0) AS "top_5",
    toInt64(0) AS "top_10",
    toInt64(0) AS "first_us",
    toInt64(0) AS "last_us",
    toInt64(0) AS "aside"
  FROM "counting"
  WHERE
    "part" IN (toInt64(1), toInt64(3))
  GROUP BY
    "k1"
)
SELECT
  *
FROM (
  SELECT
    "scope" AS "scope",
    "k1" AS "k1",
    "units" AS "units",
    "successes" AS "successes",
    "clusters" AS "clusters",
    "units_sq" AS "units_sq",
    "successes_sq" AS "successes_sq",
    "units_successes" AS "units_successes",
    "largest" AS "largest",
    "immature" AS "immature",
    "crossing" AS "crossing",
    "excluded" AS "excluded",
    "conversions" AS "conversions",
    "share_ppb" AS "share_ppb",
    "top_1" AS "top_1",
    "top_5" AS "top_5",
    "top_10" AS "top_10",
    "first_us" AS "first_us",
    "last_us" AS "last_us",
    "aside" AS "aside"
  FROM (
    SELECT
      "scope" AS "scope",
      "k1" AS "k1",
      CAST(SUM("units") AS Nullable(Int64)) AS "units",
      SUM("successes") AS "successes",
      CAST(SUM("clusters") AS Nullable(Int64)) AS "clusters",
      SUM("units_sq") AS "units_sq",
      SUM("successes_sq") AS "successes_sq",
      SUM("units_successes") AS "units_successes",
      CAST(SUM("largest") AS Nullable(Int64)) AS "largest",
      CAST(SUM("immature") AS Nullable(Int64)) AS "immature",
      CAST(SUM("crossing") AS Nullable(Int64)) AS "crossing",
      CAST(SUM("excluded") AS Nullable(Int64)) AS "excluded",
      CAST(SUM("conversions") AS Nullable(Int64)) AS "conversions",
      CAST(SUM("share_ppb") AS Nullable(Int64)) AS "share_ppb",
      SUM("top_1") AS "top_1",
      SUM("top_5") AS "top_5",
      SUM("top_10") AS "top_10",
      CAST(SUM("first_us") AS Nullable(Int64)) AS "first_us",
      CAST(SUM("last_us") AS Nullable(Int64)) AS "last_us",
      CAST(SUM("aside") AS Nullable(Int64)) AS "aside"
    FROM (
      SELECT
        *
      FROM "told"
      UNION ALL
      SELECT
        'total' AS "scope",
        '' AS "k1",
        toInt64(0) AS "units",
        toInt64(0) AS "successes",
        toInt64(0) AS "clusters",
        toInt64(0) AS "units_sq",
        toInt64(0) AS "successes_sq",
        toInt64(0) AS "units_successes",
        toInt64(0) AS "largest",
        toInt64(0) AS "immature",
        toInt64(0) AS "crossing",
        toInt64(0) AS "excluded",
        toInt64(0) AS "conversions",
        toInt64(0) AS "share_ppb",
        toInt64(0) AS "top_1",
        toInt64(0) AS "top_5",
        toInt64(0) AS "top_10",
        COALESCE(toUnixTimestamp64Micro(MIN("u_row"."dated_at")) + toInt64(1), toInt64(0)) AS "first_us",
        COALESCE(toUnixTimestamp64Micro(MAX("u_row"."dated_at")) + toInt64(1), toInt64(0)) AS "last_us",
        toInt64(0) AS "aside"
      FROM (
        SELECT
          "u_row".*
        FROM "units" AS "u_row"
        WHERE
          (
            NOT (
              "u_row"."partner_id" IS NULL
            )
          )
      ) AS "u_row"
      WHERE
        "u_row"."counts" AND NOT (
          "u_row"."partner_id" IS NULL
        )
    ) AS "every_row"
    GROUP BY
      "scope",
      "k1"
  ) AS "cells_row"
) AS "written_row"
ORDER BY
  "scope",
  "k1"
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, group_by_use_nulls = 1, prefer_column_name_to_alias = 1, enable_materialized_cte = 1
-- parameters: as_of, definition, end, program, seen_from, seen_until, shift_0, shift_1, shift_from_1, start
