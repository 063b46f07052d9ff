WITH "rows_paths" AS (
  SELECT
    1 AS "part",
    COALESCE(NULLIF("t"."landing_page", ''), '(none)') AS "k1",
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
    0 AS "u",
    CASE
      WHEN (
        "t"."share_ppb" > 0
      )
      THEN CAST(COALESCE("t"."value_minor", 0) AS INT128) * "t"."share_ppb"
      ELSE 0
    END AS "s",
    "t"."conversion_id" AS "thing",
    "t"."share_ppb" AS "share_ppb",
    (
      "t"."share_ppb" > 0
    ) AS "above",
    FALSE AS "below",
    "t".*
  FROM "paths" AS "t"
  WHERE
    "t"."program_id" = $program
    AND "t"."definition_id" = $definition
    AND "t"."converted_at" <= $as_of
    AND "t"."currency" = $currency
    AND "t"."converted_at" >= $start
    AND "t"."converted_at" < $end
    AND (
      NOT "t"."partner_id" IS NULL
    )
    AND TRUE
    AND (
      (
        "t"."share_ppb" > 0
      )
    )
), "entries" AS (
  SELECT
    1 + CASE WHEN "u"."counts" THEN 0 ELSE 4 END AS "part",
    COALESCE(NULLIF("u"."landing_page", ''), '(none)') AS "k1",
    "u"."tag",
    "u"."who",
    1 AS "u",
    0 AS "s",
    0 AS "immature"
  FROM (
    SELECT
      "t"."event_id" AS "unit_id",
      "t"."occurred_at" AS "dated_at",
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
      "t"."counts",
      "t"."program_id",
      "t"."partner_id",
      "t"."partner_kind",
      "t"."partnership_id",
      "t"."placement_id",
      "t"."placement_type",
      "t"."link_id",
      "t"."code_id",
      "t"."channel_id",
      "t"."campaign_id",
      "t"."device",
      "t"."browser",
      "t"."country",
      "t"."visitor_type",
      "t"."landing_page",
      "t"."sub_id"
    FROM "touchpoints" AS "t"
    WHERE
      "t"."program_id" = $program
      AND "t"."occurred_at" <= $as_of
      AND "t"."kind" = 'click'
      AND "t"."occurred_at" >= $start
      AND "t"."occurred_at" < $end
      AND (
        NOT "t"."partner_id" IS NULL
      )
  ) AS "u"
  UNION ALL
  SELECT
    "r"."part",
    "r"."k1",
    "r"."tag",
    "r"."who",
    "r"."u",
    "r"."s",
    0 AS "immature"
  FROM "rows_paths" AS "r"
), "counting" AS (
  SELECT
    "r"."part",
    "r"."k1",
    "r"."thing",
    "r"."share_ppb"
  FROM "rows_paths" AS "r"
  WHERE
    "r"."above"
), "by_cluster" AS (
  SELECT
    "part",
    "k1",
    "tag",
    "who",
    CAST(SUM("u") AS BIGINT) AS "u",
    SUM("s") AS "s"
  FROM "entries"
  GROUP BY
    "part",
    "k1",
    "tag",
    "who"
), "ranked" AS (
  SELECT
    "k1",
    ROW_NUMBER() OVER (ORDER BY "size" DESC, "k1") AS "place"
  FROM (
    SELECT
      "k1",
      SUM("size") AS "size"
    FROM (
      SELECT
        "k1",
        CASE WHEN "part" IN (1, 3) THEN "u" ELSE 0 END AS "size"
      FROM "by_cluster"
      WHERE
        "part" IN (1, 3) OR "part" IN (5, 7)
      UNION ALL
      SELECT
        "k1",
        0 AS "size"
      FROM "counting"
      WHERE
        "part" IN (1, 3)
      GROUP BY
        "k1"
    ) AS "sizes"
    GROUP BY
      "k1"
  ) AS "sized"
), "told" AS (
  SELECT
    'total' AS "scope",
    '' AS "k1",
    COALESCE(SUM("u"), 0) AS "units",
    COALESCE(SUM("s"), 0) AS "successes",
    COUNT(CASE WHEN "u" > 0 OR "s" > 0 THEN 1 END) AS "clusters",
    COALESCE(SUM(CAST("u" AS INT128) * "u"), 0) AS "units_sq",
    COALESCE(SUM(CAST((
      "s" // 1000000000
    ) AS INT128) * (
      "s" // 1000000000
    )), 0) AS "successes_sq",
    COALESCE(SUM(CAST("u" AS INT128) * (
      "s" // 1000000000
    )), 0) AS "units_successes",
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
      SUM("s") AS "s"
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
    COALESCE(SUM("u"), 0) AS "units",
    COALESCE(SUM("s"), 0) AS "successes",
    COUNT(CASE WHEN "u" > 0 OR "s" > 0 THEN 1 END) AS "clusters",
    COALESCE(SUM(CAST("u" AS INT128) * "u"), 0) AS "units_sq",
    COALESCE(SUM(CAST((
      "s" // 1000000000
    ) AS INT128) * (
      "s" // 1000000000
    )), 0) AS "successes_sq",
    COALESCE(SUM(CAST("u" AS INT128) * (
      "s" // 1000000000
    )), 0) AS "units_successes",
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
      "b".*,
      "r"."place"
    FROM (
      SELECT
        *
      FROM "by_cluster"
      WHERE
        "part" IN (1, 3)
    ) AS "b"
    JOIN "ranked" AS "r"
      ON "r"."k1" = "b"."k1"
  ) AS "placed"
  WHERE
    "place" <= $top
  GROUP BY
    "k1"
  UNION ALL
  SELECT
    'other' AS "scope",
    '' AS "k1",
    COALESCE(SUM("u"), 0) AS "units",
    COALESCE(SUM("s"), 0) AS "successes",
    COUNT(CASE WHEN "u" > 0 OR "s" > 0 THEN 1 END) AS "clusters",
    COALESCE(SUM(CAST("u" AS INT128) * "u"), 0) AS "units_sq",
    COALESCE(SUM(CAST((
      "s" // 1000000000
    ) AS INT128) * (
      "s" // 1000000000
    )), 0) AS "successes_sq",
    COALESCE(SUM(CAST("u" AS INT128) * (
      "s" // 1000000000
    )), 0) AS "units_successes",
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
      SUM("s") AS "s"
    FROM (
      SELECT
        "b".*,
        "r"."place"
      FROM (
        SELECT
          *
        FROM "by_cluster"
        WHERE
          "part" IN (1, 3)
      ) AS "b"
      JOIN "ranked" AS "r"
        ON "r"."k1" = "b"."k1"
    ) AS "placed"
    WHERE
      "place" > $top
    GROUP BY
      "tag",
      "who"
  ) AS "persons"
  UNION ALL
  SELECT
    'row' AS "scope",
    "k1",
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
  FROM (
    SELECT
      "b".*,
      "r"."place"
    FROM (
      SELECT
        *
      FROM "by_cluster"
      WHERE
        "part" IN (5, 7)
    ) AS "b"
    JOIN "ranked" AS "r"
      ON "r"."k1" = "b"."k1"
  ) AS "placed"
  WHERE
    "place" <= $top
  GROUP BY
    "k1"
  UNION ALL
  SELECT
    'other' AS "scope",
    '' AS "k1",
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
  FROM (
    SELECT
      "b".*,
      "r"."place"
    FROM (
      SELECT
        *
      FROM "by_cluster"
      WHERE
        "part" IN (5, 7)
    ) AS "b"
    JOIN "ranked" AS "r"
      ON "r"."k1" = "b"."k1"
  ) AS "placed"
  WHERE
    "place" > $top
  UNION ALL
  SELECT
    'row' AS "scope",
    "k1",
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
  FROM (
    SELECT
      "b".*,
      "r"."place"
    FROM (
      SELECT
        *
      FROM "counting"
      WHERE
        "part" IN (1, 3)
    ) AS "b"
    JOIN "ranked" AS "r"
      ON "r"."k1" = "b"."k1"
  ) AS "placed"
  WHERE
    "place" <= $top
  GROUP BY
    "k1"
  UNION ALL
  SELECT
    'other' AS "scope",
    '' AS "k1",
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
  FROM (
    SELECT
      "b".*,
      "r"."place"
    FROM (
      SELECT
        *
      FROM "counting"
      WHERE
        "part" IN (1, 3)
    ) AS "b"
    JOIN "ranked" AS "r"
      ON "r"."k1" = "b"."k1"
  ) AS "placed"
  WHERE
    "place" > $top
)
SELECT
  *
