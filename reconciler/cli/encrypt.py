"""``reconciler encrypt``."""

from __future__ import annotations

import json
import sys

import click

from reconciler.cli.app import Command
from reconciler.cli.output import Output
from reconciler.cli.requests import DONE
from reconciler.model.errors import ReconcilerError, UsageError
from reconciler.operations import encrypt as encryption
from reconciler.operations.encrypt import LARGEST_SECRET_BYTES, Place
from reconciler.settings import Settings


@click.command(
    cls=Command,
    example="reconciler encrypt < password.txt\n"
    "reconciler encrypt --in-place hartford sap-s4-adapter /sapPassword",
)
@click.option(
    "--recipient",
    "recipients",
    multiple=True,
    metavar="AGE1…",
    help="Encrypt for this public key; may be repeated.  [default: those of reconciler.yaml]",
)
@click.option(
    "--in-place",
    nargs=3,
    metavar="SITE EXTENSION POINTER",
    help="Encrypt the text that stands there in the site's own file.",
)
@click.pass_obj
def encrypt(
    settings: Settings, recipients: tuple[str, ...], in_place: tuple[str, str, str] | None
) -> int:
    """Encrypt a secret from standard input for the services that use it, and print the value.

    On a terminal the secret is asked for, twice, and not shown. It is never an argument, since
    arguments are seen by everyone on the machine and kept by shells.
    """
    output = Output(settings)
    chosen = encryption.recipients_of(settings.desired_state, recipients)
    if in_place:
        done = encryption.encrypt_in_place(settings.desired_state, Place(*in_place), chosen)
        output.data(str(done.path))
        if done.in_git:
            output.say(
                "warning: the last commit has this secret in plaintext, and git remembers it. "
                "Change the secret where it is used, and encrypt the new one."
            )
        return DONE
    value = encryption.encrypted(_secret(output), chosen)
    text = json.dumps(value["$encrypted"])
    output.data(f'{{"$encrypted": {text}}}' if settings.json else f"{{$encrypted: {text}}}")
    return DONE


def _secret(output: Output) -> bytes:
    """Return the secret from a person, or from standard input without one newline at its end."""
    if sys.stdin is None:
        raise UsageError("standard input is closed", "Give the secret there.")
    if sys.stdin.isatty():
        if not output.can_ask:
            raise UsageError("nobody is there to type the secret", "Give it on standard input.")
        typed: str = click.prompt("Secret", hide_input=True, confirmation_prompt=True, err=True)
        return typed.encode("utf-8", "surrogateescape")
    try:
        secret = sys.stdin.buffer.read(LARGEST_SECRET_BYTES + 3)
    except OSError as error:
        raise ReconcilerError(
            f"standard input cannot be read: {error.strerror}", "Give the secret there."
        ) from None
    for line_break in (b"\r\n", b"\n"):
        if secret.endswith(line_break):
            output.say("The line break at the end is not a part of the secret; it was left out.")
            return secret.removesuffix(line_break)
    return secret
