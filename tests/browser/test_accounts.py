"""The account pages in a real browser: accessible, in the house's look, and without scripts too."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import hotp_value

from sosa_registry.accounts import adapters, invitations, sessions
from tests.browser.test_pages import LOOKS, WIDTH
from tests.cast import account

PASSWORD = "four plain words here"
OPEN = (
    "/accounts/login/",
    "/accounts/password/reset/",
    "/accounts/password/reset/done/",
    "/accounts/password/reset/key/1-wrong/",
    "/accounts/password/reset/key/done/",
    "/accounts/signup/",
    "/accounts/inactive/",
    "/accounts/sso/cancelled/",
    "/accounts/sso/error/",
)
SIGNED_IN = (
    "/accounts/",
    "/accounts/logout/",
    "/accounts/sessions/",
    "/accounts/password/change/",
    "/accounts/reauthenticate/",
    "/accounts/2fa/totp/activate/",
)
WITH_APP = (
    "/accounts/",
    "/accounts/2fa/",
    "/accounts/2fa/totp/deactivate/",
    "/accounts/2fa/recovery-codes/generate/",
)


def sign_in(page, name):
    page.goto("/accounts/login/")
    page.get_by_label("Name or e-mail address").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def confirm(page):
    page.goto("/accounts/reauthenticate/")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()


@pytest.mark.parametrize("look", LOOKS)
def test_every_account_page_is_accessible_quiet_and_fits_the_window(
    live_registry, open_context, axe, screenshot, allow_problem, look
):
    with_app, without = account("ada", password=PASSWORD), account("bob", password=PASSWORD)
    problems = {}

    def look_at(page, address):
        page.goto(address)
        name = address.replace("/accounts", "").partition("/invitation/")[0].replace("/", "-")
        screenshot(page, f"account{name}-{look}")
        found = axe(page)
        if page.evaluate(WIDTH) > LOOKS[look]["viewport"]["width"]:
            found.append("scrolls sideways")
        if found:
            problems[address] = found

    with open_context(**LOOKS[look]) as context:
        page = context.new_page()
        allow_problem("status of 401")  # what a failed single sign-on answers
        for address in (*OPEN, invitations.invitation_path(without)):
            look_at(page, address)
        sign_in(page, "bob")
        confirm(page)
        for address in SIGNED_IN:
            look_at(page, address)
        kept = adapters.SecondFactorAdapter().encrypt("JBSWY3DPEHPK3PXP")
        Authenticator.objects.create(user=without, type="totp", data={"secret": kept})
        for address in WITH_APP:
            look_at(page, address)
    assert with_app and not problems


def test_setting_up_the_app_and_signing_in_with_it_works_without_scripts(live_registry, no_js_page):
    account("ada", "editor", password=PASSWORD)
    page = no_js_page
    sign_in(page, "ada")
    page.goto("/accounts/2fa/totp/activate/")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    secret = page.locator("dd.key").inner_text()

    code = f"{hotp_value(secret, int(sessions.time.time()) // 30):06}"
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Set it up").click()
    recovery = page.locator("ol.key li")
    assert recovery.count() == 10
    another = recovery.first.inner_text()
    page.goto("/accounts/logout/")
    page.get_by_role("button", name="Sign out").click()
    sign_in(page, "ada")
    page.get_by_label("Code").fill(another)  # the app's code of this half minute is used up
    page.get_by_role("button", name="Sign in").click()
    assert page.url.endswith("/admin/")
