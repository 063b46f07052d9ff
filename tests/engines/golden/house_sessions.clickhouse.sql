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
), "reached" AS MATERIALIZED (
  SELECT
    toInt64(1) AS "part",
    "u_row"."unit_id" AS "unit_id",
    "c_row"."conversion_id" AS "conversion_id",
    "c_row"."event_id" AS "event_id",
    "c_row"."receipt_id" AS "receipt_id",
    "c_row"."converted_at" AS "converted_at",
    "c_row"."touched_at" AS "touched_at",
    "c_row"."version" AS "version",
    "c_row"."share_ppb" AS "share_ppb",
    "c_row"."customer_type" AS "customer_type"
  FROM (
    SELECT
      CASE
        WHEN NOT (
          "c_row"."visitor" IS NULL
        )
        THEN toInt64(0)
        WHEN NOT (
          "c_row"."customer" IS NULL
        )
        THEN toInt64(1)
        WHEN NOT (
          "c_row"."account" IS NULL
        )
        THEN toInt64(2)
        WHEN NOT (
          "c_row"."session" IS NULL
        )
        THEN toInt64(3)
        ELSE toInt64(4)
      END AS "tag",
      COALESCE(
        "c_row"."visitor",
        "c_row"."customer",
        "c_row"."account",
        "c_row"."session",
        LOWER(HEX("c_row"."event_id"))
      ) AS "who",
      "c_row"."session" AS "session",
      "c_row"."conversion_id" AS "conversion_id",
      "c_row"."event_id" AS "event_id",
      "c_row"."receipt_id" AS "receipt_id",
      "c_row"."converted_at" AS "converted_at",
      "c_row"."touched_at" AS "touched_at",
      "c_row"."version" AS "version",
      "c_row"."share_ppb" AS "share_ppb",
      CASE
        WHEN "c_row"."customer_type" IN ('new', 'returning')
        THEN "c_row"."customer_type"
        ELSE 'unknown'
      END AS "customer_type"
    FROM "paths" AS "c_row"
    WHERE
      "c_row"."program_id" = unhex({program: String})
      AND "c_row"."definition_id" = unhex({definition: String})
      AND "c_row"."converted_at" <= fromUnixTimestamp64Micro({as_of: Int64}, 'UTC')
      AND (
        "c_row"."share_ppb" > toInt64(0)
      )
      AND "c_row"."counts"
      AND "c_row"."kind" <> 'impression'
      AND (
        NOT (
          "c_row"."visitor" IS NULL
        )
        OR NOT (
          "c_row"."session" IS NULL
        )
        OR "c_row"."kind" = 'click'
      )
  ) AS "c_row"
  JOIN (
    SELECT
      "u_row".*
    FROM "units" AS "u_row"
    WHERE
      (
        (
          "u_row"."partner_id" IS NULL AND NOT (
            "u_row"."channel_id" IS NULL
          )
        )
      )
  ) AS "u_row"
    ON "u_row"."tag" = "c_row"."tag"
    AND "u_row"."who" = "c_row"."who"
    AND "u_row"."session" IS NOT DISTINCT FROM "c_row"."session"
  WHERE
    TRUE AND "c_row"."touched_at" BETWEEN "u_row"."dated_at" AND "u_row"."last_at"
), "outcomes" AS MATERIALIZED (
  SELECT
    "unit_id" AS "unit_id",
    MIN("part") AS "part",
    MAX(CASE WHEN "version" = {version: Int64} THEN toInt64(1) ELSE toInt64(0) END) AS "under_version"
  FROM (
    SELECT
      "r_row".*,
      ROW_NUMBER() OVER (
        PARTITION BY "r_row"."unit_id"
        ORDER BY "r_row"."converted_at", "r_row"."conversion_id", "r_row"."event_id"
      ) AS "nth"
    FROM "reached" AS "r_row"
  ) AS "ordered_row"
  GROUP BY
    "unit_id"
), "entries" AS MATERIALIZED (
  SELECT
    toInt64(1) AS "part",
    "u_row"."tag" AS "tag",
    "u_row"."who" AS "who",
    toInt64(1) AS "u",
    CASE WHEN NOT (
      "o_row"."unit_id" IS NULL
    ) THEN toInt64(1) ELSE toInt64(0) END AS "s",
    toInt64(0) AS "immature"
  FROM (
    SELECT
      "u_row".*
    FROM "units" AS "u_row"
    WHERE
      (
        (
          "u_row"."partner_id" IS NULL AND NOT (
            "u_row"."channel_id" IS NULL
          )
        )
      )
  ) AS "u_row"
  LEFT JOIN "outcomes" AS "o_row"
    ON "o_row"."unit_id" = "u_row"."unit_id"
  UNION ALL
  SELECT
    toInt64(1) + CASE WHEN "t_row"."counts" THEN toInt64(0) ELSE toInt64(4) END AS "part",
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
        (
          "t_row"."partner_id" IS NULL AND NOT (
            "t_row"."channel_id" IS NULL
          )
        )
      )
  ) AS "t_row"
), "counting" AS MATERIALIZED (
  SELECT
    "r_row"."part" AS "part",
    "r_row"."conversion_id" AS "thing",
    "r_row"."share_ppb" AS "share_ppb"
  FROM "reached" AS "r_row"
  WHERE
    TRUE
), "crossed" AS MATERIALIZED (
  SELECT
    "o_row"."part" AS "part",
    toInt64(1) AS "crossing"
  FROM "outcomes" AS "o_row"
  WHERE
    "o_row"."under_version" = toInt64(0) AND NOT (
      "o_row"."unit_id" IS NULL
    )
), "by_cluster" AS MATERIALIZED (
  SELECT
    "part" AS "part",
    "tag" AS "tag",
    "who" AS "who",
    CAST(SUM("u") AS Nullable(Int64)) AS "u",
    CAST(SUM("s") AS Nullable(Int64)) AS "s"
  FROM "entries"
  GROUP BY
    "part",
    "tag",
    "who"
), "told" AS MATERIALIZED (
  SELECT
    'total' AS "scope",
    COALESCE(SUM("u"), toInt64(0)) AS "units",
    COALESCE(SUM("s"), toInt64(0)) AS "successes",
    toInt64(COUNT(CASE WHEN "u" > toInt64(0) OR "s" > toInt64(0) THEN toInt64(1) END)) AS "clusters",
    COALESCE(SUM("u" * "u"), toInt64(0)) AS "units_sq",
    COALESCE(SUM("s" * "s"), toInt64(0)) AS "successes_sq",
    COALESCE(SUM("u" * "s"), toInt64(0)) AS "units_successes",
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
  UNION ALL
  SELECT
    'total' AS "scope",
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
    toInt64(0) AS "units",
    toInt64(0) AS "successes",
    toInt64(0) AS "clusters",
    toInt64(0) AS "units_sq",
    toInt64(0) AS "successes_sq",
    toInt64(0) AS "units_successes",
    toInt64(0) AS "largest",
    toInt64(0) AS "immature",
    toInt64(COUNT(*)) AS "crossing",
    toInt64(0) AS "excluded",
    toInt64(0) AS "conversions",
    toInt64(0) AS "share_ppb",
    toInt64(0) AS "top_1",
    toInt64(0) AS "top_5",
    toInt64(0) AS "top_10",
    toInt64(0) AS "first_us",
    toInt64(0) AS "last_us",
    toInt64(0) AS "aside"
  FROM "crossed"
  WHERE
    "part" IN (toInt64(1), toInt64(3))
  UNION ALL
  SELECT
    'total' AS "scope",
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
)
SELECT
  *
