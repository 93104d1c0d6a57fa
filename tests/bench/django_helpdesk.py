"""django-helpdesk's `get_email` on the same mails, run by the Python of an environment that has it and nothing of ours.

Usage: django_helpdesk.py FOLDER PORT USER. Prints JSON. Its mails to clients go nowhere, as ours go no further than the outbox.
"""

import json
import os
import resource
import sys
import time
from pathlib import Path

urlpatterns: list[object] = []
"""Where Django looks for addresses; mails carry links."""


def settings(folder: str) -> dict[str, object]:
    apps = ["auth", "contenttypes", "sessions", "sites", "messages", "admin", "humanize", "staticfiles"]
    return {
        "SECRET_KEY": "bench",
        "DATABASES": {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": f"{folder}/helpdesk.db"}},
        "INSTALLED_APPS": [f"django.contrib.{app}" for app in apps] + ["rest_framework", "helpdesk"],
        "EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend",
        "MEDIA_ROOT": f"{folder}/media",
        "DEFAULT_AUTO_FIELD": "django.db.models.AutoField",
        "ROOT_URLCONF": __name__,
        "SITE_ID": 1,
        "USE_TZ": True,
        "STATIC_URL": "/static/",
        "TEMPLATES": [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
        "MIDDLEWARE": [
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
        ],
        "HELPDESK_TEAMS_MODE_ENABLED": False,
        "HELPDESK_ACTIVATE_API_ENDPOINT": False,
        "SILENCED_SYSTEM_CHECKS": ["*"],
    }


def main(folder: str, port: str, user: str) -> None:
    import django
    from django.conf import settings as chosen
    from django.core.management import call_command

    chosen.configure(**settings(folder))
    django.setup()
    with Path(os.devnull).open("w") as nowhere:
        call_command("migrate", verbosity=0, stdout=nowhere)
        call_command("loaddata", "emailtemplate.json", verbosity=0, stdout=nowhere)
    from django.urls import include, path

    urlpatterns.append(path("helpdesk/", include("helpdesk.urls", namespace="helpdesk")))
    from helpdesk.models import FollowUp, Queue, Ticket

    Queue.objects.create(
        title="Support", slug="support", email_address="support@desk.example", allow_email_submission=True,
        email_box_type="imap", email_box_host="127.0.0.1", email_box_port=int(port), email_box_ssl=False,
        email_box_user=user, email_box_pass="secret", email_box_imap_folder="INBOX", email_box_interval=0,
        logging_type="none", locale="ru",
    )  # fmt: skip
    began, used = time.perf_counter(), cpu()
    call_command("get_email", quiet=True)
    seconds, used = time.perf_counter() - began, cpu() - used
    found = {"tickets": Ticket.objects.count(), "messages": FollowUp.objects.count()}
    print(json.dumps({"seconds": seconds, "cpu": used, "peak": peak(), **found}))


def cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def peak() -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(next(row for row in status.splitlines() if row.startswith("VmHWM")).split()[1]) / 1024


if __name__ == "__main__":
    main(*sys.argv[1:4])
