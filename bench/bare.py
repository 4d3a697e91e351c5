"""The reference: what Django itself costs, with a session, a user, one indexed query and 20 rows.

A site of one file with the default middleware, served by the same gunicorn.conf.py on the same
PostgreSQL: `python -m bench.bare` makes its tables and prints the cookie of a session.
"""

import os

import dj_database_url
import django
from django.conf import settings

settings.configure(
    SECRET_KEY="only-for-a-server-of-one-minute-" * 2,
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF="bench.bare_urls",
    DATABASES={
        "default": dj_database_url.parse(
            os.environ["BARE_DATABASE_URL"], conn_max_age=600, conn_health_checks=True
        )
    },
    INSTALLED_APPS=[
        f"django.contrib.{name}" for name in ("auth", "contenttypes", "sessions", "messages")
    ],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "context_processors": ["django.contrib.auth.context_processors.auth"],
                "loaders": [
                    (
                        "django.template.loaders.cached.Loader",
                        ["bench.bare_urls.Loader"],
                    )
                ],
            },
        }
    ],
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
)
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402 - after the settings

application = get_wsgi_application()


def main() -> None:
    from django.contrib.auth.models import User  # noqa: PLC0415 - after the settings
    from django.contrib.sessions.backends.db import SessionStore  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    User.objects.bulk_create(
        User(username=f"user{number}", first_name=f"見本 {number}", password="!")
        for number in range(1000)
    )
    user = User.objects.earliest("pk")
    session = SessionStore()
    session.update(
        {
            "_auth_user_id": str(user.pk),
            "_auth_user_backend": "django.contrib.auth.backends.ModelBackend",
            "_auth_user_hash": user.get_session_auth_hash(),
        }
    )
    session.save()
    print(f"sessionid={session.session_key}")


if __name__ == "__main__":
    main()
