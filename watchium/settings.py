"""Everything that can be set, with the defaults of one person's laptop: SQLite and one process.

Each setting is read from the environment; a name with `_FILE` appended names a file that holds the value, which
is how containers hand over secrets.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.utils.crypto import get_random_string
from environs import FileAwareEnv, validate

from watchium.config.file_permissions import keep_database, make_folder
from watchium.config.host_names import bind_host, canonical, check_host, normal_url
from watchium.telemetry.log_config import logging_settings

env = FileAwareEnv()

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.str("WATCHIUM_DATA_DIR", "") or BASE_DIR / "data").resolve()
TESTING = "pytest" in sys.modules
AT_LEAST_ONE = validate.Range(min=1)


def secret_key() -> str:
    """The key from the environment, else one made at the first start and kept in the data folder."""
    given = env.str("SECRET_KEY", "").strip()
    if TESTING:
        return given or "only-for-tests-" + "x" * 40
    kept = DATA_DIR / "secret_key"
    try:
        make_folder(DATA_DIR)
        if given:
            return given
        if not kept.exists():
            _keep_new_key(kept)
        return kept.read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"the data folder {DATA_DIR} cannot be used ({error.strerror}); WATCHIUM_DATA_DIR names another"
        ) from None


def _keep_new_key(place: Path) -> None:
    """Whole or not at all: several processes may start at once, and all of them read the first one's."""
    # Readable by its owner alone.
    with NamedTemporaryFile("w", dir=place.parent, prefix=".secret_key") as file:
        file.write(get_random_string(64))
        file.flush()
        try:
            os.link(file.name, place)
        except FileExistsError:
            pass
        except OSError:  # a disk without links
            shutil.copy(file.name, place)


def proxies(said: str) -> int:
    """How many proxies stand in front, each of which adds to X-Forwarded-For: a number, or yes or no."""
    word = said.strip().lower()
    words = {"true": 1, "yes": 1, "on": 1, "false": 0, "no": 0, "off": 0}
    if word not in words and not word.isdecimal():
        raise ImproperlyConfigured(f"WATCHIUM_BEHIND_PROXY is {said!r}; it should be the number of proxies")
    return words[word] if word in words else int(word)


def checked(name: str, said: str, check: Callable[[str], str]) -> str:
    """What `check` makes of a setting; its complaint names the setting."""
    try:
        return check(said)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: {error}") from None


def host_name(said: str) -> str:
    name = canonical(said)
    check_host(name)
    return name


def is_weak(key: str) -> bool:
    return len(key) < 50 or len(set(key)) < 10 or key.startswith("django-insecure-")


def limit(name: str, said: str, known: Mapping[str, object]) -> tuple[int, int]:
    """`5/10`, which is five at once, and five more within ten seconds."""
    times, _, within_s = said.partition("/")
    if name in known and times.isdecimal() and within_s.isdecimal() and int(times) and int(within_s):
        return int(times), int(within_s)
    raise ImproperlyConfigured(f"WATCHIUM_LIMITS has {name}={said}; it should look like comment=5/5")


# ---------------------------------------------------------------- where it is

DEBUG = env.bool("DEBUG", False)
SECRET_KEY = secret_key()
# Earlier keys, while what they signed is still in use.
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", [])
HOST = checked("HOST", env.str("HOST", ""), bind_host)
PORT = env.int("PORT", 8000, validate=validate.Range(0, 65535))
PROCESSES = env.int("WATCHIUM_PROCESSES", 1, validate=AT_LEAST_ONE)

# The one address people use, such as https://watch.example.org. Unset: this machine, and where HOST is more than
# that, the names and addresses of this machine on its network, with those of WATCHIUM_HOSTS (`rooms.host_names`).
WATCHIUM_URL = env.str("WATCHIUM_URL", "").strip()
if WATCHIUM_URL:
    WATCHIUM_URL = checked("WATCHIUM_URL", WATCHIUM_URL, normal_url)
_extra: list[str] = env.str("WATCHIUM_HOSTS", "").replace(",", " ").split()
EXTRA_HOSTS = [checked("WATCHIUM_HOSTS", name, host_name) for name in _extra]
if WATCHIUM_URL and EXTRA_HOSTS:
    raise ImproperlyConfigured(
        "WATCHIUM_URL is the one address people use: leave WATCHIUM_HOSTS out, or WATCHIUM_URL"
    )
_public = urlsplit(WATCHIUM_URL)
HTTPS = _public.scheme == "https"
if HTTPS and DEBUG:
    raise ImproperlyConfigured(
        "DEBUG shows errors with secrets in them to everybody: not on a public address"
    )
if HTTPS and is_weak(SECRET_KEY):
    raise ImproperlyConfigured(
        "SECRET_KEY is too easy to guess: leave it out, and Watchium makes one, or set 50 random characters or more"
    )
if HTTPS and any(map(is_weak, SECRET_KEY_FALLBACKS)):
    raise ImproperlyConfigured(
        "SECRET_KEY_FALLBACKS has a key that is too easy to guess: leave it out; sessions that it signed end"
    )
