WITH "leads" AS (
  SELECT
    "conversion_id" AS "unit_id",
    "receipt_id" AS "own_receipt",
    "occurred_at" AS "dated_at",
    "subject",
    "program_id"
  FROM "conversions"
  WHERE
    "program_id" = $program AND "definition_id" = $leads AND "occurred_at" <= $as_of
), "members" AS (
  SELECT
    "c"."conversion_id" AS "unit_id",
    "c"."share_ppb",
    "l"."dated_at",
    "c"."event_id",
    "c"."receipt_id",
    "c"."touched_at" AS "occurred_at",
    0 AS "due_us",
    "c"."partner_id",
    "c"."partner_kind",
    "c"."partnership_id",
    "c"."placement_id",
    "c"."placement_type",
    "c"."link_id",
    "c"."code_id",
    "c"."channel_id",
    "c"."campaign_id",
    "c"."device",
    "c"."browser",
    "c"."country",
    "c"."visitor_type",
    "c"."landing_page",
    "c"."sub_id"
  FROM "paths" AS "c"
  JOIN "leads" AS "l"
    ON "l"."unit_id" = "c"."conversion_id"
  WHERE
    "c"."program_id" = $program
    AND "c"."definition_id" = $leads
    AND "c"."share_ppb" > 0
), "standing" AS (
  SELECT
    "m".*,
    MAX("m"."due_us") OVER (PARTITION BY "m"."unit_id") AS "lead_due_us",
    ROW_NUMBER() OVER (
      PARTITION BY "m"."unit_id"
      ORDER BY "m"."share_ppb" DESC, "m"."occurred_at" DESC, "m"."event_id" DESC
    ) AS "nth"
  FROM "members" AS "m"
), "units" AS (
  SELECT
    "l"."unit_id",
    "l"."own_receipt",
    "l"."dated_at",
    COALESCE("t"."lead_due_us", 0) AS "due_us",
    5 AS "tag",
    "l"."subject" AS "who",
    TRUE AS "counts",
    "l"."program_id",
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
  FROM "leads" AS "l"
  LEFT JOIN "standing" AS "t"
    ON "t"."unit_id" = "l"."unit_id" AND "t"."nth" = 1
  WHERE
    TRUE AND "l"."dated_at" >= $start AND "l"."dated_at" < $end
), "reached" AS (
  SELECT
    1 AS "part",
    COALESCE("u"."partner_id", "u"."channel_id", $nobody) AS "k1",
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
      "m"."unit_id",
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
    JOIN "members" AS "m"
      ON "m"."event_id" = "c"."event_id" AND "m"."dated_at" <= "c"."converted_at"
    WHERE
      "c"."program_id" = $program
      AND "c"."definition_id" = $definition
      AND "c"."converted_at" <= $as_of
      AND (
        "c"."share_ppb" > 0
      )
    QUALIFY
      ROW_NUMBER() OVER (
        PARTITION BY "c"."conversion_id", "c"."event_id"
        ORDER BY "m"."dated_at" DESC, "m"."unit_id" DESC
      ) = 1
  ) AS "c"
  JOIN (
    SELECT
      "u".*
    FROM "units" AS "u"
    WHERE
      (
        TRUE
      )
  ) AS "u"
    ON "u"."unit_id" = "c"."unit_id"
  WHERE
    TRUE
), "outcomes" AS (
  SELECT
    "unit_id",
    MIN("part") AS "part",
    MIN("k1") AS "k1",
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
    COALESCE("u"."partner_id", "u"."channel_id", $nobody) AS "k1",
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
        TRUE
      )
  ) AS "u"
  LEFT JOIN "outcomes" AS "o"
    ON "o"."unit_id" = "u"."unit_id"
), "counting" AS (
  SELECT
    "r"."part",
    "r"."k1" AS "k1",
    "r"."conversion_id" AS "thing",
    "r"."share_ppb"
  FROM "reached" AS "r"
  WHERE
    TRUE
), "crossed" AS (
  SELECT
    "o"."part",
    "o"."k1" AS "k1",
    1 AS "crossing"
  FROM "outcomes" AS "o"
  WHERE
    "o"."under_version" = 0 AND NOT "o"."unit_id" IS NULL
), "by_cluster" AS (
  SELECT
    "part",
    "k1",
    "tag",
    "who",
    CAST(SUM("u") AS BIGINT) AS "u",
    CAST(SUM("s") AS BIGINT) AS "s"
  FROM "entries"
  GROUP BY
    "part",
    "k1",
    "tag",
    "who"
), "told" AS (
  SELECT
    'total' AS "scope",
    $nobody AS "k1",
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
    $nobody AS "k1",
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
    $nobody AS "k1",
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
    $nobody AS "k1",
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
    "k1"
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
  FROM "by_cluster"
  WHERE
    "part" IN (5, 7)
  GROUP BY
    "k1"
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
    "k1"
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
  FROM "counting"
  WHERE
    "part" IN (1, 3)
  GROUP BY
    "k1"
)
SELECT
  *
FROM (
  SELECT
    "scope",
    CASE WHEN "k1" = $nobody THEN 'none' ELSE LOWER(HEX("k1")) END AS "k1",
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
        $nobody AS "k1",
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
            TRUE
          )
      ) AS "u"
      WHERE
        "u"."counts" AND TRUE
      UNION ALL
      SELECT
        'total' AS "scope",
        $nobody AS "k1",
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
            "event_id",
            MIN("dated_at") AS "first_at"
          FROM "members"
          GROUP BY
            "event_id"
        ) AS "l"
          ON "l"."event_id" = "c"."event_id"
        WHERE
          "c"."program_id" = $program
          AND "c"."definition_id" = $definition
          AND "c"."converted_at" <= $as_of
          AND (
            "c"."share_ppb" > 0
          )
          AND "c"."converted_at" >= $start
          AND "c"."converted_at" < $end
          AND TRUE
          AND TRUE
        GROUP BY
          "c"."conversion_id"
        HAVING
          MAX(CASE WHEN "l"."first_at" <= "c"."converted_at" THEN 1 ELSE 0 END) = 0
      ) AS "aside"
    ) AS "every"
    GROUP BY
      "scope",
      "k1"
  ) AS "cells"
) AS "written"
ORDER BY
  "scope",
  "k1"
-- parameters: as_of, definition, end, leads, nobody, program, start, version
