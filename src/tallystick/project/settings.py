"""Django's settings, made from the one Config; nothing is configured here that Config does not know.

Modules below ``doors`` find the Config as ``django.conf.settings.TALLYSTICK``.
"""

from __future__ import annotations

from typing import Any

from csp.constants import NONE, SELF

from tallystick.project.config import load_config
from tallystick.project.databases import database_settings
from tallystick.project.languages import LOCALE, languages
from tallystick.project.logs import configure_logs
from tallystick.project.secrets import secret_key
from tallystick.project.single_sign_on import providers

TALLYSTICK = load_config()

SECRET_KEY = secret_key(TALLYSTICK)
DEBUG = False
SITE = TALLYSTICK.site
ALLOWED_HOSTS = SITE.allowed_hosts

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "tallystick.design",
    "tallystick.foundation",
    "tallystick.foundation.audit",
    "tallystick.foundation.jobs",
    "tallystick.foundation.mail",
    "tallystick.foundation.outbox",
    "tallystick.foundation.attachments",
    "tallystick.partners.accounts",
    "tallystick.partners.programs",
    "tallystick.partners.partnerships",
    "tallystick.tracking.inbox",
    "tallystick.tracking.reported",
    "tallystick.tracking.events",
    "tallystick.tracking.imports",
    "tallystick.measurement.warehouse",
    "tallystick.measurement.attribution",
    "tallystick.doors.account",
    "tallystick.doors.console",
    "tallystick.doors.portal",
    "tallystick.doors.installation",
    "tallystick.doors.api",
    # After ours, so that their pages look like ours: a template that we have is taken before theirs.
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "django_htmx",
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

MIDDLEWARE = [
    "tallystick.project.proxies.BehindProxies",
    # First of all: what is answered under /api leaves in the shape of the API, whoever answers.
    "tallystick.doors.api.entry.ApiEntry",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "tallystick.doors.entrance.PersonalPagesAreNotKept",
    "tallystick.doors.entrance.EveryPageIsDeclared",
]
ROOT_URLCONF = "tallystick.project.urls"
WSGI_APPLICATION = "tallystick.project.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "tallystick.doors.shell.shell",
            ]
        },
    }
]

DATABASES = {"default": database_settings(TALLYSTICK)}
# One for all processes: attempts to sign in are counted together. The table is `foundation.models.Remembered`.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "foundation_cache",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
USE_I18N = True
LANGUAGES = languages()
LOCALE_PATHS = [LOCALE]

STATIC_URL = "static/"
# The static files lie in the installed package: there is no collecting step, and so no stale copy.
WHITENOISE_USE_FINDERS = True

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "connect-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_NAME = SITE.cookie("session")
SESSION_COOKIE_SECURE = SITE.is_https
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"  # a link in a mail must find whoever is signed in
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_TRUSTED_ORIGINS = [SITE.origin]
CSRF_COOKIE_NAME = SITE.cookie("csrf")
CSRF_COOKIE_SECURE = SITE.is_https
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_FAILURE_VIEW = "tallystick.doors.errors.stale"

# ---- signing in: docs/decisions/0009-sign-in-by-allauth.md

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
# scrypt needs memory as well as time, and no further dependency; Django's cost for it is what OWASP recommends.
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
]
PASSWORD_RESET_TIMEOUT = 3 * 24 * 3600

ACCOUNT_ADAPTER = "tallystick.doors.account.adapters.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "tallystick.doors.account.forms.SignIn",
    "reauthenticate": "tallystick.doors.account.forms.Again",
    "add_email": "tallystick.doors.account.forms.AnotherAddress",
    "reset_password": "tallystick.doors.account.forms.AskForLink",
    "reset_password_from_key": "tallystick.doors.account.forms.ChoosePassword",
    "change_password": "tallystick.doors.account.forms.ChangePassword",
    "set_password": "tallystick.doors.account.forms.FirstPassword",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_MAX_EMAIL_ADDRESSES = 5
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if SITE.is_https else "http"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True  # a second factor is still asked for
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 10 * 60

MFA_ADAPTER = "tallystick.doors.account.adapters.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {
    "authenticate": "tallystick.doors.account.forms.SecondStep",
    "reauthenticate": "tallystick.doors.account.forms.SecondStepAgain",
    "activate_totp": "tallystick.doors.account.forms.FirstCode",
    "add_webauthn": "tallystick.doors.account.forms.NewPasskey",
}
MFA_TOTP_ISSUER = "Tallystick"
MFA_TOTP_TOLERANCE = 1  # clocks of telephones differ: the code of half a minute ago is believed

SOCIALACCOUNT_ADAPTER = "tallystick.doors.account.adapters.ProviderAdapter"
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = providers(TALLYSTICK)
SOCIALACCOUNT_OPENID_CONNECT_URL_PREFIX = ""
# A form that leads on to another host is stopped by our own `form-action`; a link is not.
SOCIALACCOUNT_LOGIN_ON_GET = True

LOGGING_CONFIG = None
configure_logs(TALLYSTICK)
