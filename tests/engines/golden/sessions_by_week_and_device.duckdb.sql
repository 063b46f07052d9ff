WITH "grouped" AS (
  SELECT
    "v"."tag",
    "v"."who",
    "v"."session",
    MIN("v"."occurred_at") AS "dated_at",
    MAX("v"."occurred_at") AS "last_at",
    MAX("v"."due_us") AS "due_us",
    ARG_MIN("v"."event_id", ROW("v"."sourceless", "v"."occurred_at", "v"."event_id")) AS "unit_id"
  FROM (
    SELECT
      "t"."event_id",
      "t"."receipt_id",
      "t"."occurred_at",
      0 AS "due_us",
      CASE
        WHEN NOT "t"."visitor" IS NULL
        THEN 0
        WHEN NOT "t"."customer" IS NULL
        THEN 1
        WHEN NOT "t"."account" IS NULL
        THEN 2
        WHEN NOT "t"."session" IS NULL
        THEN 3
        ELSE 4
      END AS "tag",
      COALESCE("t"."visitor", "t"."customer", "t"."account", "t"."session", LOWER(HEX("t"."event_id"))) AS "who",
      "t"."session",
      CASE WHEN "t"."partner_id" IS NULL AND "t"."channel_id" IS NULL THEN 1 ELSE 0 END AS "sourceless"
    FROM "touchpoints" AS "t"
    WHERE
      "t"."program_id" = $program
      AND "t"."occurred_at" <= $as_of
      AND "t"."counts"
      AND "t"."kind" <> 'impression'
      AND (
        NOT "t"."visitor" IS NULL OR NOT "t"."session" IS NULL OR "t"."kind" = 'click'
      )
      AND "t"."occurred_at" >= $seen_from
      AND "t"."occurred_at" < $seen_until
  ) AS "v"
  GROUP BY
    "v"."tag",
    "v"."who",
    "v"."session"
), "begun" AS (
  SELECT
    "o".*,
    MAX("o"."opened_at") OVER (PARTITION BY "o"."tag", "o"."who", "o"."session" ORDER BY "o"."occurred_at") AS "began_at"
  FROM (
    SELECT
      "v".*,
      CASE
        WHEN LAG("v"."occurred_at") OVER "in_order" IS NULL
        OR EPOCH_US("v"."occurred_at") - EPOCH_US(LAG("v"."occurred_at") OVER "in_order") > CASE WHEN "v"."session" IS NULL THEN 1800000000 ELSE 14400000000 END
        THEN "v"."occurred_at"
      END AS "opened_at"
    FROM (
      SELECT
        "v".*
      FROM (
        SELECT
          "t"."event_id",
          "t"."receipt_id",
          "t"."occurred_at",
          0 AS "due_us",
          CASE
            WHEN NOT "t"."visitor" IS NULL
            THEN 0
            WHEN NOT "t"."customer" IS NULL
            THEN 1
            WHEN NOT "t"."account" IS NULL
            THEN 2
            WHEN NOT "t"."session" IS NULL
            THEN 3
            ELSE 4
          END AS "tag",
          COALESCE("t"."visitor", "t"."customer", "t"."account", "t"."session", LOWER(HEX("t"."event_id"))) AS "who",
          "t"."session",
          CASE WHEN "t"."partner_id" IS NULL AND "t"."channel_id" IS NULL THEN 1 ELSE 0 END AS "sourceless"
        FROM "touchpoints" AS "t"
        WHERE
          "t"."program_id" = $program
          AND "t"."occurred_at" <= $as_of
          AND "t"."counts"
          AND "t"."kind" <> 'impression'
          AND (
            NOT "t"."visitor" IS NULL OR NOT "t"."session" IS NULL OR "t"."kind" = 'click'
          )
          AND "t"."occurred_at" >= $seen_from
          AND "t"."occurred_at" < $seen_until
      ) AS "v"
      JOIN (
        SELECT
          "g"."tag",
          "g"."who",
          "g"."session"
        FROM "grouped" AS "g"
        WHERE
          NOT (
            EPOCH_US("g"."last_at") - EPOCH_US("g"."dated_at") <= CASE WHEN "g"."session" IS NULL THEN 1800000000 ELSE 14400000000 END
          )
      ) AS "p"
        ON "p"."tag" = "v"."tag"
        AND "p"."who" = "v"."who"
        AND "p"."session" IS NOT DISTINCT FROM "v"."session"
    ) AS "v"
    WINDOW "in_order" AS (PARTITION BY "v"."tag", "v"."who", "v"."session" ORDER BY "v"."occurred_at")
  ) AS "o"
), "sessions" AS (
  SELECT
    "g"."tag",
    "g"."who",
    "g"."session",
    "g"."dated_at",
    "g"."last_at",
    "g"."due_us",
    "g"."unit_id"
  FROM "grouped" AS "g"
  WHERE
    (
      EPOCH_US("g"."last_at") - EPOCH_US("g"."dated_at") <= CASE WHEN "g"."session" IS NULL THEN 1800000000 ELSE 14400000000 END
    )
  UNION ALL
  SELECT
    "v"."tag",
    "v"."who",
    "v"."session",
    "v"."began_at" AS "dated_at",
    MAX("v"."occurred_at") AS "last_at",
    MAX("v"."due_us") AS "due_us",
    ARG_MIN("v"."event_id", ROW("v"."sourceless", "v"."occurred_at", "v"."event_id")) AS "unit_id"
  FROM "begun" AS "v"
  WHERE
    (
      EPOCH_US("v"."occurred_at") - EPOCH_US("v"."began_at") <= 86400000000
    )
  GROUP BY
    "v"."tag",
    "v"."who",
    "v"."session",
    "v"."began_at"
), "units" AS (
  SELECT
    "s"."unit_id",
    "s"."dated_at",
    "s"."last_at",
    "s"."due_us",
    "s"."tag",
    "s"."who",
    "s"."session",
    TRUE AS "counts",
    "t"."partner_id",
    "t"."channel_id",
    "t"."device"
  FROM "sessions" AS "s"
  JOIN "touchpoints" AS "t"
    ON "t"."event_id" = "s"."unit_id"
  WHERE
    TRUE
    AND "s"."dated_at" >= $start
    AND "s"."dated_at" < $end
    AND "t"."occurred_at" >= $seen_from
    AND "t"."occurred_at" < $seen_until
), "reached" AS (
  SELECT
    1 AS "part",
    STRFTIME(
      MAKE_TIMESTAMP(
        EPOCH_US("u"."dated_at") + CASE WHEN EPOCH_US("u"."dated_at") >= $shift_from_1 THEN $shift_1 ELSE $shift_0 END
      ),
      '%G-W%V'
    ) AS "k1",
    COALESCE(NULLIF("u"."device", ''), 'unknown') AS "k2",
    "u"."unit_id" AS "unit_id",
    "c"."conversion_id",
    "c"."event_id",
    "c"."receipt_id",
    "c"."converted_at",
    "c"."touched_at",
    "c"."version",
    "c"."share_ppb",
    "c"."customer_type"
  FROM (
    SELECT
      CASE
        WHEN NOT "c"."visitor" IS NULL
        THEN 0
        WHEN NOT "c"."customer" IS NULL
        THEN 1
        WHEN NOT "c"."account" IS NULL
        THEN 2
        WHEN NOT "c"."session" IS NULL
        THEN 3
        ELSE 4
      END AS "tag",
      COALESCE("c"."visitor", "c"."customer", "c"."account", "c"."session", LOWER(HEX("c"."event_id"))) AS "who",
      "c"."session",
      "c"."conversion_id",
      "c"."event_id",
      "c"."receipt_id",
      "c"."converted_at",
      "c"."touched_at",
      "c"."version",
      "c"."share_ppb",
      CASE
        WHEN "c"."customer_type" IN ('new', 'returning')
        THEN "c"."customer_type"
        ELSE 'unknown'
      END AS "customer_type"
    FROM "paths" AS "c"
    WHERE
      "c"."program_id" = $program
      AND "c"."definition_id" = $definition
      AND "c"."converted_at" <= $as_of
      AND (
        "c"."share_ppb" > 0
      )
      AND "c"."counts"
      AND "c"."kind" <> 'impression'
      AND (
        NOT "c"."visitor" IS NULL OR NOT "c"."session" IS NULL OR "c"."kind" = 'click'
      )
  ) AS "c"
  JOIN (
    SELECT
      "u".*
    FROM "units" AS "u"
    WHERE
      (
        NOT "u"."partner_id" IS NULL
      )
  ) AS "u"
    ON "u"."tag" = "c"."tag"
    AND "u"."who" = "c"."who"
    AND "u"."session" IS NOT DISTINCT FROM "c"."session"
  WHERE
    TRUE AND "c"."touched_at" BETWEEN "u"."dated_at" AND "u"."last_at"
), "outcomes" AS (
  SELECT
    "unit_id",
    MIN("part") AS "part",
    MIN("k1") AS "k1",
    MIN("k2") AS "k2",
    MAX(CASE WHEN "version" = $version THEN 1 ELSE 0 END) AS "under_version"
  FROM (
    SELECT
      "r".*,
      ROW_NUMBER() OVER (
        PARTITION BY "r"."unit_id"
        ORDER BY "r"."converted_at", "r"."conversion_id", "r"."event_id"
      ) AS "nth"
    FROM "reached" AS "r"
  ) AS "ordered"
  GROUP BY
    "unit_id"
), "entries" AS (
  SELECT
    1 AS "part",
    STRFTIME(
      MAKE_TIMESTAMP(
        EPOCH_US("u"."dated_at") + CASE WHEN EPOCH_US("u"."dated_at") >= $shift_from_1 THEN $shift_1 ELSE $shift_0 END
      ),
      '%G-W%V'
    ) AS "k1",
    COALESCE(NULLIF("u"."device", ''), 'unknown') AS "k2",
    "u"."tag",
    "u"."who",
    1 AS "u",
    CASE WHEN NOT "o"."unit_id" IS NULL THEN 1 ELSE 0 END AS "s",
    0 AS "immature"
  FROM (
    SELECT
      "u".*
    FROM "units" AS "u"
    WHERE
      (
        NOT "u"."partner_id" IS NULL
      )
  ) AS "u"
  LEFT JOIN "outcomes" AS "o"
    ON "o"."unit_id" = "u"."unit_id"
  UNION ALL
  SELECT
    1 + CASE WHEN "t"."counts" THEN 0 ELSE 4 END AS "part",
    STRFTIME(
      MAKE_TIMESTAMP(
        EPOCH_US("t"."occurred_at") + CASE
          WHEN EPOCH_US("t"."occurred_at") >= $shift_from_1
          THEN $shift_1
          ELSE $shift_0
        END
      ),
      '%G-W%V'
    ) AS "k1",
    COALESCE(NULLIF("t"."device", ''), 'unknown') AS "k2",
    0 AS "tag",
    '' AS "who",
    1 AS "u",
    0 AS "s",
    0 AS "immature"
  FROM (
    SELECT
      "t".*
    FROM "touchpoints" AS "t"
    WHERE
      "t"."program_id" = $program
      AND "t"."occurred_at" <= $as_of
      AND NOT "t"."counts"
      AND "t"."kind" <> 'impression'
      AND (
        NOT "t"."visitor" IS NULL OR NOT "t"."session" IS NULL OR "t"."kind" = 'click'
      )
      AND "t"."occurred_at" >= $start
      AND "t"."occurred_at" < $end
      AND (
        NOT "t"."partner_id" IS NULL
      )
  ) AS "t"
), "counting" AS (
  SELECT
    "r"."part",
    "r"."k1" AS "k1",
    "r"."k2" AS "k2",
    "r"."conversion_id" AS "thing",
    "r"."share_ppb"
  FROM "reached" AS "r"
  WHERE
    TRUE
), "crossed" AS (
  SELECT
    "o"."part",
    "o"."k1" AS "k1",
    "o"."k2" AS "k2",
    1 AS "crossing"
  FROM "outcomes" AS "o"
  WHERE
    "o"."under_version" = 0 AND NOT "o"."unit_id" IS NULL
), "by_cluster" AS (
  SELECT
    "part",
    "k1",
    "k2",
    "tag",
    "who",
    CAST(SUM("u") AS BIGINT) AS "u",
    CAST(SUM("s") AS BIGINT) AS "s"
  FROM "entries"
  GROUP BY
    "part",
    "k1",
    "k2",
    "tag",
    "who"
), "told" AS (
  SELECT
    'total' AS "scope",
    '' AS "k1",
    '' AS "k2",
    COALESCE(SUM("u"), 0) AS "units",
    COALESCE(SUM("s"), 0) AS "successes",
    COUNT(CASE WHEN "u" > 0 OR "s" > 0 THEN 1 END) AS "clusters",
    COALESCE(SUM("u" * "u"), 0) AS "units_sq",
    COALESCE(SUM("s" * "s"), 0) AS "successes_sq",
    COALESCE(SUM("u" * "s"), 0) AS "units_successes",
    COALESCE(MAX("u"), 0) AS "largest",
    0 AS "immature",
    0 AS "crossing",
    0 AS "excluded",
    0 AS "conversions",
    0 AS "share_ppb",
    0 AS "top_1",
    0 AS "top_5",
    0 AS "top_10",
    0 AS "first_us",
    0 AS "last_us",
    0 AS "aside"
  FROM (
    SELECT
      "tag",
      "who",
      CAST(SUM("u") AS BIGINT) AS "u",
      CAST(SUM("s") AS BIGINT) AS "s"
    FROM "by_cluster"
    WHERE
      "part" IN (1, 3)
    GROUP BY
      "tag",
      "who"
  ) AS "persons"
  UNION ALL
  SELECT
    'total' AS "scope",
    '' AS "k1",
    '' AS "k2",
    0 AS "units",
    0 AS "successes",
    0 AS "clusters",
    0 AS "units_sq",
    0 AS "successes_sq",
    0 AS "units_successes",
    0 AS "largest",
    0 AS "immature",
    0 AS "crossing",
    COALESCE(SUM("u"), 0) AS "excluded",
    0 AS "conversions",
    0 AS "share_ppb",
    0 AS "top_1",
    0 AS "top_5",
    0 AS "top_10",
    0 AS "first_us",
    0 AS "last_us",
    0 AS "aside"
  FROM "by_cluster"
  WHERE
    "part" IN (5, 7)
  UNION ALL
  SELECT
    'total' AS "scope",
    '' AS "k1",
    '' AS "k2",
    0 AS "units",
    0 AS "successes",
    0 AS "clusters",
    0 AS "units_sq",
    0 AS "successes_sq",
    0 AS "units_successes",
    0 AS "largest",
    0 AS "immature",
    COUNT(*) AS "crossing",
    0 AS "excluded",
    0 AS "conversions",
    0 AS "share_ppb",
    0 AS "top_1",
    0 AS "top_5",
    0 AS "top_10",
    0 AS "first_us",
    0 AS "last_us",
    0 AS "aside"
  FROM "crossed"
  WHERE
    "part" IN (1, 3)
  UNION ALL
  SELECT
    'total' AS "scope",
    '' AS "k1",
    '' AS "k2",
    0 AS "units",
    0 AS "successes",
    0 AS "clusters",
    0 AS "units_sq",
    0 AS "successes_sq",
    0 AS "units_successes",
    0 AS "largest",
    0 AS "immature",
    0 AS "crossing",
    0 AS "excluded",
    COUNT(DISTINCT "thing") AS "conversions",
    COALESCE(SUM("share_ppb"), 0) AS "share_ppb",
    0 AS "top_1",
    0 AS "top_5",
    0 AS "top_10",
    0 AS "first_us",
    0 AS "last_us",
    0 AS "aside"
  FROM "counting"
  WHERE
    "part" IN (1, 3)
  UNION ALL
  SELECT
    'row' AS "scope",
    "k1",
    "k2",
    COALESCE(SUM("u"), 0) AS "units",
    COALESCE(SUM("s"), 0) AS "successes",
    COUNT(CASE WHEN "u" > 0 OR "s" > 0 THEN 1 END) AS "clusters",
    COALESCE(SUM("u" * "u"), 0) AS "units_sq",
    COALESCE(SUM("s" * "s"), 0) AS "successes_sq",
    COALESCE(SUM("u" * "s"), 0) AS "units_successes",
    COALESCE(MAX("u"), 0) AS "largest",
    0 AS "immature",
    0 AS "crossing",
    0 AS "excluded",
    0 AS "conversions",
    0 AS "share_ppb",
    0 AS "top_1",
    0 AS "top_5",
    0 AS "top_10",
    0 AS "first_us",
    0 AS "last_us",
    0 AS "aside"
  FROM "by_cluster"
  WHERE
    "part" IN (1, 3)
  GROUP BY
    "k1",
    "k2"
  UNION ALL
  SELECT
    'row' AS "scope",
    "k1",
    "k2",
    0 AS "units",
    0 AS "successes",
    0 AS "clusters",
    0 AS "units_sq",
    0 AS "successes_sq",
    0 AS "units_successes",
    0 AS "largest",
    0 AS "immature",
    0 AS "crossing",
    COALESCE(SUM("u"), 0) AS "excluded",
    0 AS "conversions",
    0 AS "share_ppb",
    0 AS "top_1",
    0 AS "top_5",
    0 AS "top_10",
    0 AS "first_us",
    0 AS "last_us",
    0 AS "aside"
  FROM "by_cluster"
  WHERE
    "part" IN (5, 7)
  GROUP BY
    "k1",
    "k2"
  UNION ALL
  SELECT
    'row' AS "scope",
    "k1",
    "k2",
    0 AS "units",
    0 AS "successes",
    0 AS "clusters",
    0 AS "units_sq",
    0 AS "successes_sq",
    0 AS "units_successes",
    0 AS "largest",
    0 AS "immature",
    COUNT(*) AS "crossing",
    0 AS "excluded",
    0 AS "conversions",
    0 AS "share_ppb",
    0 AS "top_1",
    0 AS "top_5",
    0 AS "top_10",
    0 AS "first_us",
    0 AS "last_us",
    0 AS "aside"
  FROM "crossed"
  WHERE
    "part" IN (1, 3)
  GROUP BY
    "k1",
    "k2"
  UNION ALL
  SELECT
    'row' AS "scope",
    "k1",
    "k2",
    0 AS "units",
    0 AS "successes",
    0 AS "clusters",
    0 AS "units_sq",
    0 AS "successes_sq",
    0 AS "units_successes",
    0 AS "largest",
    0 AS "immature",
    0 AS "crossing",
    0 AS "excluded",
    COUNT(DISTINCT "thing") AS "conversions",
    COALESCE(SUM("share_ppb"), 0) AS "share_ppb",
    0 AS "top_1",
    0 AS "top_5",
    0 AS "top_10",
    0 AS "first_us",
    0 AS "last_us",
    0 AS "aside"
  FROM "counting"
  WHERE
    "part" IN (1, 3)
  GROUP BY
    "k1",
    "k2"
)
SELECT
  *
