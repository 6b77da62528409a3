"""JSON Merge Patch (RFC 7396): how a profile and a site's own file become one configuration."""

from __future__ import annotations

from reconciler.model.document import JsonObject, JsonValue


def merge_patch(target: JsonValue, patch: JsonValue) -> JsonValue:
    """Return ``target`` with ``patch`` applied (RFC 7396 section 2); neither is altered."""
    if not isinstance(patch, dict):
        return patch
    merged: JsonObject = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge_patch(merged.get(key), value)
    return merged
