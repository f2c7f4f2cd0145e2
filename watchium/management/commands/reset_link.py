"""Print a link that sets a new password for an account, to give to its owner."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser

from watchium.config.listen_address import local_url
from watchium.services.accounts.passwords import reset_path


class Command(BaseCommand):
    help = "Print a link that sets a new password for an account. It works once, for an hour."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        account = User.objects.filter(username__iexact=options["username"]).first()
        if account is None:
            raise CommandError("There is no account with this name.")
        if not account.is_active:
            raise CommandError("This account is disabled: enable it in the admin first.")
        origin = settings.WATCHIUM_URL or local_url(settings.HOST, settings.PORT)
        self.stdout.write(origin + reset_path(account))
