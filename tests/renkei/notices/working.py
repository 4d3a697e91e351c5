"""Notices are spread and mailed, and what came of them."""

from django.core import mail

from members.models import Delivery
from renkei.sender import send_due_mail
from renkei.spreading import spread_due

State = Delivery.State


def work():
    while spread_due():
        continue
    while send_due_mail():
        continue


def mails_to(person):
    return [message for message in mail.outbox if message.to == [person.seat.mailbox]]


def reasons():
    return list(Delivery.objects.filter(state=State.SKIPPED).values_list("reason", flat=True))
