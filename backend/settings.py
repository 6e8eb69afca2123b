"""Settings of the project, all read from the environment (contract: the README's table of settings)."""

from pathlib import Path

from django.utils.translation import gettext_lazy as _

from backend.core.environment import LOCAL_HOSTS, Environment
from backend.core.logs import logging_settings

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment(BASE_DIR)

# --- where and who ---------------------------------------------------------------------------------------------------
VAR_DIR = env.directory("VAR_DIR", "var")
DEBUG = env.flag("DEBUG", False)
_site = env.site_url("http://localhost:8000")
SITE_URL = f"{_site.scheme}://{_site.netloc}"
IS_LOCAL = _site.hostname in LOCAL_HOSTS
_may_make = DEBUG or IS_LOCAL
SECRET_KEY = env.secret("SECRET_KEY", VAR_DIR / "keys", may_make=_may_make)
SIGNING_KEYS = env.keys("SIGNING_KEYS", VAR_DIR / "keys", may_make=_may_make)
COLUMN_KEYS = env.keys("COLUMN_KEYS", VAR_DIR / "keys", may_make=_may_make)
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS") or [str(_site.hostname), *(LOCAL_HOSTS if IS_LOCAL else ())]
TRUSTED_PROXIES = env.words("TRUSTED_PROXIES")
RATE_LIMITS = env.flag("RATE_LIMITS", True)
HOLD_SECONDS = env.number("HOLD_SECONDS", 300, least=1)

# --- parts -----------------------------------------------------------------------------------------------------------
DATABASES = {"default": env.database(f"sqlite:///{VAR_DIR / 'passerelle.sqlite3'}")}
REDIS_URL = env.text("REDIS_URL")
if REDIS_URL:
    env.url("REDIS_URL", "", ("redis", "rediss", "unix"), "`redis://localhost:6379/0`")
    _waits = {"socket_timeout": 1, "socket_connect_timeout": 1}
    _redis = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL, "OPTIONS": _waits}
    CACHES = {"default": _redis}
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
INSTALLED_APPS = [
    "daphne",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "channels",
    "csp",
    "django_filters",
    "django_htmx",
    "django_tasks_db",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework",
    "backend.core",
    "backend.jobs",
    "backend.mail",
    "backend.accounts",
    "events",
    "checkin",
    "badges",
]
MIDDLEWARE = [
    "backend.core.middleware.RequestMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "backend.accounts.middleware.ActorMiddleware",
    "backend.core.refusals.RefusalMiddleware",
]
ROOT_URLCONF = "backend.urls"
ASGI_APPLICATION = "backend.asgi.application"
FORM_RENDERER = "backend.core.forms.PageRenderer"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "backend" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "backend.core.context.frame",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "backend.core.templatetags.passerelle",
            ],
        },
    }
]

# --- people ----------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"

# --- the network -----------------------------------------------------------------------------------------------------
IS_HTTPS = _site.scheme == "https"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_HTTPS
# Browsers' preload lists are hard to leave, and ask for the consent of who owns the domain: not ours to give.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_TRUSTED_ORIGINS = [SITE_URL]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_MAX_BYTES = 20 * 1024 * 1024

# --- REST ------------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "backend.accounts.authentication.BearerAuthentication",
        "backend.accounts.authentication.CookieAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["backend.core.access.Closed"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["backend.core.parsers.StrictJSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "backend.core.openapi.ContractSchema",
    "EXCEPTION_HANDLER": "backend.core.problems.problem_response",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Passerelle",
    "DESCRIPTION": "Recruitment fairs: series, stands, interviews, check-in, badges and what came of it all.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "BookingStatus": "events.interviews.enums.BookingStatus",
        "ContractType": "events.offers.enums.ContractType",
        "EmployerRole": "events.employers.enums.EmployerRole",
        "ExhibitorStatus": "events.employers.enums.ExhibitorStatus",
        "FairKind": "events.fairs.enums.FairKind",
        "FairStatus": "events.fairs.enums.FairStatus",
        "OfferStatus": "events.offers.enums.OfferStatus",
        "RegistrationKind": "events.registrations.enums.RegistrationKind",
        "RegistrationStatus": "events.registrations.enums.RegistrationStatus",
        "Role": "backend.accounts.enums.Role",
        "SlotState": "events.interviews.enums.SlotState",
    },
}

# --- words and time --------------------------------------------------------------------------------------------------
LANGUAGES = [("fr", _("French")), ("en", _("English"))]
LANGUAGE_CODE = env.choice("DEFAULT_LANGUAGE", "fr", ("fr", "en"))
LOCALE_PATHS = [BASE_DIR / "backend" / "locale"]
TIME_ZONE = env.zone("TIME_ZONE", "Europe/Paris")
USE_TZ = True

# --- files, mail, jobs -----------------------------------------------------------------------------------------------
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [(name, BASE_DIR / "backend" / "static" / name) for name in ("dist", "icons")]  # not the sources
MEDIA_ROOT = env.storage("STORAGE_URL", f"file://{VAR_DIR / 'media'}")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": MEDIA_ROOT}},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = False
# Compressing once costs seconds: not for what is compressed already, nor for what only a debugger reads.
WHITENOISE_KEEP_ONLY_HASHED_FILES = not DEBUG
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["br", "gz", "gif", "jpg", "png", "webp", "woff", "woff2", "map"]
EMAIL_FILE_PATH = ""
globals().update(env.email("EMAIL_URL", f"file://{VAR_DIR / 'mail'}"))
SMS_URL = env.sms("SMS_URL", f"file://{VAR_DIR / 'sms'}")
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", f"passerelle@{_site.hostname}")
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}
TIMETABLE = {
    "send mail that is due again": ("backend.mail.services.enqueue_due_messages", 5),
    "pass on places that nobody took": ("events.interviews.tasks.pass_on_places", 30),
    "remind of interviews": ("events.interviews.tasks.remind_of_interviews", 60),
    "delete old jobs": ("backend.jobs.services.prune_jobs", 3600),
    "delete old events": ("backend.core.events.prune_events", 24 * 3600),
    "tidy print jobs": ("badges.tasks.tidy_print_jobs", 3600),
}
_level = env.choice("LOG_LEVEL", "WARNING" if IS_LOCAL else "INFO", ("DEBUG", "INFO", "WARNING", "ERROR"))
LOGGING = logging_settings(_level, readable=DEBUG)
env.refuse_unknown()