# `watchium.middleware.host_check` compares the host of a request, by more than a list, and answers with a page.
ALLOWED_HOSTS = ["*"]
if WATCHIUM_URL:
    CSRF_TRUSTED_ORIGINS = [WATCHIUM_URL]
CSRF_FAILURE_VIEW = "watchium.web.csrf_failure.csrf_failure"

USE_X_FORWARDED_HOST = False
PROXIES = proxies(env.str("WATCHIUM_BEHIND_PROXY", "1" if HTTPS else "0"))
if PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
DEVICE_COOKIE_NAME = "__Host-device" if HTTPS else "device"
if HTTPS:
    # A browser takes these from this host alone: another site under the same domain cannot plant one.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
SECURE_SSL_REDIRECT = False  # the proxy in front does it
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
# Other hosts of the domain are not ours to decide about.
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = False
# What `check --deploy` would say to these.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W008", "security.W021"]
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"  # YouTube answers error 153 without a referrer
SESSION_ENGINE = "watchium.web.session_store"
SESSION_COOKIE_AGE = 365 * 86400
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"

# ---------------------------------------------------------------- what it is made of

# daphne is what `runserver` runs on, for development. It brings Twisted, which costs every other command and every
# server a third of its start.
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
    "drf_spectacular_sidecar",
    "csp",
    "watchium",
    "rooms",
    "playback",
    "chat",
]
MIDDLEWARE = [
    "watchium.middleware.internal_endpoints.internal_endpoints",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "watchium.middleware.host_check.host_check",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
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
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"  # so that `templates` may change a widget
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LOGIN_REDIRECT_URL = LOGOUT_REDIRECT_URL = "/"
LOGIN_URL = "/accounts/login/"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]

# ---------------------------------------------------------------- where it keeps things

if env.str("DATABASE_URL", ""):
    DATABASES = {"default": env.dj_db_url("DATABASE_URL")}
else:
    if not TESTING:
        keep_database(DATA_DIR / "watchium.sqlite3")
    DATABASES = {
        "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": DATA_DIR / "watchium.sqlite3"},
    }
DATABASE_THREADS = env.int("WATCHIUM_DATABASE_THREADS", 4, validate=AT_LEAST_ONE)
if "sqlite" in DATABASES["default"]["ENGINE"]:
    # Writers queue instead of failing: with Django's defaults 234 of 300 concurrent transactions ended with
    # "database is locked", with these none did.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
    # Each request has a thread of its own, and what that leaves open stays so until the garbage collector comes by,
    # which is seldom: 600 requests left 111 connections. The sockets' threads keep theirs whatever this says.
    DATABASES["default"]["CONN_MAX_AGE"] = 0
else:
    # Each of the sockets' threads keeps its connection; what is left is for requests and probes.
    DATABASES["default"]["OPTIONS"] = {
        # A machine that went without a word ends a question after 10 s, not after the kernel's quarter of an hour.
        "connect_timeout": 5,
        "tcp_user_timeout": 10_000,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 2,
        **DATABASES["default"].get("OPTIONS", {}),  # what the address asks for, as ?sslmode=require
        # By itself the pool doubles its wait with each attempt: a database that was away for half a minute was not
        # found for another half. After 5 s it now gives up, and whoever asks next has it try at once.
        "pool": {"min_size": 1, "max_size": DATABASE_THREADS + 8, "timeout": 5, "reconnect_timeout": 5},
    }
    DATABASES["default"]["CONN_MAX_AGE"] = 0
    if DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
        DATABASES["default"]["ENGINE"] = (
            "watchium.db.postgresql"  # looks at a connection before it gives it out
        )

REDIS_URL = env.str("REDIS_URL", "").strip()
if REDIS_URL and not REDIS_URL.startswith(("redis://", "rediss://", "unix://")):
    raise ImproperlyConfigured("REDIS_URL should look like redis://host:6379/0")
REDIS_PREFIX = env.str("WATCHIUM_REDIS_PREFIX", "watchium")
if REDIS_URL:
    # The pub/sub layer: the core layer of channels-redis drops above its capacity, forgets groups after a day and
    # closes every socket when Redis goes away.
    CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {
                "hosts": [{"address": REDIS_URL, "socket_timeout": None, "socket_connect_timeout": 2}],
                "prefix": REDIS_PREFIX,
            },
        }
    }
else:
    CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}

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
# The folder that `scan_media` reads, and that staff bring files into.
LIBRARY_DIR = Path(os.path.realpath(env.str("WATCHIUM_LIBRARY_DIR", "") or DATA_DIR / "library"))
COVERS_DIR = DATA_DIR / "covers"
UPLOAD_MB = env.int("WATCHIUM_UPLOAD_MB", 512, validate=AT_LEAST_ONE)
# Where a proxy has that folder under an address that only we may name: it sends the files then.
ACCEL = env.str("WATCHIUM_ACCEL", "").strip()
if ACCEL and not (ACCEL.isascii() and ACCEL.startswith("/") and ACCEL.endswith("/") and len(ACCEL) > 2):
    raise ImproperlyConfigured(f"WATCHIUM_ACCEL is {ACCEL!r}; it should look like /protected-media/")

