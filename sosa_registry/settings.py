"""Every setting of the registry, read once from the environment.

The defaults are those of one analyst on one machine: embedded SQLite in `var/`, served on
127.0.0.1. A deployment sets SITE_URL (its https address), DATABASE_URL and SECRET_KEY; from an
https SITE_URL follow secure cookies, HSTS and the redirect, so they cannot be forgotten one by one.
"""

from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

from . import logs
from .settings_openapi import SPECTACULAR_SETTINGS, VERSION  # noqa: F401  (Django reads it)

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"
env = environ.Env()

DEBUG = env.bool("DEBUG", default=False)
PORT = env.int("PORT", default=8000)
SITE_URL = env.str("SITE_URL", default=f"http://127.0.0.1:{PORT}").rstrip("/")
SITE = urlsplit(SITE_URL)
HTTPS = SITE.scheme == "https"
LOCAL = SITE.hostname in {"127.0.0.1", "localhost", "::1"}
if not (HTTPS or LOCAL or DEBUG):
    raise ImproperlyConfigured("SITE_URL must be an https address unless it is this machine.")
if HTTPS and DEBUG:
    raise ImproperlyConfigured("DEBUG shows the program's insides: not at an https SITE_URL.")


def local_secret() -> str:
    """The secret of a one-machine registry: made once, kept in var/secret, readable by us only."""
    path = VAR_DIR / "secret"
    if not path.exists():
        VAR_DIR.mkdir(exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(get_random_secret_key() + get_random_secret_key())
    return path.read_text().strip()


SECRET_KEY = env.str("SECRET_KEY", default="")
# The secrets before this one, while what they signed or enciphered is still about.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
if not SECRET_KEY:
    if not LOCAL:
        raise ImproperlyConfigured("SECRET_KEY must be set when SITE_URL is not this machine.")
    SECRET_KEY = local_secret()
elif len(SECRET_KEY) < 50 and not DEBUG:
    raise ImproperlyConfigured("SECRET_KEY must have 50 characters or more, drawn at random.")


def newest_source() -> str:
    """The version, and when the newest file of the program was written."""
    kinds = {".py", ".html", ".css", ".js", ".svg"}
    folders = (BASE_DIR / name for name in ("sosa_registry", "partners", "agreements", "templates"))
    files = (path for folder in folders for path in folder.rglob("*") if path.suffix in kinds)
    return f"{VERSION} {max(path.stat().st_mtime_ns for path in files)}"


ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[SITE.hostname, "127.0.0.1", "localhost"])
if "*" in ALLOWED_HOSTS and not DEBUG:
    raise ImproperlyConfigured("ALLOWED_HOSTS must name the hosts, not “*”.")
CSRF_TRUSTED_ORIGINS = [SITE_URL]

INSTALLED_APPS = [
    "sosa_registry.accounts.apps.CurationConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "django_tasks",
    "django_tasks_db",
    "sosa_registry.accounts.apps.AccountsConfig",
    "sosa_registry.ledger",
    "sosa_registry.webhooks",
    "partners",
    "agreements",
]

MIDDLEWARE = [
    "sosa_registry.watching.Watch",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "sosa_registry.api.transport.Enciphered",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "sosa_registry.accounts.sessions.SessionEnds",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "sosa_registry.moved.MovedMiddleware",
    "sosa_registry.api.throttles.RateHeaders",
]

# Whether one may read without an account. Off: every page and the API ask for one.
ANONYMOUS_READ = env.bool("ANONYMOUS_READ", default=True)
if not ANONYMOUS_READ:
    MIDDLEWARE.append("django.contrib.auth.middleware.LoginRequiredMiddleware")

ROOT_URLCONF = "sosa_registry.urls"
WSGI_APPLICATION = "sosa_registry.wsgi.application"
APPEND_SLASH = True

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
            ],
        },
    },
]

DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'registry.sqlite3'}")}
STATEMENT_SECONDS = env.int("STATEMENT_SECONDS", default=0)  # 0: as long as it takes
DATABASES["default"]["CONN_MAX_AGE"] = 60
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["ENGINE"] = "sosa_registry.sqlite3"  # statements as long as SQLite takes
    VAR_DIR.mkdir(exist_ok=True)
    DATABASES["default"].setdefault("OPTIONS", {}).update(
        # One writer at a time queues at BEGIN instead of failing half-way; `INSERT OR REPLACE`
        # must fire the ledger's delete triggers.
        transaction_mode="IMMEDIATE",
        timeout=20,
        init_command=(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA recursive_triggers=ON;"
        ),
    )
