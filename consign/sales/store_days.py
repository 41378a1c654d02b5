"""Which days are due of stores, which are reported and which are missing, in SQL: the one definition of all pages and acts.

What `consign.sales.rules.assess_day` says of one day, these say of many at once: a day is *missing* where the store sells on
it and nothing speaks for it, neither posted lines, nor a "no sales", nor a file of that span, nor lines that wait.
"""

REPORTED = """sum(cover.lines) > 0 OR bool_or(cover.kind = 'no_sales' AND NOT EXISTS (
        SELECT FROM sales_posting AS saying JOIN sales_upload AS source ON source.id = saying.upload_id
        WHERE saying.partner_id = cover.partner_id AND saying.number = cover.posting_no AND source.status <> 'posted'))"""
"""When the rows of `sales_cover AS cover` of one store, day and kind speak for the day: what was reversed speaks no more."""

MISSING_DAYS = f"""
    asked AS (
      SELECT store.id AS store_id, store.partner_id, GREATEST(span.first_on, store.opened_on) AS first_on,
        LEAST(span.last_on, COALESCE(store.closed_on, span.last_on)) AS last_on
      FROM span JOIN store ON store.id = span.store_id),
    week AS (
      SELECT store_id, weekdays, from_on,
        lead(from_on, 1, 'infinity') OVER (PARTITION BY store_id ORDER BY from_on) AS before_on
      FROM store_week),
    shut AS (
      SELECT asked.store_id, closure.from_on, COALESCE(ended.until_on, closure.until_on) AS until_on
      FROM store_closure AS closure LEFT JOIN store_closure_end AS ended ON ended.closure_id = closure.id
      JOIN asked ON asked.partner_id = closure.partner_id AND asked.store_id = COALESCE(closure.store_id, asked.store_id)
        AND closure.from_on <= asked.last_on AND closure.until_on >= asked.first_on),
    expected_day AS (
      SELECT each.store_id, each.partner_id, each.day FROM (
        SELECT asked.store_id, asked.partner_id, asked.first_on + place AS day
        FROM asked CROSS JOIN LATERAL generate_series(0, asked.last_on - asked.first_on) AS place) AS each
      LEFT JOIN week ON week.store_id = each.store_id AND each.day >= week.from_on AND each.day < week.before_on
      WHERE COALESCE(week.weekdays, 127) >> (extract(isodow FROM each.day)::int - 1) & 1 = 1
        AND NOT EXISTS (SELECT FROM shut
          WHERE shut.store_id = each.store_id AND each.day BETWEEN shut.from_on AND shut.until_on)),
    named AS (
      SELECT store.partner_id, store.id AS store_id, store.code FROM asked JOIN store ON store.id = asked.store_id
      UNION SELECT alias.partner_id, alias.store_id, alias.alias FROM asked
        JOIN store_alias AS alias ON alias.store_id = asked.store_id AND alias.ended_at IS NULL),
    waiting_day AS (
      SELECT asked.store_id, parked.sold_on AS day FROM sales_parked AS parked
      JOIN sales_upload AS upload ON upload.id = parked.upload_id
      LEFT JOIN named ON upload.stated_store_id IS NULL AND named.partner_id = parked.partner_id
        AND named.code = trim(parked.store_code)
      JOIN asked ON asked.store_id = COALESCE(upload.stated_store_id, named.store_id)
        AND parked.sold_on BETWEEN asked.first_on AND asked.last_on + 1
      WHERE parked.state = 'open' AND parked.reason <> 'store.other_than_stated'
        AND parked.partner_id IN (SELECT partner_id FROM asked)),
    reported_day AS (
      SELECT cover.store_id, cover.sold_on AS day FROM asked JOIN sales_cover AS cover
        ON cover.store_id = asked.store_id AND cover.sold_on BETWEEN asked.first_on AND asked.last_on + 1
      GROUP BY cover.store_id, cover.sold_on, cover.kind HAVING {REPORTED}
      UNION
      SELECT asked.store_id, GREATEST(upload.stated_from, asked.first_on) + place FROM asked
      JOIN sales_upload AS upload ON upload.partner_id = asked.partner_id AND upload.stated_store_id = asked.store_id
        AND upload.status = 'posted'
      CROSS JOIN LATERAL generate_series(0, LEAST(upload.stated_until, asked.last_on + 1)
        - GREATEST(upload.stated_from, asked.first_on)) AS place
      WHERE upload.stated_from IS NOT NULL
      UNION
      SELECT store_id, day FROM waiting_day),
    missing_day AS (
      SELECT store_id, partner_id, day FROM expected_day WHERE NOT EXISTS (
        SELECT FROM reported_day
        WHERE reported_day.store_id = expected_day.store_id AND reported_day.day = expected_day.day))"""  # noqa: S608  # constants
"""Tables to be named after `span(store_id, first_on, last_on)`, which says what is asked of which store, both days inside.

`missing_day` and `expected_day` hold store_id, partner_id and day; `reported_day` holds the day after the last one as well,
since a store that reports today is not silent. `waiting_day`: days of which lines wait, once for each line.
"""

SILENCE = """
    silence AS (
      SELECT missing_day.store_id, missing_day.partner_id, min(missing_day.day) AS oldest_on,
        max(missing_day.day) AS latest_on, count(*) AS missing, max(reported.day) AS reported_on,
        count(*) FILTER (WHERE missing_day.day > COALESCE(reported.day, '-infinity')) AS silent,
        min(missing_day.day) FILTER (WHERE missing_day.day > COALESCE(reported.day, '-infinity')) AS silent_from
      FROM missing_day
      LEFT JOIN (SELECT store_id, max(day) AS day FROM reported_day GROUP BY store_id) AS reported
        ON reported.store_id = missing_day.store_id
      GROUP BY missing_day.store_id, missing_day.partner_id)"""
"""A row for each store with missing days: how many, and how many of them after its last report, which is its silence."""

LOOKED_BACK_DAYS = 60
"""How many days back stores are asked for what is missing."""
SILENT_DAYS = 3
"""A store that reported nothing on so many days that were due is shown to the dinas."""

LOCAL = """
    local AS (
      SELECT id AS store_id, partner_id, timezone(zone, CAST(:now AS timestamptz)) AS at FROM store
      WHERE (CAST(:partner AS bigint) IS NULL OR partner_id = :partner) AND (CAST(:store AS bigint) IS NULL OR id = :store))"""
"""The stores of a partner, or one, or all, and what their own clocks show at the instant `:now`."""
LOOKED_BACK = """
      SELECT local.store_id, local.at::date - CAST(:back AS int) AS first_on, local.at::date - 1 AS last_on FROM local"""
"""The days before today, by each store's own clock; `:back` says how many."""
CHASED_SPAN = f"{LOCAL}, span AS ({LOOKED_BACK})"
REPORTED_BEFORE = f"""
    LEFT JOIN LATERAL (
      SELECT sold_on AS day FROM sales_cover AS cover
      WHERE store_id = local.store_id AND sold_on < local.at::date - CAST(:back AS int)
      GROUP BY sold_on, kind HAVING {REPORTED} ORDER BY sold_on DESC LIMIT 1) AS before ON true"""  # noqa: S608  # constants
"""The last day that was reported before those."""