# ---------------------------------------------------------------- how it speaks

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_I18N = USE_TZ = True
LOCALE_PATHS = [BASE_DIR / "locale"]

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
    "DESCRIPTION": "Rooms, playback and chat over HTTP: the same deeds as over the socket.",
    "VERSION": "0.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

from csp.constants import NONCE, NONE, SELF  # noqa: E402  # constants of the policy below

# 'self' means sockets too, but not to every browser.
SOCKETS_AT = [f"{'wss' if HTTPS else 'ws'}://{_public.netloc}"] if WATCHIUM_URL else ["ws:"]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", "blob:"],
        # People name media on any host; nothing else comes from elsewhere.
        "media-src": [SELF, "http:", "https:", "blob:"],
        "connect-src": [SELF, *SOCKETS_AT],
        "worker-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}

# json: an object a line, for machines. plain: for a person at a terminal.
LOG = env.str("WATCHIUM_LOG", "plain").strip().lower()
if LOG not in ("plain", "json"):
    raise ImproperlyConfigured(f"WATCHIUM_LOG is {LOG!r}; it should be plain or json")
LEVELS = validate.OneOf(["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"])
LOGGING = logging_settings(
    LOG,
    env.str("LOG_LEVEL", "INFO", validate=LEVELS),
    env.str("UVICORN_LOG_LEVEL", "WARNING", validate=LEVELS),
)
# Once a day, by one of the serving processes; off where a timer runs `manage.py maintain`.
MAINTENANCE = env.bool("WATCHIUM_MAINTENANCE", True)
# Whoever sends it as a bearer may read /metrics.
METRICS_TOKEN = env.str("WATCHIUM_METRICS_TOKEN", "").strip()

# ---------------------------------------------------------------- limits

# "wall" for several machines whose clocks are disciplined
WATCHIUM_CLOCK = env.str("WATCHIUM_CLOCK", "boot", validate=validate.OneOf(["boot", "wall"]))
MAX_MEMBERS = env.int("WATCHIUM_MAX_MEMBERS", 200, validate=AT_LEAST_ONE)
MAX_SOCKETS_PER_DEVICE = env.int("WATCHIUM_MAX_SOCKETS_PER_DEVICE", 10, validate=AT_LEAST_ONE)
# And process.
MAX_SOCKETS_PER_ADDRESS = env.int("WATCHIUM_MAX_SOCKETS_PER_ADDRESS", 200, validate=AT_LEAST_ONE)
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024  # as `watchium.middleware.body_limit` has it
PLAYBACK_COMMANDS_PER_MINUTE = env.int("WATCHIUM_COMMANDS_PER_MINUTE", 60, validate=AT_LEAST_ONE)
COMMENT_CHARS = 500
HEARTBEAT_MS = 3000

# How often somebody may do something: so many times at once, and as many again within so many seconds.
# WATCHIUM_LIMITS changes some of them: comment=10/5,reaction=20/3
LIMITS: dict[str, tuple[float, float]] = {
    # By person or device, and process: commands of any kind, done, refused or sent again. Looked at before anything
    # else is, so that what costs the sender nothing costs the server next to nothing.
    "command": (400, 20),
    "playback": (PLAYBACK_COMMANDS_PER_MINUTE, 60),  # by person and kind of command
    "duration": (12, 60),  # by room: changes of its medium's length
    "player": (240, 60),  # by device and kind of command
    "position": (10, 5),  # by tab that plays
    "player_question": (20, 10),  # by tab
    "comment": (5, 5),
    "reaction": (10, 3),
    "typing": (2, 4),
    "ask_control": (3, 15),
    "custom": (10, 5),
    "people": (20, 20),  # by person: who is sent out, moderates or hosts
    "room_change": (30, 30),  # by person
    "poll": (40, 20),  # by person: each tab without a socket asks every two seconds and after each command
    "measured": (5, 60),  # a page sends one a minute; people have tabs and reload
    "passphrase": (10, 60),  # by address
    # By room, from anywhere. Beyond that each address still has a try an hour: a friend who knows it gets in while
    # others guess.
    "room_passphrase": (30, 150),
    "first_passphrase": (1, 3600),
    "password": (10, 60),
    "new_secret": (30, 60),  # passphrases and passwords that are set, by person or by address
    # By account, from anywhere: a thousand addresses together get no further. Larger, because whoever it belongs to
    # pays for what others spend of it.
    "account": (30, 150),
    # By address too, but not by this machine's own: behind that stand benches, and proxies that nobody declared.
    # A school or an office is one address.
    "new_room": (20, 600),
    "new_account": (20, 600),
    "new_device": (60, 600),
    "join": (60, 60),
    "guess": (60, 60),
    "socket": (200, 20),
    "heartbeat": (5, 3),  # by socket
    "ping": (30, 2),
    "bad_message": (20, 60),
}
for _changed in filter(None, env.str("WATCHIUM_LIMITS", "").replace(" ", "").split(",")):
    _name, _, _said = _changed.partition("=")
    LIMITS[_name] = limit(_name, _said, LIMITS)

env.seal()
