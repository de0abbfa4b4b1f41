"""Forms of readers: what they may tell the curators."""

from django import forms
from django.core.exceptions import ValidationError
from django.urls import Resolver404, resolve

from .models import Note


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
