"""Signatures as text: what a person signs, and what is still to be signed.

The printed name, the time and the meaning stand together (21 CFR 11.50).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from reconciler.operations.signoff import Signable, Signed
from reconciler.report.escaping import printable, printable_json
from reconciler.rules.compliance import Requirement


def signature_as_text(signed: Signed) -> str:
    """Return the signature and the whole of what it is put under."""
    entry, desired = signed.entry, signed.signable.desired
    rows = [
        ("site", f"{desired.site.slug} ({desired.site.name})"),
        ("extension", f"{desired.extension} {desired.version}"),
        ("aspect", entry.aspect),
        ("meaning", entry.meaning.value),
        ("signed by", f"{signed.signer.name} ({entry.signed_by})"),
        ("role", entry.role.value),
        ("signed at", f"{entry.signed_at:%Y-%m-%dT%H:%M:%SZ}"),
        ("configHash", entry.config_hash),
        *((("notes", entry.notes),) if entry.notes else ()),
    ]
    lines = [f"  {name:<11} {printable(str(value))}" for name, value in rows]
    return "\n".join(["Signature", *lines, "", *_configuration_lines(signed.signable)]) + "\n"


def signature_as_json(signed: Signed) -> str:
    """Return the same as JSON."""
    entry = signed.entry.model_dump(mode="json", by_alias=True, exclude_none=True)
    return printable_json(
        {
            **_identity(signed.signable),
            "signature": {**entry, "name": signed.signer.name},
            "configuration": signed.signable.configuration,
            "written": signed.data is not None,
        }
    )


def missing_as_text(signable: Signable) -> str:
    """Return what is still to be signed at one configuration, and by whom it may be."""
    desired = signable.desired
    where = f"{desired.site.slug} / {desired.extension} {desired.version}"
    if not signable.missing:
        asked = "every signature it asks for" if signable.required else "no signature to ask for"
        return f"{printable(where)} has {asked}.\n"
    lines = [f"{printable(where)} still needs, for configHash {desired.config_hash}:"]
    for need in signable.missing:
        weight = "" if need.enforced else " (recommended)"
        who = ", ".join(_signers(signable, need)) or "nobody is listed in site.yaml"
        lines.append(printable(f"  {need.aspect}: a {need.role}{weight}, who is one of: {who}"))
    return "\n".join(lines) + "\n"


def missing_as_json(signable: Signable) -> str:
    """Return the same as JSON."""
    missing = [
        {
            "aspect": need.aspect,
            "role": need.role,
            "enforced": need.enforced,
            "signers": list(_signers(signable, need)),
        }
        for need in signable.missing
    ]
    return printable_json({**_identity(signable), "missing": missing})


def _signers(signable: Signable, need: Requirement) -> Sequence[str]:
    return signable.desired.site.signers.get(need.role, ())


def _identity(signable: Signable) -> dict[str, Any]:
    desired = signable.desired
    return {
        "site": desired.site.slug,
        "extension": desired.extension,
        "version": desired.version,
        "configHash": desired.config_hash,
    }


def _configuration_lines(signable: Signable) -> list[str]:
    text = json.dumps(signable.configuration, indent=2, ensure_ascii=False, sort_keys=True)
    return ["Configuration", *(f"  {printable(line)}" for line in text.splitlines())]
