"""The forms of account pages, where the registry's differ from django-allauth's."""

from allauth.account.forms import LoginForm, ResetPasswordForm
from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.forms import SetPasswordForm
from django.core.exceptions import ValidationError

from .mail import send_reset


class SignInForm(LoginForm):
    """Name or e-mail address, and password."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["login"].label = "Name or e-mail address"
        self.fields["login"].widget.attrs["autocomplete"] = "username"
        self.fields["password"].help_text = ""
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)

    def user_credentials(self):
        """One credential, so that one password is hashed, whoever is asked for."""
        credentials = super().user_credentials()
        if "email" in credentials:
            credentials.pop("username", None)
        return credentials


class ForgottenForm(ResetPasswordForm):
    """Where to send a link. The same is done, and takes as long, whether the address is known."""

    def clean_email(self):
        """Nothing is looked up here."""
        return self.cleaned_data["email"].lower()

    def save(self, request, **kwargs):
        """Leave the rest to the worker."""
        send_reset.enqueue(self.cleaned_data["email"])
        return self.cleaned_data["email"]


class InvitationForm(SetPasswordForm):
    """A first password, typed twice."""

    usable_password = None


class PersonForm(forms.ModelForm):
    """A new account: who it is for. The password is chosen by the one invited."""

    email = forms.EmailField(help_text="The invitation is sent here.")

    def clean_email(self):
        """An address belongs to one account: single sign-on finds it by that."""
        email = self.cleaned_data["email"]
        if get_user_model().objects.filter(email__iexact=email).exists():
            raise ValidationError("There is an account with this address.")
        return email
