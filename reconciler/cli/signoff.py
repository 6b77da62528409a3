"""``reconciler signoff``."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from reconciler.cli.app import Command
from reconciler.cli.apply import require_answer
from reconciler.cli.output import Output
from reconciler.cli.requests import DONE, FAILED
from reconciler.model.errors import UsageError
from reconciler.model.files import SignatureMeaning, SignerRole
from reconciler.operations import signoff as signing
from reconciler.operations.signoff import Signable, Signature, Signed
from reconciler.report import signature_text
from reconciler.report.escaping import printable
from reconciler.settings import Settings


@click.command(
    cls=Command,
    example="reconciler signoff hartford sap-s4-adapter\n"
    "reconciler signoff hartford sap-s4-adapter --aspect data-transfer-validation --as mlopez",
)
@click.argument("site_slug", metavar="SITE")
@click.argument("extension_id", metavar="EXTENSION")
@click.option("--aspect", metavar="ASPECT", help="What is signed; without it, what is missing.")
@click.option("--as", "signed_by", metavar="USERNAME", help="Who signs, as users.yaml has it.")
@click.option(
    "--role",
    type=click.Choice([role.value for role in SignerRole]),
    help="The role signed in.  [default: the one asked for]",
)
@click.option(
    "--meaning",
    type=click.Choice(
        [each.value for each in SignatureMeaning if each is not SignatureMeaning.UNSTATED]
    ),
    default=SignatureMeaning.APPROVAL.value,
    show_default=True,
    help="What the signature says.",
)
@click.option("--notes", metavar="TEXT", help="A remark, kept with the signature.")
@click.option("--at", metavar="TIME", help="When it was signed, with its offset.  [default: now]")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def signoff(
    settings: Settings,
    site_slug: str,
    extension_id: str,
    aspect: str | None,
    signed_by: str | None,
    role: str | None,
    meaning: str,
    notes: str | None,
    at: str | None,
    yes: bool,
) -> int:
    """Sign one aspect of the configuration of EXTENSION at SITE, as the folder has it now.

    The signature is written into the site's own file and covers this version and configuration
    alone. A signature that would not count is refused. Nothing is committed.
    """
    output = Output(settings)
    now = datetime.now(UTC)
    signable = signing.find_signable(settings.desired_state, site_slug, extension_id)
    chosen = aspect or _chosen_aspect(output, signable, asks=signed_by is not None and not yes)
    if chosen is None:
        return FAILED if signable.missing else DONE
    if signed_by is None:
        raise UsageError("nobody is named who signs", "Give --as and a username of users.yaml.")
    signature = Signature(chosen, signed_by, role, meaning, _time(at) if at else now, notes)
    return _write(output, signing.sign(signable, signature, now), yes=yes)


def _chosen_aspect(output: Output, signable: Signable, *, asks: bool) -> str | None:
    """List what is missing; on a terminal, ask which of it is signed."""
    if output.settings.json:
        output.data(signature_text.missing_as_json(signable))
        return None
    output.data(signature_text.missing_as_text(signable))
    aspects = sorted({need.aspect for need in signable.missing})
    if not (aspects and asks and output.can_ask):
        return None
    # What is asked is shown on a terminal, and is as hostile there as in a report.
    shown = {printable(aspect): aspect for aspect in aspects}
    chosen: str = click.prompt("Which aspect do you sign?", type=click.Choice([*shown]), err=True)
    return shown[chosen]


def _time(text: str) -> datetime:
    refused = UsageError(
        "--at is no time with its offset", "Write it as 2026-11-20T10:00:00Z or …+01:00."
    )
    try:
        time = datetime.fromisoformat(text)
        if time.tzinfo is None:
            raise refused
        return time.astimezone(UTC)
    except (ValueError, OverflowError):
        raise refused from None


def _write(output: Output, signed: Signed, *, yes: bool) -> int:
    """Show the signature, have it confirmed, write it, and say which file to commit."""
    file = signed.signable.folder / signed.signable.relative
    if signed.data is not None:
        require_answer(output, yes=yes)
    as_json = output.settings.json
    shown = signature_text.signature_as_json if as_json else signature_text.signature_as_text
    output.data(shown(signed))
    if signed.data is None:
        output.say(f"{file} has this signature already; nothing was written.")
        return DONE
    if not yes and not click.confirm(f"Sign this as {printable(signed.signer.name)}?", err=True):
        output.say("Not signed; nothing was written.")
        return FAILED
    signing.write_signature(signed)
    output.say(f"Signed. Commit {file} for it to count.")
    return DONE