else:
    # Search offers the nearest names: a misspelt word shares a third of its trigrams, not more.
    # Compiling a statement costs more than any of ours takes. Web servers do not wait for ever.
    _options = "-c pg_trgm.word_similarity_threshold=0.3 -c jit=off -c statement_timeout={}s"
    DATABASES["default"].setdefault("OPTIONS", {})
    DATABASES["default"]["OPTIONS"].setdefault("options", _options.format(STATEMENT_SECONDS))
    # A database that is gone is noticed in seconds, not in the minutes of a TCP time-out.
    DATABASES["default"]["OPTIONS"].setdefault("connect_timeout", 3)

# Copies of the database that PostgreSQL itself keeps up to date, to read from: see docs/scaling.md.
for _number, _url in enumerate(env.list("REPLICA_URLS", default=[]), start=1):
    DATABASES[f"replica{_number}"] = DATABASES["default"] | env.db_url_config(_url)
    DATABASES[f"replica{_number}"]["OPTIONS"] = DATABASES["default"]["OPTIONS"] | {
        "target_session_attrs": "any"
    }
if len(DATABASES) > 1:
    DATABASE_ROUTERS = ["sosa_registry.replicas.ReplicaRouter"]
    # Behind WhiteNoise, so that a static file asks no database; before all that reads one.
    _files = MIDDLEWARE.index("whitenoise.middleware.WhiteNoiseMiddleware")
    MIDDLEWARE.insert(_files + 1, "sosa_registry.replicas.ReplicaMiddleware")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# What only an approved proposal may change: types of record (events), of agreement (sosa), or *.
REVIEW_REQUIRED = env.list("REVIEW_REQUIRED", default=[])
# Whether an account must cite a source for each new event.
REQUIRE_EVENT_SOURCE = env.bool("REQUIRE_EVENT_SOURCE", default=False)

# Long work (imports, mail, webhooks) waits in the database for `manage.py run_worker`.
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}

AUTHENTICATION_BACKENDS = ["sosa_registry.accounts.backend.RoleBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = LOGOUT_REDIRECT_URL = "/"
# Roles beyond reading need an authenticator app.
REQUIRE_SECOND_FACTOR = env.bool("REQUIRE_SECOND_FACTOR", default=HTTPS)
PASSWORD_RESET_TIMEOUT = 3600  # seconds
ACCOUNT_ADAPTER = "sosa_registry.accounts.adapters.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "sosa_registry.accounts.forms.SignInForm",
    "reset_password": "sosa_registry.accounts.forms.ForgottenForm",
}
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # an invitation has proven the mailbox
ACCOUNT_EMAIL_NOTIFICATIONS = True  # … and who changes something is told
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Registry: "
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300  # seconds
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/15m/key"}
ACCOUNT_DEFAULT_HTTP_PROTOCOL = SITE.scheme
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if HTTPS else 0
MFA_ADAPTER = "sosa_registry.accounts.adapters.SecondFactorAdapter"
MFA_ALLOW_UNVERIFIED_EMAIL = True  # accounts of `make admin` have no proven mailbox
MFA_TOTP_ISSUER = "Registry of defence-supply agreements"
MFA_TOTP_TOLERANCE = 0  # a code lives for its thirty seconds and is remembered as used as long
SESSION_COOKIE_AGE = 10 * 3600  # seconds; `accounts/sessions.py` ends idle ones sooner

# Single sign-on by OpenID Connect: set these and register SITE_URL/accounts/sso/oidc/callback/
# with the provider, whose issuer OIDC_SERVER_URL is, to the letter. It lets in accounts that exist
# here under an e-mail address it has verified.
OIDC_SERVER_URL = env.str("OIDC_SERVER_URL", default="")
if HTTPS and OIDC_SERVER_URL and not OIDC_SERVER_URL.startswith("https://"):
    raise ImproperlyConfigured("OIDC_SERVER_URL must be an https address.")
SOCIALACCOUNT_ADAPTER = "sosa_registry.accounts.adapters.SingleSignOnAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
# A form that posts to us and is sent on to the provider would break `form-action 'self'`.
SOCIALACCOUNT_LOGIN_ON_GET = True
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "provider_class": "sosa_registry.accounts.openid.Provider",
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "oidc",
                "name": env.str("OIDC_NAME", default="Single sign-on"),
                "client_id": env.str("OIDC_CLIENT_ID", default=""),
                "secret": env.str("OIDC_CLIENT_SECRET", default=""),
                "settings": {"server_url": OIDC_SERVER_URL.rstrip("/"), "issuer": OIDC_SERVER_URL},
            }
        ]
        if OIDC_SERVER_URL
        else [],
    }
}

vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", default=f"registry@{SITE.hostname}")

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "sosa_registry.accounts.passwords.KnownFromBreaches"},
    {"NAME": "sosa_registry.accounts.passwords.AboutUs"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "sosa_registry" / "static"]
