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
        NOT "u"."partner_id" IS NULL
      )
  ) AS "u"
    ON "u"."unit_id" = "c"."unit_id"
  WHERE
    TRUE
), "outcomes" AS (
  SELECT
    "unit_id",
    MIN("part") AS "part",
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
), "page" AS (
  SELECT
    "u"."unit_id",
    "u"."dated_at",
    CASE WHEN NOT "o"."unit_id" IS NULL THEN 1 ELSE 0 END AS "converted",
    0 AS "immature",
    "u"."own_receipt"
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
  ORDER BY
    "u"."dated_at",
    "u"."unit_id"
  LIMIT $limit
  OFFSET $offset
), "seen" AS (
  SELECT
    "p"."unit_id",
    LISTAGG(LOWER(HEX("t"."event_id")), ' '
    ORDER BY
      "t"."occurred_at",
      "t"."event_id") AS "events",
    LISTAGG(LOWER(HEX("t"."receipt_id")), ' '
    ORDER BY
      "t"."occurred_at",
      "t"."event_id") AS "receipts"
  FROM "page" AS "p"
  JOIN "members" AS "t"
    ON "t"."unit_id" = "p"."unit_id"
  GROUP BY
    "p"."unit_id"
), "done" AS (
  SELECT
    "r"."unit_id",
    LISTAGG(
      LOWER(HEX("r"."conversion_id")), ' '
      ORDER BY
        "r"."converted_at",
        "r"."conversion_id"
    ) AS "conversions"
  FROM (
    SELECT DISTINCT
      "r"."unit_id",
      "r"."conversion_id",
      "r"."converted_at"
    FROM "reached" AS "r"
    WHERE
      TRUE
  ) AS "r"
  GROUP BY
    "r"."unit_id"
)
SELECT
  LOWER(HEX("p"."unit_id")) AS "unit",
  EPOCH_US("p"."dated_at") AS "at_us",
  "p"."converted",
  1 AS "is_unit",
  "p"."immature",
  COALESCE("s"."events", '') AS "events",
  COALESCE("s"."receipts", '') AS "receipts",
  COALESCE("d"."conversions", '') AS "conversions",
  LOWER(HEX("p"."own_receipt")) AS "own_receipt"
FROM "page" AS "p"
LEFT JOIN "seen" AS "s"
  ON "s"."unit_id" = "p"."unit_id"
LEFT JOIN "done" AS "d"
  ON "d"."unit_id" = "p"."unit_id"
ORDER BY
  "p"."dated_at",
  "p"."unit_id"
-- parameters: as_of, definition, end, leads, limit, offset, program, start, version
