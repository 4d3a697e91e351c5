"""All settings. Every environment variable is read in the first part, once."""

from pathlib import Path

from csp.constants import NONE, SELF
from django.conf import global_settings

from renkei import databases, environment, logs

BASE_DIR = Path(__file__).resolve().parent.parent

# The environment: .env.example explains each name.
DEMO = environment.flag("DEMO")
if not DEMO:
    environment.require(
        *("SECRET_KEY", "DATABASE_URL", "ALLOWED_HOSTS", "SITE_URL", "FILES_DIR"),
        *("EMAIL_HOST", "DEFAULT_FROM_EMAIL"),
    )
VAR_DIR = Path(environment.text("VAR_DIR", str(BASE_DIR / "var")))
FILES_DIR = Path(environment.text("FILES_DIR", str(VAR_DIR / "files")))
FILES_BUCKET = environment.text("FILES_BUCKET")
SECRET_KEY = environment.text("SECRET_KEY") or environment.generated_secret(VAR_DIR / "secret_key")
DATABASE_URL = environment.text("DATABASE_URL", f"sqlite:///{VAR_DIR / 'renkei.sqlite3'}")
REPLICA_DATABASE_URL = environment.text("REPLICA_DATABASE_URL")
ALLOWED_HOSTS = environment.words("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
# Links in mails and feeds are built from this, never from the Host header.
SITE_URL = environment.text("SITE_URL", "http://127.0.0.1:8000").rstrip("/")
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT = environment.number("TRUSTED_PROXY_COUNT", 0)
EMAIL_HOST, EMAIL_PORT = environment.text("EMAIL_HOST"), environment.number("EMAIL_PORT", 25)
EMAIL_HOST_USER = environment.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = environment.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = environment.flag("EMAIL_USE_TLS")
BOUNCE_ADDRESS, BOUNCE_MAILBOX = map(environment.text, ("BOUNCE_ADDRESS", "BOUNCE_MAILBOX"))
CLAMD_SOCKET = environment.text("CLAMD_SOCKET")
BACKUP_DIR = Path(environment.text("BACKUP_DIR", str(VAR_DIR / "backups")))
BACKUP_RECIPIENTS = environment.text("BACKUP_RECIPIENTS")
DEFAULT_FROM_EMAIL = environment.text("DEFAULT_FROM_EMAIL", "portal@demo.example.jp")
DEMO_PASSWORD = environment.text("DEMO_PASSWORD", "renkei-demo-2026")
PROJECT_URL = environment.text("PROJECT_URL", "https://collabo.tokyo-23city.or.jp/")
X_URL = environment.text("X_URL", "https://x.com/Zenkoku_Renkei")
X_CREDENTIALS = environment.words("X_CREDENTIALS")
OPEN_DATA_LICENSE = environment.text(
    "OPEN_DATA_LICENSE", "公共データ利用規約（第1.0版）（PDL1.0）：案（事務局確認前）"
)
APPLICATION_RETENTION_DAYS = environment.number("APPLICATION_RETENTION_DAYS", 365)
LOG_LEVEL = environment.text("LOG_LEVEL", "INFO")
# Set by gunicorn.conf.py: a request may wait for the database only so long, a migration longer.
PG_LIMITS = environment.text("PG_LIMITS")

DEBUG = False
ROOT_URLCONF, WSGI_APPLICATION = "renkei.urls", "renkei.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "renkei.apps.RenkeiConfig",
    *("agreements", "board", "news", "members", "lib"),
    "renkei.apps.PortalAdminConfig",
    *("django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"),
    *("django.contrib.messages", "django.contrib.sitemaps"),
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    *("allauth", "allauth.account", "allauth.mfa", "allauth.usersessions"),
    "simple_history",
    "import_export",
    "csp",
]

MIDDLEWARE = [
    "renkei.logs.name_requests",
    # Headers come first: they belong on every answer, static files and refusals too.
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "renkei.middleware.isolation_headers",
    "renkei.middleware.refuse_large_requests",
    "renkei.middleware.full_file_names",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "renkei.middleware.cache_policy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "members.sessions.end_stale_sessions",
    "members.audit.remember_source",
    "members.typed_text.LoginRequired",
    "members.consent.AskForConsent",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "renkei.replica.ReadReplica",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "renkei.context.portal",
            ]
        },
    },
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates" / "rows"],
        "OPTIONS": {"environment": "lib.rows.environment"},
    },
]
# In the session: a cookie of its own would be one more to guard.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
FORM_RENDERER = "lib.forms.FormRenderer"

