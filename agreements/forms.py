"""Forms of readers: what they may tell the curators, and what they ask to be told."""

from django import forms
from django.core.exceptions import ValidationError
from django.urls import Resolver404, resolve

from .models import Note, Subscription
from .views.following import LONGEST, Followed, follow


class NoteForm(forms.ModelForm):
    """A report of an error on one of our pages."""

    class Meta:
        model = Note
        fields = ("page", "text", "contact")
        labels = {"page": "Page", "text": "What is wrong", "contact": "Your e-mail address"}
        widgets = {"text": forms.Textarea(attrs={"rows": 6, "maxlength": 2000})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs |= {"dir": "auto"}

    def clean_page(self):
        """A page of this registry, by its path."""
        path = self.cleaned_data["page"].strip()
        try:
            resolve(path.partition("?")[0])
        except Resolver404 as error:
            raise ValidationError("No page of this registry. Allowed: /countries/AUS/.") from error
        return path


class SubscriptionForm(forms.Form):
    """A wish for a digest of one view; `followed` is that view, once the form is valid."""

    address = forms.EmailField(
        label="Your e-mail address", help_text="Kept for this alone, and deleted when you stop it."
    )
    view = forms.CharField(
        label="Page to follow",
        max_length=LONGEST,
        help_text="Copy the address of a page, narrowed down as you like: a country, a type, an "
        "agreement, a list or matrix with its filters, or /changes/ for everything.",
    )
    every = forms.ChoiceField(
        label="How often",
        choices=Subscription.Every.choices,
        help_text="At most; without news nothing is sent.",
    )
    followed: Followed

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["view"].widget.attrs |= {"dir": "auto"}
        self.fields["address"].widget.attrs |= {"autocomplete": "email"}

    def clean_view(self):
        """The page as it is followed: what only changes its look is left out."""
        followed, faults = follow(self.cleaned_data["view"])
        if faults:
            raise ValidationError(faults)
        if len(followed.page) > LONGEST:
            raise ValidationError(f"Too long. Allowed: {LONGEST} characters.")
        self.followed = followed
        return followed.page
