"""Django settings, with defaults for a single-user installation: SQLite and one process.

Each setting is read from the environment; a variable with `_FILE` appended names a file that holds the value, which
is how containers pass secrets. Values that need more than a line of code are computed in `watchium.config`.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from environs import FileAwareEnv, validate

from watchium.config import databases, env_values
from watchium.config.file_permissions import restrict_database
from watchium.config.host_names import bind_host, canonical_url
from watchium.config.mail import mail_settings
from watchium.config.openid import provider
from watchium.config.rate_limits import rate_limits
from watchium.config.secret_key import check_public_keys, read_secret_key
from watchium.config.security_policy import content_security_policy
from watchium.telemetry.log_config import logging_settings

env = FileAwareEnv()

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.str("WATCHIUM_DATA_DIR", "") or BASE_DIR / "data").resolve()
TESTING = "pytest" in sys.modules
AT_LEAST_ONE = validate.Range(min=1)

# Address and secrets

DEBUG = env.bool("DEBUG", False)
SECRET_KEY = read_secret_key(env.str("SECRET_KEY", "").strip(), DATA_DIR, TESTING)
# Earlier keys, as long as sessions and tokens that they signed are in use.
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", [])
HOST = env_values.parse("HOST", env.str("HOST", ""), bind_host)
PORT = env.int("PORT", 8000, validate=validate.Range(0, 65535))
# Where Syncplay's clients, which steer mpv and VLC, join rooms: None unless WATCHIUM_SYNCPLAY has a port.
SYNCPLAY = env_values.syncplay(env.str("WATCHIUM_SYNCPLAY", ""), HOST)
# The files of the certificate and its key that encrypt their connections; None: they are not encrypted.
SYNCPLAY_CERTIFICATE = env_values.certificate(
    env.str("WATCHIUM_SYNCPLAY_CERTIFICATE", ""), env.str("WATCHIUM_SYNCPLAY_KEY", "")
)
# TCP proxies in front of that port: each connection of theirs has to begin with the header of the PROXY protocol.
SYNCPLAY_PROXIES = env_values.networks("WATCHIUM_SYNCPLAY_PROXIES", env.str("WATCHIUM_SYNCPLAY_PROXIES", ""))
# Whether they may send passwords that are not encrypted from other addresses than private ones.
SYNCPLAY_CLEARTEXT = env.bool("WATCHIUM_SYNCPLAY_CLEARTEXT", False)
PROCESSES = env.int("WATCHIUM_PROCESSES", 1, validate=AT_LEAST_ONE)

# The public address, such as https://watch.example.org. If unset: this machine and, if HOST is not loopback, the names
# and addresses of this machine on its network and those of WATCHIUM_HOSTS (`watchium.config.host_names`).
WATCHIUM_URL = env.str("WATCHIUM_URL", "").strip()
if WATCHIUM_URL:
    WATCHIUM_URL = env_values.parse("WATCHIUM_URL", WATCHIUM_URL, canonical_url)
EXTRA_HOSTS = env_values.host_names("WATCHIUM_HOSTS", env.str("WATCHIUM_HOSTS", ""))
if WATCHIUM_URL and EXTRA_HOSTS:
    raise ImproperlyConfigured(
        "WATCHIUM_URL is the only address people can open: leave out either WATCHIUM_HOSTS or WATCHIUM_URL"
    )
HTTPS = WATCHIUM_URL.startswith("https:")
if HTTPS and DEBUG:
    raise ImproperlyConfigured(
        "DEBUG shows error pages with secrets to every visitor: unset it at a public address"
    )
if HTTPS:
    check_public_keys(SECRET_KEY, SECRET_KEY_FALLBACKS)
# `watchium.middleware.host_check` checks the Host header: with more rules than a list, and a page that explains.
ALLOWED_HOSTS = ["*"]
if WATCHIUM_URL:
    CSRF_TRUSTED_ORIGINS = [WATCHIUM_URL]
CSRF_FAILURE_VIEW = "watchium.web.csrf_failure.csrf_failure"

USE_X_FORWARDED_HOST = False
PROXIES = env_values.proxy_count(env.str("WATCHIUM_BEHIND_PROXY", "1" if HTTPS else "0"))
if PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
DEVICE_COOKIE_NAME = "__Host-device" if HTTPS else "device"
if HTTPS:
    # Browsers accept the __Host- prefix only from this host: another site under the same domain cannot set them.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
SECURE_SSL_REDIRECT = False  # the reverse proxy redirects
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
# Other hosts of the domain may belong to other sites.
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = False
# The warnings of `check --deploy` about the lines above.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W008", "security.W021"]
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"  # without a referrer YouTube shows error 153
SESSION_ENGINE = "watchium.web.accounts.session_store"
SESSION_COOKIE_AGE = 365 * 86400
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"

# Applications

# `runserver`, for development, runs on daphne. Twisted, which daphne needs, would make the start of servers and of
# other commands a third longer.
UNDER_DAPHNE = ["daphne"] if "runserver" in sys.argv[1:] else []
INSTALLED_APPS = [
    *UNDER_DAPHNE,
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.forms",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "channels",
    "rest_framework",
    "drf_spectacular",
    "csp",
    "watchium",
    "rooms",
    "playback",
    "chat",
    "rooms.accounts",
]
MIDDLEWARE = [
    "watchium.middleware.internal_endpoints.internal_endpoints",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "watchium.middleware.host_check.host_check",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "watchium.middleware.refused_body.refused_body",
    "watchium.middleware.method_check.method_check",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "rooms.auth.account_middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "watchium.urls"
ASGI_APPLICATION = "watchium.asgi.application"
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
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"  # so that templates/ can override a widget
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LOGIN_REDIRECT_URL = LOGOUT_REDIRECT_URL = "/"
LOGIN_URL = "/accounts/login/"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]

PASSWORD_RESET_TIMEOUT = 3600
_mail_url, _issuer = env.str("WATCHIUM_MAIL_URL", "").strip(), env.str("WATCHIUM_OPENID_ISSUER", "").strip()
env_values.check_links(WATCHIUM_URL, HOST, WATCHIUM_MAIL_URL=_mail_url, WATCHIUM_OPENID_ISSUER=_issuer)
# EMAIL_HOST and its companions; the host is empty, and no page offers an e-mail, without WATCHIUM_MAIL_URL.
globals().update(mail_settings(_mail_url, env.str("WATCHIUM_MAIL_FROM", "").strip()))

# Passkeys work at one https host name, which they are bound to, and at localhost.
PASSKEYS = env.bool("WATCHIUM_PASSKEYS", False)
OPENID = provider(
    _issuer,
    env.str("WATCHIUM_OPENID_CLIENT_ID", "").strip(),
    env.str("WATCHIUM_OPENID_CLIENT_SECRET", "").strip(),
    env.str("WATCHIUM_OPENID_NAME", "").strip(),
)

# Storage

DATABASE_THREADS = env.int("WATCHIUM_DATABASE_THREADS", 4, validate=AT_LEAST_ONE)
if env.str("DATABASE_URL", ""):
    _database = env.dj_db_url("DATABASE_URL")
else:
    _database = {"ENGINE": "django.db.backends.sqlite3", "NAME": DATA_DIR / "watchium.sqlite3"}
    if not TESTING:
        restrict_database(DATA_DIR / "watchium.sqlite3")
DATABASES = {"default": databases.database(_database, DATABASE_THREADS)}

REDIS_URL = env_values.redis_url(env.str("REDIS_URL", ""))
REDIS_PREFIX = env.str("WATCHIUM_REDIS_PREFIX", "watchium")
CHANNEL_LAYERS = {"default": databases.channel_layer(REDIS_URL, REDIS_PREFIX)}

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = DATA_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or TESTING
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
SAMPLES_DIR = BASE_DIR / "static" / "samples"
# `scan_media` reads this folder, and staff upload files to it.
LIBRARY_DIR = Path(os.path.realpath(env.str("WATCHIUM_LIBRARY_DIR", "") or DATA_DIR / "library"))
COVERS_DIR = DATA_DIR / "covers"
# The largest file that staff upload to the library, or a host to a room.
UPLOAD_MB = env.int("WATCHIUM_UPLOAD_MB", 512, validate=AT_LEAST_ONE)
# Items that not every browser plays are converted with ffmpeg into this folder: so many at a time by `serve`'s worker
# (0: none, for `manage.py convert` elsewhere), with pictures of at most this height, in at most so many gigabytes.
CONVERTED_DIR = DATA_DIR / "converted"
CONVERSIONS = env.int("WATCHIUM_CONVERSIONS", 1, validate=validate.Range(0, 32))
CONVERTED_GB = env.float("WATCHIUM_CONVERTED_GB", 20.0, validate=validate.Range(min=0.0))
TRANSCODE_HEIGHT = env.int("WATCHIUM_TRANSCODE_HEIGHT", 720, validate=validate.Range(144, 4320))
# A second, smaller picture of this height in each result, for slow lines; 0 for none.
LIGHT_HEIGHT = env.int("WATCHIUM_LIGHT_HEIGHT", 0, validate=validate.OneOf([0, 240, 360, 480, 540, 720]))
# What a room, and a person in all rooms, may keep; 0 switches uploads to rooms off.
ROOM_UPLOAD_MB = env.int("WATCHIUM_ROOM_UPLOAD_MB", 2048, validate=validate.Range(min=0))
UPLOADS_GB = env.int("WATCHIUM_UPLOADS_GB", 20, validate=AT_LEAST_ONE)  # all rooms together
UPLOADS_DIR = DATA_DIR / "uploads"
# URL prefix under which the proxy serves the library's folder internally (X-Accel-Redirect).
ACCEL = env_values.accel_prefix(env.str("WATCHIUM_ACCEL", ""))

# Language, API, security policy, logs

# Each has a catalogue in `watchium/locale/`: `make messages` renders it, tests/layout/test_languages.py counts.
LANGUAGES = [("en", "English"), ("de", "Deutsch"), ("es", "Español"), ("fr", "Français"), ("ja", "日本語")]
# Of visitors whose browser has none of them, and of what a server writes into chats.
LANGUAGE_CODE = env.str("WATCHIUM_LANGUAGE", "en", validate=validate.OneOf([code for code, _ in LANGUAGES]))
LANGUAGE_COOKIE_NAME, LANGUAGE_COOKIE_AGE = "language", 365 * 86400
LANGUAGE_COOKIE_SECURE = HTTPS
TIME_ZONE = "UTC"
USE_I18N = USE_TZ = True
LOCALE_PATHS = [BASE_DIR / "watchium" / "locale"]

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rooms.auth.authentication.PersonAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "watchium.web.api_errors.handle_api_error",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Watchium",
    "DESCRIPTION": "Rooms, playback and chat over HTTP: the same actions as over the WebSocket.",
    "VERSION": "0.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    # Who may control playback, and who may add to the queue.
    "ENUM_NAME_OVERRIDES": {"WhoMayEnum": ["host", "moderators", "everyone"]},
}

CONTENT_SECURITY_POLICY = content_security_policy(WATCHIUM_URL)
# Players of other sites, which browsers load from there once their viewer agreed. Empty: rooms refuse such addresses.
# Who may send images in the chat of rooms.
CHAT_IMAGES = env.str(
    "WATCHIUM_CHAT_IMAGES", "accounts", validate=validate.OneOf(("off", "accounts", "everyone"))
)
# Space of these images in the database: of all rooms, and of a person; and how long they are kept.
CHAT_IMAGES_MB = env.int("WATCHIUM_CHAT_IMAGES_MB", 1024, validate=AT_LEAST_ONE)
CHAT_IMAGES_OF_PERSON_MB = env.int("WATCHIUM_CHAT_IMAGES_OF_PERSON_MB", 50, validate=AT_LEAST_ONE)
CHAT_IMAGES_DAYS = env.int("WATCHIUM_CHAT_IMAGES_DAYS", 90, validate=AT_LEAST_ONE)
EMBEDS = env_values.embeds(env.str("WATCHIUM_EMBEDS", "youtube"))

# json: one object per line, for log collectors. plain: for reading in a terminal.
LOG = env_values.log_style(env.str("WATCHIUM_LOG", "plain"))
LEVELS = validate.OneOf(["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"])
LOGGING = logging_settings(
    LOG,
    env.str("LOG_LEVEL", "INFO", validate=LEVELS),
    env.str("UVICORN_LOG_LEVEL", "WARNING", validate=LEVELS),
)
# Daily maintenance by one of the server processes; turn it off if a timer runs `manage.py maintain`.
MAINTENANCE = env.bool("WATCHIUM_MAINTENANCE", True)
# Bearer token for /metrics.
METRICS_TOKEN = env.str("WATCHIUM_METRICS_TOKEN", "").strip()

# Limits

# "wall" for several machines whose clocks are synchronised by NTP
WATCHIUM_CLOCK = env.str("WATCHIUM_CLOCK", "boot", validate=validate.OneOf(["boot", "wall"]))
MAX_MEMBERS = env.int("WATCHIUM_MAX_MEMBERS", 200, validate=AT_LEAST_ONE)
MAX_SOCKETS_PER_DEVICE = env.int("WATCHIUM_MAX_SOCKETS_PER_DEVICE", 10, validate=AT_LEAST_ONE)
MAX_SOCKETS_PER_ADDRESS = env.int(
    "WATCHIUM_MAX_SOCKETS_PER_ADDRESS", 200, validate=AT_LEAST_ONE
)  # and process
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024  # equal to the limit of `watchium.middleware.body_limit`
PLAYBACK_COMMANDS_PER_MINUTE = env.int("WATCHIUM_COMMANDS_PER_MINUTE", 60, validate=AT_LEAST_ONE)
COMMENT_CHARS = 500
HEARTBEAT_MS = 3000

LIMITS = rate_limits(env.str("WATCHIUM_LIMITS", ""), PLAYBACK_COMMANDS_PER_MINUTE)

env.seal()
