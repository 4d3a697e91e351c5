"""How every form of the portal is drawn."""

from django.forms.renderers import TemplatesSetting

# The first choice of a filter.
ANY = ("", "すべて")


class FormRenderer(TemplatesSetting):
    """Finds form templates through TEMPLATES, so that a field's markup exists once."""

    field_template_name = "components/field.html"