FROM (
  SELECT
    "scope",
    "k1" AS "k1",
    "k2" AS "k2",
    "units",
    "successes",
    "clusters",
    "units_sq",
    "successes_sq",
    "units_successes",
    "largest",
    "immature",
    "crossing",
    "excluded",
    "conversions",
    "share_ppb",
    "top_1",
    "top_5",
    "top_10",
    "first_us",
    "last_us",
    "aside"
  FROM (
    SELECT
      "scope",
      "k1",
      "k2",
      CAST(SUM("units") AS BIGINT) AS "units",
      CAST(SUM("successes") AS BIGINT) AS "successes",
      CAST(SUM("clusters") AS BIGINT) AS "clusters",
      CAST(SUM("units_sq") AS BIGINT) AS "units_sq",
      CAST(SUM("successes_sq") AS BIGINT) AS "successes_sq",
      CAST(SUM("units_successes") AS BIGINT) AS "units_successes",
      CAST(SUM("largest") AS BIGINT) AS "largest",
      CAST(SUM("immature") AS BIGINT) AS "immature",
      CAST(SUM("crossing") AS BIGINT) AS "crossing",
      CAST(SUM("excluded") AS BIGINT) AS "excluded",
      CAST(SUM("conversions") AS BIGINT) AS "conversions",
      CAST(SUM("share_ppb") AS BIGINT) AS "share_ppb",
      CAST(SUM("top_1") AS BIGINT) AS "top_1",
      CAST(SUM("top_5") AS BIGINT) AS "top_5",
      CAST(SUM("top_10") AS BIGINT) AS "top_10",
      CAST(SUM("first_us") AS BIGINT) AS "first_us",
      CAST(SUM("last_us") AS BIGINT) AS "last_us",
      CAST(SUM("aside") AS BIGINT) AS "aside"
    FROM (
      SELECT
        *
      FROM "told"
      UNION ALL
      SELECT
        'total' AS "scope",
        '' AS "k1",
        '' AS "k2",
        0 AS "units",
        0 AS "successes",
        0 AS "clusters",
        0 AS "units_sq",
        0 AS "successes_sq",
        0 AS "units_successes",
        0 AS "largest",
        0 AS "immature",
        0 AS "crossing",
        0 AS "excluded",
        0 AS "conversions",
        0 AS "share_ppb",
        0 AS "top_1",
        0 AS "top_5",
        0 AS "top_10",
        COALESCE(EPOCH_US(MIN("u"."dated_at")) + 1, 0) AS "first_us",
        COALESCE(EPOCH_US(MAX("u"."dated_at")) + 1, 0) AS "last_us",
        0 AS "aside"
      FROM (
        SELECT
          "u".*
        FROM "units" AS "u"
        WHERE
          (
            NOT "u"."partner_id" IS NULL
          )
      ) AS "u"
      WHERE
        "u"."counts" AND NOT "u"."partner_id" IS NULL
      UNION ALL
      SELECT
        'total' AS "scope",
        '' AS "k1",
        '' AS "k2",
        0 AS "units",
        0 AS "successes",
        0 AS "clusters",
        0 AS "units_sq",
        0 AS "successes_sq",
        0 AS "units_successes",
        0 AS "largest",
        0 AS "immature",
        0 AS "crossing",
        0 AS "excluded",
        0 AS "conversions",
        0 AS "share_ppb",
        0 AS "top_1",
        0 AS "top_5",
        0 AS "top_10",
        0 AS "first_us",
        0 AS "last_us",
        COUNT(*) AS "aside"
      FROM (
        SELECT
          "c"."conversion_id"
        FROM "paths" AS "c"
        LEFT JOIN (
          SELECT
            "b"."event_id"
          FROM (
            SELECT
              "o".*,
              MAX("o"."opened_at") OVER (PARTITION BY "o"."tag", "o"."who", "o"."session" ORDER BY "o"."occurred_at") AS "began_at"
            FROM (
              SELECT
                "v".*,
                CASE
                  WHEN LAG("v"."occurred_at") OVER "in_order" IS NULL
                  OR EPOCH_US("v"."occurred_at") - EPOCH_US(LAG("v"."occurred_at") OVER "in_order") > CASE WHEN "v"."session" IS NULL THEN 1800000000 ELSE 14400000000 END
                  THEN "v"."occurred_at"
                END AS "opened_at"
              FROM (
                SELECT
                  "v".*
                FROM (
                  SELECT
                    "t"."event_id",
                    "t"."receipt_id",
                    "t"."occurred_at",
                    0 AS "due_us",
                    CASE
                      WHEN NOT "t"."visitor" IS NULL
                      THEN 0
                      WHEN NOT "t"."customer" IS NULL
                      THEN 1
                      WHEN NOT "t"."account" IS NULL
                      THEN 2
                      WHEN NOT "t"."session" IS NULL
                      THEN 3
                      ELSE 4
                    END AS "tag",
                    COALESCE("t"."visitor", "t"."customer", "t"."account", "t"."session", LOWER(HEX("t"."event_id"))) AS "who",
                    "t"."session",
                    CASE WHEN "t"."partner_id" IS NULL AND "t"."channel_id" IS NULL THEN 1 ELSE 0 END AS "sourceless"
                  FROM "touchpoints" AS "t"
                  WHERE
                    "t"."program_id" = $program
                    AND "t"."occurred_at" <= $as_of
                    AND "t"."counts"
                    AND "t"."kind" <> 'impression'
                    AND (
                      NOT "t"."visitor" IS NULL OR NOT "t"."session" IS NULL OR "t"."kind" = 'click'
                    )
                    AND "t"."occurred_at" >= $earned_from
                    AND "t"."occurred_at" < $end
                ) AS "v"
                JOIN (
                  SELECT DISTINCT
                    CASE
                      WHEN NOT "c"."visitor" IS NULL
                      THEN 0
                      WHEN NOT "c"."customer" IS NULL
                      THEN 1
                      WHEN NOT "c"."account" IS NULL
                      THEN 2
                      WHEN NOT "c"."session" IS NULL
                      THEN 3
                      ELSE 4
                    END AS "tag",
                    COALESCE("c"."visitor", "c"."customer", "c"."account", "c"."session", LOWER(HEX("c"."event_id"))) AS "who",
                    "c"."session"
                  FROM "paths" AS "c"
                  WHERE
                    "c"."program_id" = $program
                    AND "c"."definition_id" = $definition
                    AND "c"."converted_at" <= $as_of
                    AND (
                      "c"."share_ppb" > 0
                    )
                    AND "c"."converted_at" >= $start
                    AND "c"."converted_at" < $end
                    AND NOT "c"."partner_id" IS NULL
                    AND TRUE
                    AND "c"."counts"
                    AND (
                      "c"."kind" <> 'impression'
                      AND (
                        NOT "c"."visitor" IS NULL OR NOT "c"."session" IS NULL OR "c"."kind" = 'click'
                      )
                    )
                ) AS "p"
                  ON "p"."tag" = "v"."tag"
                  AND "p"."who" = "v"."who"
                  AND "p"."session" IS NOT DISTINCT FROM "v"."session"
              ) AS "v"
              WINDOW "in_order" AS (PARTITION BY "v"."tag", "v"."who", "v"."session" ORDER BY "v"."occurred_at")
            ) AS "o"
          ) AS "b"
          WHERE
            NOT (
              EPOCH_US("b"."occurred_at") - EPOCH_US("b"."began_at") <= 86400000000
            )
        ) AS "s"
          ON "s"."event_id" = "c"."event_id"
        WHERE
          "c"."program_id" = $program
          AND "c"."definition_id" = $definition
          AND "c"."converted_at" <= $as_of
          AND (
            "c"."share_ppb" > 0
          )
          AND "c"."converted_at" >= $start
          AND "c"."converted_at" < $end
          AND NOT "c"."partner_id" IS NULL
          AND TRUE
        GROUP BY
          "c"."conversion_id"
        HAVING
          MAX(
            CASE
              WHEN "c"."counts"
              AND (
                "c"."kind" <> 'impression'
                AND (
                  NOT "c"."visitor" IS NULL OR NOT "c"."session" IS NULL OR "c"."kind" = 'click'
                )
              )
              AND "s"."event_id" IS NULL
              THEN 1
              ELSE 0
            END
          ) = 0
      ) AS "aside"
    ) AS "every"
    GROUP BY
      "scope",
      "k1",
      "k2"
  ) AS "cells"
) AS "written"
ORDER BY
  "scope",
  "k1",
  "k2"
-- parameters: as_of, definition, earned_from, end, program, seen_from, seen_until, shift_0, shift_1, shift_from_1, start, version
