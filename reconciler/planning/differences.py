"""Field-level differences between two configurations, as JSON Pointers (RFC 6901)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import rfc8785

from reconciler.model.canonical import MOST_INTEGER, canonical_json
from reconciler.model.change import SENSITIVE, FieldDifference, Operation
from reconciler.model.document import Path
from reconciler.model.manifest import Catalog
from reconciler.model.pointer import pointer
from reconciler.model.sensitivity import holds_password, is_reference, is_sensitive

_ABSENT = object()
_SIMPLE = frozenset({str, int, float, bool, type(None)})


def _same(old: Any, new: Any) -> bool:
    """Compare as JSON does: 1 and 1.0 are one number, 1 and true are not."""
    if isinstance(old, bool) != isinstance(new, bool):
        return False
    if isinstance(old, dict) and isinstance(new, dict):
        return old.keys() == new.keys() and all(_same(old[key], new[key]) for key in old)
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(map(_same, old, new))
    return bool(old == new)


def _not_plainly_same(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """Return the keys of what is not seen at once to be the same, as most of it is, in order."""
    found = [key for key in new if key not in old]
    for key, before in old.items():
        after = new.get(key, _ABSENT)
        kind = type(before)
        if kind is not type(after):
            found.append(key)
        elif kind in _SIMPLE:
            if before != after:
                found.append(key)
        elif kind is not dict or _not_plainly_same(before, after):
            found.append(key)
    return sorted(found)


def differing_paths(old: Any, new: Any, path: Path = ()) -> Iterator[tuple[Path, Any, Any]]:
    """Yield each path at which two values differ, with both parts; mappings are gone into.

    Lists are compared item by item while they are of one length, else shown as a whole:
    positions are not identities. A reference to a secret is one value, not a mapping.
    """
    if is_reference(old) or is_reference(new):
        if not _same(old, new):
            yield path, old, new
    elif isinstance(old, dict) and isinstance(new, dict):
        for key in _not_plainly_same(old, new):
            yield from differing_paths(old.get(key, _ABSENT), new.get(key, _ABSENT), (*path, key))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (before, after) in enumerate(zip(old, new, strict=True)):
            yield from differing_paths(before, after, (*path, index))
    elif old is _ABSENT or new is _ABSENT or not _same(old, new):
        yield path, old, new


def _shown(value: Any) -> Any:
    """Return a value a plan can hold: what JSON numbers cannot carry becomes text."""
    if value is _ABSENT:
        return None
    kind = type(value)
    if (kind is str and value.isascii()) or kind is bool or value is None:
        return value
    if kind is int and abs(value) <= MOST_INTEGER:
        return value
    try:
        canonical_json(value)
    except rfc8785.CanonicalizationError:
        return str(value)
    return value


def known_schemas(
    catalogs: Iterable[Catalog], extension: str, versions: Iterable[str]
) -> tuple[Mapping[str, Any], ...] | None:
    """Return the schemas of every known version of the extension: a secret in any is one.

    None where one of ``versions`` has no manifest: then nothing says what is secret.
    """
    known = tuple(catalogs)
    for version in versions:
        if not any(catalog.manifest(extension, version) for catalog in known):
            return None
    found = {
        id(manifest.schema): manifest.schema
        for catalog in known
        for manifest in catalog.manifests.get(extension, {}).values()
    }
    return tuple(found.values())


def redacted(schema: Mapping[str, Any], value: Any, path: Path = ()) -> Any:
    """Return ``value`` with every secret inside it replaced; references to secrets stay."""
    if value is _ABSENT or is_reference(value):
        return value
    if is_sensitive(schema, path) or holds_password(value):
        return SENSITIVE
    if isinstance(value, dict):
        return {key: redacted(schema, child, (*path, key)) for key, child in value.items()}
    if isinstance(value, list):
        return [redacted(schema, child, (*path, index)) for index, child in enumerate(value)]
    return value


def _beside_reference(value: Any, other: Any) -> Any:
    """Return what a plan may show where ``other`` is a reference to a secret, or has one in it.

    That git has a reference says that what stands there is a secret, whatever it is called.
    """
    if value is _ABSENT or is_reference(value) or not _has_reference(other):
        return value
    return SENSITIVE if is_reference(other) else _without_text(value, numbers=True)


def _has_reference(value: Any) -> bool:
    if isinstance(value, dict):
        return is_reference(value) or any(map(_has_reference, value.values()))
    return isinstance(value, list) and any(map(_has_reference, value))


def _without_text(value: Any, *, numbers: bool = False) -> Any:
    if isinstance(value, str) or (numbers and type(value) in (int, float)):
        return SENSITIVE
    if isinstance(value, dict) and not is_reference(value):
        return {key: _without_text(child, numbers=numbers) for key, child in value.items()}
    if isinstance(value, list):
        return [_without_text(child, numbers=numbers) for child in value]
    return value


def field_differences(
    old: Any,
    new: Any,
    schemas: tuple[Mapping[str, Any], ...] | None,
    source: Callable[[Path], str] | None = None,
) -> tuple[FieldDifference, ...]:
    """Return the differences from ``old`` to ``new``, ordered by path, secrets replaced.

    Args:
        old: the configuration that is there; None is none.
        new: the configuration that is wanted; None is none.
        schemas: the configuration schemas of the extension; what any marks is a secret. None
            where a version's schema is not known: then every text that differs is kept back.
        source: names the file that the new value at a path comes from.
    """
    before = {} if old is None else old
    after = {} if new is None else new
    found = []
    for path, old_part, new_part in differing_paths(before, after):
        removed = new_part is _ABSENT
        old_shown = _beside_reference(old_part, new_part)
        new_shown = _beside_reference(new_part, old_part)
        if schemas is None:
            old_shown, new_shown = _without_text(old_shown), _without_text(new_shown)
        for schema in schemas or ():
            old_shown = redacted(schema, old_shown, path)
            new_shown = redacted(schema, new_shown, path)
        found.append(
            FieldDifference(
                pointer=pointer(path),
                operation=(
                    Operation.ADD
                    if old_part is _ABSENT
                    else Operation.REMOVE
                    if removed
                    else Operation.REPLACE
                ),
                old=_shown(old_shown),
                new=_shown(new_shown),
                sensitive=SENSITIVE in (old_shown, new_shown),
                source=source(path) if source and not removed else None,
            )
        )
    return tuple(found)
