from django.urls import reverse


def page(body):
    return reverse("admin:care", args=[body.pk])


def act(body, name):
    return reverse("admin:care_act", args=[body.pk, name])
