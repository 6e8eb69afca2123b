"""Who is who, to look at."""

from django.contrib import admin

from backend.accounts.forms import AdminSignInForm
from backend.accounts.models import ApiToken, Membership, Organisation, User
from backend.core.admin import ReadOnlyAdmin

admin.site.login_form = AdminSignInForm


@admin.register(Organisation)
class OrganisationAdmin(ReadOnlyAdmin):
    """Organisers."""

    list_display = ("name", "slug")
    search_fields = ("name", "slug")


@admin.register(User)
class UserAdmin(ReadOnlyAdmin):
    """People."""

    list_display = ("__str__", "email", "phone", "is_active", "is_staff")
    search_fields = ("name", "email_key", "phone")
    exclude = ("password",)


@admin.register(Membership)
class MembershipAdmin(ReadOnlyAdmin):
    """Roles."""

    list_display = ("user", "role", "organisation")
    list_filter = ("role",)
    list_select_related = ("user", "organisation")


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin):
    """Tokens, never their secret."""

    list_display = ("name", "user", "scopes", "expires_at", "last_used_at", "revoked_at")
    list_select_related = ("user",)
    exclude = ("token_hash",)
