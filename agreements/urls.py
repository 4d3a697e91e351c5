"""Where the registers are. These addresses stay (docs/architecture.md)."""

from django.urls import path
from django.views.decorators.http import require_safe
from django.views.generic import RedirectView

from agreements import views
from members.access import public

app_name = "agreements"
# They stand beside those of the members now; links to this address keep working.
definitions = RedirectView.as_view(pattern_name="open_data", permanent=True)
urlpatterns = [
    path("", views.index, name="index"),
    path("regional/", views.regional_list, name="regional_list"),
    path("regional/<int:pk>/", views.regional_detail, name="regional_detail"),
    path("regional/<int:pk>/print/", views.regional_print, name="regional_print"),
    path("corporate/", views.corporate_list, name="corporate_list"),
    path("corporate/<int:pk>/", views.corporate_detail, name="corporate_detail"),
    path("constituents/", views.constituent_list, name="constituent_list"),
    path("open-data/", require_safe(public(definitions)), name="open_data"),
    path("<slug:name>.<slug:extension>", views.download, name="download"),
]
