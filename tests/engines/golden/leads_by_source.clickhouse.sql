WITH "leads" AS MATERIALIZED (
  SELECT
    "conversion_id" AS "unit_id",
    "receipt_id" AS "own_receipt",
    "occurred_at" AS "dated_at",
    "subject" AS "subject",
    "program_id" AS "program_id"
  FROM "conversions"
  WHERE
    "program_id" = unhex({program: String})
    AND "definition_id" = unhex({leads: String})
    AND "occurred_at" <= fromUnixTimestamp64Micro({as_of: Int64}, 'UTC')
), "members" AS MATERIALIZED (
  SELECT
    "c_row"."conversion_id" AS "unit_id",
    "c_row"."share_ppb" AS "share_ppb",
    "l_row"."dated_at" AS "dated_at",
    "c_row"."event_id" AS "event_id",
    "c_row"."receipt_id" AS "receipt_id",
    "c_row"."touched_at" AS "occurred_at",
    toInt64(0) AS "due_us",
    "c_row"."partner_id" AS "partner_id",
    "c_row"."partner_kind" AS "partner_kind",
    "c_row"."partnership_id" AS "partnership_id",
    "c_row"."placement_id" AS "placement_id",
    "c_row"."placement_type" AS "placement_type",
    "c_row"."link_id" AS "link_id",
    "c_row"."code_id" AS "code_id",
    "c_row"."channel_id" AS "channel_id",
    "c_row"."campaign_id" AS "campaign_id",
    "c_row"."device" AS "device",
    "c_row"."browser" AS "browser",
    "c_row"."country" AS "country",
    "c_row"."visitor_type" AS "visitor_type",
    "c_row"."landing_page" AS "landing_page",
    "c_row"."sub_id" AS "sub_id"
  FROM "paths" AS "c_row"
  JOIN "leads" AS "l_row"
    ON "l_row"."unit_id" = "c_row"."conversion_id"
  WHERE
    "c_row"."program_id" = unhex({program: String})
    AND "c_row"."definition_id" = unhex({leads: String})
    AND "c_row"."share_ppb" > toInt64(0)
), "standing" AS MATERIALIZED (
  SELECT
    "m_row".*,
    MAX("m_row"."due_us") OVER (PARTITION BY "m_row"."unit_id") AS "lead_due_us",
    ROW_NUMBER() OVER (
      PARTITION BY "m_row"."unit_id"
      ORDER BY "m_row"."share_ppb" DESC, "m_row"."occurred_at" DESC, "m_row"."event_id" DESC
    ) AS "nth"
  FROM "members" AS "m_row"
), "units" AS MATERIALIZED (
  SELECT
    "l_row"."unit_id" AS "unit_id",
    "l_row"."own_receipt" AS "own_receipt",
    "l_row"."dated_at" AS "dated_at",
    COALESCE("t_row"."lead_due_us", toInt64(0)) AS "due_us",
    toInt64(5) AS "tag",
    "l_row"."subject" AS "who",
    TRUE AS "counts",
    "l_row"."program_id" AS "program_id",
    "t_row"."partner_id" AS "partner_id",
    "t_row"."partner_kind" AS "partner_kind",
    "t_row"."partnership_id" AS "partnership_id",
    "t_row"."placement_id" AS "placement_id",
    "t_row"."placement_type" AS "placement_type",
    "t_row"."link_id" AS "link_id",
    "t_row"."code_id" AS "code_id",
    "t_row"."channel_id" AS "channel_id",
    "t_row"."campaign_id" AS "campaign_id",
    "t_row"."device" AS "device",
    "t_row"."browser" AS "browser",
    "t_row"."country" AS "country",
    "t_row"."visitor_type" AS "visitor_type",
    "t_row"."landing_page" AS "landing_page",
    "t_row"."sub_id" AS "sub_id"
  FROM "leads" AS "l_row"
  LEFT JOIN "standing" AS "t_row"
    ON "t_row"."unit_id" = "l_row"."unit_id" AND "t_row"."nth" = toInt64(1)
  WHERE
    TRUE
    AND "l_row"."dated_at" >= fromUnixTimestamp64Micro({start: Int64}, 'UTC')
    AND "l_row"."dated_at" < fromUnixTimestamp64Micro({end: Int64}, 'UTC')
), "reached" AS MATERIALIZED (
  SELECT
    toInt64(1) AS "part",
    COALESCE("u_row"."partner_id", "u_row"."channel_id", unhex({nobody: String})) AS "k1",
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
      "m_row"."unit_id" AS "unit_id",
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
    JOIN "members" AS "m_row"
      ON "m_row"."event_id" = "c_row"."event_id"
      AND "m_row"."dated_at" <= "c_row"."converted_at"
    WHERE
      "c_row"."program_id" = unhex({program: String})
      AND "c_row"."definition_id" = unhex({definition: String})
      AND "c_row"."converted_at" <= fromUnixTimestamp64Micro({as_of: Int64}, 'UTC')
      AND (
        "c_row"."share_ppb" > toInt64(0)
      )
    QUALIFY
      ROW_NUMBER() OVER (
        PARTITION BY "c_row"."conversion_id", "c_row"."event_id"
        ORDER BY "m_row"."dated_at" DESC, "m_row"."unit_id" DESC
      ) = toInt64(1)
  ) AS "c_row"
  JOIN (
    SELECT
      "u_row".*
    FROM "units" AS "u_row"
    WHERE
      (
        TRUE
      )
  ) AS "u_row"
    ON "u_row"."unit_id" = "c_row"."unit_id"
  WHERE
    TRUE
), "outcomes" AS MATERIALIZED (
  SELECT
    "unit_id" AS "unit_id",
    MIN("part") AS "part",
    MIN("k1") AS "k1",
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
    COALESCE("u_row"."partner_id", "u_row"."channel_id", unhex({nobody: String})) AS "k1",
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
        TRUE
      )
  ) AS "u_row"
  LEFT JOIN "outcomes" AS "o_row"
    ON "o_row"."unit_id" = "u_row"."unit_id"
), "counting" AS MATERIALIZED (
  SELECT
    "r_row"."part" AS "part",
    "r_row"."k1" AS "k1",
    "r_row"."conversion_id" AS "thing",
    "r_row"."share_ppb" AS "share_ppb"
  FROM "reached" AS "r_row"
  WHERE
    TRUE
), "crossed" AS MATERIALIZED (
  SELECT
    "o_row"."part" AS "part",
    "o_row"."k1" AS "k1",
    toInt64(1) AS "crossing"
  FROM "outcomes" AS "o_row"
  WHERE
    "o_row"."under_version" = toInt64(0) AND NOT (
      "o_row"."unit_id" IS NULL
    )
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
    unhex({nobody: String}) AS "k1",
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
    unhex({nobody: String}) AS "k1",
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
    unhex({nobody: String}) AS "k1",
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
    unhex({nobody: String}) AS "k1",
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
    CASE WHEN "k1" = unhex({nobody: String}) THEN 'none' ELSE LOWER(HEX("k1")) END AS "k1",
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
        unhex({nobody: String}) AS "k1",
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
            TRUE
          )
      ) AS "u_row"
      WHERE
        "u_row"."counts" AND TRUE
      UNION ALL
      SELECT
        'total' AS "scope",
        unhex({nobody: String}) AS "k1",
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
            "event_id" AS "event_id",
            MIN("dated_at") AS "first_at"
          FROM "members"
          GROUP BY
            "event_id"
        ) AS "l_row"
          ON "l_row"."event_id" = "c_row"."event_id"
        WHERE
          "c_row"."program_id" = unhex({program: String})
          AND "c_row"."definition_id" = unhex({definition: String})
          AND "c_row"."converted_at" <= fromUnixTimestamp64Micro({as_of: Int64}, 'UTC')
          AND (
            "c_row"."share_ppb" > toInt64(0)
          )
          AND "c_row"."converted_at" >= fromUnixTimestamp64Micro({start: Int64}, 'UTC')
          AND "c_row"."converted_at" < fromUnixTimestamp64Micro({end: Int64}, 'UTC')
          AND TRUE
          AND TRUE
        GROUP BY
          "c_row"."conversion_id"
        HAVING
          MAX(
            CASE
              WHEN "l_row"."first_at" <= "c_row"."converted_at"
              THEN toInt64(1)
              ELSE toInt64(0)
            END
          ) = toInt64(0)
      ) AS "aside_row"
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
-- parameters: as_of, definition, end, leads, nobody, program, start, version