STATIC_ROOT = VAR_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# One policy for the whole site, the admin included: nothing inline, no other host.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
if HTTPS:  # a browser keeps such a cookie to this very host, and lets nobody else set it
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
# Asked for by a supervisor inside, in plain http; and the API, which refuses it instead.
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$", r"^api/v"]
SECURITY_CONTACT = env.str("SECURITY_CONTACT", default=f"mailto:security@{SITE.hostname}")
# The private key that signs checkpoints of the chain; made at first use.
CHECKPOINT_KEY = env.str("CHECKPOINT_KEY", default=str(VAR_DIR / "checkpoint_key.pem"))
# Figures for Prometheus at /metrics, to those who send this token; unset, there are none.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None

# `default` counts what all processes must count together (failed sign-ins, codes used once), in the
# database. `answers` keeps what is true until the next revision, in the process's own memory or in
# the Redis that several machines share. `memory` counts how often an address reads. So reading
# writes nothing to the database, and nobody writes of `cache` without saying which.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "accounts_counter",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
    "answers": env.cache("CACHE_URL", default="locmemcache://"),
    "memory": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "memory",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    },
}
if CACHES["answers"]["BACKEND"].endswith("LocMemCache"):
    CACHES["answers"]["OPTIONS"] = {"MAX_ENTRIES": 1_000}
elif CACHES["answers"]["BACKEND"].endswith("RedisCache"):
    CACHES["answers"]["BACKEND"] = "sosa_registry.shared_cache.ForgivingRedisCache"
    CACHES["answers"]["OPTIONS"] = {"socket_connect_timeout": 0.2, "socket_timeout": 0.5}
    CACHES["memory"] = CACHES["answers"] | {"KEY_PREFIX": "memory"}


def rate(text: str) -> tuple[int, int] | None:
    """How often within how many seconds; None for no limit."""
    units = {"s": 1, "min": 60, "h": 3600, "day": 86_400}
    often, _, unit = text.partition("/")
    if text and not (often.isdecimal() and int(often) and unit in units):
        raise ImproperlyConfigured(
            f"“{text}” is no rate. Allowed: N/{', N/'.join(units)}, or none."
        )
    return (int(often), units[unit]) if text else None


# Whether webhooks may point to addresses inside, and be told without encryption.
WEBHOOKS_ALLOW_PRIVATE = env.bool("WEBHOOKS_ALLOW_PRIVATE", default=False)
# ClamAV's daemon, host:port or the path of its socket: what is served again is shown to it first.
CLAMD = env.str("CLAMD", default="")
if CLAMD and not (CLAMD.startswith("/") or CLAMD.rpartition(":")[2].isdecimal()):
    raise ImproperlyConfigured(f"CLAMD “{CLAMD}”: allowed are host:port and the path of a socket.")
# How often the API may be asked: by a token, and by an address without one.
RATE_ADDRESS = rate(env.str("RATE_ADDRESS", default="600/min"))
RATE_TOKEN = rate(env.str("RATE_TOKEN", default="1200/min"))

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["sosa_registry.api.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["sosa_registry.api.parsers.JSONParser"],
    # The address that a limit counts by: behind the proxy that speaks https, the last it names;
    # without one the peer's own, whatever a header claims.
    "NUM_PROXIES": 1 if HTTPS else 0,
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "sosa_registry.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_THROTTLE_CLASSES": [
        "sosa_registry.api.throttles.TokenThrottle",
        "sosa_registry.api.throttles.AddressThrottle",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["sosa_registry.api.permissions.ByRole"],
    "DEFAULT_PAGINATION_CLASS": "sosa_registry.api.pagination.RegistryPagination",
    "DEFAULT_FILTER_BACKENDS": ["sosa_registry.api.filters.StrictFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "sosa_registry.api.schema.RegistryAutoSchema",
    "EXCEPTION_HANDLER": "sosa_registry.api.problems.problem_response",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
# Answers of another release are other answers, whatever the registry's revision. Machines that
# serve one registry together are told the same RELEASE; one alone goes by its newest file.
RELEASE = env.str("RELEASE", default="") or newest_source()

# After how many days a source of a kind is due to be checked again: what can change, soonest.
VERIFY_WITHIN_DAYS = {
    "default": 730,
    "regulation": 180,
    "statute": 365,
    "government page": 365,
    "encyclopedia": 365,
}

# Logs are JSON lines (see `logs.py`), on standard error or in the files named: one line a request
# (where the registry is deployed, or a file is named), and apart what bears on who may do what.
REQUEST_LOG = env.str("REQUEST_LOG", default="-" if HTTPS else "")
SECURITY_LOG = env.str("SECURITY_LOG", default="-")
LOGGING = logs.configuration(REQUEST_LOG, SECURITY_LOG)
