WITH "rows_paths" AS MATERIALIZED (
  SELECT
    toInt64(1) AS "part",
    COALESCE(nullIf("t_row"."landing_page", ''), '(none)') AS "k1",
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
      THEN toInt256(COALESCE("t_row"."value_minor", toInt64(0))) * "t_row"."share_ppb"
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
    AND "t_row"."currency" = {currency: String}
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
    toInt64(1) + CASE WHEN "u_row"."counts" THEN toInt64(0) ELSE toInt64(4) END AS "part",
    COALESCE(nullIf("u_row"."landing_page", ''), '(none)') AS "k1",
    "u_row"."tag" AS "tag",
    "u_row"."who" AS "who",
    toInt64(1) AS "u",
    toInt64(0) AS "s",
    toInt64(0) AS "immature"
  FROM (
    SELECT
      "t_row"."event_id" AS "unit_id",
      "t_row"."occurred_at" AS "dated_at",
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
      "t_row"."counts" AS "counts",
      "t_row"."program_id" AS "program_id",
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
    FROM "touchpoints" AS "t_row"
    WHERE
      "t_row"."program_id" = unhex({program: String})
      AND "t_row"."occurred_at" <= fromUnixTimestamp64Micro({as_of: Int64}, 'UTC')
      AND "t_row"."kind" = 'click'
      AND "t_row"."occurred_at" >= fromUnixTimestamp64Micro({start: Int64}, 'UTC')
      AND "t_row"."occurred_at" < fromUnixTimestamp64Micro({end: Int64}, 'UTC')
      AND (
        NOT (
          "t_row"."partner_id" IS NULL
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
    SUM("s") AS "s"
  FROM "entries"
  GROUP BY
    "part",
    "k1",
    "tag",
    "who"
), "ranked" AS MATERIALIZED (
  SELECT
    "k1" AS "k1",
    ROW_NUMBER() OVER (ORDER BY "size" DESC, "k1") AS "place"
  FROM (
    SELECT
      "k1" AS "k1",
      SUM("size") AS "size"
    FROM (
      SELECT
        "k1" AS "k1",
        CASE WHEN "part" IN (toInt64(1), toInt64(3)) THEN "u" ELSE toInt64(0) END AS "size"
      FROM "by_cluster"
      WHERE
        "part" IN (toInt64(1), toInt64(3)) OR "part" IN (toInt64(5), toInt64(7))
      UNION ALL
      SELECT
        "k1" AS "k1",
        toInt64(0) AS "size"
      FROM "counting"
      WHERE
        "part" IN (toInt64(1), toInt64(3))
      GROUP BY
        "k1"
    ) AS "sizes_row"
    GROUP BY
      "k1"
  ) AS "sized_row"
), "told" AS MATERIALIZED (
  SELECT
    'total' AS "scope",
    '' AS "k1",
    COALESCE(SUM("u"), toInt64(0)) AS "units",
    COALESCE(SUM("s"), toInt64(0)) AS "successes",
    toInt64(COUNT(CASE WHEN "u" > toInt64(0) OR "s" > toInt64(0) THEN toInt64(1) END)) AS "clusters",
    COALESCE(SUM(toInt256("u") * "u"), toInt64(0)) AS "units_sq",
    COALESCE(
      SUM(toInt256(intDiv("s", toInt64(1000000000))) * intDiv("s", toInt64(1000000000))),
      toInt64(0)
    ) AS "successes_sq",
    COALESCE(SUM(toInt256("u") * intDiv("s", toInt64(1000000000))), toInt64(0)) AS "units_successes",
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
      SUM("s") AS "s"
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
    COALESCE(
      SUM(toInt256(intDiv("s", toInt64(1000000000))) * intDiv("s", toInt64(1000000000))),
      toInt64(0)
    ) AS "successes_sq",
    COALESCE(SUM(toInt256("u") * intDiv("s", toInt64(1000000000))), toInt64(0)) AS "units_successes",
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
      "b_row".*,
      "r_row"."place" AS "place"
    FROM (
      SELECT
        *
      FROM "by_cluster"
      WHERE
        "part" IN (toInt64(1), toInt64(3))
    ) AS "b_row"
    JOIN "ranked" AS "r_row"
      ON "r_row"."k1" = "b_row"."k1"
  ) AS "placed_row"
  WHERE
    "place" <= {top: Int64}
  GROUP BY
    "k1"
  UNION ALL
  SELECT
    'other' AS "scope",
    '' AS "k1",
    COALESCE(SUM("u"), toInt64(0)) AS "units",
    COALESCE(SUM("s"), toInt64(0)) AS "successes",
    toInt64(COUNT(CASE WHEN "u" > toInt64(0) OR "s" > toInt64(0) THEN toInt64(1) END)) AS "clusters",
    COALESCE(SUM(toInt256("u") * "u"), toInt64(0)) AS "units_sq",
    COALESCE(
      SUM(toInt256(intDiv("s", toInt64(1000000000))) * intDiv("s", toInt64(1000000000))),
      toInt64(0)
    ) AS "successes_sq",
    COALESCE(SUM(toInt256("u") * intDiv("s", toInt64(1000000000))), toInt64(0)) AS "units_successes",
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
      SUM("s") AS "s"
    FROM (
      SELECT
        "b_row".*,
        "r_row"."place" AS "place"
      FROM (
        SELECT
          *
        FROM "by_cluster"
        WHERE
          "part" IN (toInt64(1), toInt64(3))
      ) AS "b_row"
      JOIN "ranked" AS "r_row"
        ON "r_row"."k1" = "b_row"."k1"
    ) AS "placed_row"
    WHERE
      "place" > {top: Int64}
    GROUP BY
      "tag",
      "who"
  ) AS "persons_row"
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
  FROM (
    SELECT
      "b_row".*,
      "r_row"."place" AS "place"
    FROM (
      SELECT
        *
      FROM "by_cluster"
      WHERE
        "part" IN (toInt64(5), toInt64(7))
    ) AS "b_row"
    JOIN "ranked" AS "r_row"
      ON "r_row"."k1" = "b_row"."k1"
  ) AS "placed_row"
  WHERE
    "place" <= {top: Int64}
  GROUP BY
    "k1"
  UNION ALL
  SELECT
    'other' AS "scope",
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
  FROM (
    SELECT
      "b_row".*,
      "r_row"."place" AS "place"
    FROM (
      SELECT
        *
      FROM "by_cluster"
      WHERE
        "part" IN (toInt64(5), toInt64(7))
    ) AS "b_row"
    JOIN "ranked" AS "r_row"
      ON "r_row"."k1" = "b_row"."k1"
  ) AS "placed_row"
  WHERE
    "place" > {top: Int64}
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
  FROM (
    SELECT
      "b_row".*,
      "r_row"."place" AS "place"
    FROM (
      SELECT
        *
      FROM "counting"
      WHERE
        "part" IN (toInt64(1), toInt64(3))
    ) AS "b_row"
    JOIN "ranked" AS "r_row"
      ON "r_row"."k1" = "b_row"."k1"
  ) AS "placed_row"
  WHERE
    "place" <= {top: Int64}
  GROUP BY
    "k1"
  UNION ALL
  SELECT
    'other' AS "scope",
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
  FROM (
    SELECT
      "b_row".*,
      "r_row"."place" AS "place"
    FROM (
      SELECT
        *
      FROM "counting"
      WHERE
        "part" IN (toInt64(1), toInt64(3))
    ) AS "b_row"
    JOIN "ranked" AS "r_row"
      ON "r_row"."k1" = "b_row"."k1"
  ) AS "placed_row"
  WHERE
    "place" > {top: Int64}
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
          "t_row"."event_id" AS "unit_id",
          "t_row"."occurred_at" AS "dated_at",
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
          "t_row"."counts" AS "counts",
          "t_row"."program_id" AS "program_id",
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
        FROM "touchpoints" AS "t_row"
        WHERE
          "t_row"."program_id" = unhex({program: String})
          AND "t_row"."occurred_at" <= fromUnixTimestamp64Micro({as_of: Int64}, 'UTC')
          AND "t_row"."kind" = 'click'
          AND "t_row"."counts"
          AND "t_row"."occurred_at" >= fromUnixTimestamp64Micro({start: Int64}, 'UTC')
          AND "t_row"."occurred_at" < fromUnixTimestamp64Micro({end: Int64}, 'UTC')
          AND (
            NOT (
              "t_row"."partner_id" IS NULL
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
-- parameters: as_of, currency, definition, end, program, start, top
