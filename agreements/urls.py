"""Where the registers are. These addresses stay (docs/architecture.md)."""

from django.urls import path

from agreements import views

app_name = "agreements"
urlpatterns = [
    path("", views.index, name="index"),
    path("regional/", views.regional_list, name="regional_list"),
    path("regional/<int:pk>/", views.regional_detail, name="regional_detail"),
    path("regional/<int:pk>/print/", views.regional_print, name="regional_print"),
    path("corporate/", views.corporate_list, name="corporate_list"),
    path("corporate/<int:pk>/", views.corporate_detail, name="corporate_detail"),
    path("constituents/", views.constituent_list, name="constituent_list"),
    path("open-data/", views.open_data, name="open_data"),
    path("<slug:name>.<slug:extension>", views.download, name="download"),
]