FROM (
  SELECT
    "scope",
    "k1" AS "k1",
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
      CAST(SUM("units") AS BIGINT) AS "units",
      SUM("successes") AS "successes",
      CAST(SUM("clusters") AS BIGINT) AS "clusters",
      SUM("units_sq") AS "units_sq",
      SUM("successes_sq") AS "successes_sq",
      SUM("units_successes") AS "units_successes",
      CAST(SUM("largest") AS BIGINT) AS "largest",
      CAST(SUM("immature") AS BIGINT) AS "immature",
      CAST(SUM("crossing") AS BIGINT) AS "crossing",
      CAST(SUM("excluded") AS BIGINT) AS "excluded",
      CAST(SUM("conversions") AS BIGINT) AS "conversions",
      CAST(SUM("share_ppb") AS BIGINT) AS "share_ppb",
      SUM("top_1") AS "top_1",
      SUM("top_5") AS "top_5",
      SUM("top_10") AS "top_10",
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
          "t"."event_id" AS "unit_id",
          "t"."occurred_at" AS "dated_at",
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
          "t"."counts",
          "t"."program_id",
          "t"."partner_id",
          "t"."partner_kind",
          "t"."partnership_id",
          "t"."placement_id",
          "t"."placement_type",
          "t"."link_id",
          "t"."code_id",
          "t"."channel_id",
          "t"."campaign_id",
          "t"."device",
          "t"."browser",
          "t"."country",
          "t"."visitor_type",
          "t"."landing_page",
          "t"."sub_id"
        FROM "touchpoints" AS "t"
        WHERE
          "t"."program_id" = $program
          AND "t"."occurred_at" <= $as_of
          AND "t"."kind" = 'click'
          AND "t"."counts"
          AND "t"."occurred_at" >= $start
          AND "t"."occurred_at" < $end
          AND (
            NOT "t"."partner_id" IS NULL
          )
      ) AS "u"
      WHERE
        "u"."counts" AND NOT "u"."partner_id" IS NULL
    ) AS "every"
    GROUP BY
      "scope",
      "k1"
  ) AS "cells"
) AS "written"
ORDER BY
  "scope",
  "k1"
-- parameters: as_of, currency, definition, end, program, start, top
