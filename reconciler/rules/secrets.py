"""Secrets are references or ciphertexts, never plaintext (design section 4.6)."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model.desired import DesiredConfiguration
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.document import JsonObject
from reconciler.model.kinds.secrets import ENCRYPTED_VALUE_DAMAGED, PLAINTEXT_SECRET
from reconciler.model.manifest import Manifest
from reconciler.model.pointer import pointer
from reconciler.model.sensitivity import is_damaged, is_reference, sensitive_values


def check_secrets(
    desired: DesiredConfiguration, configuration: JsonObject, manifest: Manifest
) -> Iterator[Diagnostic]:
    """Yield a finding for each secret of a configuration that is plaintext or damaged.

    None is ever quoted.
    """
    for path, value in sensitive_values(manifest.schema, configuration):
        if value is not None and not is_reference(value):
            kind = ENCRYPTED_VALUE_DAMAGED if is_damaged(value) else PLAINTEXT_SECRET
            yield kind.at(
                desired.locate(path),
                site=desired.site.slug,
                extension=desired.extension,
                subject=pointer(path),
                place=pointer(path),
            )