# Database
DATABASES = {
    "default": databases.primary(
        DATABASE_URL, limits=PG_LIMITS, test_file=VAR_DIR / "test.sqlite3"
    ),
}
if REPLICA_DATABASE_URL:
    DATABASES["replica"] = databases.standby(REPLICA_DATABASE_URL, limits=PG_LIMITS)
DATABASE_ROUTERS = ["renkei.replica.Router"]

# In the database, so that rate limits hold across workers; roomy, so that a flood evicts none.
# In the process: markup that costs more to draw than to keep for a minute.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 200_000},
    },
    "process": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}

# Files
STORAGES = {
    "default": environment.file_storage(FILES_DIR, FILES_BUCKET),
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MAX_REQUEST_BYTES = 60 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# Accounts and sessions (docs/architecture.md, decisions 2 to 4, 29 and 30)
AUTH_USER_MODEL = "members.User"
AUTHENTICATION_BACKENDS = ["members.backends.MemberBackend"]
# What was kept by another is kept by the first from the next log-in on.
PASSWORD_HASHERS = ["members.hashers.Argon2PasswordHasher", *global_settings.PASSWORD_HASHERS]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}Validator"}
    for name in ("UserAttributeSimilarity", "MinimumLength", "CommonPassword", "NumericPassword")
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "members.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email", "username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_FORMS = {
    "login": "members.forms.LoginForm",
    "confirm_login_code": "members.forms.LoginCodeForm",
    "reauthenticate": "members.forms.ReauthenticateForm",
}
ACCOUNT_LOGIN_BY_CODE_FORMAT = {"numeric": True, "length": 8}
# Mail through the filters of a town hall takes its time.
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
MFA_ADAPTER = "members.adapter.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "members.forms.SecondFactorForm",
    "reauthenticate": "members.forms.SecondFactorAgainForm",
    "activate_totp": "members.forms.ActivateAppForm",
    "add_webauthn": "members.forms.AddPasskeyForm",
    "edit_webauthn": "members.forms.RenamePasskeyForm",
    "login_webauthn": "members.forms.PasskeyLoginForm",
    "authenticate_webauthn": "members.forms.PasskeyStepForm",
    "reauthenticate_webauthn": "members.forms.PasskeyAgainForm",
}
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 1
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEMO
MFA_RATE_LIMITS = {"webauthn_login": "300/m/ip"}
# A town hall, often a whole prefecture, shares one address: limits per address are wide, per person narrow.
ACCOUNT_RATE_LIMITS = {
    "login": "300/m/ip",
    "login_failed": "300/m/ip,5/300s/key",
    # Every application mails the address that somebody has typed; a question, people of a body.
    "apply": "60/m/ip,5/h/key",
    "ask": "60/m/ip,5/h/key",
    "enter": "60/m/ip,5/h/key",
    "ask_body": "20/d/key",
    "reset_password": "300/m/ip,3/600s/key",
    "post": "20/m/user",
    "show_names": "60/h/user",
}
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_AGE = 12 * 60 * 60
CSRF_FAILURE_VIEW = "renkei.errors.csrf_failure"

# Transport. The demonstration speaks plain http on the loopback address only.
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = not DEMO
SESSION_COOKIE_NAME = "sessionid" if DEMO else "__Host-sessionid"
CSRF_COOKIE_NAME = "csrftoken" if DEMO else "__Host-csrftoken"
CSRF_COOKIE_HTTPONLY = True
SECURE_HSTS_SECONDS = 0 if DEMO else 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not DEMO
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
if TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        **dict.fromkeys(("default-src", "base-uri", "object-src", "frame-ancestors"), [NONE]),
        **dict.fromkeys(("script-src", "style-src", "font-src", "connect-src"), [SELF]),
        "form-action": [SELF],
        "img-src": [SELF, "data:"],
    }
}

# Language and time
LANGUAGE_CODE, TIME_ZONE = "ja", "Asia/Tokyo"
LOCALE_PATHS = [BASE_DIR / "locale"]

# Mail: in the demonstration each mail is one file, unless a mail server is named.
EMAIL_TIMEOUT = 5
if DEMO and not EMAIL_HOST:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = VAR_DIR / "mail"

# Spreadsheets
IMPORT_EXPORT_USE_TRANSACTIONS = IMPORT_EXPORT_SKIP_ADMIN_EXPORT_UI = True
IMPORT_EXPORT_IMPORT_PERMISSION_CODE = "change"
IMPORT_EXPORT_EXPORT_PERMISSION_CODE = "view"
# Between preview and confirmation; any worker on any host can go on.
IMPORT_EXPORT_TMP_STORAGE_CLASS = "import_export.tmp_storages.CacheStorage"

LOGGING = logs.configuration(LOG_LEVEL, as_json=not DEMO)
