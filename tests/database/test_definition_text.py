"""Definitions read the same whatever version of PostgreSQL printed them, and after a restore."""

from __future__ import annotations

import pytest

from reconciler.database.definition_text import constraint_text, view_text

QUALIFIED = """ SELECT recorded.id,
    recorded.site_id
   FROM ( SELECT log.id,
            log.site_id
           FROM log) recorded
  WHERE public.in_site(recorded.site_id);"""
BARE = """ SELECT id,
    site_id
   FROM ( SELECT id,
            site_id
           FROM log) recorded
  WHERE public.in_site(site_id);"""


def test_a_view_of_one_table_reads_the_same_with_and_without_qualifiers() -> None:
    assert view_text(QUALIFIED) == view_text(BARE)


def test_a_function_of_another_schema_is_not_taken_for_that_of_public() -> None:
    assert view_text(BARE) != view_text(BARE.replace("public.in_site", "other.in_site"))


def test_a_view_that_joins_keeps_its_qualifiers() -> None:
    text = "SELECT a.x FROM a JOIN b ON a.site_id = b.site_id"
    assert view_text(text) != view_text(text.replace("b.site_id", "a.site_id"))


def test_a_column_that_came_after_a_view_and_is_not_read_makes_no_difference() -> None:
    made = "SELECT id, reason FROM granted() granted(id, reason);"
    assert view_text(made.replace("reason);", "reason, position, note);")) == view_text(made)


@pytest.mark.parametrize(
    "other",
    [
        "SELECT id, reason FROM granted() granted(reason, id);",
        "SELECT id, reason FROM granted() granted(position, id, reason);",
        "SELECT id, reason, position FROM granted() granted(id, reason, position);",
        "SELECT id, reason FROM other() granted(id, reason);",
        "SELECT id, reason FROM granted() granted(id, reason) WHERE TRUE;",
    ],
)
def test_whatever_gives_a_view_other_values_or_rows_makes_a_difference(other: str) -> None:
    assert view_text(other) != view_text("SELECT id, reason FROM granted() granted(id, reason);")


AS_WRITTEN = "ANY ((ARRAY['a'::character varying, 'b''c'::character varying])::text[])"
AS_RESTORED = "ANY (ARRAY[('a'::character varying)::text, ('b''c'::character varying)::text])"
AS_MENDED = "ANY (ARRAY['a'::text, 'b''c'::text])"


@pytest.mark.parametrize("printed", [AS_WRITTEN, AS_RESTORED, AS_MENDED])
def test_a_list_of_texts_reads_the_same_however_it_came_about(printed: str) -> None:
    read = constraint_text(f"CHECK (((kind)::text = {printed}))")
    assert read == "CHECK (((kind)::text = ANY (ARRAY['a', 'b''c'])))"


def test_another_list_of_texts_reads_differently() -> None:
    one = "CHECK ((kind = ANY (ARRAY['a'::text, 'b'::text])))"
    assert constraint_text(one) != constraint_text(one.replace("'b'", "'c'"))