FROM (
  SELECT
    "scope" AS "scope",
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
      CAST(SUM("units") AS Nullable(Int64)) AS "units",
      CAST(SUM("successes") AS Nullable(Int64)) AS "successes",
      CAST(SUM("clusters") AS Nullable(Int64)) AS "clusters",
      CAST(SUM("units_sq") AS Nullable(Int64)) AS "units_sq",
      CAST(SUM("successes_sq") AS Nullable(Int64)) AS "successes_sq",
      CAST(SUM("units_successes") AS Nullable(Int64)) AS "units_successes",
      CAST(SUM("largest") AS Nullable(Int64)) AS "largest",
      CAST(SUM("immature") AS Nullable(Int64)) AS "immature",
      CAST(SUM("crossing") AS Nullable(Int64)) AS "crossing",
      CAST(SUM("excluded") AS Nullable(Int64)) AS "excluded",
      CAST(SUM("conversions") AS Nullable(Int64)) AS "conversions",
      CAST(SUM("share_ppb") AS Nullable(Int64)) AS "share_ppb",
      CAST(SUM("top_1") AS Nullable(Int64)) AS "top_1",
      CAST(SUM("top_5") AS Nullable(Int64)) AS "top_5",
      CAST(SUM("top_10") AS Nullable(Int64)) AS "top_10",
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
            (
              "u_row"."partner_id" IS NULL AND NOT (
                "u_row"."channel_id" IS NULL
              )
            )
          )
      ) AS "u_row"
      WHERE
        "u_row"."counts"
        AND (
          "u_row"."partner_id" IS NULL AND NOT (
            "u_row"."channel_id" IS NULL
          )
        )
      UNION ALL
      SELECT
        'total' AS "scope",
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
        toInt64(0) AS "first_us",
        toInt64(0) AS "last_us",
        toInt64(COUNT(*)) AS "aside"
      FROM (
        SELECT
          "c_row"."conversion_id" AS "conversion_id"
        FROM "paths" AS "c_row"
        LEFT JOIN (
          SELECT
            "b_row"."event_id" AS "event_id"
          FROM (
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
                    AND "t_row"."occurred_at" >= fromUnixTimestamp64Micro({earned_from: Int64}, 'UTC')
                    AND "t_row"."occurred_at" < fromUnixTimestamp64Micro({end: Int64}, 'UTC')
                ) AS "v_row"
                JOIN (
                  SELECT DISTINCT
                    CASE
                      WHEN NOT (
                        "c_row"."visitor" IS NULL
                      )
                      THEN toInt64(0)
                      WHEN NOT (
                        "c_row"."customer" IS NULL
                      )
                      THEN toInt64(1)
                      WHEN NOT (
                        "c_row"."account" IS NULL
                      )
                      THEN toInt64(2)
                      WHEN NOT (
                        "c_row"."session" IS NULL
                      )
                      THEN toInt64(3)
                      ELSE toInt64(4)
                    END AS "tag",
                    COALESCE(
                      "c_row"."visitor",
                      "c_row"."customer",
                      "c_row"."account",
                      "c_row"."session",
                      LOWER(HEX("c_row"."event_id"))
                    ) AS "who",
                    "c_row"."session" AS "session"
                  FROM "paths" AS "c_row"
                  WHERE
                    "c_row"."program_id" = unhex({program: String})
                    AND "c_row"."definition_id" = unhex({definition: String})
                    AND "c_row"."converted_at" <= fromUnixTimestamp64Micro({as_of: Int64}, 'UTC')
                    AND (
                      "c_row"."share_ppb" > toInt64(0)
                    )
                    AND "c_row"."converted_at" >= fromUnixTimestamp64Micro({start: Int64}, 'UTC')
                    AND "c_row"."converted_at" < fromUnixTimestamp64Micro({end: Int64}, 'UTC')
                    AND (
                      "c_row"."partner_id" IS NULL AND NOT (
                        "c_row"."channel_id" IS NULL
                      )
                    )
                    AND TRUE
                    AND "c_row"."counts"
                    AND (
                      "c_row"."kind" <> 'impression'
                      AND (
                        NOT (
                          "c_row"."visitor" IS NULL
                        )
                        OR NOT (
                          "c_row"."session" IS NULL
                        )
                        OR "c_row"."kind" = 'click'
                      )
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
          ) AS "b_row"
          WHERE
            NOT (
              toUnixTimestamp64Micro("b_row"."occurred_at") - toUnixTimestamp64Micro("b_row"."began_at") <= toInt64(86400000000)
            )
        ) AS "s_row"
          ON "s_row"."event_id" = "c_row"."event_id"
        WHERE
          "c_row"."program_id" = unhex({program: String})
          AND "c_row"."definition_id" = unhex({definition: String})
          AND "c_row"."converted_at" <= fromUnixTimestamp64Micro({as_of: Int64}, 'UTC')
          AND (
            "c_row"."share_ppb" > toInt64(0)
          )
          AND "c_row"."converted_at" >= fromUnixTimestamp64Micro({start: Int64}, 'UTC')
          AND "c_row"."converted_at" < fromUnixTimestamp64Micro({end: Int64}, 'UTC')
          AND (
            "c_row"."partner_id" IS NULL AND NOT (
              "c_row"."channel_id" IS NULL
            )
          )
          AND TRUE
        GROUP BY
          "c_row"."conversion_id"
        HAVING
          MAX(
            CASE
              WHEN "c_row"."counts"
              AND (
                "c_row"."kind" <> 'impression'
                AND (
                  NOT (
                    "c_row"."visitor" IS NULL
                  )
                  OR NOT (
                    "c_row"."session" IS NULL
                  )
                  OR "c_row"."kind" = 'click'
                )
              )
              AND "s_row"."event_id" IS NULL
              THEN toInt64(1)
              ELSE toInt64(0)
            END
          ) = toInt64(0)
      ) AS "aside_row"
    ) AS "every_row"
    GROUP BY
      "scope"
  ) AS "cells_row"
) AS "written_row"
ORDER BY
  "scope"
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, group_by_use_nulls = 1, prefer_column_name_to_alias = 1, enable_materialized_cte = 1
-- parameters: as_of, definition, earned_from, end, program, seen_from, seen_until, start, version
